"""Owing deliveries: a row each, written in the transaction that means them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from braid.kernel.bulk import insert_rows
from braid.kernel.enums import DIRECT, DeliveryState
from braid.kernel.models import Delivery

KEPT = timedelta(days=1)
"""How long a direct message that did not surely leave is kept: it may hold a code or a link."""
KEPT_COUNTED = timedelta(days=90)
"""How long a delivery stands after it was settled and counted: what the sender sees is counted by then."""
SLICE = 5000
OWED = DeliveryState.OWED.value
COLUMNS = (
    *("kind", "thing", "person_number", "channel", "key", "to", "subject", "body", "covers"),
    *("rank", "state", "why", "due_at", "attempts", "is_counted"),
)


class Parcel(NamedTuple):
    """One delivery to owe: to a person, by a channel, about a thing of some kind (`notice` 17); `body` only where the words
    are hers alone, else they are composed when it is sent."""

    kind: str
    thing: int
    person: int
    channel: str
    due_at: datetime
    subject: str = ""
    body: str = ""
    covers: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Under which it is sent, however often."""
        return f"{self.kind}.{self.thing}.{self.person}.{self.channel}"


def owe_deliveries(parcels: Iterable[Parcel]) -> int:
    """Owe each of `parcels` once, however often it is asked; returns how many were new. Part of the transaction."""
    rows = [
        (*each[:4], each.key, "", _line(each.subject), each.body, list(each.covers), 1, OWED, "", each.due_at, 0, False)
        for each in parcels
    ]
    return insert_rows(Delivery, COLUMNS, rows, ignore_conflicts=True) if rows else 0


def send_later(channel: str, to: str, *, body: str, at: datetime, subject: str = "", person: int | None = None) -> None:
    """Let the worker send `body` to the address or number `to`, before all that is not direct; part of the transaction.

    For what must reach an address whatever its owner chose: codes to sign in, changes of her account.
    """
    Delivery.objects.create(
        key=f"{DIRECT}.{secrets.token_hex(16)}",
        kind=DIRECT,
        person_number=person,
        channel=channel,
        to=to,
        subject=_line(subject),
        body=body,
        rank=0,
        due_at=at,
    )


def forget_deliveries(at: datetime) -> int:
    """The sweep: delete what is settled and has been kept long enough; returns how many."""
    old = Q(kind=DIRECT, settled_at__lt=at - KEPT) | Q(is_counted=True, settled_at__lt=at - KEPT_COUNTED)
    forgotten = 0
    while keys := list(Delivery.objects.filter(old).values_list("pk", flat=True)[:SLICE]):
        forgotten += Delivery.objects.filter(pk__in=keys).delete()[0]
    return forgotten


def _line(subject: str) -> str:
    return " ".join(subject.split())[:200]
