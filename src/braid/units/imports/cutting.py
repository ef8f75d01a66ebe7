"""A part of a file that still is a tree: whole branches from all over it, for trying things out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from .checking import OUTSIDE, Checked, Places
from .ordering import preorder, subtree_sizes


def cut(checked: Checked, most: int) -> Checked:
    """At most `most` rows of `checked`: branches two steps above the deepest level, taken evenly from the whole tree."""
    if len(checked.rows) <= most:
        return checked
    position = preorder(checked)
    order = np.argsort(position)
    sizes = subtree_sizes(checked.parent, checked.depth)
    kept = np.zeros(len(order), dtype=np.bool_)
    left = most
    tops = order[checked.depth[order] == max(0, int(checked.depth.max()) - 2)]
    for top in _scattered(tops):
        above = _not_kept_above(top, checked.parent, kept)
        if left <= len(above):
            break
        start = int(position[top])
        take = order[start : start + min(int(sizes[top]), left - len(above))]
        kept[above] = kept[take] = True
        left -= len(above) + len(take)
    return _kept(checked, kept)


def _scattered(tops: npt.NDArray[np.intp] | Places) -> Iterator[int]:
    """Each of `tops` once, in steps of the golden ratio, which spread evenly however many are taken."""
    step = max(1, round(len(tops) * 0.618))
    while np.gcd(step, len(tops)) != 1:
        step += 1
    for turn in range(len(tops)):
        yield int(tops[turn * step % len(tops)])


def _not_kept_above(place: int, parent: Places, kept: npt.NDArray[np.bool_]) -> list[int]:
    above = []
    place = int(parent[place])
    while place != OUTSIDE and not kept[place]:
        above.append(place)
        place = int(parent[place])
    return above


def _kept(checked: Checked, kept: npt.NDArray[np.bool_]) -> Checked:
    places = np.flatnonzero(kept)
    new_place = np.full(len(kept) + 1, OUTSIDE, dtype=np.int32)
    new_place[places] = np.arange(len(places), dtype=np.int32)
    tops = {int(new_place[place]): top for place, top in checked.tops.items() if kept[place]}
    rows = checked.rows.keep(places.tolist())
    return Checked(rows, new_place[checked.parent[places]], checked.depth[places], tops)
