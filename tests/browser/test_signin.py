"""Passkeys in a real browser with a virtual authenticator; the pages about signing in at 360 px, in Chinese, without script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from braid.kernel.models import Delivery
from braid.people.actions import ask_recovery
from braid.people.enums import Office
from braid.people.models import Account, Person
from tests import factories

from .conftest import Visit, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "long-enough-for-her"
HOME = re.compile(r"^http://[^/]+/($|u/)")
"""Where signing out leads: the Home of the root, or on to it."""


@pytest.fixture
def ada() -> Person:
    cache.clear()
    units = factories.tree({"nation": {"county": {}}})
    ada = factories.member(units["county"], who=factories.person("Ada"))
    account = ada.account
    account.username, account.email = "ada", "ada@example.org"
    account.set_password(PASSWORD)
    account.save()
    return ada


def authenticator(page: Page) -> Any:
    """A phone with a finger on it, plugged into the page's browser; returns the session that drives it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def test_a_passkey_from_making_it_to_signing_in(visit: Visit, ada: Person) -> None:
    page = visit("/accounts/login/?next=/me/signin/")
    session, number = authenticator(page)
    page.get_by_label("User name, e-mail or phone number").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What you call it").fill("my phone")
    assert_accessible(page)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_accessible(page)
    kept = session.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    assert [one["isResidentCredential"] for one in kept] == [True]

    page.goto("/me/signin/")
    expect(page.get_by_text("my phone")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(HOME)

    page.goto("/accounts/login/?next=/me/devices/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r"^http://[^/]+/me/devices/$"))
    expect(page.get_by_text("this device", exact=True)).to_be_visible()
    assert_accessible(page)

    # the password alone is not enough any more; the passkey is the second step
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(HOME)
    page.goto("/accounts/login/")
    page.get_by_label("User name, e-mail or phone number").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(re.compile("/today/"))

    # and it is what she shows again before she removes it
    page.goto("/me/signin/")
    page.get_by_role("link", name="Remove it").first.click()
    page.get_by_role("link", name="With my passkey").click()
    page.get_by_role("button", name="Use my passkey").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey was removed")).to_be_visible()


def test_a_finger_that_does_not_fit(visit: Visit, ada: Person) -> None:
    page = visit("/accounts/login/")
    session, number = authenticator(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That did not work")).to_be_visible()
    assert_accessible(page)


def test_a_code_without_script_in_chinese(visit: Visit, ada: Person) -> None:
    page = visit("/accounts/login/", language="zh-hans", script=False)
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
    page.get_by_role("link", name="发送验证码").click()
    page.get_by_label("邮箱或手机号").fill("ada@example.org")
    page.get_by_role("button", name="发送验证码").click()
    sent = re.search(r"\d{4}-\d{4}", Delivery.objects.get().body)
    assert sent
    page.get_by_label("验证码").fill(sent[0])
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(re.compile("/today/"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_are_calm_and_accessible(visit: Visit, ada: Person, language: str) -> None:
    Account.objects.filter(pk=ada.account.pk).update(last_login=ada.account.date_joined)
    head = factories.member(ada.memberships.get().unit, Office.HEAD)
    assert_accessible(visit("/accounts/login/", language=language))
    assert_accessible(visit("/accounts/code/", language=language))
    assert_accessible(visit(f"/person/{ada.pk}/recover/", person=head, language=language))
    made = ask_recovery(ada.account, why="she came with her card", by=head, at=ada.created_at)
    assert_accessible(visit(f"/recoveries/{made.pk}/", person=head, language=language, width="desktop"))
    page = visit("/me/recovery/", person=ada, language=language)
    assert page.get_by_role("alert").count() == 1
    assert_accessible(page)
