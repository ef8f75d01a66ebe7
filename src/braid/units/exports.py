"""The tree as rows of a table, the same that an import reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from braid.kernel.access import Scope
from braid.kernel.sheets import write_table

from .models import Unit
from .queries.units import first_shift, root_unit
from .trees import ROOT_CODE

HEADER = ("code", "parent_code", "name", "level")

Row = tuple[str, str, str, int]


def export_rows(scope: Scope) -> Iterator[Row]:
    """(code, code of the unit above, name, level) of the active units in `scope`, in tree order.

    A root that an import put on top of its tops is left out, and levels count as in the file that came in.
    Units whose unit above lies outside the scope keep its code.
    """
    shift = first_shift(root_unit())
    units = Unit.objects.active().filter(scope.where("path")).order_by("path")
    above: list[tuple[str, str]] = []  # path and code of the units above the current one
    for path, code, name, level in units.values_list("path", "code", "name", "level").iterator(chunk_size=10_000):
        while above and not path.startswith(above[-1][0]):
            above.pop()
        parent = above[-1][1] if above else _code_above(path)
        above.append((path, code))
        if code != ROOT_CODE:
            yield code, "" if parent == ROOT_CODE else parent, name, level - shift


def export_units(path: Path, scope: Scope) -> int:
    """Write the units in `scope` to `path` (.csv, .csv.gz or .xlsx); returns how many rows it has."""
    return write_table(path, HEADER, export_rows(scope))


def _code_above(path: str) -> str:
    """The code of the unit right above the one at `path`, which is not in the scope; empty for the root."""
    parent = Unit.objects.ancestors(path).last() if path else None
    return parent.code if parent else ""
