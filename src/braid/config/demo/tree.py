"""The demo's tree: one that ships with Braid, or a file."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from braid.config.errors import Exit, Stop
from braid.kernel.access import OPERATOR
from braid.kernel.sheets import read_table
from braid.units.imports import import_units
from braid.units.models import Unit
from braid.units.queries.units import loaded_levels
from braid.units.trees import TREES, BuiltInTree, Names

from .stages import Stage

EXAMPLE = Names("全国（示例）", "全國（示例）", "Whole country (example)")


def load(stage: Stage, *, source: str, most: int | None, at: datetime) -> None:
    """Import the tree into the empty database, and remember how many units its file has on each level, cut to `most`."""
    tree = tree_of(source)
    if not Unit.objects.exists():
        result = import_units(
            tree.file,
            root=tree.root,
            levels=tree.levels,
            limit_units=most,
            by=OPERATOR,
            at=at,
            progress=lambda step, done, total: stage.shows(done, total, step),
        )
        if not result.ok:
            lines = [f"  line {one.line}, {one.field}: {one.reason}" for one in result.problems[:20]]
            raise Stop("\n".join([f"{tree.file} has bad rows:", *lines]), Exit.FOUND_WRONG)
    stage.remember(levels=(not most and levels_of(tree)) or loaded_levels())


def tree_of(source: str) -> BuiltInTree:
    """The tree named `source`, or the file at that path with a root that is only used if it has several tops."""
    if source in TREES:
        found = TREES[source]
        return BuiltInTree(found.file, found.language, found.root and EXAMPLE, found.levels)
    file = Path(source)
    if not file.is_file():
        raise Stop(f"There is no tree and no file named {source}. The trees are: {', '.join(TREES)}.")
    return BuiltInTree(file, "", EXAMPLE if _has_several_tops(file) else None)


def levels_of(tree: BuiltInTree) -> dict[int, int]:
    """How many units stand on each level, counted from the file alone; its own root, or the one put on top, is level 1.

    Empty where it cannot be: the file does not say levels, or names units of other kinds as well.
    """
    lines = (cells for _, cells in read_table(tree.file))
    header = [name.strip().lower() for name in next(lines)]
    if "level" not in header or "kind" in header:
        return {}
    level = header.index("level")
    counted: Counter[int] = Counter()
    for cells in lines:
        if not cells[level]:
            return {}
        counted[int(cells[level])] += 1
    shift = (2 if tree.root else 1) - min(counted, default=1)
    shifted = Counter({number + shift: count for number, count in counted.items()})
    return dict(shifted + Counter({1: 1}) if tree.root else shifted)


def _has_several_tops(file: Path) -> bool:
    lines = (cells for _, cells in read_table(file))
    header = [name.strip().lower() for name in next(lines, [])]
    names = [name for name in ("parent_code", "parent") if name in header]
    return bool(names) and sum(not cells[header.index(names[0])] for cells in lines) > 1
