"""The history of a unit in words: what changed, from what to what, and which other units it was about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Scope
from braid.units.enums import TreeEventKind, UnitKind
from braid.units.models import TreeEvent, Unit

from .previews import change_line
from .units import events_of


@dataclass(frozen=True)
class Other:
    """Another unit that an event was about: what it is to the event, and whether its page may be opened."""

    words: str
    unit: Unit
    may_open: bool


@dataclass(frozen=True)
class Told:
    """An event, what changed in sentences, and the other units."""

    event: TreeEvent
    lines: list[str]
    others: list[Other]


def told_events_of(unit: Unit, visible: Scope) -> list[Told]:
    """What happened to the unit, newest first: at most the last 200, in two queries.

    A unit outside `visible` is named, as its Home is public, but leads nowhere; a group outside it is left out.
    """
    events = events_of(unit)
    units = Unit.objects.in_bulk({number for event in events for _words, number in _numbers(event)})
    return [Told(event, _lines(event), list(_others(event, units, visible))) for event in events]


def _others(event: TreeEvent, units: dict[int, Unit], visible: Scope) -> Iterator[Other]:
    for words, number in _numbers(event):
        unit = units.get(number)
        if unit and (visible.covers(unit.path) or unit.kind != UnitKind.GROUP):
            yield Other(words, unit, visible.covers(unit.path))


def _lines(event: TreeEvent) -> list[str]:
    if event.kind not in (TreeEventKind.RENAMED, TreeEventKind.CHANGED):
        return []
    return [change_line(name, old, new) for name, (old, new) in event.details.items()]


def _numbers(event: TreeEvent) -> Iterator[tuple[str, int]]:
    """Words for the other units of an event, and their numbers."""
    for words, key in _NAMED.get(event.kind, ()):
        said = event.details.get(key)
        yield from ((str(words), number) for number in (said if isinstance(said, list) else [said]) if number)


_NAMED: dict[str, list[tuple[Any, str]]] = {
    TreeEventKind.ADDED: [(_("Unit above"), "parent")],
    TreeEventKind.MOVED: [(_("Unit above before"), "from"), (_("New unit above"), "to")],
    TreeEventKind.MERGED: [(_("The unit that stays"), "into"), (_("Merged into it"), "merged")],
    TreeEventKind.SPLIT: [(_("New unit"), "into")],
    TreeEventKind.REOPENED: [(_("Was merged into"), "merged_into")],
}
"""By kind of event what the other units are to it, and under which key of its details their numbers stand."""
