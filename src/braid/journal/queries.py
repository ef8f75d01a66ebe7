"""What happened, for a unit with all below it, by day: tallies plus what is not folded yet, in one statement.

`since` and `until` are days of the federation, both included; None leaves that end open. What happened counts for the
units above the place where it happened then: moving a unit later takes nothing from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_date

from braid.kernel.access import AFTER_DESCENDANTS
from braid.units.enums import STEP
from braid.units.models import Unit

from .sql import per_ancestor


def total(unit: Unit, kind: str, *, since: date | None = None, until: date | None = None) -> int:
    """How much of `kind` happened in the subtree of `unit`."""
    rows, parameters = _of_unit(unit, [kind], since, until)
    return int(_rows(f"SELECT coalesce(sum(amount), 0) FROM ({rows}) AS known", parameters)[0][0])  # noqa: S608


def totals(unit: Unit, kinds: Sequence[str], *, since: date | None = None, until: date | None = None) -> dict[str, int]:
    """How much of each of `kinds` happened in the subtree of `unit`; a kind that never happened is left out."""
    rows, parameters = _of_unit(unit, kinds, since, until)
    found = _rows(f"SELECT kind, sum(amount) FROM ({rows}) AS known GROUP BY kind", parameters)  # noqa: S608
    return {kind: int(amount) for kind, amount in found}


def series(unit: Unit, kind: str, *, since: date | None = None, until: date | None = None) -> list[tuple[date, int]]:
    """How much of `kind` happened in the subtree of `unit` day by day, oldest first; days without any are left out."""
    rows, parameters = _of_unit(unit, [kind], since, until)
    found = _rows(f"SELECT day, sum(amount) FROM ({rows}) AS known GROUP BY day ORDER BY day", parameters)  # noqa: S608
    return [(_day(day), int(amount)) for day, amount in found]


def totals_of_children(
    unit: Unit, kinds: Sequence[str], *, since: date | None = None, until: date | None = None
) -> dict[int, dict[str, int]]:
    """The same for the subtree of every child of `unit`: {child's number: {kind: amount}}, only what there is."""
    (of_kinds, kind_values), (in_days, day_values) = _kinds(kinds), _days(since, until)
    sql = f"""
        SELECT number, kind, sum(amount) FROM (
            SELECT child.number, journal_tally.kind, amount FROM units_unit AS child
            JOIN journal_tally ON unit_number = child.number
            WHERE parent_id = %s AND journal_tally.{of_kinds}{in_days}
            UNION ALL
            SELECT child.number, rest.kind, amount FROM (
                SELECT substr(unit_path, 1, %s) AS top, kind, sum(amount) AS amount FROM journal_pending
                WHERE unit_path > %s AND unit_path < %s AND {of_kinds}{in_days} GROUP BY 1, 2
            ) AS rest JOIN units_unit AS child ON child.path = rest.top
        ) AS known GROUP BY number, kind
    """  # noqa: S608 (made of own words)
    own_rest = [len(unit.path) + STEP, unit.path, unit.path + AFTER_DESCENDANTS]
    found: dict[int, dict[str, int]] = {}
    for number, kind, amount in _rows(sql, [unit.pk, *kind_values, *day_values, *own_rest, *kind_values, *day_values]):
        found.setdefault(number, {})[kind] = int(amount)
    return found


def last_activity_of_children(unit: Unit) -> dict[int, date]:
    """The latest day on which anything happened in the subtree of each child of `unit`; silent children are left out."""
    sql = """
        SELECT child.number,
            (SELECT max(day) FROM journal_tally WHERE unit_number = child.number),
            (SELECT max(day) FROM journal_pending WHERE unit_path >= child.path AND unit_path < child.path || %s)
        FROM units_unit AS child WHERE parent_id = %s
    """
    found = _rows(sql, [AFTER_DESCENDANTS, unit.pk])
    return {number: max(_day(day) for day in days if day) for number, *days in found if any(days)}


def last_activity(unit: Unit) -> date | None:
    """The latest day on which anything happened in the subtree of `unit`."""
    sql = """
        SELECT (SELECT max(day) FROM journal_tally WHERE unit_number = %s),
            (SELECT max(day) FROM journal_pending WHERE unit_path >= %s AND unit_path < %s)
    """
    (days,) = _rows(sql, [unit.pk, unit.path, unit.path + AFTER_DESCENDANTS])
    return max((_day(day) for day in days if day), default=None)


def wrong_tallies(*, most: int = 10) -> list[tuple[int, str, date, int]]:
    """Tallies that differ from a recount of the entries: (unit number, kind, day, what is missing). Empty: all is right.

    Reads the whole journal in one statement; for `braid check`, the demo and tests.
    """
    unfolded = "SELECT unit_path, kind, day, -amount AS amount FROM journal_pending"
    counted = per_ancestor("SELECT unit_path, kind, day, amount FROM journal_entry UNION ALL " + unfolded)  # noqa: S608
    sql = f"""
        SELECT unit_number, kind, day, sum(amount) FROM (
            SELECT unit_number, kind, day, amount FROM ({counted}) AS counted
            UNION ALL SELECT unit_number, kind, day, -amount FROM journal_tally
        ) AS compared GROUP BY unit_number, kind, day HAVING sum(amount) <> 0 ORDER BY 1, 2, 3 LIMIT %s
    """  # noqa: S608 (made of own words)
    return [(number, kind, _day(day), int(amount)) for number, kind, day, amount in _rows(sql, [most])]


def _of_unit(unit: Unit, kinds: Sequence[str], since: date | None, until: date | None) -> tuple[str, list[Any]]:
    """What is known of one unit: its tallies, and the rest that is still pending below it."""
    (of_kinds, kind_values), (in_days, day_values) = _kinds(kinds), _days(since, until)
    sql = f"""
        SELECT kind, day, amount FROM journal_tally WHERE unit_number = %s AND {of_kinds}{in_days}
        UNION ALL
        SELECT kind, day, amount FROM journal_pending WHERE unit_path >= %s AND unit_path < %s AND {of_kinds}{in_days}
    """  # noqa: S608 (made of own words)
    own_range = [unit.path, unit.path + AFTER_DESCENDANTS]
    return sql, [unit.pk, *kind_values, *day_values, *own_range, *kind_values, *day_values]


def _kinds(kinds: Sequence[str]) -> tuple[str, list[str]]:
    return f"kind IN ({', '.join(['%s'] * len(kinds)) or 'NULL'})", list(kinds)


def _days(since: date | None, until: date | None) -> tuple[str, list[Any]]:
    given = [(" AND day >= %s", since), (" AND day <= %s", until)]
    kept = [(sql, connection.ops.adapt_datefield_value(day)) for sql, day in given if day]
    return "".join(sql for sql, _ in kept), [day for _, day in kept]


def _rows(sql: str, parameters: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _day(value: date | str) -> date:
    """A day as Python knows it; SQLite gives text."""
    day = parse_date(value) if isinstance(value, str) else value
    assert day
    return day
