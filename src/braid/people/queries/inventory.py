"""The inventory: all that is kept of people, in words, made from the models as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from braid.kernel.personal import HOLDINGS, Holding, inventory, kept_by
from braid.people.seen_by import who_sees

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Line:
    """One table's way to a person, and what it keeps."""

    what: StrOrPromise
    what_for: StrOrPromise
    kept: StrOrPromise
    table: str
    fields: list[tuple[str, str]]
    """Who sees something, and the fields she sees, joined."""


def inventory_by_app() -> list[tuple[str, list[Line]]]:
    """The lines of the inventory, by the name of the app; tables of other packages are all about signing in."""
    lines: dict[str, list[Line]] = {}
    for holding in HOLDINGS:
        app = holding.model._meta.app_config
        name = str(app.verbose_name) if app.name.startswith("braid.") else _("Signing in")
        lines.setdefault(name, []).append(_line(holding))
    return sorted(lines.items())


def _line(holding: Holding) -> Line:
    fields: dict[str, list[str]] = {}
    for one in kept_by(holding):
        fields.setdefault(who_sees(one.seen_by), []).append(one.name)
    comma = pgettext("between words of a list", ", ")
    seen = [(who, comma.join(names)) for who, names in fields.items()] or [(who_sees(holding.seen_by), "–")]
    return Line(holding.what, holding.what_for, holding.kept, holding.model._meta.label, seen)


def inventory_lines() -> Iterator[str]:
    """The inventory as plain lines, to compare with the list that was approved."""
    for one in inventory():
        way = one.holding.link or "text"
        shown = "shown to her" if one.is_shown else "not shown"
        yield f"{one.label} | {way} | {one.seen_by} | {shown} | {one.holding.what_for} | {one.holding.kept}"
