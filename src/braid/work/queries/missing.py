"""What is missing: asked units without a report, in the order of the tree as it stood, with whom to telephone there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from braid.kernel.access import AFTER_DESCENDANTS, Actor, scope
from braid.kernel.keyset import bad_cursor
from braid.people.enums import Office
from braid.people.models import Membership
from braid.people.rules import VIEW_CONTACTS, VIEW_PEOPLE
from braid.units.enums import STEP
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.work.enums import ReportState
from braid.work.models import Period, Report

from .looks import Look, units_right_below
from .rollups import parts_below
from .tables import asked_in


@dataclass(frozen=True)
class Missing:
    """An asked unit without a report: the draft it has begun, the units above it, and its liaison officer."""

    unit: Unit
    draft: Report | None
    above: Sequence[Unit]
    liaison: Membership | None
    sees_phone: bool


@dataclass(frozen=True)
class MissingPage:
    """A page of them; `next_cursor` is empty on the last."""

    rows: Sequence[Missing]
    next_cursor: str


def missing_below(look: Look, *, by: Actor, on: date, cursor: str = "", size: int = 50) -> MissingPage:
    """The asked units at and below a look that have not reported, after the path `cursor`.

    The totals say in which parts something is missing, so only those are walked: a few queries for each level of the tree.
    Raises `BadInput` for a damaged cursor.
    """
    if cursor and (not cursor.isalnum() or not cursor.isascii() or len(cursor) % STEP):
        raise bad_cursor()
    found = dict(_silent_among(look.period, {look.path: look.unit}, after=cursor))
    level = [look.path]
    while level:
        children = units_right_below(look.period, level)
        found |= _silent_among(look.period, children, after=cursor)
        level = _parts_missing(look.period, children, after=cursor, most=size + 1)
    paths = sorted(found)
    page = [found[path] for path in paths[:size]]
    drafts = {report.unit_id: report for report in Report.objects.filter(period=look.period, unit__in=page)}
    return MissingPage(_with_people(look, page, drafts, by=by, on=on), paths[size - 1] if len(paths) > size else "")


def _silent_among(period: Period, units: dict[str, Unit], *, after: str) -> dict[str, Unit]:
    """Those of `units` that are asked and have no report."""
    asked = asked_in(period.rollup)
    wanted = {path: unit for path, unit in units.items() if path > after and unit.pk in asked}
    kept = Report.objects.filter(period=period, unit__in=[unit.pk for unit in wanted.values()])
    filed = set(kept.exclude(state=ReportState.DRAFT).values_list("unit_id", flat=True))
    return {path: unit for path, unit in wanted.items() if unit.pk not in filed}


def _parts_missing(period: Period, paths: Iterable[str], *, after: str, most: int) -> list[str]:
    """The first of `paths` below which `most` reports are missing together."""
    ahead = [path for path in paths if path + AFTER_DESCENDANTS > after]
    parts, together, found = parts_below(period.rollup, ahead), 0, []
    for path in sorted(ahead):
        if parts[path].missing > 0 and together < most:
            found.append(path)
            together += 0 if after.startswith(path) else parts[path].missing  # part of it lies before the cursor
    return found


def _with_people(look: Look, units: Sequence[Unit], drafts: dict[int, Report], *, by: Actor, on: date) -> list[Missing]:
    people, contacts = scope(by, VIEW_PEOPLE), scope(by, VIEW_CONTACTS)
    seen = [unit.pk for unit in units if people.covers(unit.path)]
    held = Membership.objects.current(on).filter(unit__in=seen, office=Office.LIAISON).select_related("person")
    liaisons = {row.unit_id: row for row in held.order_by("-pk")}
    above = Unit.objects.in_bulk({number for unit in units for number in numbers_of(unit.path)[:-1]})
    top = look.unit.depth
    return [
        Missing(
            unit,
            drafts.get(unit.pk),
            [above[number] for number in numbers_of(unit.path)[top + 1 : -1] if not above[number].is_placeholder],
            liaisons.get(unit.pk),
            contacts.covers(unit.path),
        )
        for unit in units
    ]
