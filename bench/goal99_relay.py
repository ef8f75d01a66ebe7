"""Relay: opens of short links a second, side by side with a bare WSGI function and with session + get_or_create."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.goal04_notice import _send
from bench.goal05_receipts import SESSIONS, _session
from braid.config.servers import default_workers
from braid.contact.actions import ChatPlan, fold_opens, register_chat
from braid.contact.enums import MOST_A_MINUTE
from braid.contact.models import CarryOpens, Notice
from braid.contact.relay_links import Link, code_of, keep_opens
from braid.kernel.access import OPERATOR
from braid.units.models import Unit

from .report import Line
from .serving import Pressed, Request, press, served
from .timing import say, took
from .world import NOW, World, head

CHATS = 2_000
FOLDED = 200_000
AGENT = "Mozilla/5.0 (Linux; Android 9) Chrome/66 Mobile"


def run(world: World) -> Iterator[Line]:
    world.people()
    notice = _send(Unit.objects.get(depth=0), head())
    Notice.objects.filter(pk=notice.pk).update(sent_at=NOW)
    folder, seconds = Path(os.environ["BRAID_VAR"]), world.scale.http_seconds
    bodies = Unit.objects.shown().order_by("-level", "path")[:CHATS]
    chats = [register_chat(body, ChatPlan("chat", "officers", size=100), by=OPERATOR, at=NOW) for body in bodies]
    asked = [Request(f"/r/{code_of(Link(notice.pk, chat.pk))}/", agent=AGENT) for chat in chats]
    say("the product's short links")
    with served("braid.config.wsgi:application", workers=default_workers(), threads=4) as address:
        ours = press(address, asked, seconds=seconds, folder=folder)
    fold_opens(datetime.now(UTC))
    bare, stock = _bare(seconds, folder), _stock(seconds, folder)
    note = f"each counted on disk before its answer; {len(chats):,} links, at most {MOST_A_MINUTE} a minute each"
    yield Line(
        "relay",
        "short links opened, against session + get_or_create",
        str(ours),
        str(stock),
        ours.rate / stock.rate,
        ">= 8",
        note,
    )
    yield Line(
        "relay",
        "short links opened, against a bare WSGI function",
        str(ours),
        str(bare),
        ours.rate / bare.rate,
        "",
        "the bare one keeps nothing",
    )
    rate = _fold(notice, [chat.pk for chat in chats])
    yield Line(
        "relay",
        f"fold of {FOLDED:,} opens",
        f"{rate:,.0f}/s",
        "40,000/s",
        rate / 40_000,
        "",
        "the goal of receipts, for comparison",
    )


def _bare(seconds: int, folder: Path) -> Pressed:
    say("a bare function")
    with served("bench.raw:redirect", workers=default_workers(), threads=4) as address:
        return press(address, [Request("/r/x/", agent=AGENT)], seconds=seconds, folder=folder)


def _stock(seconds: int, folder: Path) -> Pressed:
    say("the stock endpoint")
    cookies = [_session() for _ in range(SESSIONS)]
    asked = [Request(f"/read/{turn}/", "POST", "x=1", cookie) for turn in range(200) for cookie in cookies]
    with served(
        "bench.stock:application", settings="bench.stock_settings", workers=default_workers(), threads=4
    ) as address:
        return press(address, asked, seconds=seconds, folder=folder)


def _fold(notice: Notice, chats: list[int]) -> float:
    """Opens folded a second, from the spool into counts."""
    CarryOpens.objects.all().delete()
    minute = int(NOW.timestamp() // 60)
    for start in range(0, FOLDED, 1000):
        keep_opens(
            [(notice.pk, chats[number % len(chats)], minute + number % 90) for number in range(start, start + 1000)]
        )
    say(f"folding {FOLDED:,} opens")
    with took() as taken:
        while fold_opens(datetime.now(UTC)):
            pass
    assert sum(CarryOpens.objects.values_list("opens", flat=True)) == FOLDED
    return FOLDED / taken.seconds
