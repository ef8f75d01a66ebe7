"""Offices, grants, persons and accounts: who may, what is refused, what is written."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from braid.journal.models import Entry
from braid.kernel.access import OPERATOR, may, scope
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.actions import (
    add_person,
    change_person,
    end_membership,
    end_office,
    give_grant,
    invitation_path,
    join_unit,
    leave_unit,
    lock_account,
    open_account,
    revoke_grant,
    take_office,
    unlock_account,
)
from braid.people.enums import Office, Reach, Role
from braid.people.following import preview_of_move
from braid.people.models import Grant, Membership, Person
from braid.people.roles import HOLDERS
from braid.people.rules import CHANGE_PEOPLE, GIVE_GRANTS, VIEW_PEOPLE, may_hand_out
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from tests import factories

World = dict[str, Unit]


@pytest.fixture
def units(db: None) -> World:
    return factories.tree({"nation": {"province": {"county": {"village": {}}, "other": {}}, "far": {}}})


@pytest.fixture
def head(units: World) -> Person:
    """The head of the county."""
    return factories.member(units["county"], Office.HEAD)


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def fresh(person: Person) -> Person:
    """As the next request sees her."""
    return Person.objects.get(pk=person.pk)


def grant(person: Person, unit: Unit, *, by: object, at: datetime, days: int = 30, **options: object) -> Grant:
    values = {"role": Role.MANAGE, "reach": Reach.SUBTREE, "until": at + timedelta(days=days), "why": "helps"}
    return give_grant(person, unit, by=by, at=at, **{**values, **options})  # type: ignore[arg-type]


# offices


def test_a_head_fills_offices_in_her_subtree(units: World, head: Person, at: datetime) -> None:
    ada = factories.person("Ada")
    held = take_office(ada, units["village"], Office.HEAD, by=head, at=at)
    assert (held.unit_path, held.until) == (units["village"].path, None)
    assert may(fresh(ada), GIVE_GRANTS, units["village"].path)
    assert Entry.objects.get().kind == "office.taken"


@pytest.mark.parametrize("where", ["province", "other", "far"])
def test_not_above_and_not_beside(units: World, head: Person, at: datetime, where: str) -> None:
    with pytest.raises(NotAllowed):
        take_office(factories.person(), units[where], Office.LIAISON, by=head, at=at)


def test_a_deputy_cannot_make_a_head(units: World, at: datetime) -> None:
    """The head's office carries a role the deputy does not have, in whatever unit below."""
    deputy = factories.member(units["county"], Office.DEPUTY)
    with pytest.raises(NotAllowed):
        take_office(factories.person(), units["village"], Office.HEAD, by=deputy, at=at)
    assert take_office(factories.person(), units["village"], Office.DEPUTY, by=deputy, at=at).pk


def test_a_liaison_officer_enters_members_only(units: World, at: datetime) -> None:
    liaison = factories.member(units["village"], Office.LIAISON)
    assert join_unit(factories.person(), units["village"], by=liaison, at=at).office == Office.MEMBER
    with pytest.raises(NotAllowed):
        take_office(factories.person(), units["village"], Office.COMMITTEE, by=liaison, at=at)


def test_one_head_at_a_time(units: World, head: Person, at: datetime) -> None:
    first = factories.member(units["village"], Office.HEAD)
    with pytest.raises(WrongState, match="is head of this unit"):
        take_office(factories.person(), units["village"], Office.HEAD, by=head, at=at)
    end_office(first, units["village"], Office.HEAD, by=head, at=at)
    assert take_office(factories.person(), units["village"], Office.HEAD, by=head, at=at).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.member(units["village"], Office.HEAD)


def test_no_office_twice(units: World, head: Person, at: datetime) -> None:
    ada = factories.member(units["village"], who=factories.person("Ada"))
    with pytest.raises(WrongState, match="Ada is already member here"):
        join_unit(ada, units["village"], by=head, at=at)


def test_not_in_the_future_and_not_in_a_closed_unit(units: World, head: Person, at: datetime) -> None:
    with pytest.raises(BadInput):
        join_unit(factories.person(), units["village"], by=head, at=at, since=date(2999, 1, 1))
    Unit.objects.filter(pk=units["village"].pk).update(status=UnitStatus.CLOSED, closed_on=date(2026, 1, 1))
    with pytest.raises(WrongState, match="closed"):
        join_unit(factories.person(), units["village"], by=head, at=at)


def test_a_closed_unit_gives_no_rights(units: World, head: Person) -> None:
    assert scope(head, VIEW_PEOPLE)
    Unit.objects.filter(pk=units["county"].pk).update(status=UnitStatus.CLOSED, closed_on=date(2026, 1, 1))
    assert not scope(fresh(head), VIEW_PEOPLE)


def test_ending_works_at_once_and_is_journaled(units: World, head: Person, at: datetime) -> None:
    deputy = factories.member(units["village"], Office.DEPUTY)
    assert may(fresh(deputy), CHANGE_PEOPLE, units["village"].path)
    held = end_membership(Membership.objects.get(person=deputy), by=head, at=at)
    assert not scope(fresh(deputy), CHANGE_PEOPLE)
    assert Entry.objects.get().kind == "office.ended"
    with pytest.raises(WrongState):
        end_membership(held, by=head, at=at)


def test_ending_is_refused_to_strangers_and_before_its_beginning(units: World, head: Person, at: datetime) -> None:
    held = Membership.objects.get(person=factories.member(units["village"], Office.DEPUTY))
    with pytest.raises(NotAllowed):
        end_membership(held, by=factories.person(), at=at)
    with pytest.raises(NotAllowed):
        end_membership(held, by=factories.member(units["far"], Office.HEAD), at=at)
    with pytest.raises(BadInput):
        end_membership(held, by=head, at=at, until=date(2025, 1, 1))


def test_everybody_may_leave(units: World, at: datetime) -> None:
    ada = factories.member(units["village"], Office.COMMITTEE)
    factories.member(units["village"], who=ada)
    assert len(leave_unit(ada, units["village"], by=ada, at=at)) == 2
    assert not Membership.objects.current(timezone.localdate(at)).filter(person=ada).exists()


# grants


def test_a_head_gives_what_she_has_where_she_leads(units: World, head: Person, at: datetime) -> None:
    ada = factories.person()
    given = grant(ada, units["village"], by=head, at=at)
    assert may(fresh(ada), CHANGE_PEOPLE, units["village"].path)
    assert not may(fresh(ada), CHANGE_PEOPLE, units["county"].path)
    assert Entry.objects.get().kind == "grant.given"
    assert given.given_by == head


@pytest.mark.parametrize("where", ["nation", "province", "other"])
def test_no_grants_beyond_her_subtree(units: World, head: Person, at: datetime, where: str) -> None:
    with pytest.raises(NotAllowed):
        grant(factories.person(), units[where], by=head, at=at)


@pytest.mark.parametrize(
    "office", [Office.DEPUTY, Office.COMMUNICATIONS, Office.LIAISON, Office.COMMITTEE, Office.MEMBER]
)
def test_only_heads_give(units: World, at: datetime, office: Office) -> None:
    with pytest.raises(NotAllowed):
        grant(factories.person(), units["county"], by=factories.member(units["county"], office), at=at, role=Role.VIEW)


def test_who_leads_one_unit_only_gives_for_one_unit_only(units: World, at: datetime) -> None:
    ada = factories.person()
    grant(ada, units["county"], by=OPERATOR, at=at, role=Role.LEAD, reach=Reach.UNIT)
    with pytest.raises(NotAllowed):
        grant(factories.person(), units["county"], by=fresh(ada), at=at, role=Role.VIEW, reach=Reach.SUBTREE)
    assert grant(factories.person(), units["county"], by=fresh(ada), at=at, role=Role.VIEW, reach=Reach.UNIT).pk


def test_reach_case_gives_nothing_on_units(units: World, head: Person, at: datetime) -> None:
    ada = factories.person()
    with pytest.raises(BadInput):
        grant(ada, units["county"], by=head, at=at, reach=Reach.CASE)
    Grant.objects.create(
        person=ada, unit=units["county"], unit_path=units["county"].path, role=Role.LEAD, reach=Reach.CASE, since=at
    )
    assert all(not scope(fresh(ada), permission) for permission in HOLDERS)


@pytest.mark.parametrize("days", [None, 0, -1, 400])
def test_a_grant_ends_within_a_year(units: World, head: Person, at: datetime, days: int | None) -> None:
    until = None if days is None else at + timedelta(days=days)
    with pytest.raises(BadInput):
        grant(factories.person(), units["county"], by=head, at=at, until=until)


def test_only_the_operator_gives_without_an_end(units: World, at: datetime) -> None:
    assert grant(factories.person(), units["county"], by=OPERATOR, at=at, until=None).until is None


def test_not_longer_than_she_has_it_herself(units: World, at: datetime) -> None:
    ada = factories.person()
    grant(ada, units["county"], by=OPERATOR, at=at, role=Role.LEAD, days=10)
    with pytest.raises(BadInput, match="longer"):
        grant(factories.person(), units["county"], by=fresh(ada), at=at, days=11)
    assert grant(factories.person(), units["county"], by=fresh(ada), at=at, days=10).pk


@pytest.mark.parametrize("longer", ["county", "province"])
def test_what_she_leads_alone_does_not_let_her_give_below_for_longer(units: World, at: datetime, longer: str) -> None:
    ada = factories.person()
    grant(ada, units["county"], by=OPERATOR, at=at, role=Role.LEAD, days=10)
    grant(ada, units[longer], by=OPERATOR, at=at, role=Role.LEAD, reach=Reach.UNIT, days=200)
    with pytest.raises(BadInput, match="longer"):
        grant(factories.person(), units["county"], by=fresh(ada), at=at, days=11)
    assert grant(factories.person(), units["county"], by=fresh(ada), at=at, days=10).pk


def test_a_grant_needs_a_reason_and_is_given_once(units: World, head: Person, at: datetime) -> None:
    ada = factories.person()
    with pytest.raises(BadInput):
        grant(ada, units["county"], by=head, at=at, why="  ")
    grant(ada, units["county"], by=head, at=at)
    with pytest.raises(WrongState):
        grant(ada, units["county"], by=head, at=at)


def test_revoking(units: World, head: Person, at: datetime) -> None:
    ada = factories.person()
    given = grant(ada, units["county"], by=head, at=at)
    with pytest.raises(NotAllowed):
        revoke_grant(given, by=factories.member(units["county"], Office.DEPUTY), at=at)
    revoke_grant(given, by=head, at=at)
    assert not scope(fresh(ada), VIEW_PEOPLE)
    with pytest.raises(WrongState):
        revoke_grant(given, by=head, at=at)
    assert revoke_grant(grant(ada, units["county"], by=head, at=at), by=fresh(ada), at=at).revoked_by == ada


def test_a_grant_that_ran_out_gives_nothing(units: World, at: datetime) -> None:
    ada = factories.person()
    Grant.objects.create(
        person=ada,
        unit=units["county"],
        unit_path=units["county"].path,
        role=Role.LEAD,
        since=at - timedelta(days=2),
        until=at - timedelta(seconds=1),
    )
    assert not scope(ada, VIEW_PEOPLE)


def test_nobody_hands_out_what_she_has_not(units: World) -> None:
    """For every office and every role: what may be handed out has no permission the giver lacks."""
    for office in Office:
        giver = factories.member(units["county"], office)
        for role in Role:
            lacking = [
                name for name, roles in HOLDERS.items() if role in roles and not may(giver, name, units["county"].path)
            ]
            assert may_hand_out(giver, role, Reach.UNIT, units["county"].path) == (not lacking)


def test_a_move_says_how_many_grants_change_reach(units: World, head: Person, at: datetime) -> None:
    assert preview_of_move(units["county"], units["far"]) == []
    grant(factories.person(), units["village"], by=head, at=at)
    grant(factories.person(), units["province"], by=OPERATOR, at=at)
    grant(factories.person(), units["far"], by=OPERATOR, at=at)
    grant(factories.person(), units["nation"], by=OPERATOR, at=at)
    grant(factories.person(), units["other"], by=OPERATOR, at=at)
    assert preview_of_move(units["county"], units["far"]) == ["3 grants change reach."]


# persons


def test_entering_a_person(units: World, head: Person, at: datetime) -> None:
    made = add_person(units["village"], name="  Ada   Lin ", phone="139 1234 5678", by=head, at=at)
    assert (made.name, made.phone) == ("Ada Lin", "139 1234 5678")
    assert Entry.objects.get().kind == "person.joined"
    with pytest.raises(WrongState, match="in this unit already"):
        add_person(units["village"], name="Ada Lin", by=head, at=at)
    assert add_person(units["village"], name="Ada Lin", phone="555", by=head, at=at).pk != made.pk
    with pytest.raises(BadInput):
        add_person(units["village"], name=" ", by=head, at=at)
    with pytest.raises(NotAllowed):
        add_person(units["far"], name="Bea", by=head, at=at)


def test_changing_a_person(units: World, head: Person, at: datetime) -> None:
    ada = factories.member(units["village"], who=factories.person("Ada"))
    assert change_person(ada, name="Ada Lin", by=head, at=at).name == "Ada Lin"
    assert change_person(ada, name="Ada", language="zh-hans", by=ada, at=at).language == "zh-hans"
    with pytest.raises(NotAllowed):
        change_person(ada, name="X", by=factories.member(units["far"], Office.HEAD), at=at)


def test_nobody_touches_who_stands_above_her(units: World, at: datetime) -> None:
    """The national head is a member of the village: its liaison officer does not change her data or open her account."""
    liaison = factories.member(units["village"], Office.LIAISON)
    great = factories.member(units["nation"], Office.HEAD, who=factories.person(with_account=False))
    factories.member(units["village"], who=great)
    with pytest.raises(NotAllowed):
        change_person(great, name="X", by=liaison, at=at)
    with pytest.raises(NotAllowed):
        open_account(great, by=liaison, at=at)


# accounts


def test_opening_an_account(units: World, head: Person, at: datetime) -> None:
    ada = factories.member(units["village"], who=factories.person("Ada", with_account=False))
    account = open_account(ada, phone="139 1234 5678", email="Ada@Example.org", by=head, at=at)
    assert (account.username, account.phone, account.email) == (f"p{ada.pk}", "+8613912345678", "ada@example.org")
    assert not account.has_usable_password()
    with pytest.raises(WrongState):
        open_account(ada, by=head, at=at)
    bea = factories.member(units["village"], who=factories.person(with_account=False))
    for taken in ({"username": account.username.upper()}, {"phone": "13912345678"}, {"email": "ADA@example.org"}):
        with pytest.raises(WrongState, match="already"):
            open_account(bea, by=head, at=at, **taken)
    for bad in ({"username": "a@b"}, {"phone": "12"}):
        with pytest.raises(BadInput):
            open_account(bea, by=head, at=at, **bad)


def test_an_account_in_use_is_opened_by_no_single_officer(units: World, head: Person, at: datetime) -> None:
    liaison = factories.member(units["village"], Office.LIAISON)
    account = factories.member(units["village"]).account
    assert invitation_path(account, by=liaison, at=at).startswith("/accounts/password/new/")
    account.last_login = at
    account.save()
    with pytest.raises(NotAllowed):
        invitation_path(account, by=liaison, at=at)
    with pytest.raises(WrongState, match="two officers"):
        invitation_path(account, by=head, at=at)
    assert invitation_path(account, by=OPERATOR, at=at)


def test_locking(units: World, head: Person, at: datetime) -> None:
    deputy = factories.member(units["village"], Office.DEPUTY)
    with pytest.raises(NotAllowed):
        lock_account(deputy.account, by=factories.member(units["village"], Office.LIAISON), at=at)
    lock_account(deputy.account, by=head, at=at)
    assert not scope(fresh(deputy), VIEW_PEOPLE)
    with pytest.raises(WrongState):
        lock_account(deputy.account, by=head, at=at)
    unlock_account(deputy.account, by=head, at=at)
    assert scope(fresh(deputy), VIEW_PEOPLE)


def test_a_locked_head_is_still_measured_by_her_office(units: World, head: Person, at: datetime) -> None:
    """Else locking her would be the first step to taking her account over."""
    great = factories.member(units["province"], Office.HEAD)
    factories.member(units["county"], who=great)
    lock_account(great.account, by=OPERATOR, at=at)
    with pytest.raises(NotAllowed):
        invitation_path(great.account, by=head, at=at)
    with pytest.raises(NotAllowed):
        unlock_account(great.account, by=head, at=at)
