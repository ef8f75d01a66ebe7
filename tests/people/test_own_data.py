"""What is kept of somebody: she sees it, takes it along, and has it erased, from every table and every file."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from braid.contact.actions import ask_to_join
from braid.contact.enums import Fact, JoinRule
from braid.contact.models import Receipt, UnitSet
from braid.journal.models import Entry
from braid.kernel import outbox, personal
from braid.kernel.delivery import send_later
from braid.kernel.errors import NotAllowed, WrongState
from braid.kernel.models import Delivery, ImportBatch, ImportRun, Owed
from braid.kernel.personal import ERASED, HOLDINGS, Traces
from braid.people.actions import (
    ask_erasure,
    ask_recovery,
    change_person,
    give_consent,
    give_grant,
    make_token,
    plan_succession,
    take_back_erasure,
)
from braid.people.consents import SHOW_CONTACTS
from braid.people.enums import ERASURE_DELAY, CameBy, ErasureState, Office, Reach, Role, SuccessionState
from braid.people.models import Account, ChosenChannel, Erasure, Membership, Person, Succession
from braid.people.queries.erasures import waiting_erasure_of
from braid.people.queries.own_data import own_data, own_data_as_json
from braid.units.actions import rename_unit
from braid.units.models import TreeEvent, Unit
from tests import factories
from tests.clients import client_of, queries_of

CANARY = "Zqxjkv"
"""A name nobody has; whatever is made of it is hers."""
PASSWORD = "long-enough-for-her"


class World:
    """A county with its head, a village in it, and Zqxjkv, its head, who has left a trace wherever one can."""

    def __init__(self) -> None:
        units = factories.tree({"nation": {"county": {"village": {}}}})
        self.nation: Unit = units["nation"]
        self.county: Unit = units["county"]
        self.village: Unit = units["village"]
        self.top = factories.member(self.nation, Office.HEAD, who=factories.person("Top"))
        self.head = factories.member(self.county, Office.HEAD, who=factories.person("Head"))
        self.other = factories.member(self.village, who=factories.person("Other"))
        self.her = factories.member(self.village, Office.HEAD, who=factories.person("someone"))
        factories.member(self.village, who=self.her, since=date(2026, 2, 1))


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    cache.clear()
    settings.SPOOL, settings.MEDIA_ROOT = tmp_path / "spool", tmp_path / "files"
    return World()


def leave_traces(world: World, at: datetime) -> None:
    """Her name, or what leads to her, in every field that is about her, by the actions and pages of the product."""
    her = world.her
    change_person(her, name=f"{CANARY} Li", phone="139 9999 0001", email=f"{CANARY}@example.org", by=her, at=at)
    account: Account = her.account
    account.username, account.email, account.phone = (
        f"{CANARY.lower()}-user",
        f"{CANARY.lower()}@signin.org",
        "+8613999990002",
    )
    account.last_login = datetime(2026, 2, 1, tzinfo=UTC)
    account.set_password(PASSWORD)
    account.save()
    client = Client(headers={"user-agent": f"{CANARY} Firefox"})
    assert client.post("/accounts/login/", {"login": account.username, "password": PASSWORD}).status_code == 302
    assert client.get("/me/").status_code == 200
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": CANARY})
    SocialAccount.objects.create(user=account, provider="federation", uid=CANARY, extra_data={"name": CANARY})
    EmailAddress.objects.create(user=account, email=account.email, verified=True)
    make_token(her, name=f"{CANARY} site", permissions=["units.view"], days=9, by=her, at=at)
    give_consent(her, SHOW_CONTACTS, by=her, at=at)
    give_grant(
        her,
        world.county,
        role=Role.VIEW,
        reach=Reach.UNIT,
        until=at + timedelta(days=9),
        why=f"{CANARY} helps",
        by=world.top,
        at=at,
    )
    give_grant(
        world.other,
        world.village,
        role=Role.VIEW,
        reach=Reach.UNIT,
        until=at + timedelta(days=9),
        why="helps",
        by=her,
        at=at,
    )
    ask_recovery(account, why=f"{CANARY} came", by=world.head, at=at)
    rename_unit(world.village, name="Other village", on=timezone.localdate(at), why="better", by=her, at=at)
    group = factories.group(world.county, join_rule=JoinRule.ASKED)
    ask_to_join(group, words=f"{CANARY} sings", by=her, at=at)
    notice = factories.notice(world.nation)
    Receipt.objects.create(notice=notice, person=her, fact=Fact.SEEN, unit_number=world.village.pk, at=at)
    import_her(world, at)
    Owed.objects.create(
        task="gone", arguments=[], due_at=at, failed_at=at, error=f"refused: {CANARY} Li is head already"
    )
    later = at + timedelta(days=99)
    send_later("email", "head@example.org", body=f"{CANARY} Li asks", at=later)
    send_later("email", her.email, body="hello", at=later)
    send_later("sms", "+8613911112222", body=f"{CANARY}, your code", at=later, person=her.pk)
    ChosenChannel.objects.create(person=her, channel="push", address=CANARY, label="phone", since=at)


def import_her(world: World, at: datetime) -> None:
    """A file of officers that names her, staged by the head of the county and not applied."""
    client = Client()
    client.force_login(world.head.account)
    text = f"unit_code,name,office\n{world.village.code},{CANARY} Li,committee\n"
    answer = client.post("/import/officers/", {"file": SimpleUploadedFile("officers.csv", text.encode())})
    assert answer.status_code == 302
    assert CANARY in zlib.decompress(ImportBatch.objects.get().rows).decode()


def places_with(text: str, *folders: Path) -> list[str]:
    """Every table and file in which `text` stands, in whatever case; what is packed or encoded is opened first."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(text.lower() in _opened(value).lower() for row in cursor.fetchall() for value in row):
                found.append(table)
    sessions = (json.dumps(session.get_decoded()) for session in Session.objects.all())
    found += ["django_session" for session in sessions if text.lower() in session.lower()]
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    found += [str(path) for path in files if text.lower().encode() in path.read_bytes().lower()]
    return found


def _opened(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        packed = bytes(value)
        try:
            return zlib.decompress(packed).decode()
        except zlib.error:
            return packed.decode("utf-8", "replace")
    return str(value)


def unit_sets() -> set[tuple[int, int, bytes]]:
    return {(row.notice_id, row.meaning, bytes(row.numbers)) for row in UnitSet.objects.all()}


def erase(world: World, at: datetime) -> Erasure:
    """Asked for at `at`; carried out once the days have passed."""
    erasure = ask_erasure(world.her, by=world.her, at=at)
    Delivery.objects.filter(subject="Your data will be erased").delete()  # sent meanwhile
    while outbox.run_due(at=at + ERASURE_DELAY):
        pass
    erasure.refresh_from_db()
    return erasure


# seeing it


def test_every_table_about_her_is_on_her_page_and_in_her_file(world: World, at: datetime) -> None:
    leave_traces(world, at)
    client = client_of(world.her)
    page = client.get(f"/me/data/{world.her.pk}/").content.decode()
    kept = client.get(f"/me/data/{world.her.pk}/my-data.json").json()
    readable = client.get(f"/me/data/{world.her.pk}/my-data.html").content.decode()
    for holding in HOLDINGS:
        if holding.link and holding.fields and holding.rows_of(world.her.pk).exists():
            assert len(kept[holding.label]) == holding.rows_of(world.her.pk).count()
            assert str(holding.what)[1:] in readable
            assert str(holding.what)[1:] in page
    assert kept["people.Person.pk"][0]["email"] == f"{CANARY}@example.org"
    assert kept["contact.JoinRequest.person"][0]["words"] == f"{CANARY} sings"
    assert len(kept) > 10
    assert "secret" not in json.dumps(kept)


def test_only_her_own(world: World, at: datetime) -> None:
    leave_traces(world, at)
    for path in ("", "my-data.json", "my-data.html", "correct/"):
        assert client_of(world.top).get(f"/me/data/{world.her.pk}/{path}").status_code == 404
    assert "Other" not in json.dumps(own_data_as_json(world.her))


def test_the_page_takes_as_many_queries_for_30_rows_as_for_3(world: World, at: datetime) -> None:
    def queries() -> int:
        return queries_of(lambda: own_data(world.her))

    def stay(number: int) -> None:
        for _ in range(number):
            factories.member(factories.unit(world.county), who=world.her)

    stay(3)
    before = queries()
    stay(30)
    assert queries() == before
    section = next(one for one in own_data(world.her) if one.holding.model is Membership)
    assert (len(section.rows), section.has_more) == (20, True)


def test_who_can_see_it_stands_beside_each_field_and_follows_the_roles(world: World, at: datetime) -> None:
    page = client_of(world.her).get("/me/").content.decode()
    assert page.count("Seen by:") == 4
    assert "leads, manages, answers for the unit." in page
    give_consent(world.her, SHOW_CONTACTS, by=world.her, at=at)
    shown = client_of(world.her).get("/me/").content.decode()
    assert "leads, manages, answers for the unit." not in shown


# erasing


def test_nothing_of_her_is_left_anywhere(
    world: World, at: datetime, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    leave_traces(world, at)
    before = places_with(CANARY, tmp_path)
    assert len(before) >= 14, before
    erasure = erase(world, at)
    assert erasure.state == ErasureState.DONE
    assert places_with(CANARY, tmp_path) == []
    assert places_with("13999990001", tmp_path) == places_with("13999990002", tmp_path) == []
    logged = capfd.readouterr()
    assert CANARY.lower() not in (logged.out + logged.err).lower()


def test_nothing_leads_to_her_by_number_but_what_is_kept_on_purpose(world: World, at: datetime) -> None:
    leave_traces(world, at)
    erase(world, at)
    left = {one.label for one in HOLDINGS if one.link and one.rows_of(world.her.pk).exists()}
    assert left == {"people.Person.pk", "people.Membership.person", "people.Erasure.person"}
    her = Person.objects.get(pk=world.her.pk)
    assert (her.name, her.phone, her.email, str(her)) == (ERASED, "", "", "former member")
    office = Membership.objects.get(person=her)
    assert (office.office, office.until) == (Office.HEAD, timezone.localdate(at + ERASURE_DELAY))


def test_counts_stay(world: World, at: datetime) -> None:
    leave_traces(world, at)
    notice = Receipt.objects.get().notice
    UnitSet.objects.get_or_create(notice=notice, meaning=UnitSet.Meaning.SEEN, defaults={"numbers": b"set"})
    sets = unit_sets()
    entries = set(Entry.objects.values_list("pk", "kind", "amount"))
    erase(world, at)
    after = set(Entry.objects.values_list("pk", "kind", "amount"))
    assert entries < after
    assert {"office.ended", "person.erased", "person.left"} <= {kind for _, kind, _ in after - entries}
    assert sets <= unit_sets()
    assert TreeEvent.objects.exists()
    assert not TreeEvent.objects.exclude(by_number=None).exists()


@pytest.mark.parametrize(
    "forgotten", ["contact.JoinRequest.person", "people.ApiToken.person", "kernel.Delivery.", "people.Person.pk"]
)
def test_an_eraser_that_forgets_a_table_is_caught(
    world: World, at: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    """Planted: one holding is left out; the canary is found in its table."""
    leave_traces(world, at)
    kept = [one for one in HOLDINGS if one.label != forgotten]
    assert len(kept) == len(HOLDINGS) - 1
    monkeypatch.setattr("braid.people.actions.erasures.HOLDINGS", kept)
    erase(world, at)
    assert len(places_with(CANARY, tmp_path)) == 1


def test_she_takes_it_back(world: World, at: datetime) -> None:
    client = client_of(world.her)
    erasure = ask_erasure(world.her, by=world.her, at=at)
    assert "will be erased" in client.get("/me/").content.decode()
    assert client.post(f"/me/data/{world.her.pk}/keep/").status_code == 302
    outbox.run_due(at=at + ERASURE_DELAY)
    erasure.refresh_from_db()
    assert erasure.state == ErasureState.TAKEN_BACK
    assert Person.objects.get(pk=world.her.pk).name == "someone"
    assert "will be erased" not in client.get("/me/").content.decode()
    assert client.post(f"/me/data/{world.her.pk}/keep/").status_code == 404
    assert ask_erasure(world.her, by=world.her, at=at)


def test_not_a_day_early(world: World, at: datetime) -> None:
    erasure = ask_erasure(world.her, by=world.her, at=at)
    outbox.run_due(at=at + ERASURE_DELAY - timedelta(seconds=1))
    assert waiting_erasure_of(world.her) == erasure


def test_once_and_only_by_herself(world: World, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        ask_erasure(world.her, by=world.top, at=at)
    erasure = ask_erasure(world.her, by=world.her, at=at)
    with pytest.raises(WrongState):
        ask_erasure(world.her, by=world.her, at=at)
    with pytest.raises(NotAllowed):
        take_back_erasure(erasure, by=world.top, at=at)


def test_it_is_told_on_every_channel(world: World, at: datetime) -> None:
    Account.objects.filter(pk=world.her.account.pk).update(email="her@example.org")
    Person.objects.filter(pk=world.her.pk).update(phone="139 0000 1111")
    ask_erasure(world.her, by=world.her, at=at)
    assert sorted(Delivery.objects.values_list("to", flat=True)) == ["+8613900001111", "her@example.org"]
    assert all(f"/me/data/{world.her.pk}/" in row.body for row in Delivery.objects.all())


def test_her_sessions_and_account_end(world: World, at: datetime) -> None:
    account = world.her.account
    account.set_password(PASSWORD)
    account.save()
    client = Client()
    client.post("/accounts/login/", {"login": account.username, "password": PASSWORD})
    assert client.get("/me/").status_code == 200
    erase(world, at)
    assert not Session.objects.exists()
    assert client.get("/me/").status_code == 302
    assert not Account.objects.filter(person=world.her).exists()


def test_what_she_planned_is_not_done_by_the_operator(world: World, at: datetime) -> None:
    """Without a name the work would be the operator's, who may do everything."""
    factories.member(world.village, Office.DEPUTY, who=world.other)
    held = Membership.objects.get(person=world.other, office=Office.DEPUTY)
    day = timezone.localdate(at + ERASURE_DELAY) + timedelta(days=1)
    planned = plan_succession(held, world.head, on=day, came_by=CameBy.APPOINTED, by=world.her, at=at)
    erase(world, at)
    outbox.run_due(at=at + ERASURE_DELAY + timedelta(days=3))
    assert Succession.objects.get(pk=planned.pk).state == SuccessionState.CANCELLED
    assert not Membership.objects.filter(person=world.head, unit=world.village).exists()


def test_a_file_she_brought_is_not_applied_by_the_operator(world: World, at: datetime) -> None:
    ImportRun.objects.create(
        kind="officers", file_name="x.csv", digest="x", state="applying", by_number=world.her.pk, started_at=at
    )
    erase(world, at)
    assert not ImportRun.objects.exists()


def test_it_goes_on_slice_by_slice_after_being_killed(
    world: World, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every run erases at most a slice, commits and is owed again; one that dies leaves the rest owed."""
    monkeypatch.setattr(personal, "SLICE", 2)
    monkeypatch.setattr("braid.people.actions.erasures.SLICE", 2)
    notice = factories.notice(world.nation)
    rows = [Receipt(notice=notice, person=world.her, fact=Fact.SEEN, unit_number=number, at=at) for number in range(7)]
    Receipt.objects.bulk_create(rows)
    while outbox.run_due(at=at):  # what the notice owed
        pass
    ask_erasure(world.her, by=world.her, at=at)
    due = at + ERASURE_DELAY
    assert outbox.run_due(at=due, most=1) == 1
    assert 0 < Receipt.objects.count() < 7
    assert Erasure.objects.get().state == ErasureState.ERASING

    def die(traces: Traces) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr("braid.people.actions.erasures._erase_slice", die)
    with pytest.raises(KeyboardInterrupt):
        outbox.run_due(at=due, most=1)
    monkeypatch.undo()
    outbox.free_leases()
    while outbox.run_due(at=due):
        pass
    assert not Receipt.objects.exists()
    assert Erasure.objects.get().state == ErasureState.DONE


def test_erasing_asks_again_that_it_is_she(world: World, at: datetime) -> None:
    """A telephone on a table is not enough."""
    account = world.her.account
    account.set_password(PASSWORD)
    account.save()
    client = client_of(world.her)
    answer = client.get(f"/me/data/{world.her.pk}/erase/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/again/")
    assert client.post(answer["Location"], {"password": PASSWORD}).status_code == 302
    page = client.get(f"/me/data/{world.her.pk}/erase/").content.decode()
    assert "head" in page
    assert client.post(f"/me/data/{world.her.pk}/erase/").status_code == 302
    assert Erasure.objects.get().state == ErasureState.ASKED
