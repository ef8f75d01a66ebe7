"""The burden meter at the API: what a unit was asked in a month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.utils import timezone
from ninja import Query, Router, Schema

from braid.people.api import Caller
from braid.units.queries import unit_for
from braid.work.queries.burden import month_asked
from braid.work.queries.unit_burden import Line, burden_of
from braid.work.rules import VIEW_WORK

burden_router = Router(tags=["burden"])


class ThingAskedOut(Schema):
    """A notice, a directive or a period of a form that came in the month. `title` is empty for a notice I may not read.

    `minutes` are those that count: `took`, the middle of what units said it really took, once ten have said it; before that what
    the last one like it took; else `estimated_minutes`, which its author said (null for a notice).
    """

    kind: str
    id: int
    title: str
    unit: str
    at: datetime
    minutes: int
    estimated_minutes: int | None
    took: int | None
    over_budget_why: str


class AskedByLevelOut(Schema):
    """What one level above asked in the month."""

    level: str
    notices: int
    directives: int
    forms: int
    minutes: int


class MonthOut(Schema):
    """What was asked in one month."""

    month: str
    things: int
    minutes: int


class BurdenOut(Schema):
    """The minutes asked of `unit` in `month`, against its budget; the last twelve months, newest first."""

    unit: str
    month: str
    minutes: int
    budget: int
    levels: list[AskedByLevelOut]
    things: list[ThingAskedOut]
    months: list[MonthOut]


@burden_router.get("/{code}", url_name="burden", response=BurdenOut, summary="What a unit was asked in a month")
def burden(
    request: Caller,
    code: str,
    month: Annotated[str, Query(max_length=7, description="As 2026-11; by default the one that runs.")] = "",
) -> BurdenOut:
    """In things and minutes, by the levels above, as on the page of the burden meter."""
    unit = unit_for(request.auth, code, VIEW_WORK)
    first = month_asked(month, at=timezone.now())
    found = burden_of(unit, first, reader=request.auth)
    return BurdenOut(
        unit=unit.code,
        month=_month(first),
        minutes=found.minutes,
        budget=found.budget,
        levels=[
            AskedByLevelOut(
                level=row.name,
                notices=row.notices,
                directives=row.directives,
                forms=row.forms,
                minutes=row.minutes,
            )
            for row in found.levels
        ],
        things=[_thing(line) for line in found.lines],
        months=[MonthOut(month=_month(row.month), things=row.things, minutes=row.minutes) for row in found.months],
    )


def _thing(line: Line) -> ThingAskedOut:
    return ThingAskedOut(
        kind=line.kind.value,
        id=line.pk,
        title=line.title,
        unit=line.sender.code,
        at=line.at,
        minutes=line.minutes,
        estimated_minutes=line.estimate or None,
        took=line.took.minutes if line.took else None,
        over_budget_why=line.why,
    )


def _month(first: date) -> str:
    return f"{first:%Y-%m}"
