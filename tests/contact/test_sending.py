"""Writing, addressing, sending, undoing, withdrawing and correcting: what each does and when it is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from braid.contact.actions import (
    NoticeText,
    add_recipients,
    answer_notice,
    change_notice,
    correct_notice,
    delete_draft,
    draft_notice,
    freeze_due,
    remove_recipients,
    send_notice,
    undo_sending,
    withdraw_notice,
)
from braid.contact.enums import UNDO_WINDOW, Fact, NoticeState
from braid.contact.models import Audience, Dispatch, Notice, UnitSet
from braid.contact.queries import inbox_for, notices_behind, public_headlines
from braid.insight.ground.contact import waiting_of_sender
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.outbox import failed_work, run_due
from braid.people.enums import Office, Reach, Role
from braid.people.models import Grant, Person
from braid.units.actions import close_unit
from braid.units.enums import UnitKind
from braid.units.models import Unit
from tests import factories


@pytest.fixture
def draft(world: SimpleNamespace, now: datetime) -> Notice:
    return draft_notice(
        world.province,
        NoticeText("Hello"),
        by=world.heads["province"],
        at=now,
        audience=[Audience(unit=world.province)],
    )


def titles(person: object, at: datetime) -> list[str]:
    return [letter.notice.title for letter in inbox_for(person, at=at).rows]  # type: ignore[arg-type]


def test_a_sent_notice_reaches_everybody_below_when_the_window_is_over(
    world: SimpleNamespace, draft: Notice, now: datetime
) -> None:
    send_notice(draft, by=world.heads["province"], at=now)
    before, after = now + UNDO_WINDOW - timedelta(microseconds=1), now + UNDO_WINDOW
    assert titles(world.liaisons["village"], before) == []
    for name in ("province", "county", "township", "village", "other"):
        assert titles(world.liaisons[name], after) == ["Hello"]
    assert titles(world.liaisons["nation"], after) == []


def test_a_draft_is_in_nobodys_inbox(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    assert titles(world.liaisons["village"], now + timedelta(days=1)) == []


def test_undoing_leaves_a_draft_and_nothing_else(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    send_notice(draft, by=world.heads["province"], at=now)
    undo_sending(draft, by=world.heads["province"], at=now + timedelta(seconds=9))
    run_due(at=now + timedelta(minutes=1))
    draft.refresh_from_db()
    assert (draft.state, draft.sent_at, draft.sent_by) == (NoticeState.DRAFT, None, None)
    assert titles(world.liaisons["village"], now + timedelta(days=1)) == []
    assert not Entry.objects.exists()


def test_sent_again_after_an_undo_it_is_announced_once(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    head = world.heads["province"]
    send_notice(draft, by=head, at=now)
    undo_sending(draft, by=head, at=now + timedelta(seconds=1))
    send_notice(draft, by=head, at=now + timedelta(seconds=2))
    run_due(at=now + timedelta(minutes=1))
    run_due(at=now + timedelta(minutes=2))
    assert list(Entry.objects.values_list("kind", "amount", "by_number")) == [("notice.sent", 1, head.pk)]


def sent_by_grant(world: SimpleNamespace, by: Person, now: datetime) -> Notice:
    text = NoticeText("Hello", is_public=True)
    draft = draft_notice(world.county, text, by=by, at=now, audience=[Audience(unit=world.county)])
    return send_notice(draft, by=by, at=now)


def test_whose_right_ends_within_the_window_sends_nothing(world: SimpleNamespace, by: Person, now: datetime) -> None:
    notice, out = sent_by_grant(world, by, now), now + UNDO_WINDOW
    Grant.objects.filter(person=by).update(revoked_at=now + timedelta(seconds=9))
    freeze_due(out)  # another worker came first
    run_due(at=out)
    notice = Notice.objects.get()
    assert (notice.state, notice.sent_at, notice.sent_by, notice.frozen_at) == (NoticeState.DRAFT, None, None, None)
    assert "Your role does not allow this" in notice.not_sent_why
    assert titles(world.liaisons["village"], now + timedelta(days=1)) == []
    assert public_headlines(world.county, at=now + timedelta(days=1), most=5) == []
    assert not any(model.objects.exists() for model in (Entry, Dispatch, UnitSet))
    assert not failed_work()
    assert [one.what for one in waiting_of_sender(world.heads["county"], out)] == ["It did not go out as planned"]
    send_notice(notice, by=world.heads["county"], at=out)
    run_due(at=out + UNDO_WINDOW)
    assert titles(world.liaisons["village"], now + timedelta(days=1)) == ["Hello"]
    assert Notice.objects.get().not_sent_why == ""


def test_what_somebody_opened_before_the_worker_came_is_withdrawn(
    world: SimpleNamespace, by: Person, now: datetime
) -> None:
    notice, out = sent_by_grant(world, by, now), now + UNDO_WINDOW
    Grant.objects.filter(person=by).update(revoked_at=now + timedelta(seconds=9))
    answer_notice(notice, Fact.SEEN, by=world.liaisons["village"], at=out)
    run_due(at=out + timedelta(minutes=1))
    notice = Notice.objects.get()
    assert (notice.state, notice.withdrawn_at) == (NoticeState.WITHDRAWN, out + timedelta(minutes=1))
    assert "Your role does not allow this" in notice.withdrawn_why
    assert list(Entry.objects.values_list("kind", flat=True)) == ["notice.sent"]
    assert not Dispatch.objects.exists()


def test_a_unit_that_closes_within_the_window_sends_nothing(world: SimpleNamespace, now: datetime) -> None:
    head = world.heads["province"]
    draft = draft_notice(world.village, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.village)])
    send_notice(draft, by=head, at=now)
    close_unit(Unit.objects.get(pk=world.village.pk), on=now.date(), why="x", by=OPERATOR, at=now)
    run_due(at=now + UNDO_WINDOW)
    assert "closed" in Notice.objects.get().not_sent_why


def test_after_the_window_it_cannot_be_undone(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    send_notice(draft, by=world.heads["province"], at=now)
    with pytest.raises(WrongState):
        undo_sending(draft, by=world.heads["province"], at=now + UNDO_WINDOW)


def test_sending_twice_is_refused_also_from_a_stale_copy(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    stale = Notice.objects.get(pk=draft.pk)
    send_notice(draft, by=world.heads["province"], at=now)
    with pytest.raises(WrongState):
        send_notice(stale, by=world.heads["province"], at=now)


def test_a_notice_without_audience_is_not_sent(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    remove_recipients(draft, draft.audience.get().pk, by=world.heads["province"])
    with pytest.raises(BadInput):
        send_notice(draft, by=world.heads["province"], at=now)


def test_a_sent_notice_is_not_changed_by_a_stale_draft_page(
    world: SimpleNamespace, draft: Notice, now: datetime
) -> None:
    stale = Notice.objects.get(pk=draft.pk)
    head = world.heads["province"]
    send_notice(draft, by=head, at=now)
    for change in (
        lambda: change_notice(stale, NoticeText("Other"), by=head, at=now),
        lambda: add_recipients(stale, Audience(unit=world.county), by=head),
        lambda: remove_recipients(stale, stale.audience.get().pk, by=head),
        lambda: delete_draft(stale, by=head),
    ):
        with pytest.raises(WrongState):
            change()
    assert Notice.objects.get(pk=draft.pk).title == "Hello"


@pytest.mark.parametrize("who", ["county", "nation_member", "liaison"])
def test_who_may_not_send_for_a_unit_may_not_write_for_it(world: SimpleNamespace, now: datetime, who: str) -> None:
    by = {
        "county": world.heads["county"],
        "nation_member": factories.member(world.nation),
        "liaison": world.liaisons["province"],
    }[who]
    with pytest.raises(NotAllowed):
        draft_notice(world.province, NoticeText("Hello"), by=by, at=now)


@pytest.mark.parametrize("anchor", ["nation", "other"])
def test_nobody_addresses_units_beyond_her_reach(world: SimpleNamespace, now: datetime, anchor: str) -> None:
    rule = Audience(unit=world.units[anchor])
    with pytest.raises(NotAllowed):
        draft_notice(world.county, NoticeText("Hello"), by=world.heads["county"], at=now, audience=[rule])


def test_a_grant_for_one_unit_does_not_address_those_below(world: SimpleNamespace, now: datetime) -> None:
    by = factories.person()
    Grant.objects.create(
        person=by,
        unit=world.county,
        unit_path=world.county.path,
        role=Role.PUBLISH,
        reach=Reach.UNIT,
        since=factories.notices.LONG_AGO,
    )
    alone, all_below = Audience(unit=world.county, is_subtree=False), Audience(unit=world.county)
    assert draft_notice(world.county, NoticeText("Hello"), by=by, at=now, audience=[alone])
    with pytest.raises(NotAllowed):
        draft_notice(world.county, NoticeText("Hello"), by=by, at=now, audience=[all_below])


def test_rights_are_asked_again_at_sending(world: SimpleNamespace, now: datetime) -> None:
    by = factories.person()
    grant = Grant.objects.create(
        person=by, unit=world.county, unit_path=world.county.path, role=Role.PUBLISH, since=factories.notices.LONG_AGO
    )
    draft = draft_notice(world.county, NoticeText("Hello"), by=by, at=now, audience=[Audience(unit=world.county)])
    grant.revoked_at = now
    grant.save()
    with pytest.raises(NotAllowed):
        send_notice(draft, by=type(by).objects.get(pk=by.pk), at=now)


def test_withdrawing_needs_a_reason_and_keeps_it(world: SimpleNamespace, now: datetime) -> None:
    sent = factories.notice(world.province)
    with pytest.raises(BadInput):
        withdraw_notice(sent, why=" ", by=world.heads["province"], at=now)
    withdraw_notice(sent, why="wrong date", by=world.heads["province"], at=now)
    (letter,) = inbox_for(world.liaisons["village"], at=now).rows
    assert (letter.notice.state, letter.notice.withdrawn_why) == (NoticeState.WITHDRAWN, "wrong date")
    assert not letter.is_unread
    with pytest.raises(WrongState):
        withdraw_notice(sent, why="again", by=world.heads["province"], at=now)


def test_before_it_went_out_it_is_undone_not_withdrawn(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    send_notice(draft, by=world.heads["province"], at=now)
    with pytest.raises(WrongState):
        withdraw_notice(draft, why="oops", by=world.heads["province"], at=now)
    with pytest.raises(WrongState):
        correct_notice(draft, title="x", body="", why="oops", by=world.heads["province"], at=now)


def test_correcting_keeps_every_version(world: SimpleNamespace, now: datetime) -> None:
    sent = factories.notice(world.province, title="First", body="one")
    by = world.heads["province"]
    correct_notice(sent, title="Second", body="two", why="typo", by=by, at=now)
    correct_notice(sent, title="Third", body="three", why="date", by=by, at=now)
    assert list(sent.versions.order_by("number").values_list("number", "title", "body", "why")) == [
        (1, "First", "one", "typo"),
        (2, "Second", "two", "date"),
    ]
    stale = Notice(
        pk=sent.pk, version=1, state=sent.state, sent_at=sent.sent_at, unit=sent.unit, unit_path=sent.unit_path
    )
    with pytest.raises(WrongState):
        correct_notice(stale, title="Mine", body="", why="late", by=by, at=now)
    assert sent.versions.count() == 2


def test_public_notices_stand_on_homes_below_and_renew_them(world: SimpleNamespace, now: datetime) -> None:
    public = factories.notice(world.province, is_public=True, title="Open day")
    factories.notice(world.province, title="Internal")
    run_due(at=now)
    assert [notice.title for notice in notices_behind(public_headlines(world.village, at=now, most=5))] == ["Open day"]
    assert public_headlines(world.nation, at=now, most=5) == []
    version = Unit.objects.get(pk=world.province.pk).page_version
    withdraw_notice(public, why="over", by=world.heads["province"], at=now)
    assert public_headlines(world.village, at=now, most=5) == []
    assert Unit.objects.get(pk=world.province.pk).page_version == version + 1 == 2


@pytest.mark.parametrize(("why", "most"), [("The flood.", 8), ("", 19)])
def test_sending_takes_a_fixed_number_of_queries(
    world: SimpleNamespace, now: datetime, why: str, most: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Without a reason the burden meter is asked whether one is needed."""
    head = world.heads["nation"]
    draft = draft_notice(
        world.nation, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.nation, offices=1 << Office.HEAD)]
    )
    fresh = type(head).objects.get(pk=head.pk)
    with django_assert_max_num_queries(most):
        send_notice(draft, over_budget_why=why, by=fresh, at=now)


def test_a_closed_unit_sends_nothing_and_a_notice_to_nobody_is_not_sent(
    world: SimpleNamespace, draft: Notice, now: datetime
) -> None:
    head = world.heads["province"]
    elsewhere = draft_notice(
        world.province, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.village, levels=1 << 2)]
    )
    with pytest.raises(BadInput):
        send_notice(elsewhere, by=head, at=now)
    from_village = draft_notice(
        world.village, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.province)]
    )
    close_unit(Unit.objects.get(pk=world.village.pk), on=now.date(), why="x", by=OPERATOR, at=now)
    with pytest.raises(WrongState):
        send_notice(Notice.objects.get(pk=from_village.pk), by=head, at=now)
    to_village = draft_notice(world.province, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.village)])
    with pytest.raises(BadInput):
        send_notice(to_village, by=head, at=now)
    with pytest.raises(WrongState):
        draft_notice(Unit.objects.get(pk=world.village.pk), NoticeText("x"), by=head, at=now)


def test_undoing_twice_is_one_undo(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    send_notice(draft, by=world.heads["province"], at=now)
    undo_sending(draft, by=world.heads["province"], at=now)
    assert undo_sending(draft, by=world.heads["province"], at=now).state == NoticeState.DRAFT


def test_words_changed_meanwhile_are_not_overwritten(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    head, stale = world.heads["province"], Notice.objects.get(pk=draft.pk)
    change_notice(draft, NoticeText("Mine"), by=head, at=now + timedelta(seconds=1))
    with pytest.raises(WrongState):
        change_notice(stale, NoticeText("Hers"), by=head, at=now + timedelta(seconds=2))
    add_recipients(draft, Audience(unit=world.county), by=head)
    fresh = Notice.objects.get(pk=draft.pk)
    change_notice(fresh, NoticeText("Hers"), by=head, at=now + timedelta(seconds=3))
    assert Notice.objects.get(pk=draft.pk).title == "Hers"


def test_recipients_are_added_and_removed_once(world: SimpleNamespace, now: datetime) -> None:
    head = world.heads["province"]
    draft = draft_notice(world.province, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.other)])
    for _ in range(2):
        add_recipients(draft, Audience(unit=world.county, levels=1 << 5), by=head)
    first, second = draft.audience.order_by("pk")
    assert (first.unit, second.unit, second.levels) == (world.other, world.county, 1 << 5)
    for _ in range(2):
        remove_recipients(draft, first.pk, by=head)
    assert draft.audience.get() == second
    other = draft_notice(world.province, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.county)])
    remove_recipients(draft, other.audience.get().pk, by=head)
    assert other.audience.exists()
    with pytest.raises(NotAllowed):
        add_recipients(draft, Audience(unit=world.nation), by=head)


@pytest.mark.parametrize(
    ("rule", "is_only"),
    [
        ({"levels": 1 << 5}, True),
        ({"kinds": 1 << UnitKind.BODY}, True),
        ({"offices": 1 << Office.HEAD}, True),
        ({"is_subtree": False}, True),
        ({"unit": "county"}, True),
        ({}, False),  # the same again
        ({"kinds": 1 << UnitKind.GROUP}, False),  # groups are not meant by all bodies: they come to it
    ],
)
def test_something_narrower_takes_the_place_of_the_rule_a_draft_begins_with(
    world: SimpleNamespace, draft: Notice, rule: dict[str, Any], *, is_only: bool
) -> None:
    said = {**rule, "unit": world.units[rule.get("unit", "province")]}
    first = draft.audience.get()
    add_recipients(draft, Audience(**said), by=world.heads["province"])
    assert draft.audience.filter(**said).exists()
    assert draft.audience.filter(pk=first.pk).exists() is not is_only


def test_beside_rules_that_she_chose_every_other_is_added(world: SimpleNamespace, draft: Notice, now: datetime) -> None:
    head = world.heads["province"]
    other = draft_notice(world.province, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.county)])
    add_recipients(other, Audience(unit=world.village, offices=1 << Office.HEAD), by=head)
    assert other.audience.count() == 2
    alone = draft_notice(
        world.province, NoticeText("x"), by=head, at=now, audience=[Audience(unit=world.province, is_subtree=False)]
    )
    add_recipients(alone, Audience(unit=world.village), by=head)
    assert alone.audience.count() == 2


def test_a_day_that_is_past_is_refused(world: SimpleNamespace, draft: Notice) -> None:
    """By the clocks of the federation: at 17:30 in Greenwich it is the next day in Shanghai."""
    head, late = world.heads["province"], datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    yesterday, today = date(2026, 11, 23), date(2026, 11, 24)
    for refused in (
        lambda: draft_notice(world.province, NoticeText("x", due_on=yesterday), by=head, at=late),
        lambda: change_notice(draft, NoticeText("x", due_on=yesterday), by=head, at=late),
    ):
        with pytest.raises(BadInput) as wrong:
            refused()
        assert "due_on" in wrong.value.fields
    change_notice(draft, NoticeText("x", due_on=today), by=head, at=late)
    change_notice(draft, NoticeText("y", due_on=today), by=head, at=late + timedelta(days=2))  # it stays what it was
    with pytest.raises(BadInput):
        send_notice(draft, by=head, at=late + timedelta(days=2))
    send_notice(draft, by=head, at=late)
