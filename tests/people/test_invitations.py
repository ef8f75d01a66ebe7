"""Invitations by code: who may make them, that each works once and not for ever, slips, and guessing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.actions import give_consent, invitation_path, mark_child, name_guardian
from braid.people.actions.invitations import LASTS, accept_invitation, forget_invitations, invite
from braid.people.codes import LENGTH, LETTERS, hash_of_code, new_code, shown, typed
from braid.people.consents import CHILD_ACCOUNT
from braid.people.enums import Office
from braid.people.models import Account, Invitation, Person
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of

PASSWORD = "long-enough-for-her"


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    cache.clear()
    return factories.tree({"nation": {"county": {"village": {}}, "far": {}}})


@pytest.fixture
def head(units: dict[str, Unit]) -> Person:
    return factories.member(units["county"], Office.HEAD)


@pytest.fixture
def ada(units: dict[str, Unit]) -> Person:
    return factories.member(units["village"], Office.LIAISON, who=factories.person("Ada", with_account=False))


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def test_codes_are_read_as_people_type_them() -> None:
    code = new_code()
    assert (len(code), set(code) <= set(LETTERS)) == (LENGTH, True)
    assert typed(shown(code)) == typed(f" {code[:3].lower()} {code[3:]}–") == code
    assert [typed(text) for text in ("", code[1:], code + "A", "0" * LENGTH, "中" * LENGTH)] == [""] * 5
    assert len({new_code() for _ in range(500)}) == 500
    assert code not in hash_of_code(code)


def test_a_code_opens_an_account_and_works_once(head: Person, ada: Person, at: datetime) -> None:
    account, code = invite(ada, by=head, at=at)
    assert not account.has_usable_password()
    assert code not in str(Invitation.objects.values())
    assert accept_invitation(code, password=PASSWORD, is_grown=True, at=at).check_password(PASSWORD)
    with pytest.raises(WrongState):
        accept_invitation(code, password="another-one", is_grown=True, at=at)
    assert Account.objects.get(person=ada).check_password(PASSWORD)
    assert sorted(Entry.objects.values_list("kind", flat=True)) == ["account.invited", "account.opened"]


def test_a_new_code_makes_the_one_before_worthless(head: Person, ada: Person, at: datetime) -> None:
    _account, first = invite(ada, by=head, at=at)
    _account, second = invite(ada, by=head, at=at)
    with pytest.raises(WrongState):
        accept_invitation(first, password=PASSWORD, is_grown=True, at=at)
    assert accept_invitation(second, password=PASSWORD, is_grown=True, at=at)


def test_a_code_runs_out_and_is_forgotten(head: Person, ada: Person, at: datetime) -> None:
    _account, code = invite(ada, by=head, at=at)
    with pytest.raises(WrongState):
        accept_invitation(code, password=PASSWORD, is_grown=True, at=at + LASTS)
    assert forget_invitations(at + LASTS) == 0
    assert forget_invitations(at + LASTS + timedelta(seconds=1)) == 1


def test_who_may_invite(units: dict[str, Unit], head: Person, ada: Person, at: datetime) -> None:
    stranger, liaison = factories.member(units["far"], Office.HEAD), factories.member(units["village"], Office.LIAISON)
    with pytest.raises(NotAllowed):
        invite(ada, by=stranger, at=at)
    assert invite(ada, by=liaison, at=at)
    with pytest.raises(NotAllowed):
        invite(head, by=liaison, at=at)


def test_nobody_alone_opens_an_account_in_use(units: dict[str, Unit], head: Person, ada: Person, at: datetime) -> None:
    liaison = factories.member(units["village"], Office.LIAISON)
    _account, kept = invite(ada, by=head, at=at)
    Account.objects.filter(person=ada).update(last_login=at)
    with pytest.raises(WrongState, match="does not work any more"):
        accept_invitation(kept, password=PASSWORD, is_grown=True, at=at)
    assert Client().post("/join/", {"code": kept}).status_code == 422
    used = Person.objects.get(pk=ada.pk)
    with pytest.raises(NotAllowed):
        invite(used, by=liaison, at=at)
    for by in (head, OPERATOR):
        with pytest.raises(WrongState, match="two officers"):
            invite(used, by=by, at=at)
    client = client_of(head)
    assert client.post(f"/person/{ada.pk}/slip/").status_code == 409
    sheet = client.post("/people/county/slips/", {"person": [ada.pk]}).content.decode()
    assert "No slip for Ada: she has signed in already." in sheet
    assert "slip-code" not in sheet


def test_a_locked_account_takes_no_code(head: Person, ada: Person, at: datetime) -> None:
    account, code = invite(ada, by=head, at=at)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    with pytest.raises(WrongState):
        accept_invitation(code, password=PASSWORD, is_grown=True, at=at)
    with pytest.raises(WrongState, match="locked"):
        invite(ada, by=head, at=at)


def test_from_the_slip_to_being_signed_in(head: Person, ada: Person) -> None:
    sheet = client_of(head).post("/people/county/slips/", {"person": [ada.pk]}).content.decode()
    assert "<svg" in sheet
    assert "Liaison officer · village" in sheet
    code = re.findall(r'class="slip-code">([^<]+)<', sheet)[0]
    client = Client()
    answer = client.get(f"/join/{code}/")
    assert (answer.status_code, answer["Location"]) == (302, "/join/")
    page = client.get("/join/").content.decode()
    assert "Welcome, Ada" in page
    assert code not in page
    refused = client.post("/join/", {"new_password1": "short", "new_password2": "short"})
    assert "too short" in refused.content.decode()
    answer = client.post("/join/", {"new_password1": PASSWORD, "new_password2": PASSWORD, "is_grown": "on"})
    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    assert client.get("/me/").status_code == 200
    again = Client().post("/join/", {"code": code})
    assert again.status_code == 422
    assert "does not work" in again.content.decode()


def test_who_does_not_say_that_she_is_14_does_not_come_in(head: Person, ada: Person, at: datetime) -> None:
    """By slip and by link alike; nothing of her age is kept, and who has come in is not asked again."""
    account, code = invite(ada, by=head, at=at)
    with pytest.raises(BadInput):
        accept_invitation(code, password=PASSWORD, is_grown=False, at=at)
    client = Client()
    client.post("/join/", {"code": code})
    page = client.post("/join/", {"new_password1": PASSWORD, "new_password2": PASSWORD}).content.decode()
    assert "I am 14 or older" in page
    assert "your guardian has to agree first" in page
    assert "Say whether you are 14 or older." in page
    link = Client()
    address = link.get(invitation_path(account, by=head, at=at))["Location"]
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    assert "I am 14 or older" in link.post(address, passwords).content.decode()
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert link.post(address, {**passwords, "is_grown": "on"}).status_code == 302
    account.refresh_from_db()
    assert account.check_password(PASSWORD)
    ada.refresh_from_db()
    assert ada.under_14_until is None
    Account.objects.filter(pk=account.pk).update(last_login=at)
    used = Account.objects.get(pk=account.pk)
    again = Client().get(invitation_path(used, by=OPERATOR, at=at), follow=True)
    assert "I am 14 or older" not in again.content.decode()


def test_a_child_whose_guardian_agreed_is_not_asked(head: Person, ada: Person, at: datetime) -> None:
    guardian = factories.member(ada.memberships.get().unit, who=factories.person("Mother"))
    mark_child(ada, under_14_until=timezone.localdate(at) + timedelta(days=400), by=head, at=at)
    child = Person.objects.get(pk=ada.pk)
    with pytest.raises(WrongState, match="guardian"):
        invite(child, by=head, at=at)
    name_guardian(child, guardian, by=head, at=at)
    give_consent(child, CHILD_ACCOUNT, by=guardian, at=at)
    _account, code = invite(child, by=head, at=at)
    client = Client()
    assert "I am 14 or older" not in client.post("/join/", {"code": code}).content.decode()
    answer = client.post("/join/", {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer["Location"] == "/today/"


def test_typed_by_hand(head: Person, ada: Person, at: datetime) -> None:
    _account, code = invite(ada, by=head, at=at)
    client = Client()
    assert client.post("/join/", {"code": "nonsense"}).status_code == 422
    assert "Type it here" in client.get("/join/").content.decode(), "a wrong code is not kept"
    assert "Welcome, Ada" in client.post("/join/", {"code": shown(code).lower()}).content.decode()


def test_guessing_is_stopped_for_a_minute_and_for_that_address_only(head: Person, ada: Person, at: datetime) -> None:
    _account, code = invite(ada, by=head, at=at)
    client = Client()
    statuses = [client.post("/join/", {"code": "A" * LENGTH}).status_code for _try in range(31)]
    assert statuses == [422] * 30 + [429]
    assert client.post("/join/", {"code": code}).status_code == 200, "the right code is no guess"
    assert Client(REMOTE_ADDR="10.0.0.9").post("/join/", {"code": "A" * LENGTH}).status_code == 422


def test_slips_speak_their_reader_s_language(units: dict[str, Unit], head: Person, ada: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(language="zh-hant")
    sheet = client_of(head).post("/people/county/slips/", {"person": [ada.pk]}).content.decode()
    assert 'class="slip" lang="zh-hant"' in sheet
    assert "聯絡員" in sheet


def test_slips_for_those_who_have_not_signed_in(
    units: dict[str, Unit], head: Person, ada: Person, at: datetime
) -> None:
    used = factories.member(units["village"], Office.DEPUTY, who=factories.person("Used"))
    Account.objects.filter(person=used).update(last_login=at)
    factories.member(units["far"], Office.LIAISON, who=factories.person("Far"))
    above = factories.member(units["county"], Office.DEPUTY, who=factories.person("Above"))
    page = client_of(head).get("/people/county/slips/").content.decode()
    assert "Ada" in page
    assert "Used" not in page
    assert "Far" not in page
    liaison = factories.member(units["county"], Office.LIAISON)
    sheet = client_of(liaison).post("/people/county/slips/", {"person": [above.pk, ada.pk, "x"]}).content.decode()
    assert "No slip for Above" in sheet
    assert "slip-code" not in sheet, "her reach is the county alone"


def test_queries_of_the_list_do_not_grow(units: dict[str, Unit], head: Person) -> None:
    counts, client = [], client_of(head)
    for _more in range(2):
        for _one in range(5):
            factories.member(units["village"], Office.COMMITTEE, who=factories.person(with_account=False))
        with CaptureQueriesContext(connection) as seen:
            client.get("/people/county/slips/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
