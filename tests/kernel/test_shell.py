"""The navigation of the signed-in shell."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve

from braid.kernel import shell


def at(rf: RequestFactory, path: str) -> HttpRequest:
    request = rf.get(path)
    request.resolver_match = resolve(path)
    return request


@pytest.fixture(autouse=True)
def hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "own_unit", [lambda request: "mine"])
    monkeypatch.setattr(shell, "waiting", {"inbox": lambda request: 3})


def test_places_lead_to_ones_own_unit_and_show_what_waits(rf: RequestFactory) -> None:
    found = {place.name: place for place in shell.places(at(rf, "/today/"))}
    assert found["my_unit"].href == "/my-unit/mine/"
    assert found["today"].current
    assert found["inbox"].count == 3


def test_walking_between_pages_of_a_unit_keeps_the_unit(rf: RequestFactory) -> None:
    found = {place.name: place.href for place in shell.places(at(rf, "/subtree/13/"))}
    assert found["my_unit"] == "/my-unit/13/"
    assert shell.unit_in_sight(at(rf, "/u/13/")) == "mine"


def test_a_place_that_needs_a_unit_is_left_out_without_one(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "own_unit", [])
    assert "subtree" not in [place.name for place in shell.places(at(rf, "/today/"))]
