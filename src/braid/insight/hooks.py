"""Where the apps of the strands join the heads' pages: what waits, panels of a unit, columns of the subtree, search.

An app appends its functions in `apps.py: ready()`. Each function gets the person who looks and cuts what it returns by
the gate itself; the pages show what they are given. The number of queries of each must not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal

from django.db.models import QuerySet

from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.models import Unit

from .queries.branches import Branches


@dataclass(frozen=True)
class Act:
    """Something that can be done on the spot, in one tap: a form that posts to `href`; `name` is sent with it, if given."""

    label: str
    href: str
    icon: str = ""
    name: str = ""


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for somebody on Today. `what` says what she has to do: “Read”, “Say when it is done”."""

    title: str
    href: str
    what: str
    strand: Strand
    source: str = ""
    due_on: date | None = None
    since: datetime | None = None
    acts: tuple[Act, ...] = ()
    language: str = ""
    """That of the title, where it may be another than the reader's."""


@dataclass(frozen=True)
class Hint:
    """A first step somebody has not taken yet, on Today until she has."""

    title: str
    text: str
    href: str
    action: str


@dataclass(frozen=True)
class Panel:
    """A part of My unit: rendered from `template` with `context`, and `person`, `unit`, `at` besides."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    strand: Strand | Literal[""] = ""


@dataclass(frozen=True)
class Cell:
    """One value of the subtree table. `value` sorts and exports; None is “not known” and shows as a dash, never as zero."""

    value: int | float | date | None
    text: str = ""
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the subtree table. `cells` returns one cell for each of `branches.rows`, in their order."""

    name: str
    label: Any
    cells: Callable[[Branches], Sequence[Cell]]
    explanation: Any = ""
    is_ranked: bool = True
    """Whether the table can be sorted by it; not by what is asked of units: nobody is ranked for that."""


@dataclass(frozen=True)
class Counted:
    """A kind of journal entry that a unit's record shows. `href` leads to the rows behind it, given the unit's code."""

    kind: str
    label: Any
    strand: Strand
    href: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Found:
    """One answer of the search."""

    title: str
    href: str
    detail: str = ""
    language: str = ""
    """That of the title, where it may be another than the reader's."""


@dataclass(frozen=True)
class Answers:
    """What one source found, with the page that shows more of it."""

    title: str
    rows: Sequence[Found]
    more_href: str = ""


class HeadGroup(StrEnum):
    """The four questions of the head's page."""

    ALIVE = "alive"
    LATE = "late"
    WAITING = "waiting"
    VACANT = "vacant"


@dataclass(frozen=True)
class HeadFigure:
    """One number of the head's page: `value` (None: not known), of how many where that says something, the rows behind it."""

    group: HeadGroup
    label: Any
    value: int | None
    href: str
    of: int | None = None
    is_more: bool = False
    """There are more than `value`: nobody counted on."""


@dataclass(frozen=True)
class Below:
    """One thing that waits somewhere below a unit, as a row of the list behind a number."""

    title: str
    href: str
    unit: Unit
    since: datetime | None
    language: str = ""
    due_on: date | None = None
    what: str = ""
    """How much of it, where the number adds that up: “3 units are late”."""


@dataclass(frozen=True)
class WaitingBelow:
    """A kind of thing that waits below a unit for somebody there. `rows` are those the person may see, each with its `pk`."""

    name: str
    label: Any
    rows: Callable[[Person, Unit], QuerySet[Any]]
    line: Callable[[Any], Below]


@dataclass(frozen=True)
class RowsBehind:
    """The things behind a number that adds up what lies in them. `rows` are those that may have a part in it, due first in front,
    or `Http404` for who may not see them; `lines` are those of a page of them that have."""

    name: str
    label: Any
    rows: Callable[[Person, Unit, date], QuerySet[Any]]
    lines: Callable[[Sequence[Any], Unit, date], list[Below]]


@dataclass(frozen=True)
class HeadSeries:
    """Some kinds of the journal together, week by week on the head's page."""

    label: Any
    strand: Strand
    kinds: tuple[str, ...]


head_figures: list[Callable[[Branches], Iterable[HeadFigure]]] = []
head_waiting: list[WaitingBelow] = []
head_behind: list[RowsBehind] = []
head_series: list[HeadSeries] = []
today_sources: list[Callable[[Person, datetime], Iterable[Waiting]]] = []
first_steps: list[Callable[[Person, datetime], Iterable[Hint]]] = []
unit_panels: list[Callable[[Person, Unit, datetime], Panel | None]] = []
record_lines: list[Counted] = []
subtree_columns: list[Column] = []
search_sources: list[Callable[[Person, str, datetime], Answers | None]] = []
