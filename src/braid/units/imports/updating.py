"""Bringing a tree that has units to what a file says: every difference becomes a dated event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import F
from django.utils.translation import gettext as _

from braid.kernel.access import Actor
from braid.kernel.bulk import insert_rows, reset_sequence
from braid.kernel.imports.staging import Progress
from braid.units.actions.following import follow
from braid.units.actions.moves import transplant
from braid.units.actions.records import Deed, count_pages, refuse, refuse_day, write_event
from braid.units.actions.units import reopen, shut, write_values
from braid.units.enums import TreeEventKind, UnitKind, UnitStatus
from braid.units.locking import next_number
from braid.units.models import TreeEvent, TreeVersion, Unit
from braid.units.paths import step_of
from braid.units.rules import why_not_close, why_not_move
from braid.units.trees import PLACEHOLDER_NAMES

from .checking import OUTSIDE, Checked
from .comparing import Diff, level_shift, missing_units
from .ordering import preorder
from .tables import Tree

_TEXTS = ("name_zh_hant", "name_en", "full_name", "full_name_zh_hant", "full_name_en", "address")
_ADDED = [
    *("number", "path", "parent_id", "depth", "level", "code", "kind", "name", "is_placeholder", "status"),
    *("page_version", "opened_on", "placed_at", "latitude", "longitude", *_TEXTS),
]
_EVENT = ["unit_id", "kind", "on", "recorded_at", "by_number", "why", "details"]


def update(
    checked: Checked,
    tree: Tree,
    diff: Diff,
    version: TreeVersion,
    *,
    close_missing: bool,
    on: date,
    why: str,
    by: Actor,
    at: datetime,
    progress: Progress,
) -> int:
    """Apply `diff` to the tree; returns how many units were closed. Runs inside the transaction of the import.

    Order: units reopen and new ones appear from the top down, so that there is always something to hang from; then moves,
    also from the top down, so that none goes below itself; then the rest; at last what is missing closes, from below.
    """
    return _Update(checked, tree, diff, version, Deed(on, why, by, at), progress).run(close_missing=close_missing)


class _Update:
    """One import into a tree that has units: the numbers of all rows, as they become known."""

    def __init__(
        self, checked: Checked, tree: Tree, diff: Diff, version: TreeVersion, deed: Deed, progress: Progress
    ) -> None:
        self.checked, self.tree, self.diff, self.version, self.deed = checked, tree, diff, version, deed
        self.rows, self.progress = checked.rows, progress
        self.shift = level_shift(checked, tree)
        known = (tree.by_code.get(code) for code in self.rows.codes)
        self.numbers: list[int] = [unit.number if unit else 0 for unit in known]
        self.order: list[int] = []
        if diff.added or diff.moved or diff.reopened:
            self.order = np.argsort(preorder(checked)).tolist()

    def run(self, *, close_missing: bool) -> int:
        self._reopen()
        self._add()
        self._move()
        self._rename_and_change()
        return self._close_missing() if close_missing else 0

    def _in_tree_order(self, places: Iterable[int]) -> Iterator[int]:
        wanted = set(places)
        return (place for place in self.order if place in wanted) if wanted else iter(())

    def _unit(self, place: int) -> Unit:
        return Unit.objects.get(pk=self.numbers[place])

    def _reopen(self) -> None:
        """Units that must go elsewhere in the same import may have a closed unit above them: the move mends that."""
        moved = set(self.diff.moved)
        for place in self._in_tree_order(self.diff.reopened):
            unit = self._unit(place)
            if place in moved and unit.parent:
                unit.parent.status = UnitStatus.ACTIVE
            reopen(unit, self.deed)

    def _add(self) -> None:
        """New units in bulk, in tree order; a unit's parent stands in the tree or comes before it."""
        if not self.diff.added:
            return
        count, total = len(self.diff.added), len(self.diff.added)
        parents: set[int] = set()
        # Read beforehand: while PostgreSQL copies, its connection answers nothing else.
        new = self._added_rows(parents, next_number(self.version), self._standing_above(self.diff.added))
        insert_rows(Unit, _ADDED, new, on_progress=lambda done: self.progress("write", done, total))
        events: Iterator[tuple[Any, ...]] = (
            (
                self.numbers[place],
                TreeEventKind.ADDED.value,
                self.deed.on,
                self.deed.at,
                self.deed.by.pk,
                self.deed.why,
                {},
            )
            for place in self.diff.added
        )
        insert_rows(TreeEvent, _EVENT, events)
        reset_sequence(Unit)
        count_pages(parents if count < 1000 else Unit.objects.filter(depth=0).values_list("pk", flat=True))

    def _added_rows(
        self, parents: set[int], first: int, stand: dict[int, tuple[str, int, int]]
    ) -> Iterator[tuple[Any, ...]]:
        for number, place in enumerate(self._in_tree_order(self.diff.added), first):
            above = self._number_above(place)
            parents.add(above)
            path, depth, level = stand[above]
            given = self.rows.levels[place]
            new = (path + step_of(number), depth + 1, given + self.shift if given else level + 1)
            self.numbers[place] = self.version.last_number = number
            stand[number] = new
            others = self.rows.others[place] or {}
            name = self.rows.names[place]
            yield (
                *(number, new[0], above, new[1], new[2], self.rows.codes[place]),
                *(
                    self.rows.kinds[place] or int(UnitKind.BODY),
                    name,
                    name in PLACEHOLDER_NAMES,
                    UnitStatus.ACTIVE.value,
                ),
                *(0, self.deed.on, self.deed.at, others.get("latitude"), others.get("longitude")),
                *(others.get(text, "") for text in _TEXTS),
            )

    def _standing_above(self, places: list[int]) -> dict[int, tuple[str, int, int]]:
        """Path, depth and level by number, of the units in the tree from which new ones hang."""
        numbers = {number for number in map(self._number_above, places) if number}
        units = Unit.objects.in_bulk(numbers)
        return {number: (unit.path, unit.depth, unit.level) for number, unit in units.items()}

    def _number_above(self, place: int) -> int:
        above = int(self.checked.parent[place])
        if above != OUTSIDE:
            return self.numbers[above]
        top = self.checked.tops[place]
        if top is None:
            refuse(_("The tree has a root already: %(name)s.") % {"name": self.tree.root})
            raise AssertionError
        return top.number

    def _move(self) -> None:
        for done, place in enumerate(self._in_tree_order(self.diff.moved), 1):
            unit = self._unit(place)
            refuse_day(unit, self.deed)
            old_path = unit.path
            parent = Unit.objects.get(pk=self._number_above(place))
            if parent.path.startswith(unit.path):  # through a unit that the file leaves where it is
                refuse(why_not_move(unit, parent))
            # A file without levels says only where a unit hangs: it goes down in rank no more than that needs.
            lower = 0 if self.rows.levels[place] else max(0, parent.level + 1 - unit.level)
            transplant(unit, parent, self.deed, lower=lower)
            follow(old_path, at=self.deed.at)
            self.progress("move", done, len(self.diff.moved))

    def _rename_and_change(self) -> None:
        for place in self.diff.renamed:
            values = {"name": self.rows.names[place], "is_placeholder": self.rows.names[place] in PLACEHOLDER_NAMES}
            write_values(self._unit(place), values, TreeEventKind.RENAMED, self.deed)
        for place in self._deepest_last():
            values = self.diff.changed[place]
            write_values(self._unit(place), values, TreeEventKind.CHANGED, self.deed, checks_level=False)
        if self.diff.moved or self.diff.changed:
            self._refuse_levels()

    def _refuse_levels(self) -> None:
        """Units the file does not name may end up beside the one above them."""
        wrong = Unit.objects.filter(level__lte=F("parent__level")).select_related("parent").first()
        if wrong:
            words = _("%(name)s would have level %(level)s, and so would %(parent)s above it.")
            refuse(words % {"name": wrong, "level": wrong.level, "parent": wrong.parent})

    def _deepest_last(self) -> list[int]:
        return sorted(self.diff.changed, key=lambda place: int(self.checked.depth[place]))

    def _close_missing(self) -> int:
        closed = 0
        for unit in list(missing_units(self.checked, self.tree)):
            if why_not_close(unit):  # what is below it stays, so it stays
                continue
            shut(unit, self.deed)
            write_event(unit, TreeEventKind.CLOSED, self.deed)
            closed += 1
            self.progress("close", closed, None)
        return closed
