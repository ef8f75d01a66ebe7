"""Fixtures every test may use: a small tree, people in it, and a moment."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.utils import timezone, translation
from pytest_django.plugin import DjangoDbBlocker

from braid.config.catalogs import compile_all
from braid.home.hot import SHELF
from braid.people.queries.headcounts import forget_headcounts
from braid.units import snapshot

from .migrated import begin_run, end_run, fill
from .sharing import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from .undefined import forbid_undefined_variables

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]

TIME_OF_DAY = time.fromisoformat(os.environ.get("BRAID_TEST_TIME", "00:05"))
"""When every test begins, by the federation's clock. At five past midnight the day is another one in UTC and was another
one ten minutes ago, so a test, or a piece of the product, that mixes days up fails at whatever hour it is run. CI runs
the second database at ten to midnight, when the day is another one in ten minutes."""
DAY = os.environ.get("BRAID_TEST_DAY", "")
"""The day on which every test begins, as 2027-02-15; the machine's without it. What holds today must hold in another month."""


def beginning() -> datetime:
    """When every test begins: `TIME_OF_DAY` of the federation's today, or of `DAY`."""
    day = date.fromisoformat(DAY) if DAY else timezone.localdate()
    return datetime.combine(day, TIME_OF_DAY, timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def same_time_every_day() -> Iterator[None]:
    """The clock goes on from the `beginning`; this process only, others have the machine's."""
    with time_machine.travel(beginning()):
        yield


@pytest.fixture
def now() -> datetime:
    """A moment; actions take theirs from the caller."""
    return datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Each test starts in English, whatever language the page asked for by the one before it was in."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def undefined_variables_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that uses a variable nobody gave it fails the test that draws it (see `tests/undefined.py`)."""
    forbid_undefined_variables(monkeypatch)


@pytest.fixture(autouse=True, scope="session")
def emptied_and_nothing_more() -> Iterator[None]:
    """After a test with transactions of its own Django empties the tables and fills in permissions for each model anew, which
    Braid has no use for: that took two thirds of what a browser test costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_args, **_options: None)
        yield


def forget_what_is_kept() -> None:
    """What processes keep of the tree belongs to the test before: every test has its own tree, with the same version."""
    snapshot._snapshot.clear()
    forget_headcounts()
    SHELF.clear()
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Every test begins with nothing that the one before left in the memory of the process."""
    forget_what_is_kept()


def pytest_configure(config: pytest.Config) -> None:
    """Translations must be there before the first text is read."""
    if not hasattr(config, "workerinput"):  # which xdist gives the processes it starts
        begin_run()
    compile_all()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        end_run()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's: the test database of this process is a copy of the one that was migrated."""
    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        fill(connection)
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(before, verbosity=0)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end; looking through it for waste, again and again, takes a tenth of the time."""
    gc.collect()
    gc.freeze()
