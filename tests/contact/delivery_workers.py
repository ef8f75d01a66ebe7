"""What the killed processes of `test_delivery_crash` do, and how their work is judged; see `tests/killing.py`."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from braid.contact.actions import (
    NoticeText,
    begin_dispatch,
    count_deliveries,
    draft_notice,
    go_on_dispatching,
    send_notice,
)
from braid.contact.enums import NOTICE, REMINDER
from braid.contact.models import Audience, Dispatch, Notice, UnitSet
from braid.kernel.access import OPERATOR
from braid.kernel.bulk import insert_rows
from braid.kernel.delivery import sending
from braid.kernel.delivery.push import topic_of
from braid.kernel.delivery.webpush import Subscription, decoded
from braid.kernel.enums import DeliveryState
from braid.kernel.models import Delivery
from braid.people.actions import set_quiet_hours
from braid.people.enums import Office
from braid.people.models import Account, ChosenChannel, Membership, Person
from tests import factories

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PEOPLE = int(os.environ.get("BRAID_TEST_PEOPLE", "600"))
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
"""A browser's public key: the example of RFC 8291."""
State = DeliveryState
sending.LONGEST_PAUSE = timedelta(seconds=0)
sending.MOST_ATTEMPTS = 1000  # being killed, or not answered, here is nobody's fault


def prepare() -> None:
    """A notice and a reminder of another to one unit of many people; half of them chose e-mail, half their phone."""
    units = factories.tree({"nation": {"village": {}}})
    village = units["village"]
    set_quiet_hours(village, (time(0), time(0)), by=OPERATOR, at=NOW)  # their clock runs through the nights
    first = Person.objects.bulk_create([Person(name=f"Person {n}", created_at=NOW) for n in range(PEOPLE)])[0].pk
    numbers = range(first, first + PEOPLE)
    accounts = [Account(person_id=n, username=f"p{n}", email=f"p{n}@example.org", date_joined=NOW) for n in numbers]
    Account.objects.bulk_create(accounts)
    columns = ("person_id", "unit_id", "unit_path", "office", "since", "came_by")
    rows = [(n, village.pk, village.path, Office.COMMITTEE, NOW.date(), 0) for n in numbers]
    insert_rows(Membership, columns, rows)
    ChosenChannel.objects.bulk_create(
        ChosenChannel(person_id=n, channel="email", since=NOW)
        if n % 2
        else ChosenChannel(person_id=n, channel="push", address=address(n), since=NOW)
        for n in numbers
    )
    for title, number in (("First", 0), ("Second", 1)):
        draft = draft_notice(
            village, NoticeText(title), by=OPERATOR, at=NOW, audience=[Audience(unit=village, is_subtree=False)]
        )
        begin_dispatch(send_notice(draft, by=OPERATOR, at=NOW - timedelta(minutes=1)), number=number, at=NOW)


def address(number: int) -> str:
    endpoint = f"http://127.0.0.1:{os.environ['PUSH_PORT']}/{number}"
    return Subscription(endpoint, decoded(POINT), b"sixteen bytes!!!").text


def keep_working(number: int) -> None:
    """Do what the worker does until there is nothing to do. Time runs fast: what killed workers took is free again."""
    work(NOW + timedelta(hours=1) * (number + 1))


def work(at: datetime) -> None:
    while go_on_dispatching(at) + sending.send_due(at, most=20) + count_deliveries(at):
        pass


def judge() -> None:
    """Finish the rest undisturbed; then nothing is lost and nothing doubled, and what nobody knows is shown."""
    assert is_unsent(), "all was done before the last kill"
    for turn in range(200):
        work(NOW + timedelta(days=30 + turn))
        if not is_unsent() and not Delivery.objects.filter(is_counted=False).exists():
            break
    states = Counter(Delivery.objects.values_list("channel", "state"))
    assert sum(states.values()) == 2 * PEOPLE, states
    assert set(states) <= {("email", State.SENT), ("email", State.UNKNOWN), ("push", State.SENT)}, states
    mails, pushes = Counter(lines("mails")), Counter(lines("pushes"))
    assert all(count == 1 for count in mails.values()), "a mail was sent twice"
    _judge_mails(mails)
    wanted = {f"/{row.person_number} {topic_of(row.key)}" for row in Delivery.objects.filter(channel="push")}
    assert set(pushes) == wanted, "a notification was lost, or came under another key"
    _judge_counts(states)
    unknown = states["email", State.UNKNOWN]
    print("right", len(mails), unknown, len(pushes), sum(pushes.values()) - len(pushes))


def is_unsent() -> bool:
    """Whether something has still to go out."""
    left = Delivery.objects.filter(state__in=(State.OWED, State.BEGUN)).exists()
    return left or Dispatch.objects.filter(finished_at=None).exists()


def _judge_mails(mails: Counter[str]) -> None:
    """What counts as sent was saved by the server, once; what the server saved counts as sent, or is shown as unknown."""
    known = {row.key: row.state for row in Delivery.objects.filter(channel="email")}
    saved = {line.strip("<>").rpartition("@")[0] for line in mails}
    assert {key for key, state in known.items() if state == State.SENT} <= saved, "a mail was lost"
    assert saved <= set(known)


def _judge_counts(states: Counter[tuple[str, str]]) -> None:
    """The sender is shown what there is."""
    for notice in Notice.objects.all():
        there = dict(UnitSet.objects.filter(notice=notice).values_list("meaning", "numbers"))
        kinds = Dispatch.objects.filter(notice=notice).values_list("number", flat=True)
        kind = REMINDER if any(kinds) else NOTICE
        has_unknown = Delivery.objects.filter(kind=kind, state=State.UNKNOWN).exists()
        assert bool(len(bytes(there[UnitSet.Meaning.UNKNOWN])) > 8) == has_unknown
    assert not Delivery.objects.filter(is_counted=False).exists()
    assert states["email", State.UNKNOWN] > 0, "nothing was uncertain: the test proves nothing"


def lines(name: str) -> list[str]:
    return (Path(os.environ["BRAID_VAR"]) / name).read_text().splitlines()
