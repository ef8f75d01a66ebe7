"""The subtree table: the columns all apps offer, computed for one unit, sorted by one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from braid.insight import hooks
from braid.insight.hooks import Cell, Column

from .branches import Branches, Row


@dataclass(frozen=True)
class Line:
    """One row of the table with its cells."""

    row: Row
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """The lines of the children in the order asked for; then the unit itself, and everything together."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    own: Line
    together: Line


def table_of(branches: Branches, *, sort: str = "", descending: bool = False) -> Table:
    """The table of a unit's branches, sorted by the column named `sort`; any other word keeps the order of the tree.

    What is not known stays last, whichever way it is sorted.
    """
    columns = tuple(hooks.subtree_columns)
    by_column = [column.cells(branches) for column in columns]
    lines = [Line(row, tuple(cells[place] for cells in by_column)) for place, row in enumerate(branches.rows)]
    *children, own, together = lines
    names = [column.name if column.is_ranked else "" for column in columns]
    if sort == "name":
        children.sort(key=lambda line: str(line.row.unit), reverse=descending)
    elif sort and sort in names:
        children = _sorted(children, names.index(sort), descending=descending)
    return Table(columns, tuple(children), own, together)


def _sorted(lines: Sequence[Line], place: int, *, descending: bool) -> list[Line]:
    known = [line for line in lines if line.cells[place].value is not None]
    known.sort(key=lambda line: line.cells[place].value, reverse=descending)  # type: ignore[arg-type,return-value]
    return [*known, *(line for line in lines if line.cells[place].value is None)]
