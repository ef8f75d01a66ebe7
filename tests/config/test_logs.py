"""What the logs say, and that it says nothing about persons."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from braid.config.logs import configure
from braid.kernel import outbox
from braid.people.models import Account
from tests.factories import person

SECRET = "Wang Xiulan"
PHONE = "+8613800138000"


def breaks(request: HttpRequest, token: str) -> HttpResponse:
    raise ValueError(f"{SECRET} {PHONE}")


urlpatterns = [path("enter/<str:token>/", breaks)]
handler500 = "django.views.defaults.server_error"


@outbox.task
def greets(pk: int, *, at: datetime) -> None:
    raise IntegrityError(f"duplicate key\nDETAIL:  Key (phone)=({PHONE}) already exists. {SECRET}")


@pytest.fixture
def lines() -> Iterator[Any]:
    """What is logged during the test, as JSON objects."""
    out = io.StringIO()
    setup = configure(as_json=True)
    factory = setup["formatters"]["braid"]
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**{k: v for k, v in factory.items() if k != "()"}))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


@override_settings(ROOT_URLCONF="tests.config.test_logs")
@pytest.mark.django_db
def test_a_broken_page_is_logged_by_route_without_what_it_was_about(lines: Any) -> None:
    Client(raise_request_exception=False).get(f"/enter/very-secret-token/?q={SECRET}")
    (line,) = [line for line in lines() if line.get("status") == 500]
    assert line["route"] == "enter/<str:token>/"
    assert line["error"] == "ValueError"
    assert any("breaks" in place for place in line["places"])
    said = json.dumps(lines(), ensure_ascii=False)
    assert not [word for word in (SECRET, PHONE, "very-secret-token", "q=") if word in said]


@pytest.mark.django_db
def test_failed_work_is_logged_without_its_message(lines: Any, now: datetime) -> None:
    outbox.owe(greets, 1, due=now)
    outbox.run_due(at=now)
    said = json.dumps(lines(), ensure_ascii=False)
    assert "IntegrityError" in said
    assert SECRET not in said
    assert PHONE not in said


def test_errors_of_machines_keep_their_message(lines: Any) -> None:
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        structlog.get_logger("braid").exception("no database")
    assert lines()[-1]["message"] == ["connection refused"]


@pytest.mark.django_db
def test_signing_in_leaves_no_name_in_the_logs(lines: Any, client: Client) -> None:
    who = person(SECRET, phone=PHONE)
    account = Account.objects.get(person=who)
    client.post("/accounts/login/", {"login": account.username, "password": "wrong password"})
    client.force_login(account)
    client.get(f"/people/none/?q={SECRET}")
    said = json.dumps(lines(), ensure_ascii=False)
    assert SECRET not in said
    assert PHONE not in said


def test_settings_use_this_setup() -> None:
    assert settings.LOGGING["root"]["handlers"] == ["stderr"]
    assert settings.LOGGING["formatters"].keys() == configure(as_json=True)["formatters"].keys()
