"""Digests: the new notices of somebody who does not want to be told of each, in one message a day or week."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from braid.contact.enums import DIGEST, Show
from braid.contact.queries.inbox import Filters, inbox_for
from braid.kernel.delivery import Parcel, owe_deliveries
from braid.people.models import Wish
from braid.people.telling import first_channels, next_digest_at

AT_ONCE = 20
"""Digests one round of the worker owes."""
MOST_LISTED = 30


def owe_due_digests(at: datetime) -> int:
    """Owe the digests that are due at `at`; a round of the worker. Returns how many it looked at.

    Who has nothing new gets none. The next one is due in the transaction that owes this one, so that none comes twice.
    """
    due = list(Wish.objects.filter(digest_at__lte=at).select_related("person").order_by("digest_at")[:AT_ONCE])
    channels = first_channels(wish.person_id for wish in due)
    for wish in due:
        _owe(wish, channels.get(wish.person_id, ""), at)
    return len(due)


def _owe(wish: Wish, channel: str, at: datetime) -> None:
    """Owe one digest by `channel` (empty: she has none now) and move on, unless another worker did."""
    new = _new_notices(wish, at) if channel else ()
    moment, following = wish.digest_at, next_digest_at(wish.pace, hour=wish.hour, weekday=wish.weekday, after=at)
    assert moment is not None  # the constraint of a due one
    with transaction.atomic():
        moved = Wish.objects.filter(pk=wish.pk, digest_at=moment).update(digest_at=following, told_until=at)
        if moved and new:
            number = int(moment.timestamp()) // 60
            owe_deliveries([Parcel(DIGEST, number, wish.person_id, channel, at, covers=new)])


def _new_notices(wish: Wish, at: datetime) -> tuple[int, ...]:
    """What came since her last digest and she has not read, newest first, at most `MOST_LISTED`."""
    rows = inbox_for(wish.person, at=at, filters=Filters(Show.UNREAD), size=MOST_LISTED).rows
    since = wish.told_until
    return tuple(row.notice.pk for row in rows if row.notice.sent_at and (since is None or row.notice.sent_at > since))
