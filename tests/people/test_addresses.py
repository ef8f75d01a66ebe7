"""Another address to sign in with: proved by a code, told to the old one, and nobody learns whose an address is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from braid.kernel.errors import BadInput, NotAllowed
from braid.kernel.models import Delivery
from braid.people.actions import ask_address, confirm_address
from braid.people.actions.addresses import LASTS, MOST_TRIES
from braid.people.models import Account, Person
from braid.people.telling import EMAIL, SMS
from tests import factories

PASSWORD = "long-enough-for-her"
OLD, NEW = "old@example.org", "new@example.org"


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def ada(db: None) -> Person:
    cache.clear()
    ada = factories.person("Ada")
    account = ada.account
    account.email, account.phone = OLD, "+8613900001111"
    account.set_password(PASSWORD)
    account.save()
    EmailAddress.objects.create(user=account, email=OLD, verified=True, primary=True)
    return ada


def code_sent_to(address: str) -> str:
    found = re.search(r"\d{4}-\d{4}", Delivery.objects.filter(to=address).latest("pk").body)
    return found[0] if found else ""


def signed_in(person: Person) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": OLD, "password": PASSWORD}).status_code == 302
    assert client.post("/accounts/again/", {"password": PASSWORD}).status_code == 302
    return client


def test_the_new_one_leads_in_and_the_old_one_no_more(ada: Person, at: datetime) -> None:
    proof = ask_address(ada.account, EMAIL, f" {NEW.upper()} ", by=ada, at=at)
    account = confirm_address(ada.account, proof, code_sent_to(NEW), by=ada, at=at)
    assert account.email == NEW
    assert list(EmailAddress.objects.values_list("email", "verified")) == [(NEW, True)]
    told = Delivery.objects.exclude(to=NEW)
    assert sorted(told.values_list("to", flat=True)) == ["+8613900001111", OLD]
    Delivery.objects.all().delete()
    for address, sent in ((OLD, 0), (NEW, 1)):
        Client().post("/accounts/code/", {"login": address})
        assert Delivery.objects.filter(to=address).count() == sent


def test_a_number(ada: Person, at: datetime) -> None:
    proof = ask_address(ada.account, SMS, "139 2222 3333", by=ada, at=at)
    account = confirm_address(ada.account, proof, code_sent_to("+8613922223333"), by=ada, at=at)
    assert (account.phone, account.phone_verified) == ("+8613922223333", True)


def test_an_address_of_somebody_else_gets_no_code_and_she_learns_nothing(ada: Person, at: datetime) -> None:
    other = factories.person("Other").account
    Account.objects.filter(pk=other.pk).update(email=NEW)
    client = signed_in(ada)
    taken = client.post("/me/signin/email/", {"address": NEW})
    free = client.post("/me/signin/email/", {"address": "free@example.org"})
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert code_sent_to(NEW) == ""
    proof = ask_address(ada.account, EMAIL, NEW, by=ada, at=at)
    for code in ("", "00000000"):
        assert not proof.fits(code)


def test_wrong_late_or_tried_too_often(ada: Person, at: datetime) -> None:
    proof = ask_address(ada.account, EMAIL, NEW, by=ada, at=at)
    code = code_sent_to(NEW)
    with pytest.raises(BadInput):
        confirm_address(ada.account, proof, "00000000" if code.replace("-", "") != "00000000" else "1", by=ada, at=at)
    with pytest.raises(BadInput):
        confirm_address(ada.account, proof, code, by=ada, at=at + LASTS + timedelta(seconds=1))
    for _ in range(MOST_TRIES):
        proof = proof.after_a_try
    with pytest.raises(BadInput):
        confirm_address(ada.account, proof, code, by=ada, at=at)


def test_a_code_is_for_one_address_and_one_account(ada: Person, at: datetime) -> None:
    bea = factories.person("Bea")
    proof = ask_address(ada.account, EMAIL, NEW, by=ada, at=at)
    code = code_sent_to(NEW)
    with pytest.raises(NotAllowed):
        confirm_address(bea.account, proof, code, by=bea, at=at)
    forged = type(proof)(**{**proof.as_kept, "address": "mine@example.org"})
    assert not forged.fits(code)
    with pytest.raises(NotAllowed):
        ask_address(ada.account, EMAIL, NEW, by=bea, at=at)
    with pytest.raises(BadInput):
        ask_address(ada.account, EMAIL, OLD, by=ada, at=at)


def test_the_pages(ada: Person) -> None:
    client = signed_in(ada)
    assert client.get("/me/signin/email/").status_code == 200
    assert client.post("/me/signin/email/", {"address": NEW}).status_code == 302
    assert client.post("/me/signin/code/", {"code": "12"}).status_code == 422
    assert client.post("/me/signin/code/", {"code": code_sent_to(NEW)}).status_code == 302
    page = client.get("/me/signin/").content.decode()
    assert NEW in page
    assert client.get("/me/signin/code/").status_code == 302
    assert code_sent_to(NEW) not in str(client.session.items())


def test_three_tries_on_the_page(ada: Person) -> None:
    client = signed_in(ada)
    client.post("/me/signin/email/", {"address": NEW})
    for _ in range(MOST_TRIES):
        client.post("/me/signin/code/", {"code": "12"})
    client.post("/me/signin/code/", {"code": code_sent_to(NEW)})
    assert Account.objects.get(pk=ada.account.pk).email == OLD


def test_it_asks_again_that_it_is_she(ada: Person) -> None:
    client = Client()
    client.force_login(ada.account)
    assert client.get("/me/signin/email/")["Location"].startswith("/accounts/again/")


def test_not_too_often(ada: Person) -> None:
    client = signed_in(ada)
    for number in range(4):
        client.post("/me/signin/email/", {"address": f"a{number}@example.org"})
    assert Delivery.objects.filter(subject="Confirm this address").count() == 3
