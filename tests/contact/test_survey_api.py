"""Results of surveys at the API: what the page tells, for whom the page tells it, and not a number more."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import open_survey
from braid.contact.enums import Promise, QuestionKind
from braid.contact.models import Survey
from braid.kernel.access import OPERATOR
from braid.people.actions import make_token
from braid.people.models import Person
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.surveys import answers, counted, draft, question, survey

pytestmark = pytest.mark.django_db


def results(client: Client, made: Survey, unit: str = "", **headers: str) -> Any:
    return client.get(f"/api/v1/surveys/{made.pk}/results", {"unit": unit} if unit else {}, headers=headers)


def key_of(person: Person, *permissions: str) -> dict[str, str]:
    _token, secret = make_token(person, name="x", permissions=permissions, days=1, by=person, at=timezone.now())
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def made(world: SimpleNamespace) -> Survey:
    """24 answers in the village, 13 in the township, 4 in the other county, which are too few to be told apart."""
    people = {unit: [factories.member(unit) for _ in range(number)] for unit, number in _numbers(world).items()}
    made = draft(world.province)
    question(made, is_required=True)
    question(made, "What do you use?", kind=QuestionKind.SEVERAL)
    question(made, "How old are they?", kind=QuestionKind.SCALE, low=1, high=5)
    question(made, "What do you need?", kind=QuestionKind.LONG)
    open_survey(made, by=OPERATOR, at=timezone.now())
    village, township, other = people
    answers(made, village, people[village][:12], 0, [0, 1], 2, "secret words")
    answers(made, village, people[village][12:], 1, [1], 3)
    answers(made, township, people[township], 0, [0], 5)
    answers(made, other, people[other], 1, [], 1)
    return counted(made)


def _numbers(world: SimpleNamespace) -> dict[Unit, int]:
    return {world.village: 24, world.township: 13, world.other: 4}


@pytest.mark.parametrize("code", ["province", "county", "township", "village"])
def test_it_tells_what_the_page_tells(world: SimpleNamespace, made: Survey, code: str) -> None:
    head = client_of(world.heads["province"])
    said = results(head, made, code).json()
    assert said["unit"] == code
    page = head.get(reverse("survey_results_unit", args=[made.pk, code])).context["results"]
    assert said["total"] == page.total
    assert [(row["unit"], row["total"]) for row in said["parts"]] == [
        (row.unit and row.unit.code, row.total) for row in page.parts
    ]
    assert len(said["questions"]) == len(page.charts) == 4
    for one, chart in zip(said["questions"], page.charts, strict=True):
        assert one["text"] == str(chart.question)
        assert [(bar["words"], bar["count"]) for bar in one["answers"]] == [
            (bar.words, bar.count) for bar in chart.bars
        ]
        assert one["columns"] == chart.columns
        assert [row["counts"] for row in one["parts"]] == [row.counts for row in chart.parts]


def test_the_file_and_the_api_hold_the_same_numbers(world: SimpleNamespace, made: Survey) -> None:
    head = client_of(world.heads["province"])
    file = head.get(reverse("survey_results_file", args=[made.pk, "province"]))
    lines = file.getvalue().decode().splitlines()[1:]
    told = []
    for one in results(head, made, "province").json()["questions"]:
        told += [bar["count"] for bar in one["answers"]]
        told += [count for row in one["parts"] for count in row["counts"]]
    assert [line.rpartition(",")[2] for line in lines] == ["" if count is None else str(count) for count in told]
    assert any(told)


def test_no_small_number_leaves(world: SimpleNamespace, made: Survey) -> None:
    head = client_of(world.heads["province"])
    for code in ("province", "county", "township", "village"):
        body = results(head, made, code).content.decode()
        counts = [int(found) for found in re.findall(r'"(?:count|total)": (\d+)', body)]
        lists = re.findall(r'"counts": \[([^\]]*)\]', body)
        counts += [int(found) for inner in lists for found in re.findall(r"\d+", inner)]
        assert counts
        assert min(counts) >= 10, body
        assert "secret words" not in body
    few = results(client_of(world.heads["other"]), made, "other").json()
    assert (few["total"], few["parts"], few["questions"]) == (None, [], [])


def test_each_begins_at_her_own_top(world: SimpleNamespace, made: Survey) -> None:
    assert results(client_of(world.heads["province"]), made).json()["unit"] == "province"
    assert results(client_of(world.heads["village"]), made).json()["unit"] == "village"


def test_beyond_her_reach_is_absent(world: SimpleNamespace, made: Survey) -> None:
    village = client_of(world.heads["village"])
    beyond, nowhere = results(village, made, "province"), results(village, made, "nowhere")
    assert beyond.status_code == nowhere.status_code == 404
    assert beyond.content == nowhere.content
    county_only = counted(_of_the_county(world))
    stranger = results(client_of(world.heads["other"]), county_only)
    assert stranger.status_code == 404
    assert stranger.content == nowhere.content


def _of_the_county(world: SimpleNamespace) -> Survey:
    return survey(world.county, promise=Promise.NAMED)


def test_nothing_is_told_before_it_is_counted(world: SimpleNamespace) -> None:
    answer = results(client_of(world.heads["county"]), _of_the_county(world))
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"


def test_a_key_needs_the_permission(world: SimpleNamespace, made: Survey) -> None:
    head = world.heads["province"]
    assert results(Client(), made, **key_of(head, "surveys.results")).status_code == 200
    assert results(Client(), made, **key_of(head, "units.view")).status_code == 404
    assert Client().get("/api/v1/surveys", headers=key_of(head, "units.view")).status_code == 403


def test_the_list_is_that_of_the_page(world: SimpleNamespace, made: Survey) -> None:
    later = draft(world.county, promise=Promise.NAMED)
    head = client_of(world.heads["province"])
    first = head.get("/api/v1/surveys", {"size": 1}).json()
    assert [row["id"] for row in first["rows"]] == [later.pk]
    second = head.get("/api/v1/surveys", {"size": 1, "cursor": first["next"]}).json()
    assert [(row["id"], row["state"], row["title"]) for row in second["rows"]] == [(made.pk, "closed", str(made))]
    assert second["next"] == ""
    assert second["rows"][0]["counted_at"]
    listed = [row.pk for row in head.get(reverse("surveys_run")).context["page"].rows]
    assert listed == [later.pk, made.pk]
    county = client_of(world.heads["county"]).get("/api/v1/surveys").json()
    assert [row["id"] for row in county["rows"]] == [later.pk]


def test_queries_do_not_grow(world: SimpleNamespace) -> None:
    head = client_of(world.heads["county"])
    costs = []
    for villages in (2, 12):
        asked = [factories.unit(world.township) for _ in range(villages)]
        people = [(unit, [factories.member(unit) for _ in range(10)]) for unit in asked]
        made = survey(world.county)
        for unit, hers in people:
            answers(made, unit, hers, 0)
        counted(made)
        assert len(results(head, made, "township").json()["parts"]) == villages
        found = [queries_of(lambda made=made: results(head, made, "township"))]
        costs.append([*found, queries_of(lambda: head.get("/api/v1/surveys"))])
    assert costs[0] == costs[1]
