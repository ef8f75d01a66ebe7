"""Whatever officers, owner and clock do, in whatever order: two of them open an account, after a day, unstopped, or nobody."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from braid.kernel import outbox
from braid.kernel.errors import Refused
from braid.people.actions import (
    agree_recovery,
    ask_recovery,
    hand_over_recovery,
    stop_recovery,
    use_recovery,
    withdraw_recovery,
)
from braid.people.enums import OPEN_RECOVERY, RECOVERY_DELAY, Office, RecoveryState
from braid.people.models import Account, Membership, Person, Recovery
from braid.people.queries.recoveries import recovery_with
from tests import factories

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
ACTORS = ("head", "deputy", "second", "liaison", "stranger", "ada")
ACTS = ("ask", "agree", "agree", "link", "link", "use", "use", "stop", "withdraw", "leave", "wait")
THE_WAY = [("ask", "deputy", 1), ("agree", "head", 1), ("wait", "ada", 25), ("link", "head", 1), ("use", "ada", 1)]
TOO_SOON = [("ask", "deputy", 1), ("agree", "head", 1), ("link", "head", 6), ("use", "ada", 1)]

steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from(ACTORS), st.sampled_from((1, 6, 25))), min_size=4, max_size=14
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=THE_WAY)
@example(steps=TOO_SOON)
@given(steps=steps)
def test_only_two_officers_after_a_day(steps: list[tuple[str, str, int]]) -> None:
    with transaction.atomic():
        opened = _run(steps)
        transaction.set_rollback(True)
    assert opened or steps != THE_WAY


def _world() -> dict[str, Person]:
    units = factories.tree({"nation": {"county": {"village": {}}, "other": {}}})
    people = {
        "head": factories.member(units["county"], Office.HEAD),
        "deputy": factories.member(units["county"], Office.DEPUTY),
        "second": factories.member(units["county"], Office.DEPUTY),
        "liaison": factories.member(units["village"], Office.LIAISON),
        "stranger": factories.member(units["other"], Office.HEAD),
        "ada": factories.member(units["village"]),
    }
    Account.objects.filter(person=people["ada"]).update(last_login=START)
    return people


def _run(steps: list[tuple[str, str, int]]) -> bool:
    """Do the steps, looking after each; whether the account was opened by one of them."""
    people, now, links, opened = _world(), START, [""], False
    officers = {people[name].pk for name in ("head", "deputy", "second")}
    for act, name, hours in steps:
        now += timedelta(hours=hours)
        outbox.run_due(at=now)
        before = _account(people).password
        with suppress(Refused):
            _act(act, people, name, links, now)
        after = _account(people)
        still_open = Recovery.objects.filter(state__in=OPEN_RECOVERY)
        assert after.is_being_recovered is still_open.exists()
        if after.password != before:
            opened = True
            _was_right(officers, now)
    return opened


def _act(act: str, people: dict[str, Person], name: str, links: list[str], now: datetime) -> None:
    """One step of somebody; each reads herself anew, as a request does."""
    by = Person.objects.get(pk=people[name].pk)
    row = Recovery.objects.order_by("-pk").first()
    if act == "ask":
        ask_recovery(people["ada"].account, why="x", by=by, at=now)
    elif act == "leave":
        Membership.objects.filter(person=by).exclude(office=Office.MEMBER).delete()
    elif act == "use" and (found := recovery_with(links[-1], at=now)):
        use_recovery(found, password="a-new-one", at=now)
    elif row and act == "agree":
        agree_recovery(row, by=by, at=now)
    elif row and act == "link":
        links.append(hand_over_recovery(row, by=by, at=now).split("/")[2])
    elif row and act == "stop":
        stop_recovery(row, at=now)
    elif row and act == "withdraw":
        withdraw_recovery(row, by=by, at=now)


def _was_right(officers: set[int], now: datetime) -> None:
    done = Recovery.objects.order_by("-pk")[0]
    assert done.state == RecoveryState.DONE
    assert done.agreed_at
    assert now >= done.agreed_at + RECOVERY_DELAY
    assert done.asked_by_id != done.agreed_by_id
    assert {done.asked_by_id, done.agreed_by_id} <= officers


def _account(people: dict[str, Person]) -> Account:
    return Account.objects.get(person=people["ada"])
