"""Offices with terms: how somebody came to one, acting, succession on a day, vacancies, history, roster."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from braid.contact.models import Notice
from braid.journal.models import Entry
from braid.kernel import outbox
from braid.kernel.access import EVERYWHERE, OPERATOR, Scope
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.actions import (
    begin_term,
    cancel_succession,
    change_term_end,
    end_membership,
    give_grant,
    plan_succession,
    take_office,
)
from braid.people.enums import CameBy, Office, Reach, Role, SuccessionState
from braid.people.models import Grant, Membership, Person, Succession, Term
from braid.people.queries import history_of, roster_in, roster_rows, vacancies_in, with_acting, work_to_pass
from braid.people.queries import offices as office_queries
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from tests import factories

World = dict[str, Unit]


@pytest.fixture
def units(db: None) -> World:
    return factories.tree({"nation": {"province": {"county": {"village": {}, "hamlet": {}}, "other": {}}, "far": {}}})


@pytest.fixture
def head(units: World) -> Person:
    """The head of the county."""
    return factories.member(units["county"], Office.HEAD, who=factories.person("Head"))


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def held_by(person: Person, office: Office = Office.HEAD) -> Membership:
    return Membership.objects.get(person=person, office=office)


# terms


def test_a_term_lasts_five_years_unless_planned_otherwise(units: World, head: Person, at: datetime) -> None:
    term = begin_term(units["county"], number=12, begins_on=date(2024, 2, 29), by=head, at=at)
    assert (term.ends_on, str(term)) == (date(2029, 2, 28), "term 12")
    assert Entry.objects.get().kind == "term.begun"
    change_term_end(term, ends_on=date(2028, 6, 1), by=head)
    assert Term.objects.get().ends_on == date(2028, 6, 1)


def test_the_next_term_ends_the_one_before(units: World, head: Person, at: datetime) -> None:
    first = begin_term(units["county"], number=1, begins_on=date(2020, 1, 1), by=head, at=at)
    second = begin_term(units["county"], number=2, begins_on=date(2024, 6, 1), by=head, at=at)
    assert Term.objects.get(pk=first.pk).ends_on == second.begins_on
    with pytest.raises(BadInput, match="greater"):
        begin_term(units["county"], number=2, begins_on=date(2026, 1, 1), by=head, at=at)
    with pytest.raises(BadInput, match="come after"):
        begin_term(units["county"], number=3, begins_on=date(2024, 1, 1), by=head, at=at)
    with pytest.raises(BadInput, match="last term"):
        change_term_end(first, ends_on=date(2030, 1, 1), by=head)
    with pytest.raises(BadInput, match="ends after"):
        change_term_end(second, ends_on=date(2024, 6, 1), by=head)


@pytest.mark.parametrize("where", ["province", "other", "far"])
def test_terms_are_set_by_those_who_fill_offices(units: World, head: Person, at: datetime, where: str) -> None:
    with pytest.raises(NotAllowed):
        begin_term(units[where], number=1, begins_on=date(2026, 1, 1), by=head, at=at)


def test_an_office_belongs_to_the_term_of_its_first_day(units: World, head: Person, at: datetime) -> None:
    village = units["village"]
    first = begin_term(village, number=1, begins_on=date(2015, 1, 1), by=head, at=at)
    second = begin_term(village, number=2, begins_on=date(2021, 6, 1), by=head, at=at)
    days = {date(2014, 1, 1): None, date(2020, 12, 31): first, date(2021, 6, 1): second, date(2026, 1, 1): second}
    for day, term in days.items():
        person = factories.person()
        held = take_office(person, village, Office.DEPUTY, since=day, came_by=CameBy.ELECTED, by=head, at=at)
        assert (held.term, held.came_by) == (term, CameBy.ELECTED)
    member = take_office(factories.person(), village, Office.MEMBER, by=head, at=at)
    assert member.term is None


def test_members_are_not_elected(units: World, head: Person, at: datetime) -> None:
    with pytest.raises(BadInput):
        take_office(factories.person(), units["village"], Office.MEMBER, came_by=CameBy.ELECTED, by=head, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.member(units["village"], came_by=CameBy.ACTING)


def test_an_acting_head_ends_when_a_head_comes(units: World, head: Person, at: datetime) -> None:
    acting = factories.person("Acting")
    take_office(acting, units["village"], Office.HEAD, came_by=CameBy.ACTING, by=head, at=at)
    with pytest.raises(WrongState, match="is head of this unit"):
        take_office(factories.person(), units["village"], Office.HEAD, came_by=CameBy.ACTING, by=head, at=at)
    elected = take_office(factories.person(), units["village"], Office.HEAD, came_by=CameBy.ELECTED, by=head, at=at)
    assert elected.until is None
    assert held_by(acting).until == timezone.localdate(at)


# succession


@pytest.fixture
def leader(units: World) -> Person:
    """The head of the province, who plans."""
    return factories.member(units["province"], Office.HEAD, who=factories.person("Leader"))


def plan(head: Person, successor: Person, *, by: object, at: datetime, days: int = 3, **options: object) -> Succession:
    on = timezone.localdate(at) + timedelta(days=days)
    values = {"on": on, "came_by": CameBy.ELECTED, **options}
    return plan_succession(held_by(head), successor, by=by, at=at, **values)  # type: ignore[arg-type]


def test_nothing_happens_before_the_day_and_all_of_it_on_the_day(
    units: World, head: Person, leader: Person, at: datetime
) -> None:
    county, eva = units["county"], factories.member(units["county"], who=factories.person("Eva"))
    give_grant(
        head,
        county,
        role=Role.VIEW,
        reach=Reach.UNIT,
        until=at + timedelta(days=90),
        why="books",
        by=OPERATOR,
        at=at,
    )
    factories.notice(county, sent_at=None, title="Half written")
    Notice.objects.update(author=head)
    planned = plan(head, eva, by=leader, at=at)
    assert work_to_pass(planned.held) == [("draft notices", 1)]
    assert outbox.run_due(at=at + timedelta(days=1)) == 0
    assert held_by(head).until is None

    then = at + timedelta(days=3)
    assert outbox.run_due(at=then) == 1
    planned.refresh_from_db()
    assert planned.state == SuccessionState.DONE
    assert planned.outcome == {"passed": {"grants": 1, "drafts": 1, "directives": 0, "directive_drafts": 0}}
    assert held_by(head).until == planned.on
    assert (held_by(eva).since, held_by(eva).came_by) == (planned.on, CameBy.ELECTED)
    assert list(Grant.objects.valid(then).values_list("person", "role", "why")) == [(eva.pk, "view", "books")]
    assert Notice.objects.get().author == eva
    kinds = sorted(Entry.objects.values_list("kind", flat=True))
    assert kinds == ["grant.given", "grant.given", "grant.revoked", "office.ended", "office.taken"]


def test_a_head_plans_her_own_succession(units: World, head: Person, at: datetime) -> None:
    """Her rights end in the middle of it; what she gives is given before."""
    eva = factories.person("Eva")
    give_grant(
        head,
        units["county"],
        role=Role.VIEW,
        reach=Reach.UNIT,
        until=at + timedelta(days=9),
        why="x",
        by=OPERATOR,
        at=at,
    )
    planned = plan(head, eva, by=fresh(head), at=at, days=0)
    outbox.run_due(at=at)
    planned.refresh_from_db()
    assert planned.state == SuccessionState.DONE
    assert held_by(eva).until is None
    assert Grant.objects.valid(at).get().person == eva


def test_today_s_gate_decides(units: World, head: Person, leader: Person, at: datetime) -> None:
    eva = factories.person("Eva")
    planned = plan(head, eva, by=leader, at=at)
    end_membership(held_by(leader), by=OPERATOR, at=at)
    outbox.run_due(at=at + timedelta(days=3))
    planned.refresh_from_db()
    assert planned.state == SuccessionState.REFUSED
    assert "role does not allow" in planned.outcome["refusal"]
    assert held_by(head).until is None
    assert not Membership.objects.filter(person=eva).exists()


def test_a_closed_unit_refuses(units: World, head: Person, leader: Person, at: datetime) -> None:
    planned = plan(head, factories.person(), by=leader, at=at)
    Unit.objects.filter(pk=units["county"].pk).update(status=UnitStatus.CLOSED, closed_on=date(2026, 1, 1))
    outbox.run_due(at=at + timedelta(days=3))
    planned.refresh_from_db()
    assert (planned.state, planned.outcome["refusal"]) == ("refused", "This unit is closed.")


def test_the_planner_who_is_gone(units: World, head: Person, leader: Person, at: datetime) -> None:
    planned = plan(head, factories.person(), by=leader, at=at)
    leader.delete()
    outbox.run_due(at=at + timedelta(days=3))
    planned.refresh_from_db()
    assert planned.state == SuccessionState.REFUSED


def test_an_office_that_ended_before_its_day_still_begins_anew(
    units: World, head: Person, leader: Person, at: datetime
) -> None:
    eva = factories.person("Eva")
    plan(head, eva, by=leader, at=at)
    end_membership(held_by(head), by=leader, at=at)
    outbox.run_due(at=at + timedelta(days=3))
    assert held_by(head).until == timezone.localdate(at)
    assert held_by(eva).until is None


def test_called_off(units: World, head: Person, leader: Person, at: datetime) -> None:
    planned = plan(head, factories.person(), by=leader, at=at)
    with pytest.raises(NotAllowed):
        cancel_succession(planned, by=factories.person(), at=at)
    cancel_succession(planned, by=leader, at=at)
    assert outbox.run_due(at=at + timedelta(days=3)) == 1
    assert held_by(head).until is None
    with pytest.raises(WrongState):
        cancel_succession(planned, by=leader, at=at)
    assert plan(head, factories.person(), by=leader, at=at).state == SuccessionState.PLANNED


def test_what_cannot_be_planned(units: World, head: Person, leader: Person, at: datetime) -> None:
    eva = factories.member(units["county"], who=factories.person("Eva"))
    with pytest.raises(NotAllowed):
        plan(head, eva, by=factories.member(units["county"], Office.DEPUTY), at=at)
    for days in (-1, 800):
        with pytest.raises(BadInput):
            plan(head, eva, by=leader, at=at, days=days)
    with pytest.raises(WrongState, match="already"):
        plan(head, head, by=leader, at=at)
    with pytest.raises(BadInput, match="Only offices"):
        plan_succession(
            held_by(eva, Office.MEMBER), head, on=timezone.localdate(at), came_by=CameBy.ELECTED, by=leader, at=at
        )
    plan(head, eva, by=leader, at=at)
    with pytest.raises(WrongState, match="planned already"):
        plan(head, eva, by=leader, at=at)


def test_who_may_not_give_a_right_passes_none_on(units: World, at: datetime) -> None:
    deputy = factories.member(units["county"], Office.DEPUTY)
    liaison = factories.member(units["county"], Office.LIAISON)
    give_grant(
        liaison,
        units["county"],
        role=Role.VIEW,
        reach=Reach.UNIT,
        until=at + timedelta(days=9),
        why="x",
        by=OPERATOR,
        at=at,
    )
    options = {"on": timezone.localdate(at), "came_by": CameBy.APPOINTED, "by": deputy, "at": at}
    held = held_by(liaison, Office.LIAISON)
    with pytest.raises(NotAllowed):
        plan_succession(held, factories.person(), **options)  # type: ignore[arg-type]
    planned = plan_succession(held, factories.person(), passes_grants=False, **options)  # type: ignore[arg-type]
    outbox.run_due(at=at)
    planned.refresh_from_db()
    assert planned.state == SuccessionState.DONE
    assert Grant.objects.valid(at).get().person == liaison


# vacancies, history, roster


def test_vacancies_in_tree_order_and_who_acts(units: World, at: datetime) -> None:
    on = timezone.localdate(at)
    factories.member(units["province"], Office.HEAD)
    acting = factories.member(units["village"], Office.HEAD, came_by=CameBy.ACTING)
    factories.member(units["far"], Office.HEAD, until=on)
    factories.unit(units["far"], name="step", is_placeholder=True)
    vacant = vacancies_in(EVERYWHERE, Office.HEAD, on=on).rows
    assert [unit.name for unit in vacant] == ["nation", "county", "village", "hamlet", "other", "far"]
    assert [[one.person for one in row.acting] for row in with_acting(vacant, Office.HEAD, on=on)][2] == [acting]
    some = Scope((units["county"].path,), (units["far"].path,))
    assert [unit.name for unit in vacancies_in(some, Office.HEAD, on=on).rows] == ["county", "village", "hamlet", "far"]
    alone = Scope(units=(units["province"].path, units["county"].path))
    assert [unit.name for unit in vacancies_in(alone, Office.HEAD, on=on).rows] == ["county"]


@pytest.mark.parametrize("look", [1, 2, 3, 100])
@pytest.mark.parametrize("size", [1, 2, 50])
def test_pages_of_vacancies_miss_none(
    units: World, at: datetime, monkeypatch: pytest.MonkeyPatch, look: int, size: int
) -> None:
    """However few units a page looks at, all pages together are all vacancies, each once."""
    monkeypatch.setattr(office_queries, "LOOKED_AT", look)
    for name in ("nation", "village", "far"):
        factories.member(units[name], Office.LIAISON)
    reach = Scope((units["province"].path,), (units["nation"].path, units["far"].path))
    found: list[str] = []
    cursor = ""
    for _page in range(30):
        page = vacancies_in(reach, Office.LIAISON, on=timezone.localdate(at), cursor=cursor, size=size)
        assert len(page.rows) <= size
        found += [unit.name for unit in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    assert found == ["province", "county", "hamlet", "other"]


def test_history_of_an_office(units: World, at: datetime) -> None:
    village = units["village"]
    first = factories.member(village, Office.HEAD, since=date(2010, 1, 1), until=date(2015, 1, 1))
    second = factories.member(village, Office.HEAD, since=date(2015, 1, 1), came_by=CameBy.BY_ELECTION)
    deputy = factories.member(village, Office.DEPUTY, since=date(2012, 1, 1))
    factories.member(village)
    factories.member(units["hamlet"], Office.HEAD)
    assert [row.person for row in history_of(village).rows] == [second, deputy, first]
    assert [row.person for row in history_of(village, office=Office.HEAD).rows] == [second, first]


@pytest.fixture
def officers(units: World) -> dict[str, Person]:
    people = {}
    for name in ("province", "county", "village", "hamlet", "other", "far"):
        for office in (Office.LIAISON, Office.HEAD):
            who = factories.person(f"{name} {office.name}", phone="+8613900000000", email="her@example.org")
            people[f"{name} {office.name}"] = factories.member(units[name], office, who=who)
        factories.member(units[name])
        factories.member(units[name], Office.DEPUTY, until=date(2026, 2, 1))
    return people


@pytest.mark.parametrize("size", [1, 2, 200])
def test_a_roster_is_in_tree_order(units: World, officers: dict[str, Person], at: datetime, size: int) -> None:
    reach, on = Scope((units["county"].path, units["far"].path), (units["province"].path,)), timezone.localdate(at)
    found: list[str] = []
    cursor = ""
    while True:
        page = roster_in(reach, on=on, cursor=cursor, size=size)
        found += [row.person.name for row in page.rows]
        cursor = page.next_cursor
        if not cursor:
            break
    names = ["province", "county", "village", "hamlet", "far"]
    assert found == [f"{name} {office}" for name in names for office in ("HEAD", "LIAISON")]
    heads = roster_in(reach, on=on, office=Office.HEAD).rows
    assert [row.person.name for row in heads] == [f"{name} HEAD" for name in names]


def test_contacts_in_an_export_only_where_she_may_see_them(
    units: World, officers: dict[str, Person], at: datetime
) -> None:
    """Sees people in the whole county, contacts in one village only."""
    reader = factories.member(units["village"], Office.LIAISON)
    give_grant(
        reader,
        units["county"],
        role=Role.VIEW,
        reach=Reach.SUBTREE,
        until=at + timedelta(days=9),
        why="x",
        by=OPERATOR,
        at=at,
    )
    rows = list(roster_rows(fresh(reader), Scope((units["county"].path,)), on=timezone.localdate(at)))
    phones = {row[2]: (row[8], row[9]) for row in rows}
    assert phones["village HEAD"] == ("+8613900000000", "her@example.org")
    assert phones["county HEAD"] == phones["hamlet LIAISON"] == ("", "")


def test_queries_do_not_grow(units: World, at: datetime) -> None:
    on, counts = timezone.localdate(at), []
    for _more in range(2):
        for _one in range(5):
            factories.member(factories.unit(units["county"]), Office.DEPUTY)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            list(roster_rows(OPERATOR, EVERYWHERE, on=on))
            with_acting(vacancies_in(EVERYWHERE, Office.HEAD, on=on).rows, Office.HEAD, on=on)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by statistics")
def test_the_roster_reads_one_range_in_order(units: World) -> None:
    rows = Membership.objects.current(date(2026, 1, 1)).offices().filter(Scope((units["county"].path,)).where())
    plan = rows.order_by(*office_queries.IN_TREE_ORDER)[:201].explain()
    assert "membership_path" in plan
    assert "TEMP B-TREE" not in plan
