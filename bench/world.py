"""The data everything is measured on: the tree that ships with Braid, and synthetic people in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.db import connection, models, transaction

from braid.kernel.access import OPERATOR
from braid.kernel.bulk import insert_rows, keys_checked_at_once, reset_sequence
from braid.kernel.imports.results import ImportResult
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units.imports import import_units
from braid.units.models import Unit
from braid.units.trees import TREES

from .timing import say, took

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    units: int | None
    """None: the whole tree."""
    people: int
    notices: int
    entries: int
    facts: int
    writer_seconds: float
    http_seconds: int


FULL = Scale(None, 5_000_000, 10_000, 3_000_000, 1_000_000, 6, 8)
SMALL = Scale(20_000, 60_000, 500, 30_000, 20_000, 1.5, 2)


@dataclass(frozen=True)
class Imported:
    """How the tree came in."""

    result: ImportResult
    seconds: float


@dataclass(frozen=True)
class World:
    """The loaded data; each part is loaded when it is first asked for."""

    scale: Scale

    @cache  # noqa: B019 (one world in a process)
    def tree(self) -> Imported:
        """Import the tree the way `braid units import` does."""
        say("importing the tree")
        shipped = TREES["cn"]
        with took() as taken:
            result = import_units(
                shipped.file,
                root=shipped.root,
                levels=shipped.levels,
                limit_units=self.scale.units,
                by=OPERATOR,
                at=NOW,
            )
        assert result.applied, result.problems[:3]
        return Imported(result, taken.seconds)

    @cache  # noqa: B019
    def people(self) -> int:
        """Give people to the lowest units, evenly at random; returns how many."""
        self.tree()
        say(f"writing {self.scale.people:,} people")
        chance = random.Random(1)
        places = list(Unit.objects.filter(level=6).order_by("path").values_list("number", "path"))
        count = self.scale.people
        with indexed_afterwards(Person):
            insert_rows(
                Person,
                ["id", "name", "phone", "email", "language", "is_synthetic", "created_at"],
                ((number, f"Person {number}", "", "", "", True, NOW) for number in range(1, count + 1)),
            )
        with indexed_afterwards(Membership):
            insert_rows(
                Membership,
                ["person_id", "unit_id", "unit_path", "office", "since"],
                self._seats(places, chance, count),
            )
        reset_sequence(Person)
        analyse("people_membership", "people_person")
        return count

    @staticmethod
    def _seats(places: list[tuple[int, str]], chance: random.Random, count: int) -> Iterator[tuple[object, ...]]:
        days = [TODAY - timedelta(days=number) for number in range(2_000)]
        for number in range(1, count + 1):
            unit, path = chance.choice(places)
            yield number, unit, path, int(Office.MEMBER), chance.choice(days)


@contextmanager
def indexed_afterwards(model: type[models.Model]) -> Iterator[None]:
    """Whatever is written within goes into the indexes of `model` at the end, sorted: on SQLite ten million rows in no order
    were not written in 27 minutes.
    """
    with transaction.atomic(), keys_checked_at_once(model), connection.cursor() as cursor:
        statements = []
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE tbl_name = %s AND type = 'index' AND sql > ''",
                [model._meta.db_table],
            )
            statements = cursor.fetchall()
        for name, _make in statements:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, make in statements:
            cursor.execute(make)


def analyse(*tables: str) -> None:
    """Tell the planner how the tables look."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def tend(*tables: str) -> None:
    """The same, and what PostgreSQL does by itself within a minute: note which pages everybody sees."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"{'VACUUM ' if connection.vendor == 'postgresql' else ''}ANALYZE {table}")


def settle() -> None:
    """Let what was written before come to rest, so that nobody measured afterwards pays for it: PostgreSQL would vacuum, and
    bring its log to the tables, in the next minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")


def biggest(level: int, *, under: Unit | None = None) -> Unit:
    """Of the first 400 units of `level` the one with the most units below it, not a placeholder."""
    units = Unit.objects.shown().filter(level=level)
    if under:
        units = units.subtree(under.path)
    return max(units.order_by("path")[:400], key=lambda unit: Unit.objects.below(unit.path).count())


def head() -> Person:
    """The head of the root, who sends notices; made when missing."""
    root = Unit.objects.get(depth=0)
    found = Person.objects.filter(memberships__unit=root, memberships__office=Office.HEAD).first()
    if found:
        return found
    made = Person.objects.create(name="Head", created_at=NOW, is_synthetic=True)
    Membership.objects.create(
        person=made, unit=root, unit_path=root.path, office=Office.HEAD, since=TODAY - timedelta(days=900)
    )
    return made


def empty(model: type[models.Model]) -> None:
    """Delete all rows of a peer's table."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")
