"""Goal 11: the public Home, kept and not kept, against a stock Django page and against no Django at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from braid.config.servers import default_workers
from braid.units.models import Unit

from .report import Line
from .serving import Pressed, Request, press, served
from .timing import say
from .world import World, biggest

COLD = 20_000
OURS = "braid.config.wsgi:application"
STOCK = "bench.stock:application"


def run(world: World) -> Iterator[Line]:
    world.tree()
    province = biggest(2)
    hot = [Request(f"/u/{province.code}/")]
    seconds = world.scale.http_seconds
    ours = _press(OURS, hot, seconds)
    stock = _press(STOCK, hot, seconds, settings="bench.stock_settings")
    raw = _press("bench.raw:application", hot, seconds)
    yield Line("11", "hot public page, against a stock page", str(ours), str(stock), ours.rate / stock.rate, ">= 10")
    yield Line(
        "11", "hot public page, against raw WSGI with one query", str(ours), str(raw), ours.rate / raw.rate, ">= 0.5"
    )
    for what, level in (("township", 5), ("village", 6)):
        yield _cold(what, level, seconds)


def _cold(what: str, level: int, seconds: int) -> Line:
    """Pages that nobody asked for before: another unit of `level` each time."""
    codes = Unit.objects.shown().filter(level=level).order_by("?").values_list("code", flat=True)[:COLD]
    asked = [Request(f"/u/{code}/") for code in codes]
    ours = _press(OURS, asked, seconds)
    stock = _press(STOCK, asked, seconds, settings="bench.stock_settings")
    words = f"cold public page (another {what} each time), against the stock page"
    return Line("11", words, str(ours), str(stock), ours.rate / stock.rate, ">= 2")


def _press(application: str, asked: list[Request], seconds: int, *, settings: str = "bench.settings") -> Pressed:
    """Every side has as many processes and threads as the product runs with on this database."""
    say(f"{application}, {len(asked)} addresses")
    with served(application, settings=settings, workers=default_workers(), threads=4) as address:
        return press(address, asked, seconds=seconds, folder=Path(os.environ["BRAID_VAR"]))
