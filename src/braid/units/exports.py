"""The tree as rows of a table, the same that an import reads: as it is, and as it stood on a past day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from braid.kernel.access import Scope
from braid.kernel.errors import BadInput
from braid.kernel.sheets import write_table

from .models import Unit
from .paths import numbers_of
from .queries.history import UnitThen, codes_at, tree_at, unit_as_of
from .queries.units import first_day, first_shift, root_unit
from .rules import why_not_as_of
from .trees import ROOT_CODE

HEADER = ("code", "parent_code", "name", "level")

Row = tuple[str, str, str, int]


def day_of(text: str, *, today: date) -> date:
    """The day that `text` names (as 2025-12-31), `today` without one.

    Refused at `on` when it is no day, lies in the future, or before the tree.
    """
    try:
        on = date.fromisoformat(text) if text else today
    except ValueError as error:
        words = _("This is not a day. Write it like 2025-12-31.")
        raise BadInput(words, fields={"on": words}) from error
    if words := why_not_as_of(on, first_day(), today):
        raise BadInput(words, fields={"on": words})
    return on


def path_on(unit: Unit, on: date) -> str:
    """Where the unit stood at the end of the day `on`; refused at `under` when it was closed or not there yet."""
    then = unit_as_of(unit, on)
    if then is None:
        words = _("%(name)s was not there on that day.") % {"name": unit}
        raise BadInput(words, fields={"under": words})
    return then.path


def export_rows(scope: Scope, *, on: date, path: str = "") -> Iterator[Row]:
    """(code, code of the unit above, name, level) of the units in `scope`, as they stood at the end of the day `on`.

    In the tree order of that day; with `path` only what stood there and below it then. `scope` counts as of today: of what
    lies outside it now nothing is told but the codes of the units above it, no matter what stood where. A root that an import
    put on top of its tops is left out, and levels count as in the file that came in.
    """
    root = root_unit()
    shift = first_shift(unit_as_of(root, on) if root else None)
    codes_above = _codes_above(scope, on, path)
    above: list[UnitThen] = []
    for then in tree_at(on, path=path, scope=scope):
        while above and not then.path.startswith(above[-1].path):
            above.pop()
        parent = codes_above.get(then.parent_number or 0, "")
        if above and above[-1].number == then.parent_number:
            parent = above[-1].code
        above.append(then)
        if then.code != ROOT_CODE:
            yield then.code, "" if parent == ROOT_CODE else parent, then.name, then.level - shift


def _codes_above(scope: Scope, on: date, path: str) -> dict[int, str]:
    """The codes, by number, of units that may stand above the first row: above `scope` now, or in it and above `path` then."""
    outside = {number for top in scope.subtrees + scope.units for number in numbers_of(top)[:-1]}
    inside = Unit.objects.filter(scope.where("path"), pk__in=numbers_of(path)[:-1])
    return codes_at(on, outside.union(inside.values_list("pk", flat=True)))


def export_units(file: Path, scope: Scope, *, on: date, path: str = "") -> int:
    """Write the units to `file` (.csv, .csv.gz or .xlsx), as `export_rows` says; returns how many rows it has."""
    return write_table(file, HEADER, export_rows(scope, on=on, path=path))
