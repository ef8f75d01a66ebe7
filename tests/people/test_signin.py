"""Ways to sign in: codes, code apps, recovery codes, limits that spare the neighbours, devices; nothing told to strangers."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from braid.kernel.delivery import send_due
from braid.kernel.models import Delivery
from braid.people.actions import end_all_sessions
from braid.people.devices import forget_devices, named
from braid.people.models import Account, Person
from braid.people.sealing import seal, unseal
from tests import factories

PASSWORD = "long-enough-for-her"


@pytest.fixture
def ada(db: None) -> Person:
    cache.clear()
    return with_ways(factories.person("Ada", language="en"))


def with_ways(person: Person, *, password: bool = True) -> Person:
    """Her account has an e-mail address, a phone number and a password."""
    account = person.account
    account.email, account.phone = f"{person.pk}@example.org", f"+86139{person.pk:08}"
    if password:
        account.set_password(PASSWORD)
    account.save()
    return person


def code_for(person: Person) -> str:
    """The newest code on its way to her."""
    sent = Delivery.objects.filter(to__in=[person.account.email, person.account.phone]).order_by("-pk").first()
    assert sent
    found = re.search(r"\d{4}-\d{4}", sent.body)
    assert found
    return found[0]


def by_password(person: Person, client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/accounts/login/", {"login": person.account.username, "password": PASSWORD, "remember": "on"})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def add_app(client: Client) -> str:
    """Add a code app as she does: show again that it is she, read the key, type a code. Returns the key."""
    client.post("/accounts/again/", {"password": PASSWORD})
    page = client.get("/me/signin/app/new/")
    secret: str = page.context["form"].secret
    added = client.post("/me/signin/app/new/", {"code": totp_now(secret)})
    assert added.status_code == 302, added.content.decode()
    return secret


# codes that are sent


@pytest.mark.parametrize("way", ["email", "phone"])
def test_a_code_signs_in(ada: Person, way: str) -> None:
    client = Client()
    asked = client.post("/accounts/code/", {"login": getattr(ada.account, way)})
    assert asked["Location"] == "/accounts/code/enter/"
    code = code_for(ada)
    assert client.post("/accounts/code/enter/", {"code": "0000-0000"}).status_code == 200
    assert not is_in(client)
    client.post("/accounts/code/enter/", {"code": code.replace("-", "")})
    assert is_in(client)


def test_a_code_belongs_to_the_browser_that_asked(ada: Person) -> None:
    Client().post("/accounts/code/", {"login": ada.account.email})
    other = Client()
    other.post("/accounts/code/enter/", {"code": code_for(ada)})
    assert not is_in(other)


def test_the_link_of_a_message_fills_in_and_signs_nobody_in(ada: Person) -> None:
    client = Client()
    client.post("/accounts/code/", {"login": ada.account.email})
    sent = Delivery.objects.get()
    path = re.search(r"https?://[^/]+(/accounts/code/enter/\?code=\S+)", sent.body)
    assert path
    page = client.get(path[1]).content.decode()
    assert f'value="{code_for(ada)}"' in page
    assert not is_in(client)


def test_three_wrong_codes_end_it(ada: Person) -> None:
    client = Client()
    client.post("/accounts/code/", {"login": ada.account.email})
    code = code_for(ada)
    for _ in range(3):
        client.post("/accounts/code/enter/", {"code": "0000-0000"})
    client.post("/accounts/code/enter/", {"code": code})
    assert not is_in(client)


@pytest.mark.parametrize(("known", "unknown"), [("email", "nobody@example.org"), ("phone", "+8613900000000")])
def test_unknown_people_are_answered_the_same(ada: Person, known: str, unknown: str) -> None:
    there = getattr(ada.account, known)
    pages = []
    for login in (there, unknown):
        client = Client()
        first = client.post("/accounts/code/", {"login": login})
        second = client.get("/accounts/code/enter/")
        wrong = client.post("/accounts/code/enter/", {"code": "1"})
        texts = [
            re.sub(r'value="[^"]{20,}"', "", page.content.decode()).replace(login, "X") for page in (second, wrong)
        ]
        pages.append((first.status_code, first["Location"], *texts))
    assert pages[0] == pages[1]
    assert [row.to for row in Delivery.objects.all()] == [there]


def test_what_is_neither_address_nor_number(ada: Person) -> None:
    for typed in ("ada", "@", ""):
        assert Client().post("/accounts/code/", {"login": typed}).status_code == 200
    assert not Delivery.objects.exists()


def test_asking_for_codes_is_limited_by_account_and_place(ada: Person) -> None:
    """One place cannot use up the codes of an account, and one account not those of its neighbours."""
    bea = with_ways(factories.person("Bea"))
    for _ in range(5):
        Client(REMOTE_ADDR="10.0.0.1").post("/accounts/code/", {"login": ada.account.email})
    assert Delivery.objects.filter(to=ada.account.email).count() == 3
    Client(REMOTE_ADDR="10.0.0.1").post("/accounts/code/", {"login": bea.account.email})
    assert Delivery.objects.filter(to=bea.account.email).count() == 1
    Client(REMOTE_ADDR="10.0.0.2").post("/accounts/code/", {"login": ada.account.email})
    assert Delivery.objects.filter(to=ada.account.email).count() == 4


def test_a_village_behind_one_address_is_not_locked_out(ada: Person) -> None:
    """Sixty people get their password wrong until they are stopped; the next one from the same address still signs in."""
    for number in range(60):
        for _ in range(2):
            Client(REMOTE_ADDR="10.0.0.1").post("/accounts/login/", {"login": f"u{number}", "password": "wrong"})
    assert is_in(by_password(ada, Client(REMOTE_ADDR="10.0.0.1")))


# code apps and recovery codes


def test_password_and_code_app(ada: Person) -> None:
    secret = add_app(by_password(ada))
    client = by_password(ada)
    assert not is_in(client)
    client.post("/accounts/second/", {"code": "000000"})
    assert not is_in(client)
    client.post("/accounts/second/", {"code": totp_now(secret)})
    assert is_in(client)


def test_a_code_that_was_sent_is_one_step_only(ada: Person) -> None:
    secret = add_app(by_password(ada))
    client = Client()
    client.post("/accounts/code/", {"login": ada.account.email})
    client.post("/accounts/code/enter/", {"code": code_for(ada)})
    assert not is_in(client)
    client.post("/accounts/second/", {"code": totp_now(secret)})
    assert is_in(client)


def test_recovery_codes_work_once_and_are_shown_once(ada: Person) -> None:
    client = by_password(ada)
    add_app(client)
    shown = client.get("/me/signin/codes/")
    codes = shown.context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] in shown.content.decode()
    assert codes[0] not in client.get("/me/signin/codes/").content.decode()
    for expected in (True, False):
        other = by_password(ada)
        other.post("/accounts/second/", {"code": codes[0]})
        assert is_in(other) is expected


def test_secrets_are_sealed(ada: Person, settings: Any) -> None:
    client = by_password(ada)
    secret = add_app(client)
    codes = client.get("/me/signin/codes/").context["unused_codes"]
    kept = " ".join(str(one.data) for one in Authenticator.objects.all())
    assert secret not in kept
    assert not any(code in kept for code in codes)
    settings.SECRET_KEY = "another"
    assert unseal(Authenticator.objects.get(type="totp").data["secret"]) is None


def test_what_cannot_be_opened_becomes_no_secret_anybody_knows(ada: Person, settings: Any) -> None:
    add_app(by_password(ada))
    sealed = Authenticator.objects.get(type="totp")
    sealed.data["secret"] = "broken"
    sealed.save()
    first, second = (sealed.wrap() and _opened(sealed) for _ in range(2))
    assert first != second
    assert len(first) == 32
    client = by_password(ada)
    client.post("/accounts/second/", {"code": totp_now("")})
    assert not is_in(client)


def _opened(sealed: Authenticator) -> str:
    from allauth.mfa.utils import decrypt

    return str(decrypt(sealed.data["secret"]))


def test_sealing_survives_a_change_of_the_key(settings: Any) -> None:
    sealed = seal("x")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new"
    assert unseal(sealed) == "x"


# changing how one signs in


@pytest.mark.parametrize("path", ["/me/signin/app/new/", "/me/signin/passkeys/new/", "/me/signin/codes/new/"])
def test_changing_asks_again(ada: Person, path: str) -> None:
    client = by_password(ada)
    assert client.get(path)["Location"].startswith("/accounts/again/")


@pytest.mark.parametrize("path", ["/me/signin/app/new/", "/me/signin/passkeys/new/", "/accounts/password/set/"])
def test_who_has_no_password_must_have_just_signed_in(db: None, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    bea = with_ways(factories.person("Bea"), password=False)
    client = Client()
    client.post("/accounts/code/", {"login": bea.account.email})
    client.post("/accounts/code/enter/", {"code": code_for(bea)})
    assert client.get(path).status_code == 200
    later = time.time() + 600
    monkeypatch.setattr(time, "time", lambda: later)
    sent_away = client.get(path)
    assert sent_away["Location"].startswith("/accounts/login/")
    assert not is_in(client)


def test_changes_are_told_on_every_channel(ada: Person, django_capture_on_commit_callbacks: Any) -> None:
    Person.objects.filter(pk=ada.pk).update(phone="139 0000 1111", email="ada@unit.example.org")
    with django_capture_on_commit_callbacks(execute=True):
        add_app(by_password(ada))
    told = {row.to for row in Delivery.objects.filter(body__contains="code app was added")}
    assert told == {ada.account.email, ada.account.phone, "ada@unit.example.org", "+8613900001111"}


# devices


def test_devices_and_signing_out_everywhere(ada: Person) -> None:
    phone = by_password(ada, Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120"}))
    other = by_password(ada)
    demo = Client()
    demo.force_login(ada.account)  # a session that stands in no list
    page = phone.get("/me/devices/").content.decode()
    assert "Chrome, Android" in page
    assert page.count(">this device<") == 1
    phone.post("/me/devices/end/")
    assert is_in(phone)
    assert not is_in(other)
    assert not is_in(demo)
    assert UserSession.objects.count() == 1


def test_no_place_is_kept(ada: Person) -> None:
    by_password(ada, Client(REMOTE_ADDR="203.0.113.7"))
    assert [row.ip for row in UserSession.objects.all()] == ["0.0.0.0"]


def test_ending_all_sessions_is_for_one_account(ada: Person) -> None:
    bea = with_ways(factories.person("Bea"))
    hers, other = by_password(ada), by_password(bea)
    end_all_sessions(ada.account)
    assert not is_in(hers)
    assert is_in(other)


def test_gone_sessions_are_forgotten(ada: Person) -> None:
    client = by_password(ada)
    by_password(ada)
    client.logout()
    assert UserSession.objects.count() == 2
    assert forget_devices(timezone.now()) == 1
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 9; MI 8) Chrome/66 MicroMessenger/8.0", "WeChat, Android"),
        ("curl/8", "a device"),
    ],
)
def test_names_of_devices(user_agent: str, name: str) -> None:
    assert named(user_agent) == name


# what leaves the machine


@pytest.fixture
def kept_sms(settings: Any) -> list[tuple[str, str]]:
    settings.SMS_BACKEND = "tests.people.kept_sms.KeptSms"
    from .kept_sms import sent

    sent.clear()
    return sent


def test_messages_leave_by_the_worker(ada: Person, kept_sms: list[tuple[str, str]]) -> None:
    Client().post("/accounts/code/", {"login": ada.account.email})
    Client().post("/accounts/code/", {"login": ada.account.phone})
    assert mail.outbox == []
    assert send_due(timezone.now()) == 2
    assert [message.to for message in mail.outbox] == [[ada.account.email]]
    assert [number for number, _ in kept_sms] == [ada.account.phone]
    assert re.search(r"@testserver #\d{4}-\d{4}$", kept_sms[0][1])
    assert not Delivery.objects.exists()


def test_signing_in_by_code_is_closed_to_locked_accounts(ada: Person) -> None:
    client = Client()
    client.post("/accounts/code/", {"login": ada.account.phone})
    Account.objects.filter(pk=ada.account.pk).update(is_active=False)
    client.post("/accounts/code/enter/", {"code": code_for(ada)})
    assert not is_in(client)
