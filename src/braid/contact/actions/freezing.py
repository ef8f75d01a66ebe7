"""Freezing whom a notice addressed and reached: the denominators of its reach, computed outside any transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap

from braid.contact.enums import NoticeState
from braid.contact.models import Audience, Notice, UnitSet
from braid.contact.models.receipts import SEEN_WITHIN
from braid.contact.queries.audience import units_of, units_reached_by

AT_ONCE = 10
"""Notices one round of the worker freezes."""


def freeze_due(at: datetime) -> int:
    """Freeze the audiences of notices that have gone out at `at`; a round of the worker. Returns how many."""
    due = Notice.objects.filter(state=NoticeState.SENT, frozen_at=None, sent_at__lte=at).order_by("sent_at")[:AT_ONCE]
    for notice in due:
        freeze_audience(notice, at=at)
    return len(due)


def freeze_audience(notice: Notice, *, at: datetime) -> None:
    """Keep which units `notice` addresses and which of them have somebody with an account, and begin its other sets.

    Doing it twice changes nothing: what was frozen first stays; of what became a draft again meanwhile nothing is kept.
    """
    rules = list(notice.audience.select_related("unit"))
    meant = [units_of(rule) for rule in rules]
    for rule, units in zip(rules, meant, strict=True):
        rule.numbers = _packed(units)
    addressed = BitMap.union(BitMap(), *meant)
    reached = BitMap.union(BitMap(), *(units_reached_by(rule, on=timezone.localdate(at)) for rule in rules))
    with transaction.atomic():
        out = Notice.objects.filter(pk=notice.pk, frozen_at=None).exclude(state=NoticeState.DRAFT)
        if out.update(frozen_at=at):
            Audience.objects.bulk_update(rules, ["numbers"])
            UnitSet.objects.bulk_create(_sets(notice, addressed, reached))
    notice.refresh_from_db(fields=["frozen_at"])


def _sets(notice: Notice, addressed: BitMap, reached: BitMap) -> list[UnitSet]:
    frozen = {UnitSet.Meaning.ADDRESSED: addressed, UnitSet.Meaning.REACHED: reached}
    return [
        UnitSet(notice=notice, meaning=meaning, numbers=_packed(frozen.get(meaning, BitMap())))
        for meaning in (*UnitSet.Meaning, *SEEN_WITHIN.values())
    ]


def _packed(units: BitMap) -> bytes:
    units.run_optimize()
    return bytes(units.serialize())
