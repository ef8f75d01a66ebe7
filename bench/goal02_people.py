"""Goal 2: a page of people newest first costs the same for the nation as for a township."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection

from braid.kernel.access import AFTER_DESCENDANTS, Scope
from braid.kernel.keyset import Page, cursor_of
from braid.people.models import Membership
from braid.people.queries.lists import NEWEST, memberships_in
from braid.units.models import Unit

from .report import Line
from .timing import median, words
from .world import TODAY, World, biggest

DEEP = 100_000
_JOIN_AND_SORT = """
    SELECT m.id, m.since, p.name, u.name FROM people_membership m
    JOIN units_unit u ON u.number = m.unit_id JOIN people_person p ON p.id = m.person_id
    WHERE u.path >= %s AND u.path < %s AND m.until IS NULL ORDER BY {since} DESC, m.id DESC LIMIT 50
"""


def run(world: World) -> Iterator[Line]:
    count = world.people()
    nation = Unit.objects.get(depth=0)
    province = biggest(2)
    township = biggest(5, under=province)
    page = {unit.pk: median(_page(unit.path)) for unit in (nation, province, township)}
    note = f"{count:,} people" + ("" if count >= 5_000_000 else " (goal: 5,000,000)")
    yield Line(
        "2",
        "first page of people: nation, against a township",
        words(page[nation.pk]),
        words(page[township.pk]),
        page[nation.pk] / page[township.pk],
        "<= 3",
        note,
    )
    sorting = median(lambda: _join_and_sort(province), least=3)
    raw = raw_page(province)
    target = ">= 1000" if connection.vendor == "sqlite" and count >= 5_000_000 else ""
    below = Membership.objects.filter(
        unit_path__gte=province.path, unit_path__lt=province.path + AFTER_DESCENDANTS
    ).count()
    yield Line(
        "2",
        "first page of people: province, raw statement",
        words(raw),
        words(sorting),
        sorting / raw,
        target,
        f"{below:,} people there; join + sort without an index by date",
    )
    yield Line(
        "2",
        "first page of people: province, through the ORM with persons and units",
        words(page[province.pk]),
        words(sorting),
        sorting / page[province.pk],
        "",
        "same peer",
    )
    deep = min(DEEP, count // 2)
    row = _row_at(nation, deep)
    far = median(_page(nation.path, cursor_of(row, [name.lstrip("-") for name in NEWEST])))
    yield Line(
        "2",
        f"page at row {deep:,} by keyset, against page one",
        words(far),
        words(page[nation.pk]),
        far / page[nation.pk],
        "<= 3",
        note,
    )


def raw_page(unit: Unit) -> float:
    """The statement behind the list alone: what the database takes, without building objects."""
    from braid.people.queries import lists

    rows = lists._in_subtree(lists._holding(None, TODAY), unit.path).prefetch_related(None).order_by(*NEWEST)
    statement, values = rows.values_list("pk", "since", "person_id", "unit_id")[:50].query.sql_with_params()

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            cursor.fetchall()

    return median(read)


def _page(path: str, cursor: str = "") -> Callable[[], Page[Membership]]:
    return lambda: memberships_in(Scope(subtrees=(path,)), on=TODAY, cursor=cursor)


def _join_and_sort(unit: Unit) -> None:
    since = "+m.since" if connection.vendor == "sqlite" else "m.since"
    with connection.cursor() as cursor:
        cursor.execute(_JOIN_AND_SORT.format(since=since), [unit.path, unit.path + AFTER_DESCENDANTS])
        cursor.fetchall()


def _row_at(unit: Unit, place: int) -> Membership:
    return Membership.objects.order_by(*NEWEST)[place]
