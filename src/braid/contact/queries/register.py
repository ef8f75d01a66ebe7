"""The register of the groups in a subtree, with what it suggests: closing those that ended or fell quiet, merging doubles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from braid.contact.enums import FEW_PEOPLE, GROUP_SEARCH_KIND, QUIET_AFTER, REMIND_BEFORE, NoticeState, Suggestion
from braid.contact.models import Group, Notice
from braid.kernel import search
from braid.kernel.access import Actor
from braid.kernel.keyset import Page, page_of
from braid.people.enums import Office
from braid.people.models import Membership
from braid.units.models import Unit

from .groups import active_groups, seen_by

ORDER = ("unit_path",)


@dataclass(frozen=True)
class Entry:
    """One line of the register."""

    group: Group
    head: str
    people: int
    last_joined: date | None
    last_said: datetime | None
    suggestions: tuple[Suggestion, ...]
    doubles: tuple[Group, ...] = field(default=())
    """Groups of the same body with the same name or purpose."""


@dataclass(frozen=True)
class Register:
    """A page of the register."""

    rows: list[Entry]
    next_cursor: str


def register_of(
    actor: Actor,
    unit: Unit,
    *,
    at: datetime,
    show: Suggestion = Suggestion.ALL,
    text: str = "",
    cursor: str = "",
    size: int = 25,
) -> Register:
    """A page of the active groups in the subtree of `unit` that `actor` sees, in tree order. Six queries.

    `show` keeps those something is suggested for, `text` those with these words in name or purpose.
    """
    page = page_of(_chosen(actor, unit, at, show, text), order=ORDER, cursor=cursor, size=size)
    return Register(_entries(page, at), page.next_cursor)


def suggested_in(actor: Actor, unit: Unit, *, at: datetime, most: int = 1_000) -> dict[Suggestion, int]:
    """How many groups in the subtree of `unit` each suggestion is made for, counted up to `most` + 1."""
    return {show: _chosen(actor, unit, at, show, "").order_by(*ORDER)[: most + 1].count() for show in Suggestion}


def _chosen(actor: Actor, unit: Unit, at: datetime, show: Suggestion, text: str) -> QuerySet[Group]:
    rows = active_groups().filter(seen_by(actor, unit.path)).filter(_SHOWN[show](at))
    if not text.strip():
        return rows
    matching = search.keys_matching(GROUP_SEARCH_KIND, text)
    if matching is None:
        return rows.none()
    return rows.extra(where=[f"contact_group.id IN ({matching[0]})"], params=matching[1])  # noqa: S610 (made by kernel.search)


def _ending(at: datetime) -> Q:
    return Q(ends_on__lte=timezone.localdate(at) + REMIND_BEFORE)


def _quiet(at: datetime) -> Q:
    """For so long nobody joined, and no notice was sent."""
    since = at - QUIET_AFTER
    joined = Membership.objects.filter(unit=OuterRef("unit"), since__gt=timezone.localdate(since))
    said = Notice.objects.filter(unit=OuterRef("unit"), sent_at__gt=since)
    return Q(created_at__lte=since) & ~Q(Exists(joined)) & ~Q(Exists(said))


def _small(at: datetime) -> Q:
    held = Membership.objects.current(timezone.localdate(at)).filter(unit=OuterRef("unit"))
    several = held.order_by().values("unit").annotate(n=Count("person", distinct=True)).filter(n__gte=FEW_PEOPLE)
    return ~Q(Exists(several))


def _double(at: datetime) -> Q:
    others = Group.objects.filter(unit__parent=OuterRef("unit__parent"), unit__status="active").exclude(
        pk=OuterRef("pk")
    )
    same = Q(purpose_folded=OuterRef("purpose_folded")) | Q(unit__name=OuterRef("unit__name"))
    return Q(Exists(others.filter(same)))


_SHOWN: dict[Suggestion, Any] = {
    Suggestion.ALL: lambda at: Q(),
    Suggestion.ENDING: _ending,
    Suggestion.QUIET: _quiet,
    Suggestion.SMALL: _small,
    Suggestion.DOUBLE: _double,
}


def _entries(page: Page[Group], at: datetime) -> list[Entry]:
    """The lines of a page: four queries, whatever its length."""
    units = [group.unit_id for group in page.rows]
    held = Membership.objects.current(timezone.localdate(at)).filter(unit__in=units)
    counted = {
        row["unit"]: row
        for row in held.order_by().values("unit").annotate(n=Count("person", distinct=True), last=Max("since"))
    }
    heads = dict(held.filter(office=Office.HEAD).values_list("unit", "person__name"))
    sent = Notice.objects.filter(unit__in=units, sent_at__lte=at).exclude(state=NoticeState.DRAFT)
    said = dict(sent.order_by().values_list("unit").annotate(last=Max("sent_at")))
    doubles = _doubles(page.rows)
    return [_entry(group, counted.get(group.unit_id), heads, said, doubles[group.pk], at=at) for group in page.rows]


def _entry(
    group: Group,
    counted: Mapping[str, Any] | None,
    heads: dict[int, str],
    said: dict[int, datetime],
    doubles: Sequence[Group],
    *,
    at: datetime,
) -> Entry:
    people, joined = (counted["n"], counted["last"]) if counted else (0, None)
    last = said.get(group.unit_id)
    quiet_since, on = at - QUIET_AFTER, timezone.localdate(at)
    is_quiet = (
        group.created_at <= quiet_since
        and (joined is None or joined <= timezone.localdate(quiet_since))
        and (last is None or last <= quiet_since)
    )
    found = {
        Suggestion.ENDING: group.ends_on <= on + REMIND_BEFORE,
        Suggestion.QUIET: is_quiet,
        Suggestion.SMALL: people < FEW_PEOPLE,
        Suggestion.DOUBLE: bool(doubles),
    }
    suggestions = tuple(show for show, holds in found.items() if holds)
    return Entry(group, heads.get(group.unit_id, ""), people, joined, last, suggestions, tuple(doubles))


def _doubles(rows: Sequence[Group]) -> dict[int, list[Group]]:
    """For each of `rows` the other active groups of its body with the same name or purpose."""
    same = Q(purpose_folded__in=[row.purpose_folded for row in rows]) | Q(
        unit__name__in=[row.unit.name for row in rows]
    )
    bodies = {row.unit.parent_id for row in rows}
    near = list(active_groups().filter(same, unit__parent__in=bodies).order_by("unit_path"))
    found: dict[int, list[Group]] = defaultdict(list)
    for row in rows:
        found[row.pk] = [other for other in near if other.pk != row.pk and _is_double(row, other)]
    return found


def _is_double(one: Group, other: Group) -> bool:
    return one.unit.parent_id == other.unit.parent_id and (
        one.purpose_folded == other.purpose_folded or one.unit.name == other.unit.name
    )
