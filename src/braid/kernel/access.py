"""The access gate as every floor sees it: who asks (`Actor`), for what (`Permission`), and how far it reaches (`Scope`).

The floor `people` fills the gate in its `ready()`; asking an unfilled gate raises, so nothing is ever allowed by default.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NewType, Protocol

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .errors import NotAllowed

Permission = NewType("Permission", str)
"""What one may do, as `noun.verb`: `notices.send`. Declared in the `rules.py` of the app whose nouns it guards."""

AFTER_DESCENDANTS = "~"
"""Sorts after every character of a path, so `path <= x < path + AFTER_DESCENDANTS` is the subtree of `path`."""


class Actor(Protocol):
    """Whoever acts: a person, or the operator at the terminal."""

    @property
    def pk(self) -> int | None: ...


@dataclass(frozen=True)
class Operator:
    """Whoever holds the terminal of the machine: she can read the database anyway, so the gate lets her through."""

    pk: int | None = None


OPERATOR = Operator()


@dataclass(frozen=True)
class Scope:
    """How far a permission reaches: whole subtrees and single units, both given as unit paths. Empty reaches nothing."""

    subtrees: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.subtrees or self.units)

    def covers(self, path: str) -> bool:
        """Whether the unit at `path` is within reach."""
        return path in self.units or any(path.startswith(top) for top in self.subtrees)

    def covers_below(self, path: str) -> bool:
        """Whether the unit at `path` and everything below it is within reach, also what is added there tomorrow."""
        return any(path.startswith(top) for top in self.subtrees)

    def within(self, path: str) -> Scope:
        """The part of it that lies in the subtree of the unit at `path`."""
        if self.covers_below(path):
            return Scope(subtrees=(path,))
        return Scope(
            subtrees=tuple(top for top in self.subtrees if top.startswith(path)),
            units=tuple(unit for unit in self.units if unit.startswith(path)),
        )

    def where(self, field: str = "unit_path") -> Q:
        """The condition that keeps the rows whose `field` (a unit path) is within reach; an empty scope keeps none."""
        condition = Q(pk__in=()) if not self else Q()
        for top in self.subtrees:
            condition |= Q(**{f"{field}__gte": top, f"{field}__lt": top + AFTER_DESCENDANTS})
        if self.units:
            condition |= Q(**{f"{field}__in": self.units})
        return condition


EVERYWHERE = Scope(subtrees=("",))

Gate = Callable[[Actor, Permission], Scope]
_gate: Gate | None = None


def fill_gate(gate: Gate) -> None:
    """Install the gate; called once by the floor that knows grants."""
    global _gate  # noqa: PLW0603 (a port is filled once, at start-up)
    _gate = gate


def scope(actor: Actor, permission: Permission) -> Scope:
    """Where `actor` holds `permission` now. The operator holds everything everywhere."""
    if isinstance(actor, Operator):
        return EVERYWHERE
    if _gate is None:
        raise RuntimeError("the access gate is not filled: no app provides grants")
    return _gate(actor, permission)


def may(actor: Actor, permission: Permission, path: str) -> bool:
    """Whether `actor` holds `permission` at the unit whose path is `path`."""
    return scope(actor, permission).covers(path)


def require(allowed: bool) -> None:
    """Go on only when `allowed`; else refuse in words (403). The first line of every action."""
    if not allowed:
        raise NotAllowed(_("Your role does not allow this here. The head of your unit can change that."))
