"""`POST /r/`: a token is enough and nothing else is; what was answered for is recorded, also when processes are killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from braid.contact.actions import fold_spool
from braid.contact.enums import Fact
from braid.contact.middleware import with_receipts
from braid.contact.models import FoldedSegment, Receipt
from braid.contact.tokens import LIFETIME, Shown, read_token, token_of
from braid.kernel.spool import segments
from tests import factories


@pytest.fixture
def token(world: SimpleNamespace) -> str:
    notice = factories.notice(world.nation, asks_acknowledgement=True)
    return token_of(Shown(world.liaisons["village"].pk, notice.pk, world.village.pk), at=timezone.now())


def facts() -> list[tuple[int, int]]:
    return sorted(Receipt.objects.values_list("fact", "unit_number"))


def test_seen_is_kept_without_a_query_and_recorded_by_the_fold(
    token: str, world: SimpleNamespace, client: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.post("/r/", {"t": token}, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400  # Django's client sends JSON-like text for other content types
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = post(client, f"t={token}")
    assert (answer, facts()) == (204, [])
    assert fold_spool(timezone.now()) == 1
    assert facts() == [(Fact.SEEN, world.village.pk)]


def post(client: Client, body: str) -> int:
    return client.post("/r/", body.encode(), content_type="application/x-www-form-urlencoded").status_code


def test_other_facts_can_be_said_too(token: str, world: SimpleNamespace, client: Client) -> None:
    assert post(client, f"t={token}&f=2") == 204
    assert post(client, f"t={token}&f=3") == 204  # not asked for: kept, then left out by the fold
    fold_spool(timezone.now())
    assert facts() == [(Fact.ACKNOWLEDGED, world.village.pk)]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda t: f"t={t[:-1]}{'A' if t[-1] != 'A' else 'B'}", 403),
        (lambda t: f"t={'B' + t[1:]}", 403),
        (lambda t: f"t={t}&f=9", 400),
        (lambda t: f"t={t}&f=x", 400),
        (lambda t: "", 400),
        (lambda t: "t=", 400),
        (lambda t: "t=%00%ff", 403),
        (lambda t: "x" * 2000, 413),
    ],
)
def test_anything_else_is_refused_and_leaves_nothing(
    token: str, client: Client, spool: Path, change: object, status: int
) -> None:
    assert post(client, change(token)) == status  # type: ignore[operator]
    assert list(segments(spool)) == []


def ask(method: str, path: str, body: bytes) -> str:
    """Ask the WSGI application as web processes serve it."""
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }

    def product(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"the product"]

    list(with_receipts(product)(environ, lambda status, headers: said.append(status)))
    return said[0]


def test_web_processes_answer_before_django(token: str, world: SimpleNamespace) -> None:
    assert ask("POST", "/r/", f"t={token}".encode()) == "204 No Content"
    assert ask("POST", "/r/", b"t=x") == "403 Forbidden"
    assert ask("POST", "/r/", b"x" * 5000) == "413 Request Entity Too Large"
    assert ask("GET", "/r/", b"") == ask("POST", "/r/x", b"") == "200 OK"
    fold_spool(timezone.now())
    assert facts() == [(Fact.SEEN, world.village.pk)]


def test_it_answers_posts_only(client: Client, db: None) -> None:
    assert client.get("/r/").status_code == 404


def test_tokens_end(now: datetime) -> None:
    token = token_of(Shown(1, 2, 3), at=now)
    assert read_token(token, seconds=now.timestamp()) == Shown(1, 2, 3)
    assert read_token(token, seconds=(now + LIFETIME - timedelta(seconds=1)).timestamp()) == Shown(1, 2, 3)
    assert read_token(token, seconds=(now + LIFETIME).timestamp()) is None


def test_a_secret_of_another_installation_signs_nothing_here(now: datetime, settings: SimpleNamespace) -> None:
    token = token_of(Shown(1, 2, 3), at=now)
    settings.SECRET_KEY = "another"
    assert read_token(token, seconds=now.timestamp()) is None


def test_who_left_the_unit_since_is_left_out(token: str, world: SimpleNamespace, client: Client) -> None:
    assert post(client, f"t={token}") == 204
    world.liaisons["village"].memberships.update(until=timezone.localdate())
    fold_spool(timezone.now())
    assert facts() == []


def test_a_damaged_line_does_not_hold_up_the_others(token: str, client: Client, spool: Path) -> None:
    post(client, f"t={token}")
    (segment,) = segments(spool)
    with segment.path.open("ab") as file:
        file.write(b"garbage\n\xff\xfe 1 2\n1 2 3 4 99999999999999999\n")
    post(client, f"t={token}")
    assert fold_spool(timezone.now()) == 5
    assert len(facts()) == 1


def test_finished_segments_are_deleted_once_they_are_in_the_database(token: str, client: Client, spool: Path) -> None:
    spool.mkdir(parents=True, exist_ok=True)
    (spool / "dead.lines").write_bytes(b"99999 99999 1 1 1\n1 1")
    post(client, f"t={token}")
    fold_spool(timezone.now())
    assert len(list(segments(spool))) == 1
    assert FoldedSegment.objects.count() == 1
    fold_spool(timezone.now())
    assert len(facts()) == 1
