"""/live and /ready."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from braid.config import health
from braid.config.models import Heartbeat
from braid.kernel.models import Owed
from braid.kernel.worker import rounds


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    health._migrated.clear()
    health._last_beat.clear()


def test_live_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/live")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_a_worker_counts_as_alive_for_a_minute(client: Client) -> None:
    assert health.beat in rounds
    health.beat(timezone.now() - health.SILENT - timedelta(seconds=1))
    assert client.get("/ready").json()["worker"] is False
    health.beat(timezone.now())
    assert client.get("/ready").json()["worker"] is True


@pytest.mark.django_db
def test_a_beat_is_written_now_and_then_only(now: datetime) -> None:
    for seconds in range(25):
        health.beat(now + timedelta(seconds=seconds))
    assert Heartbeat.objects.get().at == now + timedelta(seconds=20)


@pytest.mark.django_db
def test_failed_work_is_counted(client: Client) -> None:
    Owed.objects.create(task="a.b", due_at=datetime(2026, 1, 1, tzinfo=UTC), failed_at=datetime(2026, 1, 2, tzinfo=UTC))
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["failed_work"]) == (200, 1)


@pytest.mark.django_db
def test_a_database_that_lacks_migrations_is_not_ready(client: Client) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="config").delete()
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": True, "migrations": False}
