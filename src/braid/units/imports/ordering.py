"""Tree order of rows that stand in any order, computed level by level."""

from __future__ import annotations

import numpy as np

from .checking import Checked, Places


def preorder(checked: Checked) -> Places:
    """The place of each row in tree order (a unit before what is below it, siblings as in the file), from 0."""
    parent, depth = checked.parent, checked.depth
    sizes = subtree_sizes(parent, depth)
    before = _sizes_of_elder_siblings(parent, sizes)
    position = before.copy()
    for level in range(1, int(depth.max(initial=0)) + 1):
        here = np.flatnonzero(depth == level)
        position[here] = position[parent[here]] + 1 + before[here]
    return position


def subtree_sizes(parent: Places, depth: Places) -> Places:
    """How many rows stand at or below each."""
    sizes = np.ones(len(parent), dtype=np.int32)
    for level in range(int(depth.max(initial=0)), 0, -1):
        here = np.flatnonzero(depth == level)
        np.add.at(sizes, parent[here], sizes[here])
    return sizes


def _sizes_of_elder_siblings(parent: Places, sizes: Places) -> Places:
    by_parent = np.argsort(parent, kind="stable")
    running = np.cumsum(sizes[by_parent]) - sizes[by_parent]
    first = np.ones(len(parent), dtype=np.bool_)
    first[1:] = parent[by_parent][1:] != parent[by_parent][:-1]
    group = np.cumsum(first) - 1
    before = np.empty(len(parent), dtype=np.int32)
    before[by_parent] = running - running[first][group]
    return before
