"""Consents with their text, withdrawn as easily; and guardians, who agree for children under 14."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.models import Delivery
from braid.people.actions import (
    ask_erasure,
    change_person,
    give_consent,
    mark_child,
    name_guardian,
    open_account,
    unlock_account,
    withdraw_consent,
)
from braid.people.actions.guardians import forget_birthdays
from braid.people.actions.invitations import invite
from braid.people.consents import CHILD_ACCOUNT, SHOW_CONTACTS
from braid.people.enums import Office
from braid.people.models import Account, Consent, Guardianship, Person
from braid.people.queries.consents import consents_to
from braid.people.queries.guardians import subject_for, wards_of
from tests import factories
from tests.clients import client_of

DAY = timedelta(days=1)


class World:
    """A village with its head, a committee member, Ada, her mother Bea, and Mia, who is eight."""

    def __init__(self) -> None:
        village = factories.tree({"nation": {"village": {}}})["village"]
        self.head = factories.member(village, Office.HEAD, who=factories.person("Head"))
        self.seer = factories.member(village, Office.COMMITTEE, who=factories.person("Seer"))
        self.ada = factories.member(village, who=factories.person("Ada", phone="139 0000 1111"))
        self.bea = factories.member(village, who=factories.person("Bea"))
        Account.objects.filter(person=self.bea).update(email="bea@example.org")
        self.mia = factories.member(village, who=factories.person("Mia", with_account=False))
        self.birthday = timezone.localdate() + 6 * 365 * DAY


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def world(db: None) -> World:
    return World()


def guarded(world: World, at: datetime) -> Person:
    """Mia, whose mother has agreed."""
    mia = mark_child(world.mia, under_14_until=world.birthday, by=world.head, at=at)
    name_guardian(mia, world.bea, by=world.head, at=at)
    give_consent(mia, CHILD_ACCOUNT, by=world.bea, at=at)
    return mia


# consents


def test_the_words_she_read_are_kept_in_her_language(world: World, at: datetime) -> None:
    with translation.override("zh-hans"):
        given = give_consent(world.ada, SHOW_CONTACTS, by=world.ada, at=at)
    assert given.language == "zh-hans"
    assert given.text.startswith("凡在")
    assert consents_to(world.ada, SHOW_CONTACTS)
    withdraw_consent(world.ada, SHOW_CONTACTS, by=world.ada, at=at)
    assert not consents_to(world.ada, SHOW_CONTACTS)
    assert Consent.objects.get().withdrawn_at == at


def test_one_tap_on_and_one_tap_off(world: World) -> None:
    client, page = client_of(world.ada), f"/me/consents/{world.ada.pk}/"
    assert client.get(page).content.decode().count("I agree<") == 1
    assert client.post(f"{page}contacts/give/").status_code == 302
    assert "Withdraw<" in client.get(page).content.decode()
    assert client.post(f"{page}contacts/withdraw/").status_code == 302
    assert client.post(f"{page}nothing/give/").status_code == 404
    assert "withdrawn" in client.get(page).content.decode()


def test_what_she_agreed_to_is_done_and_nothing_else(world: World, at: datetime) -> None:
    page = f"/person/{world.ada.pk}/"
    assert "139 0000 1111" not in client_of(world.seer).get(page).content.decode()
    give_consent(world.ada, SHOW_CONTACTS, by=world.ada, at=at)
    assert "139 0000 1111" in client_of(world.seer).get(page).content.decode()
    withdraw_consent(world.ada, SHOW_CONTACTS, by=world.ada, at=at)
    assert "139 0000 1111" not in client_of(world.seer).get(page).content.decode()


def test_nobody_agrees_for_somebody_grown_up(world: World, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        give_consent(world.ada, SHOW_CONTACTS, by=world.head, at=at)
    give_consent(world.ada, SHOW_CONTACTS, by=world.ada, at=at)
    with pytest.raises(NotAllowed):
        withdraw_consent(world.ada, SHOW_CONTACTS, by=world.head, at=at)
    with pytest.raises(WrongState):
        give_consent(world.ada, SHOW_CONTACTS, by=world.ada, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(person=world.ada, purpose="contacts", text="x", language="en", given_at=at)


# under 14


def test_no_account_without_a_guardian_who_agreed(world: World, at: datetime) -> None:
    mia = mark_child(world.mia, under_14_until=world.birthday, by=world.head, at=at)
    for opens in (lambda: open_account(mia, by=world.head, at=at), lambda: invite(mia, by=world.head, at=at)):
        with pytest.raises(WrongState, match="guardian"):
            opens()
    name_guardian(mia, world.bea, by=world.head, at=at)
    with pytest.raises(WrongState, match="guardian"):
        open_account(mia, by=world.head, at=at)
    with pytest.raises(NotAllowed):
        give_consent(mia, CHILD_ACCOUNT, by=world.head, at=at)
    give_consent(mia, CHILD_ACCOUNT, by=world.bea, at=at)
    assert open_account(mia, by=world.head, at=at).is_active


def test_the_guardian_is_told_and_sees_nothing_before_she_agrees(world: World, at: datetime) -> None:
    mia = mark_child(world.mia, under_14_until=world.birthday, by=world.head, at=at)
    name_guardian(mia, world.bea, by=world.head, at=at)
    assert f"/me/consents/{mia.pk}/" in Delivery.objects.get(to="bea@example.org").body
    client = client_of(world.bea)
    assert "waits for you" in client.get("/me/").content.decode()
    assert client.get(f"/me/data/{mia.pk}/").status_code == 404
    assert client.get(f"/me/consents/{mia.pk}/").status_code == 200
    assert client.post(f"/me/consents/{mia.pk}/contacts/give/").status_code == 403
    assert client.post(f"/me/consents/{mia.pk}/child_account/give/").status_code == 302
    assert client.get(f"/me/data/{mia.pk}/").status_code == 200


def test_the_guardian_sees_corrects_saves_and_erases(world: World, at: datetime) -> None:
    mia = guarded(world, at)
    client = client_of(world.bea)
    assert client.get(f"/me/data/{mia.pk}/my-data.json").json()["people.Person.pk"][0]["name"] == "Mia"
    assert client.post(f"/me/data/{mia.pk}/correct/", {"name": "Mia Li"}).status_code == 302
    assert Person.objects.get(pk=mia.pk).name == "Mia Li"
    assert give_consent(mia, SHOW_CONTACTS, by=world.bea, at=at).given_by == world.bea
    assert ask_erasure(mia, by=world.bea, at=at)
    for stranger in (world.ada, world.head):
        assert client_of(stranger).get(f"/me/data/{mia.pk}/").status_code == 404
        with pytest.raises(NotAllowed):
            ask_erasure(mia, by=stranger, at=at)


def test_withdrawn_the_account_is_locked(world: World, at: datetime) -> None:
    mia = guarded(world, at)
    account = open_account(mia, by=world.head, at=at)
    client = client_of(mia)
    assert client.get("/me/").status_code == 200
    withdraw_consent(mia, CHILD_ACCOUNT, by=world.bea, at=at)
    assert client.get("/me/").status_code == 302
    account.refresh_from_db()
    assert not account.is_active
    with pytest.raises(WrongState, match="guardian"):
        unlock_account(account, by=world.head, at=at)


def test_another_guardian_takes_the_place_of_the_first(world: World, at: datetime) -> None:
    mia = guarded(world, at)
    open_account(mia, by=world.head, at=at)
    name_guardian(mia, world.ada, by=world.head, at=at)
    assert not Account.objects.get(person=mia).is_active
    assert not wards_of(world.bea, on=timezone.localdate(at)).exists()
    assert client_of(world.bea).get(f"/me/data/{mia.pk}/").status_code == 404
    assert Guardianship.objects.filter(ended_at=None).count() == 1


def test_the_child_herself_answers_nothing_and_sees_everything(world: World, at: datetime) -> None:
    mia = guarded(world, at)
    open_account(mia, by=world.head, at=at)
    assert client_of(mia).get(f"/me/data/{mia.pk}/").status_code == 200
    assert "I agree<" not in client_of(mia).get(f"/me/consents/{mia.pk}/").content.decode()
    with pytest.raises(NotAllowed):
        give_consent(mia, SHOW_CONTACTS, by=mia, at=at)


def test_from_her_birthday_on_she_needs_nobody_and_the_day_is_forgotten(world: World, at: datetime) -> None:
    mia = guarded(world, at)
    birthday = at + 6 * 365 * DAY + DAY
    with pytest.raises(NotAllowed):
        ask_erasure(mia, by=world.bea, at=birthday)
    assert forget_birthdays(birthday) == 1
    mia.refresh_from_db()
    assert mia.under_14_until is None
    assert not Guardianship.objects.exists()
    assert subject_for(mia, mia.pk, on=timezone.localdate(birthday)) == mia


def test_no_officer_makes_herself_guardian_of_somebody_grown_up(world: World, at: datetime) -> None:
    """Else one officer could take away the data of anybody below her."""
    Account.objects.filter(person=world.ada).update(last_login=datetime(2026, 2, 1, tzinfo=UTC))
    with pytest.raises(WrongState, match="operator"):
        mark_child(world.ada, under_14_until=world.birthday, by=world.head, at=at)
    with pytest.raises(WrongState, match="not under 14"):
        name_guardian(world.ada, world.head, by=world.head, at=at)
    with pytest.raises(NotAllowed):
        mark_child(world.mia, under_14_until=world.birthday, by=world.ada, at=at)
    assert mark_child(world.ada, under_14_until=world.birthday, by=OPERATOR, at=at).under_14_until
    assert not Account.objects.get(person=world.ada).is_active


def test_days_and_guardians_that_cannot_be(world: World, at: datetime) -> None:
    today = timezone.localdate(at)
    for day in (today, today + 15 * 366 * DAY):
        with pytest.raises(BadInput):
            mark_child(world.mia, under_14_until=day, by=world.head, at=at)
    mia = mark_child(world.mia, under_14_until=world.birthday, by=world.head, at=at)
    with pytest.raises(BadInput):
        name_guardian(mia, mia, by=world.head, at=at)
    with pytest.raises(WrongState, match="no account"):
        name_guardian(
            mia,
            factories.member(world.mia.memberships.get().unit, who=factories.person("Old", with_account=False)),
            by=world.head,
            at=at,
        )


def test_officers_name_her_on_her_page(world: World) -> None:
    client = client_of(world.head)
    page = f"/person/{world.mia.pk}/"
    assert client.post(f"{page}child/", {"under_14_until": world.birthday.isoformat()}).status_code == 302
    assert "Bea" in client.get(f"{page}guardian/?q=Be").content.decode()
    assert client.post(f"{page}guardian/", {"person": world.bea.pk}).status_code == 302
    assert "Bea" in client.get(page).content.decode()


def test_correcting_is_for_the_guardian_only(world: World, at: datetime) -> None:
    mia = guarded(world, at)
    with pytest.raises(NotAllowed):
        change_person(mia, name="X", by=world.ada, at=at)
