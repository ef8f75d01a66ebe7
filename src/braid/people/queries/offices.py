"""Offices of a part of the tree: who holds them (the roster), which are vacant, and who held one before.

All are read in tree order, a page at a time, as a range of one index; none sorts a subtree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef

from braid.kernel.access import AFTER_DESCENDANTS, Actor, Scope, scope
from braid.kernel.keyset import Page, cursor_of, merged, page_of, values_of
from braid.people.enums import CameBy, Office
from braid.people.models import Membership
from braid.people.rules import VIEW_CONTACTS
from braid.units.models import Unit

IN_TREE_ORDER = ("unit_path", "office", "pk")
LOOKED_AT = 20_000
"""Units a page of vacancies looks at; where fewer are vacant among them, the page ends early and the next goes on."""
ROSTER_PAGE = 200


@dataclass(frozen=True)
class Vacancy:
    """An office of `unit` that nobody holds, and who stands in for it."""

    unit: Unit
    acting: list[Membership]


def roster_in(
    reach: Scope, *, on: date, office: int | None = None, cursor: str = "", size: int = ROSTER_PAGE
) -> Page[Membership]:
    """Who holds an office in the units of `reach` on the day `on`, in tree order, with person, account, unit and term.

    Raises `BadInput` for a damaged cursor.
    """
    rows = Membership.objects.current(on).offices()
    rows = (rows if office is None else rows.filter(office=office)).prefetch_related("person__account", "unit", "term")
    parts = [rows.filter(part.where()) for part in _parts(reach)]
    pages = [page_of(part, order=IN_TREE_ORDER, cursor=cursor, size=size) for part in parts]
    page = merged(pages, order=IN_TREE_ORDER, size=size) if pages else Page([], "")
    return replace(page, rows=[row for row in page.rows if reach.covers(row.unit.path)])


def _parts(reach: Scope) -> list[Scope]:
    """`reach` in pieces that are one range each, or a list of single units."""
    return [Scope((top,)) for top in reach.subtrees] + ([Scope(units=reach.units)] if reach.units else [])


def roster_rows(reader: Actor, reach: Scope, *, on: date, office: int | None = None) -> Iterator[list[str]]:
    """The whole roster as rows of a table, page by page; phone and e-mail only where `reader` may see them."""
    contacts = scope(reader, VIEW_CONTACTS)
    cursor = ""
    while True:
        page = roster_in(reach, on=on, office=office, cursor=cursor, size=1000)
        for row in page.rows:
            yield _as_cells(row, sees_contacts=contacts.covers(row.unit.path))
        if not page.next_cursor:
            return
        cursor = page.next_cursor


def _as_cells(row: Membership, *, sees_contacts: bool) -> list[str]:
    person = row.person
    return [
        row.unit.code,
        str(row.unit),
        person.name,
        str(row.get_office_display()),
        str(row.get_came_by_display()) if row.came_by else "",
        row.since.isoformat(),
        str(row.term.number) if row.term else "",
        row.term.ends_on.isoformat() if row.term else "",
        person.phone if sees_contacts else "",
        person.email if sees_contacts else "",
    ]


def vacancies_in(reach: Scope, office: Office, *, on: date, cursor: str = "", size: int = 50) -> Page[Unit]:
    """The units of `reach` whose `office` nobody holds on the day `on`, in tree order; an acting holder holds it not.

    A page may have fewer rows than `size` and still have a next one: of each range it looks at `LOOKED_AT` units at most.
    Raises `BadInput` for a damaged cursor.
    """
    held = Membership.objects.current(on).filter(unit=OuterRef("pk"), office=office).exclude(came_by=CameBy.ACTING)
    after = str(values_of(cursor, 1)[0]) if cursor else ""
    rows: list[Unit] = []
    for low, high in _ranges(reach):
        if after >= high:
            continue
        end = _end_of_look(max(low, after), high)
        vacant = Unit.objects.shown().filter(~Exists(held), path__gte=low, path__lte=end)
        page = page_of(vacant, order=("path",), cursor=cursor, size=size - len(rows))
        rows += page.rows
        if page.next_cursor or len(rows) == size:
            return Page(rows, cursor_of(rows[-1], ["path"]))
        if end != high:
            return Page(rows, cursor_of(Unit(path=end), ["path"]))
    return Page(rows, "")


def _ranges(reach: Scope) -> list[tuple[str, str]]:
    """The ranges of paths that make up `reach`, in tree order. Between a path and the same with a "0" lies nothing."""
    subtrees = [(top, top + AFTER_DESCENDANTS) for top in reach.subtrees]
    return sorted([*subtrees, *((path, path + "0") for path in reach.units)])


def _end_of_look(low: str, high: str) -> str:
    """Where the look at the units from `low` on ends: at `high`, or after `LOOKED_AT` of them, counted in the index alone."""
    paths = Unit.objects.filter(path__gte=low, path__lt=high).order_by("path").values_list("path", flat=True)
    beyond = list(paths[LOOKED_AT : LOOKED_AT + 1])
    return beyond[0] if beyond else high


def with_acting(units: list[Unit], office: Office, *, on: date) -> list[Vacancy]:
    """Each vacancy with who acts there."""
    rows = Membership.objects.current(on).filter(unit__in=units, office=office, came_by=CameBy.ACTING)
    acting: dict[int, list[Membership]] = {}
    for row in rows.select_related("person").order_by("pk"):
        acting.setdefault(row.unit_id, []).append(row)
    return [Vacancy(unit, acting.get(unit.pk, [])) for unit in units]


def history_of(unit: Unit, *, office: int | None = None, cursor: str = "", size: int = 50) -> Page[Membership]:
    """Who held the offices of `unit`, or one `office`, since when and until when, the latest first."""
    rows = Membership.objects.offices().filter(unit=unit).select_related("person", "term")
    rows = rows if office is None else rows.filter(office=office)
    return page_of(rows, order=("-since", "-pk"), cursor=cursor, size=size)
