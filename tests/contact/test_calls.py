"""Phone lists and proof: the last step where nobody answers, what came of it, and what its sender is shown of every unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from braid.contact.actions import ask_calls, freeze_due, record_call, record_facts, remind_silent, withdraw_notice
from braid.contact.actions.delivering import go_on_dispatching
from braid.contact.actions.receipts import grow_sets
from braid.contact.enums import CallOutcome, Fact
from braid.contact.models import Audience, Call, Notice, PhoneList, UnitSet
from braid.contact.queries import proof as proof_queries
from braid.contact.queries.calls import people_to_call, phone_list_for, phone_lists_waiting_for
from braid.contact.queries.proof import all_proofs, proofs_of, units_in
from braid.contact.queries.reach import Part, sets_of, told_within
from braid.contact.queries.silence import units_silent_on
from braid.contact.receiving import FactOf
from braid.insight.ground.contact import calls_to_make
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.delivery import send_due
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.actions import choose_channel
from braid.people.enums import Office, Reach, Role
from braid.people.models import Account, Grant, Person
from braid.units import snapshot
from braid.units.models import Unit
from tests import factories

DAY = timedelta(days=1)
Outcome = CallOutcome


@pytest.fixture
def later(now: datetime) -> datetime:
    """When calls can be asked for."""
    return now + 2 * DAY


@pytest.fixture
def notice(world: SimpleNamespace, now: datetime) -> Notice:
    """Sent at `now` to county, township and village, and reminded of a day later."""
    made = factories.notice(world.county, title="Meeting", sent_at=now, asks_acknowledgement=True)
    freeze_due(now)
    remind_silent(made, Fact.SEEN, by=OPERATOR, at=now + DAY)
    return made


@pytest.fixture
def phone_list(notice: Notice, later: datetime) -> PhoneList:
    return ask_calls(notice, Fact.SEEN, by=OPERATOR, at=later)


@pytest.fixture
def sign_in(client: Client) -> Callable[[Person], Client]:
    def as_person(person: Person) -> Client:
        client.force_login(Account.objects.get(person=person))
        return client

    return as_person


def say(notice: Notice, person: Person, unit: Unit, fact: Fact, at: datetime) -> None:
    assert record_facts([FactOf(person.pk, notice.pk, unit.pk, fact.value, at)], at=at)


def test_the_telephone_comes_last(notice: Notice, world: SimpleNamespace, now: datetime, later: datetime) -> None:
    head = world.heads["county"]
    fresh = factories.notice(world.county, sent_at=now)
    freeze_due(now)
    with pytest.raises(WrongState, match="Remind the silent first"):
        ask_calls(fresh, Fact.SEEN, by=head, at=later)
    with pytest.raises(WrongState, match="not long ago"):
        ask_calls(notice, Fact.SEEN, by=head, at=later - timedelta(minutes=1))
    with pytest.raises(NotAllowed):
        ask_calls(notice, Fact.SEEN, by=world.heads["township"], at=later)
    assert ask_calls(notice, Fact.SEEN, by=head, at=later).asked_by == head
    ask_calls(notice, Fact.ACKNOWLEDGED, by=head, at=later)
    assert PhoneList.objects.get().awaits == Fact.ACKNOWLEDGED


def test_who_is_asked(phone_list: PhoneList, world: SimpleNamespace, later: datetime) -> None:
    """The liaison officer; where a unit has none, its head; of silent units only, and until it is settled."""

    def asked(person: Person, at: datetime = later) -> list[Unit]:
        return [unit for _, unit in phone_lists_waiting_for(person, at=at, most=10)]

    liaison, head = world.liaisons["village"], world.heads["village"]
    assert asked(liaison) == [world.village]
    assert asked(head) == asked(world.liaisons["other"]) == asked(world.heads["nation"]) == []
    assert [one.what for one in calls_to_make(liaison, later)] == ["Telephone people"]
    liaison.memberships.update(until=later.date())
    assert asked(head) == [world.village]
    assert asked(head, later + 31 * DAY) == []
    record_call(phone_list, world.village, None, Outcome.NO_LINE, by=head, at=later)
    assert asked(head) == []
    say(phone_list.notice, world.heads["township"], world.township, Fact.SEEN, later)
    assert asked(world.liaisons["township"]) == []


def test_lists_of_others_do_not_hide_hers(
    phone_list: PhoneList, world: SimpleNamespace, now: datetime, later: datetime
) -> None:
    for _ in range(3):
        PhoneList.objects.create(notice=factories.notice(world.other, sent_at=now), asked_at=later + DAY)
    freeze_due(later)
    found = phone_lists_waiting_for(world.liaisons["village"], at=later + DAY, most=2)
    assert found == [(phone_list.notice, world.village)]


def test_waiting_takes_a_fixed_number_of_queries(
    phone_list: PhoneList, world: SimpleNamespace, now: datetime, later: datetime, django_assert_max_num_queries: Any
) -> None:
    her = world.liaisons["village"]
    for _ in range(5):
        made = factories.notice(world.county, sent_at=now)
        PhoneList.objects.create(notice=made, asked_at=later)
        factories.member(factories.unit(world.county), Office.HEAD, who=her)
    freeze_due(later)
    with django_assert_max_num_queries(7):
        assert len(phone_lists_waiting_for(her, at=later, most=10)) > 5


def test_who_is_on_the_list(phone_list: PhoneList, world: SimpleNamespace, later: datetime) -> None:
    """Everybody it means there while the unit is silent, and nobody once one of them has answered."""
    liaison = world.liaisons["village"]
    member = factories.member(world.village)
    here = phone_list_for(liaison, phone_list.pk, world.village.code)
    people = [row.person for row in people_to_call(here, at=later).rows]
    assert people == [world.heads["village"], liaison, member]
    page = people_to_call(here, at=later, size=2)
    rest = people_to_call(here, at=later, size=2, cursor=page.next_cursor)
    assert [row.person for row in [*page.rows, *rest.rows]] == people
    say(phone_list.notice, member, world.village, Fact.SEEN, later)
    assert people_to_call(phone_list_for(liaison, phone_list.pk, world.village.code), at=later).rows == []


def test_only_offices_it_means(world: SimpleNamespace, now: datetime, later: datetime) -> None:
    made = factories.notice(world.village, Audience(unit=world.village, offices=1 << Office.HEAD), sent_at=now)
    freeze_due(now)
    phone_list = PhoneList.objects.create(notice=made, asked_at=later)
    here = phone_list_for(world.liaisons["village"], made.pk, world.village.code)
    assert [row.person for row in people_to_call(here, at=later).rows] == [world.heads["village"]]
    by = world.liaisons["village"]
    with pytest.raises(WrongState):
        record_call(phone_list, world.village, by, Outcome.REACHED, by=by, at=later)


def test_out_of_reach_is_absent(phone_list: PhoneList, world: SimpleNamespace, later: datetime) -> None:
    publisher = factories.member(world.village, Office.COMMUNICATIONS)
    village, county = world.village.code, world.county.code
    for person, pk, code in [
        (publisher, phone_list.pk, village),
        (world.liaisons["township"], phone_list.pk, village),
        (world.heads["village"], phone_list.pk, county),
        (world.heads["village"], factories.notice(world.village).pk, village),
        (world.heads["nation"], phone_list.pk, world.other.code),
    ]:
        with pytest.raises(Http404):
            phone_list_for(person, pk, code)
    assert phone_list_for(world.heads["nation"], phone_list.pk, village).unit == world.village
    withdraw_notice(phone_list.notice, why="wrong", by=OPERATOR, at=later)
    with pytest.raises(Http404):
        phone_list_for(world.heads["village"], phone_list.pk, village)


def test_what_came_of_it_is_recorded_once_by_whom_and_when(
    phone_list: PhoneList, world: SimpleNamespace, later: datetime
) -> None:
    by, her, village = world.liaisons["village"], world.heads["village"], world.village
    call = record_call(phone_list, village, her, Outcome.NO_ANSWER, by=by, at=later)
    assert (call.by, call.at, call.is_reached) == (by, later, False)
    same = record_call(phone_list, village, her, Outcome.NO_ANSWER, by=world.heads["county"], at=later + DAY)
    assert (same.pk, same.by, same.at) == (call.pk, by, later)
    assert village.pk in units_silent_on(phone_list.notice, Fact.SEEN)
    record_call(phone_list, village, her, Outcome.REACHED, by=by, at=later + DAY)
    assert Call.objects.get().outcome == Outcome.REACHED
    with pytest.raises(WrongState, match="already"):
        record_call(phone_list, village, her, Outcome.AWAY, by=by, at=later + DAY)
    assert village.pk not in units_silent_on(phone_list.notice, Fact.SEEN)
    kinds = (
        Entry.objects.filter(unit=village, kind__startswith="notice.").order_by("pk").values_list("kind", "by_number")
    )
    assert list(kinds) == [("notice.unreachable", by.pk), ("notice.phoned", by.pk)]
    told = dict(told_within(phone_list.notice, Part(world.county)))
    assert (told[UnitSet.Meaning.CALLED], told[UnitSet.Meaning.UNREACHABLE]) == (1, 1)
    assert not sets_of(phone_list.notice).units[UnitSet.Meaning.SEEN], "a call is no receipt"


def test_what_is_not_recorded(phone_list: PhoneList, world: SimpleNamespace, later: datetime) -> None:
    her, village, by = world.heads["village"], world.village, world.liaisons["village"]
    for other in (factories.member(village, Office.COMMUNICATIONS), world.liaisons["township"], factories.person()):
        with pytest.raises(NotAllowed):
            record_call(phone_list, village, her, Outcome.REACHED, by=other, at=later)
    with pytest.raises(BadInput):
        record_call(phone_list, village, her, Outcome.OTHER, note="  ", by=by, at=later)
    with pytest.raises(WrongState):
        record_call(phone_list, village, world.heads["township"], Outcome.REACHED, by=by, at=later)
    with pytest.raises(WrongState):
        record_call(phone_list, world.other, None, Outcome.REACHED, by=world.heads["other"], at=later)
    withdraw_notice(phone_list.notice, why="wrong", by=OPERATOR, at=later)
    with pytest.raises(WrongState):
        record_call(phone_list, village, her, Outcome.REACHED, by=by, at=later)
    assert not Call.objects.exists()


def test_the_page_of_the_list(
    phone_list: PhoneList, world: SimpleNamespace, later: datetime, sign_in: Callable[[Person], Client]
) -> None:
    her, liaison = world.heads["village"], world.liaisons["village"]
    Person.objects.filter(pk=her.pk).update(phone="13900001111")
    page = reverse("notice_phone_list", args=[phone_list.pk, world.village.code])
    with time_machine.travel(later, tick=False):
        client = sign_in(liaison)
        assert "tel:13900001111" in client.get(page).content.decode()
        wrong = client.post(page, {"person": her.pk, "outcome": "other", "note": ""})
        assert wrong.status_code == 422
        assert wrong.content.decode().count('class="details " open') == 1
        assert client.post(page, {"person": 999_999, "outcome": "away"}).status_code == 404
        assert client.post(page, {"person": her.pk, "outcome": "away", "note": "back on Monday"}).status_code == 302
        text = client.get(page).content.decode()
        assert "not reached: she is away or ill" in text
        assert "back on Monday" in text
        assert client.post(page, {"person": "", "outcome": "reached"}).status_code == 302
        assert "Nobody need be telephoned" in client.get(page).content.decode()


def test_phone_numbers_only_for_who_may_see_contacts(
    phone_list: PhoneList,
    world: SimpleNamespace,
    later: datetime,
    sign_in: Callable[[Person], Client],
    monkeypatch: Any,
) -> None:
    from braid.people.roles import HOLDERS
    from braid.people.rules import VIEW_CONTACTS

    Person.objects.filter(pk=world.heads["village"].pk).update(phone="13900001111")
    monkeypatch.setitem(HOLDERS, VIEW_CONTACTS, frozenset({Role.LEAD}))
    page = reverse("notice_phone_list", args=[phone_list.pk, world.village.code])
    with time_machine.travel(later, tick=False):
        assert "13900001111" not in sign_in(world.liaisons["village"]).get(page).content.decode()
        assert "13900001111" in sign_in(world.heads["village"]).get(page).content.decode()


def test_the_sender_s_page(
    notice: Notice, world: SimpleNamespace, now: datetime, sign_in: Callable[[Person], Client]
) -> None:
    head, page = world.heads["county"], reverse("notice_remind", args=[notice.pk])
    with time_machine.travel(now + DAY, tick=False) as clock:
        client = sign_in(head)
        assert "People were told of it not long ago" in client.get(page).content.decode()
        clock.shift(DAY)
        text = client.get(page).content.decode()
        assert "not seen: 3 units, about 6 people" in text
        assert "2 more reminders" in text
        assert client.post(page, {"awaits": "9"}).status_code == 422
        assert client.post(page, {"awaits": "2"}).status_code == 302
        assert client.post(page, {"awaits": "2"}).status_code == 409
        assert client.post(reverse("notice_call_ask", args=[notice.pk]), {"awaits": "1"}).status_code == 409
        clock.shift(DAY)
        client.post(reverse("notice_call_ask", args=[notice.pk]), {"awaits": "1"})
        assert "Calls were asked for" in client.get(page).content.decode()
        reach = client.get(reverse("notice_reach_unit", args=[notice.pk, world.county.code])).content.decode()
        assert page in reach
        assert reverse("notice_phone_list", args=[notice.pk, world.county.code]) in reach
        draft = factories.notice(world.county, sent_at=None)
        assert client.get(reverse("notice_remind", args=[draft.pk])).status_code == 409


def test_proof_of_a_unit(phone_list: PhoneList, world: SimpleNamespace, now: datetime, later: datetime) -> None:
    notice, village = phone_list.notice, world.village
    head, liaison, member = world.heads["village"], world.liaisons["village"], factories.member(village)
    say(notice, member, village, Fact.SEEN, now + timedelta(hours=1))
    say(notice, head, village, Fact.SEEN, now + timedelta(hours=2))
    say(notice, head, village, Fact.ACKNOWLEDGED, now + timedelta(hours=3))
    record_call(phone_list, world.township, None, Outcome.NO_LINE, by=world.heads["county"], at=later)
    here, there = proofs_of(notice, [village, world.township])
    seen, acknowledged = here.steps
    assert (seen.on, seen.at, seen.office) == (now.date(), None, Office.MEMBER), "of members only the day"
    assert (acknowledged.at, acknowledged.office) == (now + timedelta(hours=3), Office.HEAD)
    assert (here.call, here.is_reached) == (None, True)
    assert [step.on for step in there.steps] == [None, None]
    assert there.call
    assert there.call.outcome == Outcome.NO_LINE
    assert liaison.pk  # she said nothing, and nothing is said of her
    head.memberships.update(until=later.date())
    (left,) = proofs_of(notice, [village])
    assert left.steps[1].office == Office.HEAD, "the office she held then"


def test_proof_names_the_reminders_that_told_somebody_there(world: SimpleNamespace, now: datetime) -> None:
    for name in ("village", "township"):
        head = world.heads[name]
        Person.objects.filter(pk=head.pk).update(email=f"{name}@example.org")
        choose_channel(head, channel="email", by=head, at=now)
    made = factories.notice(world.county, sent_at=now)
    freeze_due(now)
    say(made, world.heads["township"], world.township, Fact.SEEN, now)
    reminder = remind_silent(made, Fact.SEEN, by=OPERATOR, at=now + DAY)
    while go_on_dispatching(now + DAY) + send_due(now + DAY):
        pass
    found = {proof.unit: proof.reminders for proof in all_proofs(made, Part(world.nation))}
    assert found == {world.county: (), world.township: (), world.village: (reminder,)}


def test_proof_takes_a_fixed_number_of_queries(phone_list: PhoneList, world: SimpleNamespace, later: datetime) -> None:
    notice, units = phone_list.notice, [world.county, world.township, world.village]
    for name in ("county", "township", "village"):
        say(notice, world.heads[name], world.units[name], Fact.SEEN, later)
        record_call(phone_list, world.units[name], None, Outcome.AWAY, by=world.heads["county"], at=later)
    counts = []
    for some in (units[:1], units):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            proofs_of(notice, some)
        counts.append(len(taken))
    assert counts[0] == counts[1] <= 8


def test_lists_are_cut_by_level_and_paged(
    notice: Notice, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = Part(world.nation)
    first = units_in(notice, part, size=2)
    assert first.rows == [world.county, world.township]
    assert units_in(notice, part, size=2, cursor=first.next_cursor).rows == [world.village]
    assert units_in(notice, part, level=world.township.level).rows == [world.township]
    monkeypatch.setattr(proof_queries, "AT_ONCE", 2)
    assert [proof.unit for proof in all_proofs(notice, part)] == [world.county, world.township, world.village]
    assert [proof.unit for proof in all_proofs(notice, Part(world.township, is_alone=True))] == [world.township]


def test_pages_and_file_of_proof(
    phone_list: PhoneList, world: SimpleNamespace, later: datetime, sign_in: Callable[[Person], Client]
) -> None:
    notice, her = phone_list.notice, world.heads["village"]
    record_call(
        phone_list, world.village, her, Outcome.AWAY, note="in hospital", by=world.liaisons["village"], at=later
    )
    say(notice, world.heads["township"], world.township, Fact.SEEN, later)
    with time_machine.travel(later + DAY, tick=False):
        client = sign_in(world.heads["county"])
        page = client.get(reverse("notice_proofs", args=[notice.pk, world.county.code])).content.decode()
        assert "she is away or ill" in page
        assert (
            client.get(reverse("notice_proofs", args=[notice.pk, world.county.code]), {"level": "99"}).status_code
            == 404
        )
        answer = client.get(reverse("notice_proofs_file", args=[notice.pk, world.county.code]))
        assert answer.streaming
        rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert [row[0] for row in rows[1:]] == [world.county.code, world.township.code, world.village.code]
        assert rows[2][5:7] == ["2026-11-25 12:00", "head"]
        assert rows[3][-3:] == ["she is away or ill", "2026-11-25 12:00", str(world.liaisons["village"])]
        assert "in hospital" not in str(rows)
        mine = client.get(reverse("notice_proof", args=[notice.pk, world.village.code])).content.decode()
        assert "in hospital" in mine
        assert str(her) in mine
        publisher = factories.member(world.county, Office.COMMUNICATIONS)
        theirs = sign_in(publisher).get(reverse("notice_proof", args=[notice.pk, world.village.code])).content.decode()
        assert "she is away or ill" in theirs
        assert "in hospital" not in theirs
        assert str(her) not in theirs
        viewer = factories.person()
        Grant.objects.create(
            person=viewer,
            unit=world.village,
            unit_path=world.village.path,
            role=Role.VIEW,
            reach=Reach.UNIT,
            since=later,
        )
        client = sign_in(viewer)
        assert client.get(reverse("notice_proof", args=[notice.pk, world.village.code])).status_code == 200
        assert client.get(reverse("notice_proof", args=[notice.pk, world.township.code])).status_code == 404


@pytest.mark.parametrize("name", ["notice_phone_list", "notice_proofs", "notice_proof", "notice_remind"])
def test_queries_do_not_grow_with_the_rows(
    name: str, phone_list: PhoneList, world: SimpleNamespace, later: datetime, sign_in: Callable[[Person], Client]
) -> None:
    client = sign_in(world.heads["nation"])
    args = [phone_list.pk] if name == "notice_remind" else [phone_list.pk, world.county.code]
    counts = []
    with time_machine.travel(later, tick=False):
        for rows in (3, 10):
            for _ in range(rows):
                unit, her = factories.unit(world.county), factories.member(world.county)
                grow_sets({(phone_list.pk, UnitSet.Meaning.ADDRESSED.value): [unit.pk]})
                Call.objects.create(notice=phone_list.notice, unit=unit, outcome="away", by=her, at=later)
                Call.objects.create(
                    notice=phone_list.notice, unit=world.county, person=her, outcome="away", by=her, at=later
                )
            snapshot._snapshot.clear()
            assert client.get(reverse(name, args=args)).status_code == 200
            with CaptureQueriesContext(connection) as taken:
                page = client.get(reverse(name, args=args)).content.decode()
            counts.append(len(taken))
    assert ("away or ill" in page) == (name != "notice_remind")
    assert counts[0] == counts[1]


def test_what_is_erased_with_her(phone_list: PhoneList, world: SimpleNamespace, later: datetime) -> None:
    from braid.contact.holdings import HOLDINGS
    from braid.kernel.personal import Traces

    her, liaison = world.heads["village"], world.liaisons["village"]
    record_call(phone_list, world.village, her, Outcome.AWAY, note="ill", by=liaison, at=later)
    record_call(phone_list, world.village, None, Outcome.REACHED, by=her, at=later)
    for holding in HOLDINGS:
        if holding.model is Call:
            holding.erase(holding.rows_of(her.pk), Traces(her.pk, (), later))
    kept = Call.objects.get()
    assert (kept.person, kept.by, kept.outcome) == (None, None, Outcome.REACHED)
