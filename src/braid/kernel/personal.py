"""What the product keeps of people, as every floor sees it: each app says it of each of its tables in its `holdings.py`.

A `Holding` is one way from a table to a person. It says what the rows are, what for, who sees them and how long they are
kept, how they are shown to her and how they are erased. A table that leads to a person without a holding fails the build
(`tests/security/test_inventory.py`). Who may ask, and when erasing runs, the floor that knows people decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models

from .access import Permission

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SLICE = 500
"""Rows erased in one transaction, so that nobody waits for it on SQLite."""
ERASED = "—"
"""What stands where a name stood: a sign, since it is read in every language."""


class Audience(StrEnum):
    """Who sees something, where that is no matter of a role."""

    HERSELF = "herself"
    NOBODY = "nobody"
    """What only the machine reads."""
    ADDRESSED = "addressed"
    """Whoever it was written to."""


SeenBy = Permission | Audience


@dataclass(frozen=True)
class Traces:
    """Whose traces are to go: her number, and the texts that name her."""

    number: int
    texts: tuple[str, ...]
    at: datetime

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted((text for text in self.texts if len(text) > 1), key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first)) or "(?!)"
        return re.compile(f"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])", re.IGNORECASE)

    def are_in(self, text: str) -> bool:
        """Whether `text` names her."""
        return bool(self._pattern.search(text))

    def out_of(self, text: str) -> str:
        """`text` with a sign where it named her."""
        return self._pattern.sub(ERASED, text)


Eraser = Callable[["models.QuerySet[Any]", Traces], int]
"""Erases at most `SLICE` of the rows it is given; returns how many, so that fewer than `SLICE` says that none are left."""


@dataclass(frozen=True)
class Holding:
    """One way from a table to a person."""

    model: type[models.Model]
    link: str
    """The lookup whose value is her number: `person`, `account__person`, `by_number`. Empty: rows lead to nobody by number
    but may name her; the eraser is given all of them."""
    what: StrOrPromise
    """What the rows are to her: "requests to join groups"."""
    what_for: StrOrPromise
    seen_by: SeenBy
    kept: StrOrPromise
    erase: Eraser
    fields: tuple[str, ...] = ()
    """What is shown to her and given to her as a file; without a link, what may name her. Empty: the rows are about something
    else and only name who did it."""
    apart: Mapping[str, SeenBy] = field(default_factory=dict)
    """Fields that others see than `seen_by`."""
    is_last: bool = False
    """Erased after all others: what these are found by stands here."""

    @property
    def label(self) -> str:
        """The table and the way: `contact.JoinRequest.person`."""
        return f"{self.model._meta.label}.{self.link}"

    def rows_of(self, number: int) -> models.QuerySet[Any]:
        """The rows that lead to person `number`, the oldest first."""
        rows = self.model._base_manager.all()
        return (rows.filter(**{self.link: number}) if self.link else rows).order_by("pk")

    def field_seen_by(self, name: str) -> SeenBy:
        """Who sees the field `name`."""
        return self.apart.get(name, self.seen_by)


@dataclass(frozen=True)
class Kept:
    """One line of the inventory: a field of a table that says something about a person."""

    holding: Holding
    name: str
    is_shown: bool
    """Whether she reads it herself; what is not shown is of use to the machine only."""

    @property
    def label(self) -> str:
        return f"{self.holding.model._meta.label}.{self.name}"

    @property
    def seen_by(self) -> SeenBy:
        return self.holding.field_seen_by(self.name)


HOLDINGS: list[Holding] = []
"""Every app adds its own in `ready()`."""


def inventory() -> Iterator[Kept]:
    """All that is kept of people, field by field, as the models are: what a table is asked to keep stands here by itself."""
    for holding in HOLDINGS:
        yield from kept_by(holding)


def kept_by(holding: Holding) -> Iterator[Kept]:
    """What rows of `holding` keep of people, field by field."""
    for name in _fields_of(holding):
        yield Kept(holding, name, bool(holding.link) and name in holding.fields)


def _fields_of(holding: Holding) -> list[str]:
    """Of rows about a person every field; of rows that only name her the field that does."""
    if not holding.fields:
        return [holding.link.partition("__")[0]] if holding.link else []
    return [one.name for one in holding.model._meta.concrete_fields if not one.primary_key and one.name != "unit_path"]


def delete_rows(rows: models.QuerySet[Any], traces: Traces) -> int:
    """The eraser of rows that are about her alone."""
    numbers = list(rows.values_list("pk", flat=True)[:SLICE])
    rows.model._base_manager.filter(pk__in=numbers).delete()
    return len(numbers)


def unlink(name: str) -> Eraser:
    """The eraser of rows that stay and forget, in the field `name`, that it was she."""

    def erase(rows: models.QuerySet[Any], traces: Traces) -> int:
        numbers = list(rows.values_list("pk", flat=True)[:SLICE])
        rows.model._base_manager.filter(pk__in=numbers).update(**{name: None})
        return len(numbers)

    return erase


def scrub(*names: str) -> Eraser:
    """The eraser of rows whose texts may name her: a sign is put where they do. For small tables, which are read whole."""

    def erase(rows: models.QuerySet[Any], traces: Traces) -> int:
        for row in list(rows):
            before = {name: getattr(row, name) for name in names}
            after = {name: _without(value, traces) for name, value in before.items()}
            if after != before:
                type(row)._base_manager.filter(pk=row.pk).update(**after)
        return 0

    return erase


def _without(value: Any, traces: Traces) -> Any:
    """`value`, a text or what JSON can hold, without her."""
    if isinstance(value, str):
        return traces.out_of(value)
    if isinstance(value, list):
        return [_without(one, traces) for one in value]
    if isinstance(value, dict):
        return {name: _without(one, traces) for name, one in value.items()}
    return value


def nothing_to_erase(rows: models.QuerySet[Any], traces: Traces) -> int:
    """The eraser of rows that keep only her number, which leads to a row that says nothing any more."""
    return 0


@dataclass(frozen=True)
class Purpose:
    """Something that is done with her data only if she agrees: to `text`, kept with her answer as she read it."""

    key: str
    title: StrOrPromise
    text: StrOrPromise
    for_children: bool = False
    """Asked of the guardian of somebody under 14, and of nobody else."""


PURPOSES: dict[str, Purpose] = {}
"""Every purpose there is, by key."""


def ask_for(purpose: Purpose) -> Purpose:
    """Put `purpose` on the pages of consents."""
    if PURPOSES.setdefault(purpose.key, purpose) is not purpose:
        raise ValueError(f"there are two purposes {purpose.key}")
    return purpose
