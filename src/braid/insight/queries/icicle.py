"""The walkable picture of a subtree: one cell per unit, as tall as it has units, filled as far as something has arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from braid.insight.enums import MOST_CELLS
from braid.units.models import Unit
from braid.units.snapshot import Snapshot

from .branches import Branches, shown_children
from .shares import Share

LEAST_HEIGHT = 640
"""Pixels the picture is tall when its children leave room."""
ROW = 28
"""Pixels a child's cell takes at least, so that a finger can hit it."""
LABELLED = 20
"""Pixels from which a cell has room for its words."""
HATCHED = 6
"""Pixels from which a cell is tall enough for an outline and a pattern; thinner ones keep their shade."""
COLUMNS = {1: (14.0, 86.0), 2: (10.0, 52.0, 38.0), 3: (8.0, 44.0, 28.0, 20.0)}
"""Widths of the columns in percent, the unit itself first, by the number of levels drawn below it."""

NAMED_BY = ("code", "name", "name_zh_hant", "name_en")
"""What a cell needs of its unit."""

Measure = Callable[[int, int], Share]
"""How much has arrived in the units of the ordinals `[start, end)`."""


@dataclass(frozen=True)
class Cell:
    """One cell. Places and sizes are the text of SVG attributes; `step` (0-4, or "none") chooses the pattern."""

    unit: Unit
    share: Share
    step: str
    x: str
    y: str
    width: str
    height: str
    middle: str
    is_labelled: bool
    depth: int
    is_thin: bool

    @property
    def is_hatched(self) -> bool:
        """Whether a pattern lies over its colour: neither empty nor full, and tall enough for a pattern to be seen."""
        return self.step not in ("0", "4") and not self.is_thin


@dataclass(frozen=True)
class Icicle:
    """The cells in tree order, and how tall the picture is."""

    cells: tuple[Cell, ...]
    height: int
    levels: int


@dataclass(frozen=True)
class _Place:
    ordinal: int
    depth: int
    top: float
    height: float


def icicle_of(branches: Branches, measure: Measure) -> Icicle:
    """The picture of the two or three levels below a unit. One query for the names, however many cells there are."""
    tree, start = branches.tree, branches.together.start
    levels = _levels_that_fit(tree, start)
    heights = _heights(tree, [row.start for row in branches.children], LEAST_HEIGHT, ROW)
    total = sum(heights.values())
    places = [_Place(start, 0, 0.0, total), *_below(tree, heights, 0.0, 1, levels)]
    units = Unit.objects.only(*NAMED_BY).in_bulk([int(tree.numbers[place.ordinal]) for place in places])
    cells = [_cell(tree, place, units[int(tree.numbers[place.ordinal])], levels, measure) for place in places]
    return Icicle(tuple(cells), round(total), levels)


def step_of(percent: int | None) -> str:
    """Which pattern stands for a share: "none" where there is nothing to have, 0 empty, 1-3 filling, 4 full."""
    if percent is None:
        return "none"
    return str(sum(percent >= least for least in (1, 50, 80, 100)))


def _levels_that_fit(tree: Snapshot, start: int) -> int:
    """How many levels below can be drawn with at most `MOST_CELLS` cells: one to three."""
    layer, cells = shown_children(tree, start), 0
    for level in (1, 2, 3):
        cells += len(layer)
        below = [child for ordinal in layer for child in shown_children(tree, ordinal)] if level < 3 else []
        if not below or cells + len(below) > MOST_CELLS:
            return level
        layer = below
    return 3


def _below(tree: Snapshot, heights: dict[int, float], top: float, depth: int, levels: int) -> Iterator[_Place]:
    """The places of `heights`' units, one under the other from `top`, each followed by those below it."""
    for ordinal, height in heights.items():
        yield _Place(ordinal, depth, top, height)
        if depth < levels:
            yield from _below(tree, _heights(tree, shown_children(tree, ordinal), height, 0), top, depth + 1, levels)
        top += height


def _heights(tree: Snapshot, ordinals: list[int], room: float, least: float) -> dict[int, float]:
    """Share `room` out by the number of units in each branch; nobody gets less than `least`."""
    sizes = {ordinal: int(tree.bodies[ordinal : tree.ends[ordinal]].sum()) for ordinal in ordinals}
    together = sum(sizes.values()) or 1
    return {ordinal: max(least, room * size / together) for ordinal, size in sizes.items()}


def _cell(tree: Snapshot, place: _Place, unit: Unit, levels: int, measure: Measure) -> Cell:
    share = measure(place.ordinal, int(tree.ends[place.ordinal]))
    widths = COLUMNS[levels]
    return Cell(
        unit=unit,
        share=share,
        step=step_of(share.percent),
        x=f"{sum(widths[: place.depth]):g}%",
        y=f"{place.top:.2f}",
        width=f"{widths[place.depth]:g}%",
        height=f"{place.height:.2f}",
        middle=f"{place.height / 2:.2f}",
        is_labelled=place.height >= LABELLED,
        depth=place.depth,
        is_thin=place.height < HATCHED,
    )
