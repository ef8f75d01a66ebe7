"""Units at the API: those within the caller's reach."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from ninja import Router, Schema

from braid.kernel.access import Actor, scope
from braid.kernel.api import Cursor, LongSize
from braid.kernel.keyset import page_of

from .enums import UnitKind
from .models import Unit, UnitQuerySet
from .queries.units import children_of, level_names, unit_for
from .rules import VIEW_UNITS

router = Router(tags=["units"])


class Caller(HttpRequest):
    """A request behind the API's door: `auth` is who asks."""

    auth: Actor


class UnitOut(Schema):
    """A unit of the federation. `level` counts from 1 at the top."""

    code: str
    name: str
    name_zh_hant: str
    name_en: str
    full_name: str
    level: int
    level_name: str
    kind: str
    status: str
    parent: str | None
    merged_into: str | None
    opened_on: date | None
    closed_on: date | None


class UnitPage(Schema):
    """A page of units in tree order; `next` is empty on the last."""

    rows: list[UnitOut]
    next: str


@router.get("", response=UnitPage, summary="Units within my reach, in tree order")
def units(request: Caller, level: int | None = None, q: str = "", cursor: Cursor = "", size: LongSize = 50) -> UnitPage:
    """`level` keeps one level, `q` names that begin so (in the federation's language)."""
    rows = Unit.objects.active().filter(scope(request.auth, VIEW_UNITS).where("path"))
    if level is not None:
        rows = rows.filter(level=level)
    if q:
        rows = rows.filter(name__startswith=q)
    return page_out(rows, cursor, size)


@router.get("/{code}", response=UnitOut, summary="One unit")
def unit(request: Caller, code: str) -> UnitOut:
    """By its code. The code of a unit that was merged leads to the one it was merged into."""
    return unit_out(unit_for(request.auth, code), names_of_levels())


@router.get("/{code}/children", response=UnitPage, summary="The units right below one")
def children(request: Caller, code: str, cursor: Cursor = "", size: LongSize = 200) -> UnitPage:
    """Those within my reach."""
    rows = children_of(unit_for(request.auth, code)).filter(scope(request.auth, VIEW_UNITS).where("path"))
    return page_out(rows, cursor, size)


def page_out(rows: UnitQuerySet, cursor: str, size: int) -> UnitPage:
    """A page of `rows` as it is sent."""
    page = page_of(rows.select_related("parent", "merged_into"), order=("path",), cursor=cursor, size=size)
    names = names_of_levels()
    return UnitPage(rows=[unit_out(row, names) for row in page.rows], next=page.next_cursor)


def names_of_levels() -> dict[int, str]:
    """The names of the levels in the caller's language."""
    return {number: str(level) for number, level in level_names().items()}


def unit_out(unit: Unit, names: dict[int, str]) -> UnitOut:
    """A unit as it is sent."""
    return UnitOut(
        code=unit.code,
        name=unit.name,
        name_zh_hant=unit.name_zh_hant,
        name_en=unit.name_en,
        full_name=unit.full_name,
        level=unit.level,
        level_name=names.get(unit.level, ""),
        kind=UnitKind(unit.kind).name.lower(),
        status=unit.status,
        parent=unit.parent.code if unit.parent else None,
        merged_into=unit.merged_into.code if unit.merged_into else None,
        opened_on=unit.opened_on,
        closed_on=unit.closed_on,
    )
