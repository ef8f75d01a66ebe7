"""Goal 11: the public Home, kept and not kept, against a stock Django page and against no Django at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

from braid.config.servers import default_workers
from braid.units.models import Unit

from .report import Line
from .serving import Pressed, Request, press, served
from .timing import say
from .world import World, biggest

COLD = 20_000
OURS = "braid.config.wsgi:application"
STOCK = "bench.stock:application"
RAW = "bench.raw:application"


def run(world: World) -> Iterator[Line]:
    world.tree()
    province = biggest(2)
    hot = [Request(f"/u/{province.code}/")]
    seconds = world.scale.http_seconds
    stock = _press(STOCK, hot, seconds, settings="bench.stock_settings")
    keep_page(hot[0].path)
    ours, raw = _in_turns(hot, seconds)
    yield Line("11", "hot public page, against a stock page", str(ours), str(stock), ours.rate / stock.rate, ">= 10")
    yield Line(
        "11",
        "hot public page, against raw WSGI with one query",
        str(ours),
        str(raw),
        ours.rate / raw.rate,
        ">= 0.5",
        "the raw one sends the same bytes and headers; both pressed twice, in turns",
    )
    for what, level in (("township", 5), ("village", 6)):
        yield from _cold(what, level, seconds)


def keep_page(path: str) -> None:
    """Leave the product's answer for `bench.raw`."""
    with served(OURS) as address, urlopen(address + path) as answer:
        left_out = {"connection", "date", "server"}
        headers = [header for header in answer.headers.items() if header[0].lower() not in left_out]
        page = {"headers": headers, "body": answer.read().decode()}
    (Path(os.environ["BRAID_VAR"]) / "page.json").write_text(json.dumps(page))


def _in_turns(hot: list[Request], seconds: int) -> tuple[Pressed, Pressed]:
    """The product and the bare function, twice each, so that neither has the quieter half of the machine."""
    turns = [_press(application, hot, seconds) for application in (OURS, RAW, RAW, OURS)]
    (first, raw, other_raw, last) = turns
    return _mean(first, last), _mean(raw, other_raw)


def _mean(one: Pressed, other: Pressed) -> Pressed:
    return Pressed((one.rate + other.rate) / 2, max(one.p99, other.p99), one.failed + other.failed)


def _cold(what: str, level: int, seconds: int) -> Iterator[Line]:
    """Pages that nobody asked for before: another unit of `level` each time."""
    codes = list(Unit.objects.shown().filter(level=level).order_by("?").values_list("code", flat=True)[:COLD])
    ours = _press(OURS, [Request(f"/u/{code}/") for code in codes], seconds)
    words = f"cold public page (another {what} each time), against the stock page"
    for address, more, target in (
        ("u", "which shows the same: the same facts asked for, a query for each", ">= 2"),
        ("thin", "that shows less: no level, words, help numbers, groups, affiliations or stories", ""),
    ):
        asked = [Request(f"/{address}/{code}/") for code in codes]
        stock = _press(STOCK, asked, seconds, settings="bench.stock_settings")
        name = words if target else words.replace("the stock page", "a stock page of five queries")
        yield Line("11", name, str(ours), str(stock), ours.rate / stock.rate, target, more)


def _press(application: str, asked: list[Request], seconds: int, *, settings: str = "bench.settings") -> Pressed:
    """Every side has as many processes and threads as the product runs with on this database."""
    say(f"{application}, {len(asked)} addresses")
    with served(application, settings=settings, workers=default_workers(), threads=4) as address:
        return press(address, asked, seconds=seconds, folder=Path(os.environ["BRAID_VAR"]))
