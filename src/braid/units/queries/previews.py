"""What a change of the tree would do, in sentences, before anybody does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from braid.units import hooks
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit
from braid.units.rules import (
    active_children,
    why_not_add,
    why_not_close,
    why_not_code,
    why_not_level,
    why_not_level_below,
    why_not_merge,
    why_not_move,
    why_not_reopen,
    why_not_split,
)


@dataclass(frozen=True)
class Preview:
    """Sentences that say what would change, or the one that says why it cannot be."""

    lines: list[str]
    refusal: str = ""
    field: str = ""
    """The field of the form that the refusal is about; empty: the whole of it."""


def preview_add(parent: Unit, code: str, name: str, level: int | None) -> Preview:
    """What adding a unit below `parent` changes."""
    if refusal := why_not_add(parent):
        return Preview([], refusal)
    if refusal := why_not_code(code):
        return Preview([], refusal, "code")
    if refusal := why_not_level_below(parent, level or parent.level + 1):
        return Preview([], refusal, "level")
    line = _("Adds %(name)s (%(code)s) below %(parent)s.") % {"name": name, "code": code, "parent": parent}
    return Preview([line])


def preview_move(unit: Unit, parent: Unit) -> Preview:
    """What moving `unit` below `parent` changes."""
    if refusal := why_not_move(unit, parent):
        return Preview([], refusal)
    old = Unit.objects.get(pk=unit.parent_id) if unit.parent_id else unit
    moved = _units(_count(unit))
    line = _("Moves %(units)s from %(old)s to %(new)s.") % {"units": moved, "old": old, "new": parent}
    return Preview([line, *_from_above(unit, parent)])


def preview_merge(unit: Unit, into: Unit) -> Preview:
    """What merging `unit` into `into` changes."""
    if refusal := why_not_merge(unit, into):
        return Preview([], refusal)
    below = _count(unit) - 1
    lines = [_("Closes %(name)s; its code %(code)s leads to %(into)s from then on.") % _words(unit, into=into)]
    if below:
        lines.append(_("Moves %(units)s to %(new)s.") % {"units": _units(below), "new": into})
    return Preview(lines + _from_above(unit, into))


def preview_split(unit: Unit, parts: Sequence[tuple[str, Sequence[int]]], *, closes: bool) -> Preview:
    """What splitting off `parts` (code and numbers of the units below that go there) changes."""
    children = [number for _code, numbers in parts for number in numbers]
    codes = [code for code, _numbers in parts]
    if refusal := why_not_split(unit, codes, children, closes=closes):
        return Preview([], refusal, "code" if any(map(why_not_code, codes)) else "")
    moved = sum(_count(child) for child in active_children(unit) if child.pk in set(children))
    made = ngettext(
        "Makes %(count)s new unit beside %(name)s.", "Makes %(count)s new units beside %(name)s.", len(parts)
    )
    lines = [made % {"count": len(parts), "name": unit}]
    if moved:
        lines.append(_("Moves %(units)s to the new units.") % {"units": _units(moved)})
    if closes:
        lines.append(_("Closes %(name)s (%(code)s).") % _words(unit))
    return Preview(lines + _from_above(unit, None))


def preview_close(unit: Unit) -> Preview:
    """What closing `unit` changes."""
    if refusal := why_not_close(unit):
        return Preview([], refusal)
    lines = [_("Closes %(name)s (%(code)s).") % _words(unit), _("Its public page says so; nothing is deleted.")]
    return Preview(lines + _from_above(unit, None))


def preview_reopen(unit: Unit) -> Preview:
    """What reopening `unit` changes."""
    if refusal := why_not_reopen(unit):
        return Preview([], refusal)
    line = _("Opens %(name)s (%(code)s) again where it stood.") % _words(unit)
    return Preview([line, *_from_above(unit, None)])


def preview_values(unit: Unit, values: dict[str, object]) -> Preview:
    """What renaming or changing details changes: each field with its old and new value."""
    refusal, field = why_not_code(str(values["code"]), unit) if "code" in values else "", "code"
    if not refusal and isinstance(level := values.get("level"), int) and level != unit.level:
        refusal, field = why_not_level(unit, level), "level"
    changed = [(name, getattr(unit, name), value) for name, value in values.items() if getattr(unit, name) != value]
    lines = [change_line(name, old, new) for name, old, new in changed]
    if refusal:
        return Preview([], refusal, field)
    return Preview(lines, "" if lines else _("Nothing would change."))


def change_line(name: str, old: object, new: object) -> str:
    """One field of a unit with its old and new value."""
    words = {
        "field": capfirst(str(Unit._meta.get_field(name).verbose_name)),  # type: ignore[union-attr]
        "old": _value(name, old),
        "new": _value(name, new),
    }
    return _("%(field)s: %(old)s becomes %(new)s.") % words


def _count(unit: Unit) -> int:
    return Unit.objects.subtree(unit.path).filter(status=UnitStatus.ACTIVE).count()


def _units(count: int) -> str:
    return ngettext("%(count)s unit", "%(count)s units", count) % {"count": f"{count:,}"}


def _from_above(unit: Unit, parent: Unit | None) -> list[str]:
    return [line for preview_lines in hooks.preview_lines for line in preview_lines(unit, parent)]


def _words(unit: Unit, **more: object) -> dict[str, object]:
    return {"name": unit, "code": unit.code, **more}


def _value(name: str, value: object) -> str:
    if name == "kind" and isinstance(value, int):
        return str(UnitKind(value).label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "—" if value in ("", None) else str(value)
