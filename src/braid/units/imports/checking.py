"""Whether the rows of a file make a tree: each code once, each parent there, no circles, levels that go down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from braid.kernel.access import Scope
from braid.kernel.imports.problems import Problem
from braid.units.enums import STEP, UnitStatus
from braid.units.rules import why_not_code_at_all
from braid.units.trees import ROOT_CODE

from .tables import Known, Rows, Tree

Places = npt.NDArray[np.int32]

OUTSIDE = -1
"""Instead of the place of a parent row: the parent is no row of the file."""
MOST_DEPTH = 30
_CIRCLE_SHOWN = 12


@dataclass
class Checked:
    """Rows that make a tree. `parent` is the place of each row's parent, `OUTSIDE` where it hangs from elsewhere."""

    rows: Rows
    parent: Places
    depth: Places
    """Steps below the row that hangs from outside."""
    tops: dict[int, Known | None]
    """Per row that hangs from outside: the unit of the tree it hangs from; None: it is the root, or hangs from a new one."""


def check(rows: Rows, tree: Tree, problems: list[Problem], *, has_new_root: bool) -> Checked:
    """Put the rows together; what is wrong is added to `problems`, and the result holds the good rows only.

    A row below a bad one is bad too. `has_new_root`: a root will be put on top of the rows without a parent.
    """
    refused = {problem.code: problem.line for problem in problems if problem.code}
    ambiguous = {problem.line for problem in problems}
    bad = np.array([line in ambiguous for line in rows.lines], dtype=np.bool_) if ambiguous else _none(rows)
    places = _places(rows, bad, problems)
    _kept_code(rows, tree, bad, problems)
    parent, tops = _parents(rows, places, tree, refused, bad, problems)
    _circles(rows, parent, bad, problems)
    _spread(rows, parent, bad, problems)
    _too_deep(rows, parent, bad, problems)
    _levels(rows, parent, tops, bad, problems)
    if not tree.root and not has_new_root and _has_several_tops(rows, tops, bad, problems):
        return Checked(rows.keep([]), parent[:0], parent[:0], {})
    return _good(rows, parent, tops, bad, problems)


def check_scope(checked: Checked, tree: Tree, scope: Scope, paths: dict[int, str]) -> list[Problem]:
    """Rows about units that lie outside `scope`; `paths` are the paths of the units concerned, by number.

    A unit at the edge of the scope may be renamed and changed. To move or reopen it is for the unit above it.
    """
    problems = []
    rows = checked.rows
    for place, (line, code) in enumerate(zip(rows.lines, rows.codes, strict=True)):
        known = tree.by_code.get(code)
        needed = [paths[known.number]] if known else []
        if known is None or restructures(checked, tree, place, known):
            top = checked.tops.get(place)
            needed += [paths[known.number][:-STEP]] if known else []
            needed += [paths[top.number]] if top else []
        if not all(map(scope.covers, needed)):
            problems.append(Problem(line, "code", _("You may not import below this unit."), code, code))
    return problems


def restructures(checked: Checked, tree: Tree, place: int, known: Known) -> bool:
    """Whether a row moves or reopens the unit it is about."""
    return known.status != UnitStatus.ACTIVE or is_moved(checked, tree, place, known)


def is_moved(checked: Checked, tree: Tree, place: int, known: Known) -> bool:
    """Whether a row hangs the unit it is about from another one than the tree does."""
    return known.parent is not None and _parent_number(checked, tree, place) != known.parent


def _parent_number(checked: Checked, tree: Tree, place: int) -> int | None:
    """The number of the unit a row hangs from; None when that unit is new."""
    above = int(checked.parent[place])
    if above == OUTSIDE:
        top = checked.tops[place]
        return top.number if top else None
    known = tree.by_code.get(checked.rows.codes[above])
    return known.number if known else None


def _none(rows: Rows) -> npt.NDArray[np.bool_]:
    return np.zeros(len(rows), dtype=np.bool_)


def _places(rows: Rows, bad: npt.NDArray[np.bool_], problems: list[Problem]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, code in enumerate(rows.codes):
        first = places.setdefault(code, place)
        if first != place:
            words = _("The code stands in line %(line)s already.") % {"line": rows.lines[first]}
            problems.append(Problem(rows.lines[place], "code", words, code, code))
            bad[place] = True
    return places


def _kept_code(rows: Rows, tree: Tree, bad: npt.NDArray[np.bool_], problems: list[Problem]) -> None:
    if ROOT_CODE in tree.by_code:
        return
    for place in [place for place, code in enumerate(rows.codes) if code == ROOT_CODE]:
        problems.append(Problem(rows.lines[place], "code", why_not_code_at_all(ROOT_CODE), ROOT_CODE, ROOT_CODE))
        bad[place] = True


def _parents(
    rows: Rows,
    places: dict[str, int],
    tree: Tree,
    refused: dict[str, int],
    bad: npt.NDArray[np.bool_],
    problems: list[Problem],
) -> tuple[Places, dict[int, Known | None]]:
    places_get = places.get
    parent = np.array([places_get(code, OUTSIDE) for code in rows.parents], dtype=np.int32)
    root = tree.by_code.get(tree.root.code) if tree.root else None
    if tree.root and root is None:
        root = Known(tree.root.pk, None, tree.root.level, 0, tree.root.kind, tree.root.name, "active", None, ())
    tops: dict[int, Known | None] = {}
    for place in np.flatnonzero(parent == OUTSIDE).tolist():
        code = rows.parents[place]
        own = tree.by_code.get(rows.codes[place])
        if not code:
            tops[place] = None if own and own.parent is None else root
        elif code in tree.by_code:
            tops[place] = tree.by_code[code]
            if tops[place].status != UnitStatus.ACTIVE:  # type: ignore[union-attr]
                words = _("The unit above, %(code)s, is closed.") % {"code": code}
                problems.append(Problem(rows.lines[place], "parent_code", words, code, rows.codes[place]))
                bad[place] = True
        else:
            problems.append(_orphan(rows, place, refused))
            bad[place] = True
    return parent, tops


def _orphan(rows: Rows, place: int, refused: dict[str, int]) -> Problem:
    code = rows.parents[place]
    words = (
        _("The unit above is in line %(line)s, which cannot be used.") % {"line": refused[code]}
        if code in refused
        else _("There is no unit with the code %(code)s in the file or in the tree.") % {"code": code}
    )
    return Problem(rows.lines[place], "parent_code", words, code, rows.codes[place])


def _circles(rows: Rows, parent: Places, bad: npt.NDArray[np.bool_], problems: list[Problem]) -> None:
    """Rows whose way up never ends stand in a circle or below one; each circle is named once per row of it."""
    above = parent
    for _doubling in range(len(rows).bit_length() + 1):
        if not (above != OUTSIDE).any():
            break
        above = _step_up(above, above)
    seen: set[int] = set()
    for start in np.flatnonzero(above != OUTSIDE).tolist():
        way: list[int] = []
        place = start
        while place not in seen:
            seen.add(place)
            way.append(place)
            place = int(parent[place])
        if place in way:
            _name_circle(rows, way[way.index(place) :], bad, problems)


def _too_deep(rows: Rows, parent: Places, bad: npt.NDArray[np.bool_], problems: list[Problem]) -> None:
    above = parent
    for _step in range(MOST_DEPTH):
        above = _step_up(above, parent)
    for place in np.flatnonzero((above != OUTSIDE) & ~bad).tolist():
        words = _("There are more than %(most)s units above this one.") % {"most": MOST_DEPTH}
        problems.append(Problem(rows.lines[place], "parent_code", words, code=rows.codes[place]))
        bad[place] = True


def _step_up(above: Places, parent: Places) -> Places:
    """From each place in `above` one step up in `parent`."""
    return np.where(above == OUTSIDE, OUTSIDE, parent[above]).astype(np.int32)


def _name_circle(rows: Rows, circle: list[int], bad: npt.NDArray[np.bool_], problems: list[Problem]) -> None:
    codes = [rows.codes[place] for place in circle]
    shown = codes if len(codes) <= _CIRCLE_SHOWN else [*codes[:_CIRCLE_SHOWN], "…"]
    words = _("The units above go round in a circle: %(codes)s.") % {"codes": " → ".join([*shown, codes[0]])}
    for place in circle:
        problems.append(Problem(rows.lines[place], "parent_code", words, rows.parents[place], rows.codes[place]))
        bad[place] = True


def _levels(
    rows: Rows, parent: Places, tops: dict[int, Known | None], bad: npt.NDArray[np.bool_], problems: list[Problem]
) -> None:
    """A unit's level is greater than that of the unit above; within the file, as the file counts."""
    given = np.array([level or 0 for level in rows.levels], dtype=np.int32)
    inner = (parent != OUTSIDE) & (given > 0)
    wrong = inner & (given <= np.where(inner, given[parent], 0))
    for place in np.flatnonzero(wrong).tolist():
        above = rows.levels[int(parent[place])]
        words = _("The level must be greater than %(level)s, the level of the unit above.") % {"level": above}
        problems.append(Problem(rows.lines[place], "level", words, str(rows.levels[place]), rows.codes[place]))
        bad[place] = True
    if 0 < np.count_nonzero(given) < len(given):
        for place in np.flatnonzero(given == 0).tolist():
            words = _("The level is missing. Give it in every line or in none.")
            problems.append(Problem(rows.lines[place], "level", words, code=rows.codes[place]))
            bad[place] = True


def _has_several_tops(
    rows: Rows, tops: dict[int, Known | None], bad: npt.NDArray[np.bool_], problems: list[Problem]
) -> bool:
    """Without a root there is no tree at all: that is said of the tops alone, and no row is left."""
    several = [place for place in tops if not bad[place]]
    if len(several) < 2:
        return False
    words = _("%(count)s units have none above them. Name the root to put on top of them.") % {"count": len(several)}
    problems += [Problem(rows.lines[place], "parent_code", words, code=rows.codes[place]) for place in several]
    return True


def _good(
    rows: Rows, parent: Places, tops: dict[int, Known | None], bad: npt.NDArray[np.bool_], problems: list[Problem]
) -> Checked:
    """Leave out the bad rows and all below them, and say of the latter why."""
    if bad.any():
        _spread(rows, parent, bad, problems)
        kept = np.flatnonzero(~bad)
        new_place = np.full(len(rows) + 1, OUTSIDE, dtype=np.int32)
        new_place[kept] = np.arange(len(kept), dtype=np.int32)
        tops = {int(new_place[place]): top for place, top in tops.items() if not bad[place]}
        parent = new_place[parent[kept]]
        rows = rows.keep(kept.tolist())
    return Checked(rows, parent, _depths(parent), tops)


def _spread(rows: Rows, parent: Places, bad: npt.NDArray[np.bool_], problems: list[Problem]) -> None:
    while True:
        reached = ~bad & (parent != OUTSIDE) & bad[parent]
        if not reached.any():
            return
        for place in np.flatnonzero(reached).tolist():
            words = _("The unit above is in line %(line)s, which cannot be used.")
            line = rows.lines[int(parent[place])]
            problems.append(
                Problem(
                    rows.lines[place], "parent_code", words % {"line": line}, rows.parents[place], rows.codes[place]
                )
            )
        bad |= reached


def _depths(parent: Places) -> Places:
    depth = np.zeros(len(parent), dtype=np.int32)
    above = parent.copy()
    while (above != OUTSIDE).any():
        depth += above != OUTSIDE
        above = _step_up(above, parent)
    return depth
