"""Sending what is due: take some rows, compose their words, hand each over, write down how it ended."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from braid.kernel.enums import DELIVERY_FLOW, DIRECT, OPEN_DELIVERY, DeliveryState
from braid.kernel.errors import WrongState
from braid.kernel.models import Delivery

from .channels import SENT, Channel, Message, Outcome, Result, Send, channel_named

log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=2)
"""How long a row that was taken and neither settled nor put back waits for the next worker: longer than any hand-over."""
AT_ONCE = 50
BUSY = 5.0
"""Seconds after which a round lets other work have its turn and puts back what it has not begun."""
MOST_ATTEMPTS = 8
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Skip:
    """Why a delivery is not sent after all: it was withdrawn, she has seen it, she chose otherwise."""

    why: str


Composer = Callable[[Sequence[Delivery], datetime], dict[int, Message | Skip]]
"""Gives the words of many deliveries of one kind, by their primary keys, each in its person's language; a few queries for
all. It asks the gate again: a delivery it says nothing of is skipped."""
AddressBook = Callable[[str, Iterable[int]], dict[int, list[str]]]
"""The addresses by which persons are reached by a channel, by their numbers."""
Forget = Callable[[str, str], None]
"""Forgets an address of a channel that is no more."""
Rest = Callable[[Iterable[int], datetime], dict[int, datetime]]
"""Until when persons, by their numbers, are not to be disturbed: those who may be told now are left out."""

COMPOSERS: dict[str, Composer] = {}
"""By kind of delivery; filled by the apps that owe them."""
ADDRESSES: list[AddressBook] = []
"""Filled by the floor that knows persons."""
GONE: list[Forget] = []
RESTS: list[Rest] = []
"""Filled by the floor that knows persons: asked again when something is sent, however late a worker comes to it."""
AT_ANY_HOUR = {DIRECT}
"""Kinds of delivery that do not wait for the morning; an app that owes another such kind adds it."""


@dataclass
class _Batch:
    """What one round has in hand."""

    rows: list[Delivery]
    words: dict[int, Message | Skip] = field(default_factory=dict)
    addresses: dict[tuple[str, int], list[str]] = field(default_factory=dict)

    def addresses_of(self, row: Delivery) -> list[str]:
        return [row.to] if row.to else self.addresses.get((row.channel, row.person_number or 0), [])


def send_due(at: datetime, *, most: int = AT_ONCE) -> int:
    """The worker's round: send what is due at `at`, at most `most`; returns how many were taken."""
    rows = _take(at, most)
    if not rows:
        return 0
    batch = _Batch(_without_resting([row for row in rows if not _is_uncertain(row, at)], at))
    _compose(batch, at)
    until = time.monotonic() + BUSY
    with ExitStack() as stack:
        opened: dict[str, Send] = {}
        for place, row in enumerate(batch.rows):
            if time.monotonic() > until:
                _put_back(batch.rows[place:], at)
                break
            _deliver(row, batch, opened, stack, at)
    return len(rows)


def _take(at: datetime, most: int) -> list[Delivery]:
    """Take rows that are due, direct ones first; nobody else does before `PATIENCE` is over."""
    due = Delivery.objects.filter(state__in=OPEN_DELIVERY, due_at__lte=at)
    if not due.exists():  # so that an idle worker only reads
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        rows = list(due.order_by("rank", "due_at", "pk")[:most])
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=at + PATIENCE)
    return rows


def free_taken(at: datetime) -> int:
    """Let deliveries whose worker died be taken up at once instead of after `PATIENCE`; returns how many that frees.

    Only for whoever knows that no other worker runs.
    """
    taken = Delivery.objects.filter(state__in=OPEN_DELIVERY, due_at__gt=at, due_at__lte=at + PATIENCE)
    return taken.update(due_at=at)


def _is_uncertain(row: Delivery, at: datetime) -> bool:
    """Whether a worker died while it sent `row` by a channel without a key: settled as unknown then.

    By a channel with a key it is owed again, and sent under the same key.
    """
    if row.state != DeliveryState.BEGUN:
        return False
    channel = channel_named(row.channel)
    if channel and channel.offers_key:
        _move(row, DeliveryState.OWED)
        return False
    _move(row, DeliveryState.UNKNOWN, settled_at=at, why="the worker died while it was sending")
    return True


def _without_resting(rows: list[Delivery], at: datetime) -> list[Delivery]:
    """Those of `rows` whose persons may be told now; the others are due when that is so."""
    numbers = {row.person_number for row in rows if row.person_number and row.kind not in AT_ANY_HOUR}
    until = {number: moment for rest in RESTS if numbers for number, moment in rest(numbers, at).items()}
    awake = []
    for row in rows:
        moment = None if row.kind in AT_ANY_HOUR else until.get(row.person_number or 0)
        if moment is None:
            awake.append(row)
        else:
            Delivery.objects.filter(pk=row.pk, state=DeliveryState.OWED).update(due_at=moment)
    return awake


def _compose(batch: _Batch, at: datetime) -> None:
    """Words and addresses of all rows, a few queries for each kind and channel."""
    kinds: dict[str, list[Delivery]] = defaultdict(list)
    persons: dict[str, set[int]] = defaultdict(set)
    for row in batch.rows:
        if row.body:
            batch.words[row.pk] = Message(row.subject, row.body)
        else:
            kinds[row.kind].append(row)
        if not row.to and row.person_number:
            persons[row.channel].add(row.person_number)
    for kind, rows in kinds.items():
        if kind in COMPOSERS:
            batch.words |= COMPOSERS[kind](rows, at)
    for name, numbers in persons.items():
        for book in ADDRESSES:
            batch.addresses |= {(name, number): found for number, found in book(name, numbers).items()}


def _deliver(row: Delivery, batch: _Batch, opened: dict[str, Send], stack: ExitStack, at: datetime) -> None:
    """Send one row, unless it is skipped; whatever happens is written down before the next one."""
    channel, addresses = channel_named(row.channel), batch.addresses_of(row)
    words = batch.words.get(row.pk, Skip("there is nothing to tell any more"))
    if isinstance(words, Skip):
        _skip(row, words.why, at)
    elif channel is None:
        _skip(row, "the channel is not installed", at)
    elif not addresses:
        _skip(row, "there is no address", at)
    elif _move(row, DeliveryState.BEGUN, attempts=row.attempts + 1, due_at=at + PATIENCE):
        if channel.name not in opened:
            opened[channel.name] = stack.enter_context(channel.opened())
        _settle(row, channel, _hand_over(opened[channel.name], channel, addresses, words, row.key), at)


def _skip(row: Delivery, why: str, at: datetime) -> None:
    _move(row, DeliveryState.SKIPPED, settled_at=at, why=why)


def _hand_over(send: Send, channel: Channel, addresses: list[str], words: Message, key: str) -> Outcome:
    """Hand the message to each address; the best that happened is what is told of the person."""
    outcomes = []
    for address in addresses:
        try:
            outcome = send(address, words, key)
        except Exception as error:  # a plug-in's bug: nobody knows whether the message left
            log.exception("delivery.raised", channel=channel.name, error=type(error).__name__)
            outcome = Outcome(Result.UNKNOWN, type(error).__name__)
        if outcome.result is Result.GONE:
            for forget in GONE:
                forget(channel.name, address)
        outcomes.append(outcome)
    return min(outcomes, key=lambda outcome: _BEST.index(outcome.result))


_BEST = [Result.SENT, Result.UNKNOWN, Result.LATER, Result.REFUSED, Result.GONE]


def _settle(row: Delivery, channel: Channel, outcome: Outcome, at: datetime) -> None:
    """Write down how it ended; try again only what surely did not arrive, or arrives once by its key."""
    why = outcome.why[:200]
    if outcome == SENT and row.kind == DIRECT:
        Delivery.objects.filter(pk=row.pk).delete()  # it may hold a code
    elif outcome.result is Result.SENT:
        _move(row, DeliveryState.SENT, settled_at=at, why="")
    elif outcome.result in (Result.REFUSED, Result.GONE):
        _move(row, DeliveryState.FAILED, settled_at=at, why=why)
    elif outcome.result is Result.UNKNOWN and not channel.offers_key:
        _move(row, DeliveryState.UNKNOWN, settled_at=at, why=why)
    elif row.attempts < MOST_ATTEMPTS:
        _move(row, DeliveryState.OWED, due_at=at + min(timedelta(seconds=2**row.attempts), LONGEST_PAUSE), why=why)
    else:
        state = DeliveryState.UNKNOWN if outcome.result is Result.UNKNOWN else DeliveryState.FAILED
        _move(row, state, settled_at=at, why=why)
    if outcome.result is not Result.SENT:
        log.warning("delivery.not_sent", channel=channel.name, kind=row.kind, result=outcome.result.value, why=why)


def _put_back(rows: Sequence[Delivery], at: datetime) -> None:
    """Let rows that were taken and not begun be taken again at once."""
    Delivery.objects.filter(pk__in=[row.pk for row in rows], state=DeliveryState.OWED).update(due_at=at)


def _move(row: Delivery, state: DeliveryState, **fields: object) -> bool:
    """Move the row; False when another worker, who thought this one dead, moved it first."""
    try:
        DELIVERY_FLOW.move(row, state, **fields)
    except WrongState:
        log.warning("delivery.moved_by_another", delivery=row.pk)
        return False
    return True
