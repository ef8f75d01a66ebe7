"""The first load of a tree: every unit new, written in tree order at the speed of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from braid.kernel.bulk import insert_rows, keys_checked_at_once, reset_sequence
from braid.kernel.imports.staging import Progress
from braid.units.enums import STEP, UnitKind, UnitStatus
from braid.units.models import Unit
from braid.units.paths import step_of
from braid.units.trees import PLACEHOLDER_NAMES, ROOT_CODE, Names

from .checking import OUTSIDE, Checked
from .ordering import preorder
from .tables import other_fields

_HALF = 36**3
COLUMNS = [
    *("number", "path", "parent_id", "depth", "level", "code", "kind", "name", "is_placeholder", "status"),
    *("page_version", "name_zh_hant", "name_en", "full_name", "full_name_zh_hant", "full_name_en", "address"),
]
_EMPTY = ("", "", "", "", "", "")


def load(checked: Checked, *, root: Names | None, first: int, progress: Progress) -> int:
    """Write all rows of `checked`, and `root` above them, into the empty tree; numbers begin with `first`.

    Returns the highest number given. Runs inside the transaction of the import.
    """
    extra = [name for name in other_fields(checked.rows) if name in ("latitude", "longitude")]
    rows = _unit_rows(checked, root, first, extra)
    total = len(checked.rows) + (root is not None)
    with keys_checked_at_once(Unit):
        written = insert_rows(Unit, COLUMNS + extra, rows, on_progress=lambda done: progress("write", done, total))
    reset_sequence(Unit)
    return first + written - 1


def _unit_rows(checked: Checked, root: Names | None, first: int, extra: list[str]) -> Iterator[tuple[Any, ...]]:
    rows, parent = checked.rows, checked.parent.tolist()
    order = np.argsort(preorder(checked)).tolist()
    top_path, top_number, top_depth = "", None, -1
    number = first
    if root:
        top_path, top_number, top_depth = step_of(first), first, 0
        names = (root.name_zh_hant, root.name_en, *_EMPTY[2:])
        yield (
            *(first, top_path, None, 0, 1, ROOT_CODE, int(UnitKind.BODY), root.name, False, UnitStatus.ACTIVE.value, 0),
            *names,
            *[None] * len(extra),
        )
        number += 1
    shift = shift_below(root, checked)
    paths = [""] * len(rows)
    numbers = [0] * len(rows)
    levels = [0] * len(rows)
    body, active = int(UnitKind.BODY), UnitStatus.ACTIVE.value
    step = _steps()
    for place in order:
        above = parent[place]
        if above == OUTSIDE:
            path, above_number, above_level = top_path, top_number, top_depth + 1
        else:
            path, above_number, above_level = paths[above], numbers[above], levels[above]
        path += step[0][number // _HALF] + step[1][number % _HALF]
        given = rows.levels[place]
        level = given + shift if given else above_level + 1
        paths[place], numbers[place], levels[place] = path, number, level
        name = rows.names[place]
        others = rows.others[place]
        yield (
            *(number, path, above_number, len(path) // STEP - 1, level, rows.codes[place], rows.kinds[place] or body),
            *(name, name in PLACEHOLDER_NAMES, active, 0),
            *(_EMPTY if not others else (others.get(column, "") for column in COLUMNS[11:])),
            *(others[column] if others else None for column in extra),
        )
        number += 1


def shift_below(root: Names | None, checked: Checked) -> int:
    """How much deeper the levels of a file lie when `root` is put on top: not at all, if the file left level 1 to it."""
    tops = [level for place in checked.tops if (level := checked.rows.levels[place])]
    return max(0, 2 - min(tops, default=1)) if root else 0


def bodies_by_level(root: Names | None, checked: Checked) -> dict[int, int]:
    """How many bodies each level of the tree is to get, counted from the rows; `root`, which is put on top, is one of level 1."""
    shift, top = shift_below(root, checked), 2 if root else 1
    rows = zip(checked.rows.levels, checked.depth.tolist(), checked.rows.kinds, strict=True)
    found = Counter(
        level + shift if level else depth + top for level, depth, kind in rows if kind in (None, UnitKind.BODY)
    )
    return dict(sorted((found + Counter([1] if root else [])).items()))


def _steps() -> tuple[list[str], list[str]]:
    """The two parts of every step: joining them is much faster than counting in base 36 for each unit."""
    lower = [step_of(n)[-3:] if n else "000" for n in range(_HALF)]
    upper = [step_of(n)[-2:] if n else "00" for n in range(36**2)]
    return upper, lower
