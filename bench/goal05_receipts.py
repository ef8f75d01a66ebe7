"""Goal 5: a million people open a notice: the endpoint they tell, and the fold behind it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from bench.goal04_notice import _send
from braid.config.servers import default_workers
from braid.contact.actions.freezing import freeze_due
from braid.contact.actions.receipts import fold_spool
from braid.contact.models import Notice, Receipt
from braid.contact.receiving import keep_facts
from braid.contact.tokens import Shown, token_of
from braid.people.models import Account, Membership
from braid.units.models import Unit

from .report import Line
from .serving import Pressed, Request, press, served
from .timing import say, took
from .world import NOW, World, head

READERS = 20_000
SESSIONS = 200


def run(world: World) -> Iterator[Line]:
    world.people()
    notice = _send(Unit.objects.get(depth=0), head())
    Notice.objects.filter(pk=notice.pk).update(sent_at=NOW)
    notice.audience.update(sent_at=NOW)
    freeze_due(datetime.now(UTC))
    folder = Path(os.environ["BRAID_VAR"])
    seconds = world.scale.http_seconds
    seats = list(
        Membership.objects.exclude(person=head())
        .order_by("pk")
        .values_list("person_id", "unit_id")[: world.scale.facts]
    )
    now = datetime.now(UTC)
    asked = [
        Request("/r/", "POST", f"t={token_of(Shown(person, notice.pk, unit), at=now)}")
        for person, unit in seats[:READERS]
    ]
    ours = _ours(asked, seconds, folder)
    peer = _peer(seconds, folder)
    target = ">= 8" if connection.vendor == "sqlite" else ">= 15"
    yield Line(
        "5",
        "the endpoint that takes receipts, against session + get_or_create",
        str(ours),
        str(peer),
        ours.rate / peer.rate,
        target,
        "each answered when it is on disk",
    )
    fold_spool(datetime.now(UTC))
    rate, count = _fold(notice, seats)
    yield Line(
        "5",
        f"fold of {count:,} receipts",
        f"{rate:,.0f}/s",
        "40,000/s",
        rate / 40_000,
        ">= 1" if count >= 100_000 else "",
    )
    whole = 1_000_000 / ours.rate + 1_000_000 / rate
    yield Line(
        "5",
        "a million reads: endpoint, then fold",
        f"{whole:.0f} s",
        "240 s",
        whole / 240,
        "<= 1",
        "sum of the two rates above",
    )


def _ours(asked: list[Request], seconds: int, folder: Path) -> Pressed:
    say("the product's endpoint")
    with served("braid.config.wsgi:application", workers=default_workers(), threads=4) as address:
        return press(address, asked, seconds=seconds, folder=folder)


def _peer(seconds: int, folder: Path) -> Pressed:
    say("the stock endpoint")
    cookies = [_session() for _ in range(SESSIONS)]
    asked = [Request(f"/read/{turn}/", "POST", "x=1", cookie) for turn in range(200) for cookie in cookies]
    with served(
        "bench.stock:application", settings="bench.stock_settings", workers=default_workers(), threads=4
    ) as address:
        return press(address, asked, seconds=seconds, folder=folder)


def _session() -> str:
    number = Account.objects.count() + 1
    person = Membership.objects.order_by("pk").values_list("person_id", flat=True)[number]
    account = Account.objects.create(person_id=person, username=f"bench-{number}", password="!", date_joined=NOW)
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"


def _fold(notice: Notice, seats: list[tuple[int, int]]) -> tuple[float, int]:
    """Receipts folded a second, from the spool into rows and sets."""
    Receipt.objects.filter(notice=notice).delete()
    now = time.time()
    for start in range(0, len(seats), 1000):
        keep_facts([(person, notice.pk, unit, 1) for person, unit in seats[start : start + 1000]], seconds=now)
    say(f"folding {len(seats):,} receipts")
    with took() as taken:
        while fold_spool(datetime.now(UTC)):
            pass
    written = Receipt.objects.filter(notice=notice).count()
    assert written == len(seats), (written, len(seats))
    return len(seats) / taken.seconds, len(seats)
