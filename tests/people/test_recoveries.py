"""Recovery by two officers: who may, in which order, after a day, and how the owner of the account stops it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from braid.insight.ground.people import waiting_recoveries
from braid.journal.models import Entry
from braid.kernel import outbox
from braid.kernel.errors import NotAllowed, WrongState
from braid.kernel.models import Delivery
from braid.people.actions import (
    agree_recovery,
    ask_recovery,
    end_office,
    hand_over_recovery,
    lock_account,
    make_token,
    stop_recovery,
    use_recovery,
    withdraw_recovery,
)
from braid.people.enums import MOST_RECOVERIES, RECOVERY_DELAY, RECOVERY_PATIENCE, Office, RecoveryState
from braid.people.models import Account, ApiToken, Person, Recovery
from braid.people.queries.recoveries import recovery_with
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of, queries_of

PASSWORD = "long-enough-for-her"
DAY = timedelta(days=1)


class World:
    """A county with its head and deputy, a village with its liaison officer, and Ada, who has lost everything."""

    def __init__(self) -> None:
        units = factories.tree({"nation": {"county": {"village": {}}, "other": {}}})
        self.village: Unit = units["village"]
        self.county: Unit = units["county"]
        self.head = factories.member(self.county, Office.HEAD, who=factories.person("Head"))
        self.deputy = factories.member(self.county, Office.DEPUTY, who=factories.person("Deputy"))
        self.liaison = factories.member(self.village, Office.LIAISON, who=factories.person("Liaison"))
        self.stranger = factories.member(units["other"], Office.HEAD, who=factories.person("Stranger"))
        self.ada = factories.member(self.village, who=in_use(factories.person("Ada", phone="139 0000 1111")))
        self.account: Account = self.ada.account


def in_use(person: Person) -> Person:
    """She has signed in before, with a password, and has an e-mail address to sign in with."""
    account = person.account
    account.email, account.last_login = f"{account.username}@example.org".lower(), datetime(2026, 2, 1, tzinfo=UTC)
    account.set_password("what-she-forgot")
    account.save()
    return person


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def world(db: None) -> World:
    cache.clear()
    return World()


def asked(world: World, at: datetime) -> Recovery:
    return ask_recovery(world.account, why="she came with her card", by=world.deputy, at=at)


def agreed(world: World, at: datetime) -> Recovery:
    return agree_recovery(asked(world, at), by=world.head, at=at)


def ready(world: World, at: datetime) -> Recovery:
    """Agreed a day before `at`."""
    made = agreed(world, at - RECOVERY_DELAY)
    outbox.run_due(at=at)
    made.refresh_from_db()
    assert made.state == RecoveryState.READY
    return made


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


# who and in which order


def test_the_whole_way(world: World, at: datetime) -> None:
    old = client_of(world.ada)
    Authenticator.objects.create(user=world.account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    make_token(world.ada, name="website", permissions=["units.view"], days=9, by=world.ada, at=at)
    made = ready(world, at)
    path = hand_over_recovery(made, by=world.deputy, at=at)
    account = use_recovery(recovery_with(path.split("/")[2], at=at), password=PASSWORD, at=at)
    assert account.check_password(PASSWORD)
    assert fresh(made).state == RecoveryState.DONE
    assert not Authenticator.objects.exists()
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert old.get("/me/").status_code == 302
    assert not fresh(world.account).is_being_recovered
    kinds = Entry.objects.filter(kind__startswith="recovery.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["recovery.asked", "recovery.agreed", "recovery.done"]
    assert recovery_with(path.split("/")[2], at=at) is None


def test_only_who_may_fill_her_office(world: World, at: datetime) -> None:
    for officer in (world.liaison, world.stranger, world.ada):
        with pytest.raises(NotAllowed):
            ask_recovery(world.account, why="x", by=officer, at=at)
    made = asked(world, at)
    for officer in (world.liaison, world.stranger, world.ada, world.deputy):
        with pytest.raises(NotAllowed):
            agree_recovery(made, by=officer, at=at)


def test_nobody_recovers_who_holds_more(world: World, at: datetime) -> None:
    in_use(world.head)
    with pytest.raises(NotAllowed):
        ask_recovery(world.head.account, why="x", by=world.deputy, at=at)


def test_two_officers_are_two_in_the_database_too(world: World, at: datetime) -> None:
    made = asked(world, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.filter(pk=made.pk).update(agreed_by=world.deputy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.filter(pk=made.pk).update(state=RecoveryState.READY)


def test_not_before_its_day(world: World, at: datetime) -> None:
    made = agreed(world, at)
    outbox.run_due(at=at + RECOVERY_DELAY - timedelta(seconds=1))
    assert fresh(made).state == RecoveryState.WAITING
    with pytest.raises(WrongState):
        hand_over_recovery(made, by=world.deputy, at=at)
    outbox.run_due(at=at + RECOVERY_DELAY)
    assert fresh(made).state == RecoveryState.READY


def test_an_officer_who_lost_her_right_meanwhile(world: World, at: datetime) -> None:
    made = agreed(world, at)
    end_office(world.deputy, world.county, Office.DEPUTY, by=world.head, at=at)
    outbox.run_due(at=at + RECOVERY_DELAY)
    assert fresh(made).state == RecoveryState.LAPSED


def test_only_the_two_hand_it_over(world: World, at: datetime) -> None:
    other = factories.member(world.county, Office.DEPUTY, who=factories.person("Third"))
    with pytest.raises(NotAllowed):
        hand_over_recovery(ready(world, at), by=other, at=at)


def test_a_new_link_makes_the_one_before_useless(world: World, at: datetime) -> None:
    made = ready(world, at)
    first, second = (hand_over_recovery(made, by=world.head, at=at).split("/")[2] for _ in range(2))
    assert recovery_with(first, at=at) is None
    assert recovery_with(second, at=at)
    assert second not in str(Recovery.objects.values().get())


def test_one_at_a_time_and_not_too_often(world: World, at: datetime) -> None:
    for number in range(MOST_RECOVERIES):
        made = asked(world, at + timedelta(hours=number))
        with pytest.raises(WrongState, match="already"):
            asked(world, at)
        stop_recovery(made, at=at)
    with pytest.raises(WrongState, match="often"):
        asked(world, at + timedelta(hours=9))
    assert asked(world, at + RECOVERY_PATIENCE + DAY)


def test_an_account_never_used_needs_none(world: World, at: datetime) -> None:
    bea = factories.member(world.village)
    with pytest.raises(WrongState, match="never signed in"):
        ask_recovery(bea.account, why="x", by=world.head, at=at)


# its end


def test_it_runs_out_without_a_second_officer(world: World, at: datetime) -> None:
    made = asked(world, at)
    outbox.run_due(at=at + RECOVERY_PATIENCE)
    assert fresh(made).state == RecoveryState.LAPSED
    assert not fresh(world.account).is_being_recovered


def test_agreed_late_it_still_has_its_time(world: World, at: datetime) -> None:
    made = asked(world, at)
    agree_recovery(made, by=world.head, at=at + RECOVERY_PATIENCE - timedelta(hours=1))
    outbox.run_due(at=at + RECOVERY_PATIENCE + timedelta(hours=1))
    assert fresh(made).state == RecoveryState.WAITING
    outbox.run_due(at=at + 3 * RECOVERY_PATIENCE)
    assert fresh(made).state == RecoveryState.LAPSED


@pytest.mark.parametrize("stage", [asked, agreed, ready])
def test_she_stops_it_at_any_stage(world: World, at: datetime, stage: Any) -> None:
    made = stage(world, at)
    link = hand_over_recovery(made, by=world.head, at=at).split("/")[2] if stage is ready else ""
    stop_recovery(made, at=at)
    outbox.run_due(at=at + 3 * RECOVERY_PATIENCE)
    assert fresh(made).state == RecoveryState.STOPPED
    assert recovery_with(link, at=at) is None
    with pytest.raises(WrongState):
        use_recovery(made, password=PASSWORD, at=at)
    assert fresh(world.account).check_password("what-she-forgot")


def test_officers_take_it_back(world: World, at: datetime) -> None:
    made = agreed(world, at)
    with pytest.raises(NotAllowed):
        withdraw_recovery(made, by=world.liaison, at=at)
    withdraw_recovery(made, by=world.deputy, at=at)
    with pytest.raises(WrongState):
        stop_recovery(made, at=at)


def test_a_locked_account_stays_locked(world: World, at: datetime) -> None:
    made = ready(world, at)
    path = hand_over_recovery(made, by=world.head, at=at)
    lock_account(world.account, by=world.head, at=at)
    with pytest.raises(WrongState, match="locked"):
        use_recovery(recovery_with(path.split("/")[2], at=at), password=PASSWORD, at=at)
    assert fresh(made).state == RecoveryState.READY


# telling her


def test_every_step_is_told_on_every_channel(world: World, at: datetime) -> None:
    made = ready(world, at)
    stop_recovery(made, at=at)
    for channel in (world.account.email, "+8613900001111"):
        bodies = list(Delivery.objects.filter(to=channel).order_by("pk").values_list("body", flat=True))
        assert len(bodies) == 4
        assert all("recover" in body for body in bodies)
        assert ["/recover/stop/" in body for body in bodies] == [True, True, True, False]


def test_in_her_language(world: World, at: datetime) -> None:
    Person.objects.filter(pk=world.ada.pk).update(language="zh-hans")
    asked(world, at)
    assert all("恢复您的账号" in row.body for row in Delivery.objects.all())


def test_the_link_in_the_message_stops_it_without_signing_in(world: World, at: datetime) -> None:
    made = agreed(world, at)
    sent = Delivery.objects.first()
    assert sent
    path = re.search(r"/recover/stop/\S+", sent.body)
    assert path
    client = Client()
    assert "Stop it" in client.get(path[0]).content.decode()
    assert fresh(made).state == RecoveryState.WAITING  # looking does nothing
    assert "was stopped" in client.post(path[0]).content.decode()
    assert fresh(made).state == RecoveryState.STOPPED
    assert client.post(path[0]).status_code == 200


def test_a_banner_on_every_page_costs_no_query(world: World, at: datetime) -> None:
    client = client_of(world.ada)
    with CaptureQueriesContext(connection) as before:
        assert "recover your account" not in client.get("/me/signin/").content.decode()
    asked(world, at)
    with CaptureQueriesContext(connection) as after:
        assert "Officers want to recover your account" in client.get("/me/signin/").content.decode()
    assert len(after) == len(before)
    client.post("/me/recovery/")
    assert Recovery.objects.get().state == RecoveryState.STOPPED
    assert "Officers want" not in client.get("/me/signin/").content.decode()


# pages


def test_officers_walk_through_it(world: World) -> None:
    deputy, head = client_of(world.deputy), client_of(world.head)
    assert "She cannot sign in any more" in deputy.get(f"/person/{world.ada.pk}/").content.decode()
    answer = deputy.post(f"/person/{world.ada.pk}/recover/", {"why": "she came with her card"})
    page = answer["Location"]
    assert "I agree" not in deputy.get(page).content.decode()
    assert "I agree" in head.get(page).content.decode()
    assert page in head.get("/today/").content.decode()
    head.post(f"{page}agree/")
    with time_machine.travel(timezone.now() + RECOVERY_DELAY + timedelta(minutes=1), tick=False):
        outbox.run_due(at=timezone.now())
        deputy, head = client_of(world.deputy), client_of(world.head)
        assert page in head.get("/today/").content.decode()
        shown = head.post(f"{page}link/").content.decode()
        link = re.search(r"http://testserver(/recover/[^<]+)", shown)
        assert link
        assert page not in deputy.get("/today/").content.decode()
        hers = Client()
        assert "Ada" in hers.get(link[1]).content.decode()
        assert "not the same" in hers.post(link[1], {"password": PASSWORD, "again": "x"}).content.decode()
        assert hers.post(link[1], {"password": PASSWORD, "again": PASSWORD})["Location"] == "/accounts/login/"
        hers.post("/accounts/login/", {"login": world.account.username, "password": PASSWORD})
        assert hers.get("/me/").status_code == 200
        assert "too old" in Client().get(link[1]).content.decode()


def test_she_does_not_see_it_as_an_officer_does(world: World, at: datetime) -> None:
    made = asked(world, at)
    assert client_of(world.ada).get(f"/recoveries/{made.pk}/").status_code == 404


def test_today_asks_a_fixed_number_of_questions(world: World, at: datetime) -> None:
    def queries() -> int:
        head = Person.objects.get(pk=world.head.pk)
        return queries_of(lambda: waiting_recoveries(head, at))

    def another(number: int) -> None:
        one = factories.member(world.village, who=in_use(factories.person(f"P{number}")))
        ask_recovery(one.account, why="x", by=world.deputy, at=at)

    for number in range(2):
        another(number)
    few = queries()
    for number in range(2, 12):
        another(number)
    assert queries() == few
    assert len(waiting_recoveries(world.head, at)) == 12
    assert waiting_recoveries(world.deputy, at) == []


def test_today_leaves_out_what_she_could_not_agree_to(world: World, at: datetime) -> None:
    """A deputy is not asked about a head: she could not give what a head holds."""
    in_use(world.head)
    nation = Unit.objects.get(code="nation")
    great = factories.member(nation, Office.HEAD, who=factories.person("Great"))
    second = factories.member(nation, Office.DEPUTY, who=factories.person("Second"))
    ask_recovery(world.head.account, why="x", by=great, at=at)
    assert waiting_recoveries(world.deputy, at) == []
    assert waiting_recoveries(second, at) == []
