"""What passes on with an office, to her who holds it next: draft notices and what is planned. Filled into a hook of `people`."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from braid.contact.enums import NoticeState
from braid.contact.models import Notice, Series
from braid.people.models import Person
from braid.units.models import Unit


def count_drafts(holder: Person, unit: Unit) -> int:
    """How many drafts of `unit` she began."""
    return _drafts(holder, unit).count()


def hand_over_drafts(holder: Person, successor: Person, unit: Unit, at: datetime) -> int:
    """Make `successor` the author of the drafts of `unit` that `holder` began; returns how many. What `holder` planned to send
    there, once or in a series, goes out in the name of `successor`, with her rights."""
    Notice.objects.filter(unit=unit, send_by=holder, state=NoticeState.DRAFT).update(send_by=successor)
    Series.objects.filter(unit=unit, planned_by=holder).update(planned_by=successor)
    return _drafts(holder, unit).update(author=successor, changed_at=at)


def _drafts(holder: Person, unit: Unit) -> QuerySet[Notice]:
    return Notice.objects.filter(unit=unit, author=holder, state=NoticeState.DRAFT)
