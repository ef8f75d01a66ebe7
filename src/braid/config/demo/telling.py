"""Who of the demo's people is told beyond the inbox, and by what: a channel that leaves files and never leaves the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from braid.contact.enums import NOTICE
from braid.kernel.delivery import AT_ANY_HOUR, CHANNELS, Channel, Message, Outcome, Result
from braid.kernel.delivery.channels import Send
from braid.people.actions import choose_channel
from braid.people.models import Person

from .notices import AGO, catch_up
from .stages import Stage, in_slices

MOST_CHOOSERS = 1_000
"""People who choose the channel, however large the tree."""
SLICE = 100


class Folder(Channel):
    """Every message becomes a file named by its key, so one that is sent twice arrives once."""

    name = "demo"
    words = "demo"
    offers_key = True

    @contextmanager
    def opened(self) -> Iterator[Send]:
        folder = arrivals()
        folder.mkdir(parents=True, exist_ok=True)

        def send(to: str, message: Message, key: str) -> Outcome:
            (folder / key).write_text(f"{to}\n{message.subject}\n{message.path}\n", encoding="utf-8")
            return Outcome(Result.SENT)

        yield send


def arrivals() -> Path:
    """The folder of the messages that arrived."""
    return Path(settings.SPOOL) / Folder.name


def arrived(notice: int) -> set[int]:
    """The numbers of those whom word of `notice` reached, read from the files alone."""
    found = (path.name.split(".") for path in arrivals().glob(f"{NOTICE}.{notice}.*"))
    return {int(person) for _kind, _thing, person, _channel in found}


@contextmanager
def installed() -> Iterator[None]:
    """The channel is there while the demo is built, and not for whoever visits it; it waits for no morning."""
    CHANNELS[Folder.name] = Folder()
    AT_ANY_HOUR.add(NOTICE)
    try:
        yield
    finally:
        AT_ANY_HOUR.discard(NOTICE)
        del CHANNELS[Folder.name]


def choose(stage: Stage, *, at: datetime) -> None:
    """Some people of all parts of the tree choose to be told; of what went out before they are not."""
    catch_up(at - AGO - timedelta(hours=1))
    people = _choosers()

    def write(start: int, end: int) -> None:
        for person in people[start:end]:
            choose_channel(person, channel=Folder.name, address=str(person.pk), by=person, at=at - AGO)

    in_slices(stage, len(people), SLICE, write)
    stage.remember(choosers=len(people))


def _choosers() -> list[Person]:
    """At most `MOST_CHOOSERS` people with an account, evenly out of all: the same in every run."""
    last = Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    step = max(1, -(-last // MOST_CHOOSERS))
    found = Person.objects.filter(pk__in=list(range(1, last + 1, step)), account__isnull=False)
    return list(found.order_by("pk"))
