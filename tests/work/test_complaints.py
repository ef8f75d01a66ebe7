"""Complaints: who hears them, until when, who learns what, and that nobody learns who complained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from braid.insight.ground.burden import complaints_nobody_hears, waiting_complaints
from braid.journal.models import Entry
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.actions import give_grant
from braid.people.enums import Office, Reach, Role
from braid.people.models import Grant, Person
from braid.people.rules import roles_to_give
from braid.units.models import Unit
from braid.work.actions import answer_complaint, complain, raise_overdue_complaints, take_back_complaint
from braid.work.enums import ComplaintState, Grievance, Verdict
from braid.work.models import Complaint, Directive, ReportForm
from braid.work.queries import complaints as queries
from braid.work.queries.complaints import (
    complaint_for,
    complaints_by,
    complaints_heard_by,
    outcomes_about,
    outcomes_of,
)
from tests import factories
from tests.factories import directive_rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SECRET = "We walked two days for this"


def overseer(unit: Unit, who: Person | None = None, **fields: Any) -> Person:
    """Somebody who hears complaints at `unit`."""
    who = who or factories.person()
    Grant.objects.create(
        person=who,
        unit=unit,
        unit_path=unit.path,
        role=Role.OVERSEE,
        reach=Reach.UNIT,
        since=factories.notices.LONG_AGO,
        **fields,
    )
    who.__dict__.pop("_held", None)
    return who


@pytest.fixture
def directive(world: SimpleNamespace) -> Directive:
    return directive_rows.directive(world.county)


@pytest.fixture
def made(world: SimpleNamespace, directive: Directive) -> Complaint:
    overseer(world.province, who=factories.person("hears"))
    return said(directive, world)


def said(thing: Directive | ReportForm, world: SimpleNamespace, by: Person | None = None) -> Complaint:
    return complain(
        thing,
        unit=world.village,
        about=Grievance.TOO_MUCH,
        words=SECRET,
        by=by or world.liaisons["village"],
        at=NOW,
    )


def hears(name: str = "hears") -> Person:
    """Read anew: a request has the rights of its moment."""
    return Person.objects.get(name=name)


def test_the_nearest_independent_person_above_the_sender_hears_it(world: SimpleNamespace, directive: Directive) -> None:
    overseer(world.nation)
    assert said(directive, world).unit == world.nation
    overseer(world.county)  # at the sender's own unit: not above it
    overseer(world.province)
    assert said(directive, world, by=world.heads["village"]).unit == world.province


def test_who_could_have_asked_does_not_hear_it(world: SimpleNamespace, directive: Directive) -> None:
    overseer(world.province, who=factories.member(world.county, Office.DEPUTY))
    overseer(world.province, who=world.heads["nation"])
    overseer(world.nation)
    assert said(directive, world).unit == world.nation
    assert complaints_heard_by(Person.objects.get(pk=world.heads["nation"].pk), waiting=True).rows == []


def test_of_the_root_somebody_at_the_root_hears_it(world: SimpleNamespace) -> None:
    overseer(world.nation, who=factories.person("hears"))
    made = said(directive_rows.directive(world.nation), world)
    assert made.unit == world.nation
    assert complaint_for(hears(), made.pk) == made


def test_without_anybody_it_waits_at_the_top_and_its_head_is_told_how_many(
    world: SimpleNamespace, directive: Directive
) -> None:
    made = said(directive, world)
    assert made.unit == world.nation
    (line,) = complaints_nobody_hears(world.heads["nation"], NOW)
    assert line.title == "1 complaint waits"
    with pytest.raises(Http404):
        complaint_for(world.heads["nation"], made.pk)
    assert list(complaints_nobody_hears(world.heads["province"], NOW)) == []
    who = overseer(world.nation)
    assert list(complaints_nobody_hears(world.heads["nation"], NOW)) == []
    assert complaints_heard_by(who, waiting=True).rows == [made]


def test_only_officers_of_a_unit_that_is_asked_complain(world: SimpleNamespace, directive: Directive) -> None:
    with pytest.raises(NotAllowed):
        said(directive, world, by=world.liaisons["other"])
    with pytest.raises(NotAllowed):
        said(directive, world, by=factories.member(world.village))
    not_asked = directive_rows.directive(world.other)
    with pytest.raises(NotAllowed):
        said(not_asked, world)
    with pytest.raises(NotAllowed):
        said(directive_rows.directive(world.county, sent_at=None), world)
    said(directive, world)
    with pytest.raises(WrongState):
        said(directive, world)
    with pytest.raises(BadInput):
        complain(
            directive,
            unit=world.village,
            about=Grievance.OTHER,
            words=" ",
            by=world.heads["village"],
            at=NOW,
        )


def test_of_a_form_only_once_it_asked(world: SimpleNamespace) -> None:
    form = factories.report_form(world.county)
    with pytest.raises(NotAllowed):
        said(form, world)
    factories.period(form)
    assert said(form, world).thing == form


def test_answered_within_fifteen_days_for_her_and_nameless_for_those_who_asked(
    world: SimpleNamespace, made: Complaint
) -> None:
    her = world.liaisons["village"]
    assert (made.due_on - NOW.date()).days == 15
    (line,) = waiting_complaints(hears(), NOW)
    assert line.due_on == made.due_on
    with pytest.raises(NotAllowed):
        answer_complaint(made, verdict=Verdict.RIGHT, answer="You are right.", by=world.heads["county"], at=NOW)
    with pytest.raises(BadInput):
        answer_complaint(made, verdict=Verdict.RIGHT, answer=" ", by=hears(), at=NOW)
    assert outcomes_about(made.thing, world.heads["county"]) == []
    answer_complaint(made, verdict=Verdict.RIGHT, answer="It is withdrawn.", by=hears(), at=NOW)
    assert list(waiting_complaints(hears(), NOW)) == []
    (line,) = waiting_complaints(her, NOW)
    assert line.what == "Your complaint was answered"
    assert complaints_by(her).rows[0].answer == "It is withdrawn."
    (outcome,) = outcomes_about(made.thing, world.heads["county"])
    assert (outcome.answer, outcome.verdict) == ("It is withdrawn.", "justified")
    assert SECRET not in repr(outcome)
    assert her.name not in repr(outcome)
    assert outcomes_of(world.county, world.heads["county"])[0] == [outcome]
    assert outcomes_about(made.thing, world.heads["village"]) == []
    with pytest.raises(Http404):
        outcomes_of(world.county, world.heads["village"])
    with pytest.raises(WrongState):
        answer_complaint(made, verdict=Verdict.NOT, answer="No.", by=hears(), at=NOW)


def test_one_s_own_one_does_not_answer(world: SimpleNamespace, directive: Directive) -> None:
    her = overseer(world.province, who=world.liaisons["village"])
    overseer(world.province)
    made = said(directive, world, by=her)
    with pytest.raises(NotAllowed):
        answer_complaint(made, verdict=Verdict.RIGHT, answer="I am right.", by=her, at=NOW)


def test_what_is_overdue_goes_a_level_up(world: SimpleNamespace, made: Complaint) -> None:
    above = overseer(world.nation)
    assert raise_overdue_complaints(NOW + timedelta(days=15)) == 0
    at = NOW + timedelta(days=16)
    assert raise_overdue_complaints(at) == 1
    made.refresh_from_db()
    assert (made.unit, made.raised) == (world.nation, 1)
    assert (made.due_on - at.date()).days == 7
    assert complaint_for(above, made.pk) == made
    with pytest.raises(Http404):
        complaint_for(hears(), made.pk)
    assert raise_overdue_complaints(at + timedelta(days=30)) == 0


def test_where_nobody_above_hears_it_stays_and_is_late(world: SimpleNamespace, made: Complaint) -> None:
    at = NOW + timedelta(days=16)
    assert raise_overdue_complaints(at) == 0
    made.refresh_from_db()
    assert (made.unit, made.raised) == (world.province, 0)
    assert (made.due_on - NOW.date()).days == 15
    (line,) = waiting_complaints(hears(), at)
    assert line.what == "Answer the complaint: it is late"


def test_she_can_take_it_back_while_it_waits(world: SimpleNamespace, made: Complaint) -> None:
    with pytest.raises(NotAllowed):
        take_back_complaint(made, by=hears(), at=NOW)
    take_back_complaint(made, by=world.liaisons["village"], at=NOW)
    assert made.state == ComplaintState.TAKEN_BACK
    assert complaints_heard_by(hears(), waiting=False).rows == []
    assert said(made.directive, world).pk != made.pk


def test_the_journal_counts_and_names_nobody(world: SimpleNamespace, made: Complaint) -> None:
    (entry,) = Entry.objects.filter(kind="complaint.made")
    assert entry.unit_id == world.province.pk
    assert entry.by_number is None


def test_erased_she_is_forgotten_and_the_answer_stays(world: SimpleNamespace, made: Complaint) -> None:
    from braid.kernel.personal import HOLDINGS, Traces

    answer_complaint(made, verdict=Verdict.RIGHT, answer="Withdrawn.", by=hears(), at=NOW)
    her = world.liaisons["village"]
    (holding,) = (each for each in HOLDINGS if each.label == "work.Complaint.said_by")
    assert holding.erase(holding.rows_of(her.pk), Traces(her.pk, (her.name,), NOW)) == 1
    made.refresh_from_db()
    assert (made.said_by, made.said_from, made.words, made.answer) == (None, None, "—", "Withdrawn.")


def test_the_role_is_given_from_above_and_needs_nothing_the_giver_lacks(world: SimpleNamespace) -> None:
    assert Role.OVERSEE in roles_to_give(world.heads["province"], world.county)
    assert Role.OVERSEE not in roles_to_give(world.heads["county"], world.county)
    assert Role.OVERSEE in roles_to_give(world.heads["nation"], world.nation)
    given = {"role": Role.OVERSEE, "reach": Reach.UNIT, "until": NOW + timedelta(days=90), "why": "The duty."}
    with pytest.raises(NotAllowed):
        give_grant(factories.person(), world.county, **given, by=world.heads["county"], at=NOW)
    assert give_grant(factories.person(), world.county, **given, by=world.heads["province"], at=NOW)


LOOKED_AT = (
    "/today/",
    "/notices/",
    "/complaints/",
    "/complaints/heard/",
    "/complaints/about/{unit}/",
    "/burden/{unit}/",
)


def leaks(world: SimpleNamespace, made: Complaint) -> Iterator[str]:
    """Pages on which those who asked read who complained, or what."""
    her = world.liaisons["village"]
    assert her.name
    for asker in (world.heads["county"], world.heads["province"], world.heads["nation"]):
        client = Client()
        client.force_login(asker.account)
        pages = [page.format(unit=unit) for page in LOOKED_AT for unit in ("county", "province", "nation")]
        for page in {*pages, f"/complaints/{made.pk}/", f"/complaints/{made.pk}/answer/"}:
            body = client.get(page).content.decode()
            if SECRET in body or her.name in body:
                yield page


def test_those_who_asked_find_nothing_of_her_anywhere(world: SimpleNamespace, made: Complaint) -> None:
    assert list(leaks(world, made)) == []
    answer_complaint(made, verdict=Verdict.RIGHT, answer="Withdrawn.", by=hears(), at=NOW)
    assert list(leaks(world, made)) == []


def whoever_asked_hears(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queries, "can_hear", lambda by, complaint: True)


def words_go_to_those_who_asked(patch: pytest.MonkeyPatch) -> None:
    told = queries._outcome

    def leaky(row: Complaint) -> Any:
        outcome = told(row)
        object.__setattr__(outcome, "answer", f"{row.answer} {row.words}")
        return outcome

    patch.setattr(queries, "_outcome", leaky)


@pytest.mark.parametrize("plant", [whoever_asked_hears, words_go_to_those_who_asked])
def test_a_planted_leak_is_caught(
    world: SimpleNamespace, made: Complaint, monkeypatch: pytest.MonkeyPatch, plant: Any
) -> None:
    answer_complaint(made, verdict=Verdict.RIGHT, answer="Withdrawn.", by=hears(), at=NOW)
    plant(monkeypatch)
    assert list(leaks(world, made)) != []
