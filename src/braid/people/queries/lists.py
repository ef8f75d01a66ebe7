"""Lists of people in any part of the tree: newest first and by name, a page of them at a time.

At five million people no list may sort its subtree. Newest first: each of the upper depths has an index led by the path's
prefix, so a province is one range of it, already in order; deeper subtrees are small, and sorted. By name: a large scope walks
the names and looks whether each is in reach, a small one walks its own members.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Substr
from django.db.models.sql.compiler import SQLCompiler

from braid.kernel.access import AFTER_DESCENDANTS, Scope
from braid.kernel.keyset import Page, merged, page_of
from braid.people.models import PREFIXED_DEPTHS, Membership, Person
from braid.units.enums import STEP
from braid.units.models import Unit

NEWEST = ("-since", "-pk")
BY_NAME = ("name", "pk")
SMALL = 1000
"""Units up to which a search by name goes through the members instead of the names."""
AFTER_NAMES = "\U0010ffff"
"""Sorts after every continuation of a name."""


def memberships_in(
    reach: Scope, *, on: date, office: int | None = None, cursor: str = "", size: int = 50
) -> Page[Membership]:
    """Who is in the units of `reach` on the day `on`, newest first, with person and unit; `office` keeps only its holders.

    Several subtrees are read one page each and merged. A row whose unit has just moved out of reach, and whose `unit_path`
    has not followed yet, is left out. Raises `BadInput` for a damaged cursor.
    """
    rows = _holding(office, on).prefetch_related("person", "unit")
    pages = [page_of(part, order=NEWEST, cursor=cursor, size=size) for part in _parts(rows, reach)]
    page = merged(pages, order=NEWEST, size=size) if pages else Page([], "")
    return replace(page, rows=[row for row in page.rows if reach.covers(row.unit.path)])


def count_in(reach: Scope, *, on: date, office: int | None = None, most: int = 1_000) -> int:
    """How many rows `memberships_in` has in all; it stops counting at `most` + 1, so it never takes long."""
    parts = _parts(_holding(office, on), reach)
    return min(sum(part.order_by(*NEWEST)[: most + 1].count() for part in parts), most + 1)


def _holding(office: int | None, on: date) -> QuerySet[Membership]:
    """Memberships that hold on the day `on`; only those of `office` where one is given."""
    rows = Membership.objects.current(on)
    return rows if office is None else rows.filter(office=office)


def people_named(beginning: str, reach: Scope, *, on: date, cursor: str = "", size: int = 50) -> Page[Person]:
    """People in `reach` on the day `on` whose name begins with `beginning`, by name. Raises `BadInput` for a damaged cursor."""
    there = Membership.objects.current(on).filter(reach.where(), reach.where("unit__path"))
    rows = Person.objects.filter(name__gte=beginning, name__lt=beginning + AFTER_NAMES)
    if _is_small(reach):
        rows = rows.filter(pk__in=there.values("person"))
    else:
        rows = rows.filter(Exists(there.filter(person=OuterRef("pk"))))
    return page_of(rows, order=BY_NAME, cursor=cursor, size=size)


def _is_small(reach: Scope) -> bool:
    """Whether `reach` has few enough units to go through all its members."""
    units = len(reach.units)
    for top in reach.subtrees:
        units += Unit.objects.subtree(top)[: SMALL + 1].count()
    return units <= SMALL


def _parts(rows: QuerySet[Membership], reach: Scope) -> Iterable[QuerySet[Membership]]:
    """`rows` once for every subtree of `reach`, and once for its single units; together each row appears once."""
    for top in reach.subtrees:
        yield _in_subtree(rows, top)
    if reach.units:
        yield rows.filter(unit_path__in=reach.units)


def _in_subtree(rows: QuerySet[Membership], top: str) -> QuerySet[Membership]:
    """Those in the subtree at `top`, said so that its index serves them in order."""
    depth = len(top) // STEP - 1
    if depth <= 0:
        return rows  # the root, or the operator's everything: every row is below it
    if depth in PREFIXED_DEPTHS:
        return rows.alias(top=Substr("unit_path", _Literal(1), _Literal(len(top)))).filter(top=top)
    return rows.filter(unit_path__gte=top, unit_path__lt=top + AFTER_DESCENDANTS)


class _Literal(Value):
    """A number written into the statement: SQLite takes an index on an expression only where no parameter stands in it."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        return str(int(self.value)), ()
