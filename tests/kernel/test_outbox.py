"""What is owed is done, tried again, given up and shown."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from braid.kernel import outbox
from braid.kernel.models import Owed
from braid.kernel.outbox import LEASE, MOST_ATTEMPTS, failed_work, free_leases, owe, run_due, task, try_again
from braid.people.models import Person

from .outbox_workers import break_down, make_person, refuse

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def names() -> list[str]:
    return list(Person.objects.order_by("pk").values_list("name", flat=True))


def test_work_is_done_when_due_in_order_and_then_gone(now: datetime) -> None:
    owe(make_person, "second", due=now + SECOND)
    owe(make_person, "first", due=now)
    owe(make_person, "later", due=now + 9 * SECOND)
    assert run_due(at=now - SECOND) == 0
    assert run_due(at=now + 2 * SECOND) == 2
    assert names() == ["first", "second"]
    assert [row.arguments for row in Owed.objects.all()] == [["later"]]


def test_most_bounds_a_round(now: datetime) -> None:
    for number in range(5):
        owe(make_person, str(number), due=now)
    assert run_due(at=now, most=2) == 2
    assert names() == ["0", "1"]


def test_what_is_owed_in_a_transaction_that_fails_is_not_owed(now: datetime) -> None:
    with transaction.atomic():
        owe(make_person, "nobody", due=now)
        transaction.set_rollback(True)
    assert run_due(at=now) == 0


def test_only_registered_tasks_are_owed(now: datetime) -> None:
    def unknown(*, at: datetime) -> None: ...

    with pytest.raises(ValueError, match="not registered"):
        owe(unknown, due=now)
    assert task(unknown) is unknown
    owe(unknown, due=now)
    outbox.TASKS.pop(Owed.objects.get().task)
    assert run_due(at=now) == 1
    assert "KeyError" in Owed.objects.get().error


def test_a_failure_undoes_its_effects_and_is_tried_again_later_each_time(now: datetime) -> None:
    owe(break_down, "broken", due=now)
    at, waits = now, []
    for _ in range(MOST_ATTEMPTS - 1):
        assert run_due(at=at) == 1
        row = Owed.objects.get()
        waits.append((row.due_at - at).total_seconds())
        at = row.due_at
    assert waits == [2.0**attempt for attempt in range(1, MOST_ATTEMPTS)]
    assert names() == []
    assert run_due(at=at) == 1
    (given_up,) = failed_work()
    assert (given_up.failed_at, given_up.lease, given_up.leased_until) == (at, "", None)
    assert given_up.error == "RuntimeError: broke down over broken"
    assert run_due(at=at + timedelta(days=365)) == 0


def test_one_failure_does_not_hold_up_the_others(now: datetime) -> None:
    owe(break_down, "broken", due=now)
    owe(make_person, "fine", due=now)
    assert run_due(at=now) == 2
    assert names() == ["fine"]


def test_the_operator_can_try_again(now: datetime) -> None:
    owe(make_person, "late", due=now)
    Owed.objects.update(failed_at=now, attempts=MOST_ATTEMPTS)
    try_again(failed_work()[0], at=now)
    assert run_due(at=now) == 1
    assert names() == ["late"]


def test_a_refusal_is_final_and_keeps_its_words(now: datetime) -> None:
    owe(refuse, due=now)
    assert run_due(at=now) == 1
    assert failed_work()[0].error == "refused: no longer yours"


def test_a_lease_keeps_others_away_until_it_runs_out(now: datetime) -> None:
    owe(make_person, "held", due=now)
    assert outbox._claim(now)  # a worker that dies here
    assert run_due(at=now + LEASE) == 0
    assert run_due(at=now + LEASE + SECOND) == 1
    assert names() == ["held"]


def test_a_dead_workers_lease_can_be_freed(now: datetime) -> None:
    owe(make_person, "held", due=now)
    slow = outbox._claim(now)
    assert slow
    assert free_leases() == 1
    assert run_due(at=now) == 1
    outbox._run(slow, at=now)  # it was not dead after all
    assert names() == ["held"]
    assert free_leases() == 0


def test_a_worker_that_lost_its_lease_does_nothing(now: datetime) -> None:
    owe(make_person, "once", due=now)
    slow = outbox._claim(now)
    assert slow
    assert run_due(at=now + LEASE + SECOND) == 1
    outbox._run(slow, at=now)
    assert names() == ["once"]


def test_work_that_kills_every_worker_is_given_up(now: datetime) -> None:
    owe(make_person, "deadly", due=now)
    at = now
    for _ in range(MOST_ATTEMPTS):
        assert outbox._claim(at)
        at += LEASE + SECOND
    assert run_due(at=at) == 1
    assert names() == []
    assert failed_work()[0].error == "the worker died each time it tried"
