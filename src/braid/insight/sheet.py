"""The subtree table as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from braid.kernel.downloads import table_answer

from .queries.table import Line, Table


def sheet_answer(table: Table, *, name: str, form: str) -> HttpResponseBase:
    """The table as a download called `name`, in `form` (`csv` or `xlsx`)."""
    return table_answer(header_of(table), list(rows_of(table)), name=name, form=form)


def header_of(table: Table) -> list[str]:
    """Code and name, then each column, and beside it what its numbers are out of."""
    header = [_("Code"), _("Unit")]
    for column in table.columns:
        header += [str(column.label), _("%(column)s: of how many") % {"column": column.label}]
    return header


def rows_of(table: Table) -> Iterator[Sequence[Any]]:
    """The children in the order of the page, then the unit itself and everything together."""
    for line in table.lines:
        yield _row(line, str(line.row.unit))
    if table.lines:
        yield _row(table.own, _("This unit itself"))
    yield _row(table.together, _("Together"))


def _row(line: Line, name: str) -> Sequence[Any]:
    cells: list[Any] = [line.row.unit.code, name]
    for cell in line.cells:
        cells += [cell.value, cell.note]
    return cells
