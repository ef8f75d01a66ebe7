"""Reports that another system brings, many at once: each is filed once, and each that cannot be says why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from braid.kernel.access import require, scope
from braid.kernel.errors import BadInput, Refused
from braid.kernel.models import SentOnce
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import FieldKind
from braid.work.exchange import taken_in
from braid.work.models import Period, Report
from braid.work.queries.asked import units_asked
from braid.work.queries.counted import counts_for_all
from braid.work.rules import FILE_REPORTS

from .reports import Asked, Filing, Filled, check_filing, file_reports

MOST_PUSHED = 500
"""Reports in one batch."""


@dataclass(frozen=True)
class Push:
    """One report as it comes: the sender's own key of it, the unit's code, and what it says (`exchange.taken_in`)."""

    key: str
    unit: str
    values: dict[str, Any]
    note: str = ""
    why: str = ""
    """Why what was filed before is corrected."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why a number is not the journal's, by key of a question."""
    minutes: int | None = None
    """How long filling it in really took the unit."""


@dataclass(frozen=True)
class Pushed:
    """What came of one: filed; known, since it came before; the same as what is filed; or refused, with what is wrong by
    field."""

    key: str
    unit: str
    state: Literal["filed", "known", "same", "refused"]
    words: str = ""
    fields: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def push_reports(period: Period, pushes: Sequence[Push], *, by: Person, at: datetime) -> list[Pushed]:
    """File what can be filed of `pushes`, all in one act, and say of each what came of it.

    One that was filed under its key is not filed again, whatever was corrected since. Refused as a whole when `by` files
    reports nowhere, and beyond `MOST_PUSHED`.
    """
    require(bool(scope(by, FILE_REPORTS)))
    if len(pushes) > MOST_PUSHED:
        raise BadInput(_("At most %(most)d reports at once.") % {"most": MOST_PUSHED})
    batch = _Batch.of(period, pushes, by=by)
    looked = [batch.look(push) for push in pushes]
    filings = [one for one in looked if isinstance(one, Filing)]
    if filings:
        file_reports(period, filings, by=by, at=at)
    told = [
        one if isinstance(one, Pushed) else Pushed(push.key, push.unit, "filed")
        for push, one in zip(pushes, looked, strict=True)
    ]
    new = {batch.kept_key(one) for one in told if one.state in ("filed", "same")}
    SentOnce.objects.bulk_create(SentOnce(who=by.pk, key=key, at=at) for key in sorted(new))
    return told


class _Batch:
    """All that is needed to look at each report of a batch, read at once."""

    def __init__(self, period: Period, asked: Asked, units: dict[str, Unit], seen: dict[int, Report], known: set[str]):
        self._period, self._asked, self._units, self._seen, self._known = period, asked, units, seen, known
        self._meant = units_asked(period, list(units.values()))
        self._files = {question.key for question in asked.fields if question.kind == FieldKind.FILE}
        meant = [unit for unit in units.values() if unit.pk in self._meant]
        self._counts = counts_for_all(period, meant, asked.fields)
        self._taken: set[str] = set()

    @classmethod
    def of(cls, period: Period, pushes: Sequence[Push], *, by: Person) -> _Batch:
        codes = {push.unit for push in pushes if push.unit.isprintable()}
        units = Unit.objects.filter(scope(by, FILE_REPORTS).where("path"), code__in=codes)
        by_code = {unit.code: unit for unit in units}
        seen = Report.objects.filter(period=period, unit__in=by_code.values())
        keys = [_kept_key(period, push.unit, push.key) for push in pushes]
        known = SentOnce.objects.filter(who=by.pk, key__in=keys).values_list("key", flat=True)
        return cls(period, Asked.of(period), by_code, {report.unit_id: report for report in seen}, set(known))

    def look(self, push: Push) -> Filing | Pushed:
        """What is to be filed, or what came of it already."""
        unit = self._units.get(push.unit)
        if unit is None or unit.pk not in self._meant:
            return self._refused(push, _("There is no such unit here that is asked."))
        if _kept_key(self._period, push.unit, push.key) in self._known:
            return Pushed(push.key, push.unit, "known")
        if push.unit in self._taken:
            return self._refused(push, _("This unit stands in the batch twice."))
        self._taken.add(push.unit)
        if brought := {key for key in self._files if push.values.get(key) is not None}:
            why = _("A file does not come this way. Add it on the page of the report.")
            return self._refused(push, _("Some answers are missing or wrong."), dict.fromkeys(sorted(brought), why))
        seen = self._seen.get(unit.pk)
        filled = self._filled(push, unit, seen)
        if seen and seen.version and seen.state != "draft" and seen.values == filled.values:
            return Pushed(push.key, push.unit, "same")
        filing = Filing(unit, filled, seen, push.why)
        try:
            check_filing(self._asked, filing)
        except Refused as no:
            return self._refused(push, str(no), no.fields if isinstance(no, BadInput) else {})
        return filing

    def _filled(self, push: Push, unit: Unit, seen: Report | None) -> Filled:
        """What it says: of a number that the journal counts and that is left out, what was counted; of files those that are
        there already."""
        counted = {key: count.value for key, count in self._counts[unit.pk].items() if count.value is not None}
        values = taken_in(self._asked.fields, push.values)
        values |= {key: number for key, number in counted.items() if values.get(key) is None}
        values |= {key: kept for key, kept in (seen.values if seen else {}).items() if key in self._files}
        others = [key for key, number in counted.items() if values[key] != number]
        reasons = {key: why for key in others if (why := push.reasons.get(key, "").strip())}
        return Filled(values, reasons, counted, push.note, push.minutes)

    def kept_key(self, told: Pushed) -> str:
        """What stands for one that came, so that it is known when it comes again."""
        return _kept_key(self._period, told.unit, told.key)

    def _refused(self, push: Push, words: str, fields: Any = None) -> Pushed:
        said = {name: str(why) for name, why in (fields or {}).items()}
        return Pushed(push.key, push.unit, "refused", words, said)


def _kept_key(period: Period, unit: str, key: str) -> str:
    return hashlib.sha256(f"push {period.pk} {unit} {key}".encode()).hexdigest()
