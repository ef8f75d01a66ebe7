"""Signing in with an OpenID Connect provider: a real one on this machine, and each way it could lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client

from braid.people.models import Account, Person
from tests import factories

from .oidc_server import Provider
from .test_signin import PASSWORD, by_password, is_in, with_ways


@pytest.fixture
def provider(settings: Any, db: None) -> Iterator[Provider]:
    cache.clear()
    with Provider() as provider:
        settings.SOCIALACCOUNT_PROVIDERS = provider.settings()
        yield provider


@pytest.fixture
def ada(provider: Provider) -> Person:
    return with_ways(factories.person("Ada"))


def walk(client: Client) -> Any:
    """From our button to the provider and back, as a browser walks; what our callback answers."""
    on = client.post("/accounts/oidc/federation/")
    assert on.status_code == 200, on
    there = requests.get(on.context["link"], allow_redirects=False, timeout=30)
    return client.get(there.headers["Location"].removeprefix("http://testserver"))


def connect(client: Client) -> None:
    client.post("/accounts/again/", {"password": PASSWORD})
    walk(client)


def test_connect_then_sign_in(ada: Person) -> None:
    connect(by_password(ada))
    assert SocialAccount.objects.get().user == ada.account
    client = Client()
    walk(client)
    assert is_in(client)
    assert client.get("/me/").context["user"] == ada.account
    assert not SocialToken.objects.exists()


def test_connecting_asks_again(ada: Person) -> None:
    answer = by_password(ada).post("/accounts/oidc/federation/")
    assert answer["Location"].startswith("/accounts/again/")


def test_strangers_get_no_account(provider: Provider) -> None:
    client = Client()
    answer = walk(client)
    assert not is_in(client)
    assert not Account.objects.exists()
    assert "Accounts are opened by your unit" in answer.content.decode()


@pytest.mark.parametrize(
    ("trusts", "verified", "let_in"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_by_email_only_where_the_operator_trusts_it(
    ada: Person, provider: Provider, settings: Any, trusts: bool, verified: bool, let_in: bool
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = provider.settings(email_authentication=trusts)
    provider.claims |= {"email": ada.account.email, "email_verified": verified}
    client = Client()
    walk(client)
    assert is_in(client) is let_in


@pytest.mark.parametrize("lie", ["signature", "audience", "issuer", "expired", "none", "userinfo"])
def test_a_lying_provider_lets_nobody_in(ada: Person, provider: Provider, lie: str) -> None:
    connect(by_password(ada))
    provider.spoil = lie
    client = Client()
    answer = walk(client)
    assert answer.status_code == 401, answer
    assert not is_in(client)


def test_the_keys_are_asked_for(ada: Person, provider: Provider) -> None:
    connect(by_password(ada))
    assert "/jwks" in provider.asked


def test_stopping_at_the_provider(ada: Person, provider: Provider) -> None:
    provider.spoil = "cancelled"
    assert walk(Client())["Location"] == "/accounts/oidc/cancelled/"


def test_a_state_is_used_once_and_by_its_browser(ada: Person) -> None:
    connect(by_password(ada))
    client = Client()
    on = client.post("/accounts/oidc/federation/")
    back = requests.get(on.context["link"], allow_redirects=False, timeout=30).headers["Location"]
    back = back.removeprefix("http://testserver")
    thief = Client()
    thief.get(back)
    assert not is_in(thief)


def test_disconnecting(ada: Person) -> None:
    client = by_password(ada)
    connect(client)
    client.post("/me/signin/oidc/disconnect/")
    assert not SocialAccount.objects.exists()


def test_not_the_last_way_in(ada: Person) -> None:
    connect(by_password(ada))
    Account.objects.filter(pk=ada.account.pk).update(email="", phone=None, password="!")
    client = Client()
    walk(client)
    assert client.post("/me/signin/oidc/disconnect/").status_code == 409
    assert SocialAccount.objects.exists()


def test_a_second_step_is_asked_for_here_too(ada: Person) -> None:
    from .test_signin import add_app

    client = by_password(ada)
    connect(client)
    add_app(client)
    other = Client()
    walk(other)
    assert not is_in(other)


def test_no_provider_no_button(ada: Person, settings: Any) -> None:
    assert "Sign in with Province" in Client().get("/accounts/login/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "Province" not in Client().get("/accounts/login/").content.decode()
    assert Client().post("/accounts/oidc/federation/").status_code == 404
