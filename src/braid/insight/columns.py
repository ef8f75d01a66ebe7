"""The ground's columns of the subtree table: units, people, offices without anybody, notices seen, last activity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from .enums import Missing
from .hooks import Cell, Column
from .queries.activity import last_days, own_last_day
from .queries.branches import Branches, Row
from .queries.shares import Share
from .words import n_of_n, of_n


def _units(branches: Branches) -> Sequence[Cell]:
    """Units people see, the row's own unit included; the link walks down."""
    figures = branches.figures
    cells = []
    for row in branches.rows:
        count = figures.share("people", row.start, row.end).of
        cells.append(Cell(count, href=_walk(branches, row)))
    return cells


def _people(branches: Branches) -> Sequence[Cell]:
    figures = branches.figures
    return [
        Cell(
            figures.total("people", row.start, row.end),
            href=reverse("people", args=[row.unit.code]),
            note=n_of_n(figures.share("people", row.start, row.end)),
        )
        for row in branches.rows
    ]


def _without(figure: str, missing: Missing) -> Callable[[Branches], Sequence[Cell]]:
    """Cells with the number of units that have nobody in an office."""

    def cells(branches: Branches) -> Sequence[Cell]:
        return [_vacant(branches, row, figure, missing) for row in branches.rows]

    return cells


def _vacant(branches: Branches, row: Row, figure: str, missing: Missing) -> Cell:
    share = branches.figures.share(figure, row.start, row.end)
    if not share.of:
        return Cell(None)
    return Cell(
        share.of - share.have,
        href=reverse("subtree_without", args=[row.unit.code, missing.value]),
        note=of_n(share.of),
    )


def _seen(branches: Branches) -> Sequence[Cell]:
    return [_share(branches.seen.share(row.start, row.end), row) for row in branches.rows]


def _share(share: Share, row: Row) -> Cell:
    if share.percent is None:
        return Cell(None)
    href = reverse("subtree", args=[row.unit.code]) + "#notices"
    return Cell(share.percent, text=f"{share.percent} %", href=href, note=n_of_n(share))


def _activity(branches: Branches) -> Sequence[Cell]:
    """The last day with anything in the journal; the link goes to the unit's record."""
    today = timezone.localdate(branches.at)
    days = last_days([row.unit for row in (*branches.children, branches.together)], on=today)
    found = [days.get(row.unit.number) for row in branches.children]
    found += [own_last_day(branches.unit, on=today), days.get(branches.unit.number)]
    return [
        Cell(
            day,
            text=date_format(day, pgettext("date format of a day without its year", "j M")) if day else "",
            href=reverse("record", args=[row.unit.code]),
        )
        for row, day in zip(branches.rows, found, strict=True)
    ]


def _walk(branches: Branches, row: Row) -> str:
    return reverse("subtree", args=[row.unit.code]) if row in branches.children else ""


COLUMNS = (
    Column("units", pgettext_lazy("how many", "Units"), _units),
    Column(
        "people", _("People"), _people, _("Everybody with an office or membership; below it, units that have anybody.")
    ),
    Column("head", _("No head"), _without("heads", Missing.HEAD), _("Units in which nobody holds the office of head.")),
    Column(
        "liaison",
        _("No liaison"),
        _without("liaisons", Missing.LIAISON),
        _("Units in which nobody holds the office of liaison officer."),
    ),
    Column(
        "seen",
        _("Notices seen"),
        _seen,
        _("Of the units the latest internal notices addressed, those that opened them."),
    ),
    Column("activity", _("Last activity"), _activity, _("The last day on which anything was recorded there.")),
)
