"""Statements asked so often that PostgreSQL should plan them once: planning a short one takes longer than running it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any

from django.db import connection

Statement = tuple[str, list[Any]]
"""A text of SQL, and the values of its parameters."""


@contextmanager
def prepared() -> Iterator[None]:
    """Inside, statements that the connection was asked a few times are prepared, and PostgreSQL keeps their plans.

    For single statements whose text is always the same (a list goes in by `one_of`), and whose best plan is the same for all
    values, as PostgreSQL then plans without knowing them. SQLite's driver keeps what it prepared anyway.
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    driver = connection.connection
    usual, driver.cursor_factory = driver.cursor_factory, _prepared_cursor()
    try:
        yield
    finally:
        driver.cursor_factory = usual


def together(*statements: Statement) -> list[list[Any]]:
    """What each of `statements` gives, a list of the one column that it selects or returns; on PostgreSQL in a single trip.

    There none of them sees what another one writes, so it must not matter; SQLite, where a trip costs nothing, runs them in turn.
    """
    if connection.vendor == "postgresql" and len(statements) > 1:
        texts = [f"s{place} AS ({text})" for place, (text, _values) in enumerate(statements)]
        gives = [f"ARRAY(TABLE s{place})" for place in range(len(statements))]
        values = list(chain.from_iterable(values for _text, values in statements))
        with prepared(), connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(texts)} SELECT {', '.join(gives)}", values)
            return list(cursor.fetchone())
    given = []
    with prepared(), connection.cursor() as cursor:
        for text, values in statements:
            cursor.execute(text, values)
            given.append([value for (value,) in cursor.fetchall()])
    return given


def one_of(column: str, numbers: Iterable[int]) -> tuple[str, list[Any]]:
    """The condition that `column` is one of `numbers`, and its parameters: on PostgreSQL the text is the same for any few.

    A single number has a text of its own: of a list PostgreSQL supposes ten, and plans anew where it knows of fewer.
    """
    wanted = list(numbers)
    if len(wanted) == 1:
        return f"{column} = %s", wanted
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::bigint[])", [wanted]
    return f"{column} IN ({', '.join(map(str, wanted))})", []


@cache
def _prepared_cursor() -> type[Any]:
    """The driver's cursor that prepares; it needs the driver, which not everybody has installed."""
    from django.db.backends.postgresql.base import ServerBindingCursor

    class PreparedCursor(ServerBindingCursor):
        def _convert_query(self, query: Any, params: Any = None) -> Any:
            self._query = super()._convert_query(query, params)  # type: ignore[misc]  # for Django's log of queries
            return self._query

    return PreparedCursor
