"""Pages of directives: the whole journey over HTTP, what a stranger finds, and queries that do not grow with rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from braid.kernel.access import OPERATOR
from braid.kernel.outbox import run_due
from braid.people.models import Account, Person
from braid.units.models import Unit
from braid.work.actions import take_on
from braid.work.enums import DirectiveState, HandlingState
from braid.work.models import Directive, DirectiveRule, Handling
from tests import factories
from tests.factories.directives import SENT

LATER = SENT + timedelta(hours=1)
SignIn = Callable[[Person], Client]


@pytest.fixture
def sign_in(client: Client) -> SignIn:
    def as_person(person: Person) -> Client:
        client.force_login(Account.objects.get(person=person))
        return client

    return as_person


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def post(client: Client, name: str, *args: object, **data: object) -> int:
    return client.post(reverse(name, args=args), data).status_code


def test_the_journey_of_a_directive(world: SimpleNamespace, now: datetime, sign_in: SignIn) -> None:
    with time_machine.travel(now, tick=False) as clock:
        head = sign_in(world.heads["province"])
        said = {
            "unit": world.province.code,
            "title": "Visit every family",
            "body": "All **of** them",
            "due_on": "2026-12-20",
            "minutes": "30",
            "steps": "Make a list\nVisit\n",
            "why": "Winter comes.",
        }
        assert post(head, "directive_new", **said) == 302
        made = Directive.objects.get()
        assert made.steps == ["Make a list", "Visit"]
        assert "This is 5 units." in text_of(head, "directive_audience", made.pk)
        assert post(head, "directive_audience", made.pk, unit=world.county.code, reach="unit") == 302
        rule = made.audience.get(unit=world.county)
        assert post(head, "directive_audience", made.pk, unit=world.province.code, reach="subtree") == 302
        assert post(head, "directive_audience_remove", made.pk, rule.pk) == 302
        assert "30 minutes of work for each" in text_of(head, "directive_send", made.pk)
        assert post(head, "directive_send", made.pk) == 302
        assert "Undo sending" in text_of(head, "directive", made.pk)
        post(head, "directive_undo", made.pk)
        assert Directive.objects.get().state == DirectiveState.DRAFT
        post(head, "directive_send", made.pk)
        clock.shift(timedelta(seconds=11))
        run_due(at=now + timedelta(seconds=11))
        factories.directives.count(now + timedelta(seconds=11))

        her, village = sign_in(world.liaisons["village"]), world.village.code
        assert "Visit every family" in text_of(her, "directives")
        page = text_of(her, "directive", made.pk)
        assert "<strong>of</strong>" in page
        assert reverse("directive_open", args=[made.pk, village]) in page
        assert not Handling.objects.exists(), "reading a page writes nothing"
        assert post(her, "directive_open", made.pk, village) == 204
        assert Handling.objects.get().state == HandlingState.OPENED
        assert post(her, "directive_take_on", made.pk, village) == 302
        assert post(her, "directive_step", made.pk, village, step="Visit", done="1") == 302
        assert post(her, "directive_give", made.pk, village, person=world.liaisons["village"].pk) == 302
        assert post(her, "directive_report", made.pk, village, words="") == 422
        assert post(her, "directive_report", made.pk, village, words="All visited.", minutes="45") == 302
        assert "It took 45 minutes." in text_of(her, "directive_at", made.pk, village)

        head = sign_in(world.heads["county"])
        assert "Look at reports" not in text_of(head, "today")
        page = text_of(head, "directive_status_unit", made.pk, world.county.code)
        assert "Reported" in page
        assert "All visited." in text_of(head, "directive_units", made.pk, world.county.code, what="reported")
        page = text_of(head, "directive_at", made.pk, village)
        seen = page.split('name="seen" value="')[1].split('"')[0]
        assert post(head, "directive_send_back", made.pk, village, why="Which?") == 302
        assert post(head, "directive_approve", made.pk, village, seen=seen) == 409

        her = sign_in(world.liaisons["village"])
        assert "Which?" in text_of(her, "directive_at", made.pk, village)
        assert "Sent back: look again" in text_of(her, "today")
        post(her, "directive_report", made.pk, village, words="All of them.")
        head = sign_in(world.heads["province"])
        assert "Look at reports and approve them" in text_of(head, "today")
        page = text_of(head, "directive_at", made.pk, village)
        seen = page.split('name="seen" value="')[1].split('"')[0]
        assert post(head, "directive_approve", made.pk, village, seen=seen) == 302
        assert Handling.objects.get().state == HandlingState.APPROVED
        assert post(head, "directive_close", made.pk) == 302
        assert "This directive is closed" in text_of(head, "directive", made.pk)


def test_only_the_units_she_names_are_asked(world: SimpleNamespace, sign_in: SignIn) -> None:
    made = factories.directive(world.county, DirectiveRule(unit=world.county), sent_at=None)
    address = reverse("directive_audience", args=[made.pk])
    said = {"unit": world.county.code, "reach": "subtree", "levels": "5"}
    page = sign_in(world.heads["county"]).post(address, said, follow=True).content.decode()
    assert "It goes to these alone now." in page
    assert made.audience.get().levels == 1 << 5


def test_passing_on_returning_and_asking(world: SimpleNamespace, sign_in: SignIn) -> None:
    made = factories.directive(world.province, DirectiveRule(unit=world.county, is_subtree=False))
    with time_machine.travel(LATER, tick=False):
        head = sign_in(world.heads["county"])
        assert "Pass on to your units" in text_of(head, "directive_pass", made.pk, world.county.code)
        wrong = {"due_on": "2027-01-01", "units": [world.township.pk]}
        assert post(head, "directive_pass", made.pk, world.county.code, **wrong) == 422
        assert post(head, "directive_pass", made.pk, world.county.code, due_on="2026-11-20") == 422
        right = {"due_on": "2026-11-20", "levels": [world.village.level], "note": "Ours first.", "steps": "Ask Li"}
        assert post(head, "directive_pass", made.pk, world.county.code, **right) == 302
        factories.directives.count(LATER)
        her, code = sign_in(world.liaisons["village"]), world.village.code
        page = text_of(her, "directive_at", made.pk, code)
        assert "Ours first." in page
        assert "Ask Li" in page
        assert her.get(reverse("directive_at", args=[made.pk, world.township.code])).status_code == 404
        assert post(her, "directive_ask", made.pk, code, text="May we wait?") == 302
        assert "Your question waits" in text_of(her, "directive", made.pk)
        assert post(her, "directive_return", made.pk, code, because="not_ours", words="") == 422
        assert post(her, "directive_return", made.pk, code, because="not_ours", words="It is the township's.") == 302
        assert "Take it on after all" in text_of(her, "directive_at", made.pk, code)
        head = sign_in(world.heads["province"])
        assert "May we wait?" in text_of(head, "directive_questions", made.pk)
        question = made.questions.get()
        assert post(head, "directive_answer", question.pk, text="May we wait?", answer="No.") == 302
        assert "No." in text_of(sign_in(world.heads["county"]), "directive", made.pk)


def test_pages_of_a_sender(world: SimpleNamespace, sign_in: SignIn) -> None:
    made, draft = factories.directive(world.county), factories.directive(world.county, sent_at=None)
    with time_machine.travel(LATER, tick=False):
        head = sign_in(world.heads["county"])
        assert "Directives: sent and drafts" in text_of(head, "directives_sent")
        assert "Change the text" in text_of(head, "directive_edit", draft.pk)
        assert "This is 1 unit." in text_of(head, "directive_size", draft.pk, unit=world.village.code, reach="unit")
        for name in ("directive_correct", "directive_withdraw", "directive_close"):
            text_of(head, name, made.pk)
        page = text_of(head, "directive_correct", made.pk)
        based_on = page.split('name="based_on" value="')[1].split('"')[0]
        said = {"title": "Visit some", "due_on": "2026-12-01", "based_on": based_on, "replaced_why": "A slip."}
        assert post(head, "directive_correct", made.pk, **said) == 302
        assert "Corrected: what it said before" in text_of(head, "directive", made.pk)
        assert post(head, "directive_withdraw", made.pk, why="Not needed.") == 302
        assert "This directive was withdrawn" in text_of(sign_in(world.liaisons["village"]), "directive", made.pk)
        head = sign_in(world.heads["county"])
        assert post(head, "directive_review_ask", draft.pk) == 302
        reader = sign_in(world.heads["province"])
        page = text_of(reader, "directive_review", draft.pk)
        seal = page.split('name="seal" value="')[1].split('"')[0]
        assert post(reader, "directive_review", draft.pk, why="Shorter.") == 302
        assert post(reader, "directive_review_agree", draft.pk, seal=seal) == 409
        assert "The second reader sent it back" in text_of(sign_in(world.heads["county"]), "today")
        assert post(sign_in(world.heads["county"]), "directive_delete", draft.pk) == 302


def test_a_stranger_finds_nothing(world: SimpleNamespace, sign_in: SignIn) -> None:
    made = factories.directive(world.county)
    with time_machine.travel(LATER, tick=False):
        for person in (world.heads["other"], factories.person()):
            client = sign_in(person)
            assert client.get(reverse("directive", args=[made.pk])).status_code == 404
            assert client.get(reverse("directive_status", args=[made.pk])).status_code == 404
            assert "Visit every family" not in text_of(client, "directives")


def test_my_unit_and_the_search_show_them(world: SimpleNamespace, sign_in: SignIn) -> None:
    factories.directive(world.county)
    with time_machine.travel(LATER, tick=False):
        her = sign_in(world.liaisons["village"])
        assert "Visit every family" in text_of(her, "my_unit", world.village.code)
        assert "Visit every family" in text_of(her, "search", q="family")
        head = sign_in(world.heads["county"])
        assert "How far the units are" in text_of(head, "my_unit", world.county.code)
        assert "Do and report" in text_of(head, "today")


def test_today_says_once_what_a_directive_asks_with_a_form(world: SimpleNamespace, sign_in: SignIn) -> None:
    made = factories.directive(world.county, form=factories.report_form(world.county))
    with time_machine.travel(LATER, tick=False):
        her = sign_in(world.liaisons["village"])
        assert "Do and report" in text_of(her, "today")
        assert "Fill in and report" not in text_of(her, "today")
        assert "Fill in the form" in text_of(her, "directive", made.pk)


def queries_of(client: Client, *pages: tuple[str, tuple[object, ...]]) -> list[int]:
    counts = []
    for name, args in pages:
        text_of(client, name, *args)
        with CaptureQueriesContext(connection) as queries:
            text_of(client, name, *args)
        counts.append(len(queries))
    return counts


def test_queries_do_not_grow(db: None, sign_in: SignIn) -> None:
    units = factories.tree({"p": {f"c{n}": {} for n in range(30)}})
    head = factories.member(units["p"], 1)
    her = factories.member(units["c0"], 4)
    made = factories.directive(units["p"])
    pages: list[tuple[str, tuple[object, ...]]] = [
        ("directives", ()),
        ("directives_sent", ()),
        ("directive", (made.pk,)),
        ("directive_status_unit", (made.pk, "p")),
        ("directive_units", (made.pk, "p")),
        ("my_unit", ("p",)),
        ("today", ()),
    ]
    counts = {}
    for many in (3, 30):
        with time_machine.travel(LATER, tick=False):
            for unit in Unit.objects.filter(code__startswith="c").order_by("code")[:many]:
                take_on(made, unit, by=OPERATOR, at=LATER)
            while Directive.objects.count() < many:
                factories.directive(units["p"])
            counts[many] = (
                queries_of(sign_in(head), *pages),
                queries_of(sign_in(her), *pages[:3], ("my_unit", ("c0",))),
            )
    assert counts[3] == counts[30]
