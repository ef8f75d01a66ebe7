"""The doors of the running demo: its address and one sign-in link for each kind of person."""

from __future__ import annotations

import time
from urllib.error import URLError
from urllib.request import urlopen

from django.utils.timezone import now
from rich.console import Console

from braid.config.servers import HOST
from braid.people.enums import Office
from braid.people.models import Person
from braid.people.signin_links import signin_link
from braid.units.models import Unit

from .run import Result, level_names

PATIENCE = 30
"""Seconds the web server has to answer."""


def links(console: Console, result: Result, port: int, *, was_there: bool) -> None:
    """Wait until the pages answer, then print where to look; `was_there`: nothing of it had to be made in this run."""
    base = f"http://{HOST}:{port}"
    if not _answers(f"{base}/live"):
        console.print("[red]The web server does not answer yet; see the messages above.[/]")
    console.print(f"\n[bold]Braid is at {base}/[/]   (Ctrl-C ends it)\n", highlight=False)
    console.print("Sign-in links, from this computer only, for 12 hours:", highlight=False)
    for who, person in _doors(result):
        console.print(f"  {who:<34} {signin_link(person, base, at=now())}", highlight=False, soft_wrap=True)
    again = "It was all there already. " if was_there else ""
    console.print(f"\n[dim]{again}Start it anew: braid demo --reset[/]", highlight=False)


def _doors(result: Result) -> list[tuple[str, Person]]:
    names = level_names()
    line = Unit.objects.filter(pk__in=result.line).order_by("path")
    doors = [(f"Head: {names.get(unit.level, unit.level)} {unit.name}", _who(unit, Office.HEAD)) for unit in line]
    last = line.last()
    if last and (member := _who(last, Office.MEMBER)):
        doors.append((f"Member: {last.name}", member))
    return [(who, person) for who, person in doors if person]


def _who(unit: Unit, office: Office) -> Person | None:
    held = {"memberships__unit": unit, "memberships__office": office, "account__isnull": False}
    return Person.objects.filter(**held).order_by("pk").first()


def _answers(address: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 (our own address)
                return True
        except (URLError, OSError):
            time.sleep(0.2)
    return False
