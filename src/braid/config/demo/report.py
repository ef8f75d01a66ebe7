"""The table the demo ends with: what Braid says of the great notice, level by level, beside an independent recount."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from django.db import connection
from rich.console import Console
from rich.table import Table

from braid.contact.enums import Fact
from braid.contact.models import Notice
from braid.contact.queries import reach_by_level


@dataclass(frozen=True)
class Reached:
    """Of the units on one level, how many a notice addressed, reached, and how many saw and acknowledged it."""

    units: int
    reached: int
    seen: int
    acknowledged: int

    def __add__(self, other: Reached) -> Reached:
        return Reached(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


NOTHING = Reached(0, 0, 0, 0)


def recount(notice: int) -> dict[int, Reached]:
    """The same figures by level, counted afresh from rows with plain SQL, without bitmaps, tallies or the tree in memory."""
    return {
        level: Reached(units, reached or 0, seen or 0, acknowledged or 0)
        for level, units, reached, seen, acknowledged in _rows(
            _RECOUNT, [int(Fact.SEEN), int(Fact.ACKNOWLEDGED), notice]
        )
    }


_RECOUNT = """
    SELECT u.level, COUNT(*), SUM(CASE WHEN m.unit_id IS NOT NULL THEN 1 END), SUM(r.seen), SUM(r.acknowledged)
    FROM units_unit u
    LEFT JOIN (
        SELECT DISTINCT m.unit_id FROM people_membership m JOIN people_account a ON a.person_id = m.person_id
        WHERE m.until IS NULL
    ) m ON m.unit_id = u.number
    LEFT JOIN (
        SELECT unit_number, MAX(CASE WHEN fact = %s THEN 1 END) seen, MAX(CASE WHEN fact = %s THEN 1 END) acknowledged
        FROM contact_receipt WHERE notice_id = %s GROUP BY unit_number
    ) r ON r.unit_number = u.number
    WHERE u.status = 'active' AND NOT u.is_placeholder AND u.kind = 1
    GROUP BY u.level ORDER BY u.level
"""


def _rows(sql: str, parameters: list[int]) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def show(console: Console, title: str, names: dict[int, str], said: dict[int, Reached]) -> None:
    """Print the table by level, with its sums."""
    table = Table(title=title, title_justify="left", show_footer=True)
    total = sum(said.values(), NOTHING)
    table.add_column("level", footer="all")
    for name, value in zip(("units", "reached", "seen", "acknowledged"), astuple(total), strict=True):
        table.add_column(name, justify="right", footer=f"{value:,}")
    table.add_column("seen of reached", justify="right", footer=_share(total))
    for level, row in sorted(said.items()):
        table.add_row(names.get(level, str(level)), *(f"{value:,}" for value in astuple(row)), _share(row))
    console.print(table)


def _share(row: Reached) -> str:
    return f"{row.seen / row.reached:.1%}" if row.reached else "–"


def said(notice: int) -> dict[int, Reached]:
    """The figures by level as Braid's own pages show them."""
    return {
        row.level: Reached(row.counts.addressed, row.counts.reached, row.counts.seen, row.counts.acknowledged or 0)
        for row in reach_by_level(Notice.objects.get(pk=notice))
    }
