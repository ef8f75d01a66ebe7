"""Groups: beginning, joining, leaving, extending, handing over, merging, closing; chat groups; affiliations; the register."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from braid.contact.actions import (
    ChatPlan,
    GroupPlan,
    answer_affiliation,
    answer_request,
    ask_affiliation,
    ask_to_join,
    change_chat,
    change_group,
    close_group,
    drop_chat,
    end_affiliation,
    extend_group,
    hand_over_group,
    join_group,
    leave_group,
    open_group,
    register_chat,
    renew_invitation,
    take_back_request,
)
from braid.contact.enums import (
    EXTENSION,
    GROUP_LEVEL,
    LONGEST,
    QUIET_AFTER,
    AffiliationState,
    Basis,
    JoinRule,
    RequestState,
    Suggestion,
)
from braid.contact.models import Affiliation, ChatGroup, Group, JoinRequest
from braid.contact.queries.affiliations import affiliations_waiting_for
from braid.contact.queries.chats import chats_of
from braid.contact.queries.groups import groups_ending_for, groups_found, people_called
from braid.contact.queries.register import register_of, suggested_in
from braid.contact.rules import turn_on
from braid.journal.models import Entry
from braid.journal.queries import total
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.people.enums import Office
from braid.people.gate import forget_held
from braid.people.models import Membership, Person
from braid.units.actions import add_unit, merge_units, move_unit, reopen_unit
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import TreeEvent, Unit
from tests import factories

YEAR = timedelta(days=365)


@pytest.fixture
def on(now: datetime) -> date:
    return now.date()


def plan(on: date, **more: object) -> GroupPlan:
    return GroupPlan(**{"purpose": "We read together", "ends_on": on + YEAR, **more})  # type: ignore[arg-type]


def offices(person: Person, unit: Unit, on: date) -> list[int]:
    held = Membership.objects.current(on).filter(person=person, unit=unit)
    return sorted(held.values_list("office", flat=True))


def test_a_group_is_a_unit_with_a_head(world: SimpleNamespace, now: datetime, on: date) -> None:
    head, her = world.heads["county"], factories.member(world.village)
    group = open_group(world.county, plan(on), name="Readers", responsible=her, by=head, at=now)
    unit = group.unit
    assert (unit.kind, unit.level, unit.parent, unit.code) == (UnitKind.GROUP, GROUP_LEVEL, world.county, "county-g1")
    assert offices(her, unit, on) == [Office.HEAD]
    assert TreeEvent.objects.get(unit=unit).by_number == head.pk
    assert total(world.nation, "group.opened") == 1
    assert open_group(world.county, plan(on), name="B", responsible=her, by=head, at=now).unit.code == "county-g2"


@pytest.mark.parametrize("who", ["liaison", "deputy", "other head", "member"])
def test_only_who_leads_a_body_begins_groups_there(world: SimpleNamespace, now: datetime, on: date, who: str) -> None:
    by = {
        "liaison": world.liaisons["county"],
        "deputy": factories.member(world.county, Office.DEPUTY),
        "other head": world.heads["other"],
        "member": factories.member(world.county),
    }[who]
    with pytest.raises(NotAllowed):
        open_group(world.county, plan(on), name="Readers", responsible=by, by=by, at=now)
    assert not Group.objects.exists()


def test_nothing_hangs_from_a_group(world: SimpleNamespace, now: datetime, on: date) -> None:
    group = factories.group(world.county, at=now)
    with pytest.raises(NotAllowed):
        open_group(group.unit, plan(on), name="B", responsible=world.heads["county"], by=OPERATOR, at=now)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        (" ", {}),
        ("A", {"purpose": " "}),
        ("A", {"ends_on": date(2026, 11, 22)}),
        ("A", {"ends_on": date(2026, 11, 24) + LONGEST}),
    ],
)
def test_a_group_needs_name_purpose_and_a_near_end(
    world: SimpleNamespace, now: datetime, on: date, name: str, more: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        open_group(world.county, plan(on, **more), name=name, responsible=factories.person(), by=OPERATOR, at=now)
    assert not Unit.objects.filter(kind=UnitKind.GROUP).exists()


def test_open_asked_and_invited(world: SimpleNamespace, now: datetime, on: date) -> None:
    her = factories.person()
    open_one, asked, invited = (
        factories.group(world.county, name=str(rule), join_rule=rule, at=now) for rule in JoinRule
    )
    join_group(open_one, by=her, at=now)
    assert offices(her, open_one.unit, on) == [Office.MEMBER]
    assert Entry.objects.filter(kind="person.joined", unit=open_one.unit).get().by_number == her.pk
    for group in (asked, invited):
        for key in ("", "wrong"):
            with pytest.raises(NotAllowed):
                join_group(group, by=her, at=now, key=key)
    with pytest.raises(WrongState):
        ask_to_join(invited, words="", by=her, at=now)
    join_group(invited, by=her, at=now, key=invited.invite_key)
    with pytest.raises(WrongState):
        join_group(invited, by=her, at=now, key=invited.invite_key)


def test_a_new_link_makes_the_old_one_worthless(world: SimpleNamespace, now: datetime) -> None:
    group = factories.group(world.county, join_rule=JoinRule.INVITED, at=now)
    old = group.invite_key
    renew_invitation(group, by=OPERATOR)
    group.refresh_from_db()
    with pytest.raises(NotAllowed):
        join_group(group, by=factories.person(), at=now, key=old)
    join_group(group, by=factories.person(), at=now, key=group.invite_key)


def test_asking_and_the_answer(world: SimpleNamespace, now: datetime, on: date) -> None:
    group_head = factories.person()
    group = factories.group(world.county, head=group_head, at=now)
    first, second = factories.person(), factories.person()
    request = ask_to_join(group, words="I like books", by=first, at=now)
    with pytest.raises(WrongState):
        ask_to_join(group, words="", by=first, at=now)
    with pytest.raises(NotAllowed):
        answer_request(request, accepts=True, answer="", by=second, at=now)
    with pytest.raises(BadInput):
        answer_request(request, accepts=False, answer=" ", by=group_head, at=now)
    answer_request(request, accepts=True, answer="", by=group_head, at=now)
    assert offices(first, group.unit, on) == [Office.MEMBER]
    with pytest.raises(WrongState):
        answer_request(request, accepts=False, answer="no", by=group_head, at=now)

    refused = ask_to_join(group, words="", by=second, at=now)
    answer_request(refused, accepts=False, answer="We are full", by=world.liaisons["county"], at=now)
    assert not offices(second, group.unit, on)
    again = ask_to_join(group, words="", by=second, at=now)
    with pytest.raises(NotAllowed):
        take_back_request(again, by=first, at=now)
    take_back_request(again, by=second, at=now)
    assert JoinRequest.objects.filter(person=second).count() == 2


def test_whoever_joins_by_invitation_asks_no_longer(world: SimpleNamespace, now: datetime) -> None:
    group = factories.group(world.county, at=now)
    her = factories.person()
    request = ask_to_join(group, words="", by=her, at=now)
    join_group(group, by=her, at=now, key=group.invite_key)
    request.refresh_from_db()
    assert request.state == RequestState.ACCEPTED


def test_out_in_one_step_but_not_who_is_responsible(world: SimpleNamespace, now: datetime, on: date) -> None:
    head, her = factories.person(), factories.person()
    group = factories.group(world.county, head=head, join_rule=JoinRule.OPEN, at=now)
    join_group(group, by=her, at=now)
    leave_group(group, by=her, at=now)
    assert not offices(her, group.unit, on)
    with pytest.raises(WrongState):
        leave_group(group, by=her, at=now)
    with pytest.raises(WrongState):
        leave_group(group, by=head, at=now)
    join_group(group, by=her, at=now)
    hand_over_group(group, her, by=head, at=now)
    assert (offices(her, group.unit, on), offices(head, group.unit, on)) == (
        [Office.HEAD, Office.MEMBER],
        [Office.MEMBER],
    )
    forget_held(head)
    with pytest.raises(NotAllowed):
        hand_over_group(group, head, by=head, at=now)
    leave_group(group, by=head, at=now)


def test_a_deputy_hands_nobody_more_than_she_has(world: SimpleNamespace, now: datetime) -> None:
    group = factories.group(world.county, at=now)
    deputy = factories.member(world.county, Office.DEPUTY)
    with pytest.raises(NotAllowed):
        hand_over_group(group, deputy, by=deputy, at=now)


def test_it_is_extended_by_a_year_but_not_for_ever(world: SimpleNamespace, now: datetime, on: date) -> None:
    head = factories.person()
    group = factories.group(world.county, head=head, ends_on=on + timedelta(days=5), at=now)
    extend_group(group, by=head, at=now)
    assert group.ends_on == on + timedelta(days=5) + EXTENSION
    with pytest.raises(WrongState):
        extend_group(group, by=head, at=now + timedelta(days=1))
    later = now + timedelta(days=500)
    extend_group(group, by=head, at=later)
    assert group.ends_on == later.date() + EXTENSION
    with pytest.raises(NotAllowed):
        extend_group(group, by=factories.person(), at=later)


def test_a_past_end_may_stay_while_something_else_changes(world: SimpleNamespace, now: datetime, on: date) -> None:
    group = factories.group(world.county, ends_on=on, at=now)
    later = now + timedelta(days=40)
    change_group(group, plan(on, ends_on=on, purpose="Sing"), by=world.liaisons["county"], at=later)
    with pytest.raises(BadInput):
        change_group(group, plan(on, ends_on=on + timedelta(days=1)), by=OPERATOR, at=later)


def test_who_is_responsible_closes_it_and_only_the_body_opens_it_again(
    world: SimpleNamespace, now: datetime, on: date
) -> None:
    head = factories.person()
    group = factories.group(world.county, head=head, join_rule=JoinRule.OPEN, at=now)
    for stranger in (factories.person(), world.liaisons["county"], world.heads["other"]):
        with pytest.raises(NotAllowed):
            close_group(group, why="x", by=stranger, at=now)
    close_group(group, why="We are done", by=head, at=now)
    assert group.unit.status == UnitStatus.CLOSED
    assert total(world.county, "group.closed") == 1
    for act in (
        lambda: join_group(group, by=factories.person(), at=now),
        lambda: extend_group(group, by=OPERATOR, at=now),
        lambda: close_group(group, why="x", by=OPERATOR, at=now),
    ):
        with pytest.raises(WrongState):
            act()
    forget_held(head)
    with pytest.raises(NotAllowed):
        reopen_unit(group.unit, on=on, why="x", by=head, at=now)
    reopen_unit(group.unit, on=on, why="x", by=world.heads["county"], at=now)


def test_it_follows_its_body(world: SimpleNamespace, now: datetime, on: date) -> None:
    group = factories.group(world.township, at=now)
    ask_to_join(group, words="", by=factories.person(), at=now)
    register_chat(group.unit, ChatPlan("WeChat", "Readers"), by=OPERATOR, at=now)
    move_unit(world.township, world.other, on=on, why="x", by=OPERATOR, at=now)
    group = Group.objects.select_related("unit").get()
    assert (
        group.unit_path == group.unit.path == JoinRequest.objects.get().unit_path == ChatGroup.objects.get().unit_path
    )
    assert group.unit.path.startswith(Unit.objects.get(pk=world.other.pk).path)


def test_a_merge_hands_over_people_chats_requests_and_affiliations(
    world: SimpleNamespace, now: datetime, on: date
) -> None:
    small, large = (factories.group(world.county, name=name, at=now) for name in ("A", "B"))
    online = virtual(world.nation, now)
    her, both = factories.person(), factories.person()
    for group in (small, large):
        register_chat(group.unit, ChatPlan("WeChat", "Same"), by=OPERATOR, at=now)
        ask_to_join(group, words="", by=both, at=now)
    register_chat(small.unit, ChatPlan("QQ", "Other"), by=OPERATOR, at=now)
    ask_to_join(small, words="", by=her, at=now)
    affiliate(online, small.unit, now)
    merge_units(small.unit, large.unit, on=on, why="x", by=OPERATOR, at=now)
    assert set(ChatGroup.objects.filter(unit=large.unit).values_list("name", flat=True)) == {"Same", "Other"}
    waiting = JoinRequest.objects.filter(unit=large.unit, state=RequestState.WAITING)
    assert set(waiting.values_list("person", flat=True)) == {her.pk, both.pk}
    assert Affiliation.objects.get().unit == large.unit
    assert Membership.objects.current(on).filter(unit=large.unit).count() == 2
    assert total(world.county, "group.closed") == 1


def test_the_database_holds_what_must_hold(world: SimpleNamespace, now: datetime) -> None:
    group = factories.group(world.county, at=now)
    row = {"unit": group.unit, "unit_path": group.unit.path}
    online = virtual(world.nation, now)
    her = factories.person()
    affiliation = {"virtual": online, "basis": Basis.AREA, "asked_at": now, "why": "x", **row}
    wrong = [
        lambda: Group.objects.update(purpose=""),
        lambda: Group.objects.update(join_rule="x"),
        lambda: Group.objects.update(invite_key="short"),
        lambda: ChatGroup.objects.create(platform="x", name="", changed_at=now, **row),
        lambda: ChatGroup.objects.create(platform="x", name="y", size=3, changed_at=now, **row),
        lambda: ChatGroup.objects.create(platform="x", name="y", turn_days=7, changed_at=now, **row),
        lambda: JoinRequest.objects.create(person=her, state="declined", asked_at=now, answered_at=now, **row),
        lambda: JoinRequest.objects.create(person=her, state="accepted", asked_at=now, **row),
        lambda: [JoinRequest.objects.create(person=her, asked_at=now, **row) for _ in range(2)],
        lambda: Affiliation.objects.create(**{**affiliation, "state": "current"}),
        lambda: Affiliation.objects.create(**{**affiliation, "why": ""}),
        lambda: Affiliation.objects.create(**{**affiliation, "virtual": group.unit}),
        lambda: [Affiliation.objects.create(**affiliation) for _ in range(2)],
    ]
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


@given(st.integers(1, 9), st.integers(1, 60), st.integers(0, 4000))
def test_turns_follow_each_other_without_gap(owners: int, days: int, after: int) -> None:
    start = date(2026, 1, 5)
    day = start + timedelta(days=after)
    turn = turn_on(day, owners=owners, turn_days=days, turns_from=start)
    following = turn_on(turn.last_day + timedelta(days=1), owners=owners, turn_days=days, turns_from=start)
    assert day <= turn.last_day < day + timedelta(days=days)
    assert following.place == (turn.place + 1) % owners
    assert following.last_day == turn.last_day + timedelta(days=days)
    assert turn_on(turn.last_day, owners=owners, turn_days=days, turns_from=start) == turn


def test_a_rota_says_whose_week_it_is(world: SimpleNamespace, now: datetime, on: date) -> None:
    a, b, c = (factories.member(world.county, who=factories.person(name)) for name in "abc")
    chat = ChatPlan("WeChat", "Officers", size=80, owners=[a, b, c], turn_days=7, turns_from=on - timedelta(days=10))
    made = register_chat(world.county, chat, by=world.liaisons["county"], at=now)
    (found,) = chats_of(world.county, on=on)
    assert (found.owner, found.follower, found.last_day) == (b, c, on + timedelta(days=3))
    assert made.sized_on == on
    later = now + timedelta(days=9)
    change_chat(made, ChatPlan("WeChat", "Officers", size=80, owners=[c]), by=OPERATOR, at=later)
    made.refresh_from_db()
    assert (made.sized_on, made.owner, made.turn_days, made.turns.count()) == (on, c, None, 0)
    change_chat(made, ChatPlan("WeChat", "Officers", size=81), by=OPERATOR, at=later)
    assert made.sized_on == later.date()
    with pytest.raises(WrongState):
        register_chat(world.county, ChatPlan("WeChat", "Officers"), by=OPERATOR, at=now)
    with pytest.raises(BadInput):
        register_chat(world.county, ChatPlan("WeChat", "X", owners=[a, b]), by=OPERATOR, at=now)
    for stranger in (a, world.heads["other"]):
        with pytest.raises(NotAllowed):
            drop_chat(made, by=stranger)
    drop_chat(made, by=world.heads["province"])
    assert not ChatGroup.objects.exists()


def virtual(parent: Unit, now: datetime, name: str = "Weavers") -> Unit:
    return add_unit(parent, code=name, name=name, kind=UnitKind.VIRTUAL, on=now.date(), why="x", by=OPERATOR, at=now)


def affiliate(online: Unit, unit: Unit, now: datetime) -> Affiliation:
    asked = ask_affiliation(online, unit, virtual=online, basis=Basis.TRADE, why="x", by=OPERATOR, at=now)
    return answer_affiliation(asked, accepts=True, by=OPERATOR, at=now)


def test_one_side_asks_the_other_accepts_either_ends(world: SimpleNamespace, now: datetime, on: date) -> None:
    online = virtual(world.other, now)
    boss, hers = factories.member(online, Office.HEAD), world.liaisons["village"]
    with pytest.raises(NotAllowed):
        ask_affiliation(online, world.village, virtual=online, basis=Basis.AREA, why="x", by=hers, at=now)
    asked = ask_affiliation(online, world.village, virtual=online, basis=Basis.AREA, why="We weave", by=boss, at=now)
    with pytest.raises(WrongState):
        ask_affiliation(world.village, online, virtual=online, basis=Basis.AREA, why="x", by=hers, at=now)
    with pytest.raises(NotAllowed):
        answer_affiliation(asked, accepts=True, by=boss, at=now)
    assert affiliations_waiting_for(hers, on=on) == [asked]
    assert affiliations_waiting_for(boss, on=on) == affiliations_waiting_for(world.heads["nation"], on=on) == []
    before = online.path, world.village.path
    answer_affiliation(asked, accepts=True, by=hers, at=now)
    assert (asked.state, asked.since) == (AffiliationState.CURRENT, on)
    assert (Unit.objects.get(pk=online.pk).path, Unit.objects.get(pk=world.village.pk).path) == before
    with pytest.raises(WrongState):
        answer_affiliation(asked, accepts=False, by=hers, at=now)
    with pytest.raises(NotAllowed):
        end_affiliation(asked, by=factories.person(), at=now)
    end_affiliation(asked, by=boss, at=now)
    assert (asked.state, asked.until) == (AffiliationState.ENDED, on)
    assert total(world.nation, "affiliation.begun") == total(world.nation, "affiliation.ended") == 1
    assert ask_affiliation(world.village, online, virtual=online, basis=Basis.AREA, why="x", by=hers, at=now)


def test_who_asked_may_take_it_back(world: SimpleNamespace, now: datetime) -> None:
    online = virtual(world.other, now)
    boss = factories.member(online, Office.HEAD)
    asked = ask_affiliation(online, world.village, virtual=online, basis=Basis.AREA, why="x", by=boss, at=now)
    answer_affiliation(asked, accepts=False, by=boss, at=now)
    assert asked.state == AffiliationState.DECLINED


def test_only_an_online_only_body_elsewhere_gathers(world: SimpleNamespace, now: datetime) -> None:
    online = virtual(world.county, now)
    for side, other, gathers, why in (
        (world.village, world.other, world.other, "x"),
        (online, world.county, online, "x"),
        (online, online, online, "x"),
        (online, world.other, online, " "),
    ):
        with pytest.raises(BadInput):
            ask_affiliation(side, other, virtual=gathers, basis=Basis.AREA, why=why, by=OPERATOR, at=now)


def test_the_register_suggests_and_does_nothing(world: SimpleNamespace, now: datetime, on: date) -> None:
    old = now - QUIET_AFTER - timedelta(days=1)
    busy = factories.group(world.village, name="Busy", purpose="Sing!", join_rule=JoinRule.OPEN, at=old)
    for _ in range(3):
        join_group(busy, by=factories.person(), at=now)
    said = factories.group(world.county, name="Said", purpose="Talk", at=old)
    factories.notice(said.unit, sent_at=now - timedelta(days=1))
    quiet = factories.group(world.county, name="Quiet", purpose="Sit", at=old)
    ending = factories.group(world.county, name="Ending", purpose="sit.", ends_on=on + timedelta(days=9), at=now)
    factories.group(world.other, name="Far", purpose="Sit", at=now)
    head = world.heads["county"]

    def names(show: Suggestion) -> set[str]:
        return {row.group.unit.name for row in register_of(head, world.county, at=now, show=show).rows}

    assert names(Suggestion.ALL) == {"Busy", "Said", "Quiet", "Ending"}
    assert names(Suggestion.ENDING) == {"Ending", "Said", "Quiet", "Busy"} - {
        group.unit.name for group in (busy, said, quiet) if group.ends_on > on + timedelta(days=30)
    }
    assert names(Suggestion.QUIET) == {"Quiet"}
    assert names(Suggestion.SMALL) == {"Said", "Quiet", "Ending"}
    assert names(Suggestion.DOUBLE) == {"Quiet", "Ending"}
    rows = {row.group.pk: row for row in register_of(head, world.county, at=now).rows}
    assert rows[busy.pk].people == 4
    assert rows[quiet.pk].doubles == (ending,)
    for show in Suggestion:
        kept = {row.group.pk for row in rows.values() if show == Suggestion.ALL or show in row.suggestions}
        assert kept == {row.group.pk for row in register_of(head, world.county, at=now, show=show).rows}
        assert suggested_in(head, world.county, at=now)[show] == len(kept)
    assert {row.group.unit.name for row in register_of(head, world.county, at=now, text="sit").rows} == {
        "Quiet",
        "Ending",
    }
    assert Unit.objects.filter(kind=UnitKind.GROUP, status=UnitStatus.ACTIVE).count() == 5


def test_the_register_goes_page_by_page_and_stays_in_reach(world: SimpleNamespace, now: datetime) -> None:
    made = [factories.group(world.village, name=f"G{n}", at=now) for n in range(7)]
    for reader in (world.heads["county"], world.liaisons["village"]):  # the liaison officer reaches this one unit
        cursor, seen = "", []
        top = world.village
        while True:
            page = register_of(reader, top, at=now, cursor=cursor, size=3)
            seen += [row.group.pk for row in page.rows]
            cursor = page.next_cursor
            if not cursor:
                break
        assert seen == [group.pk for group in made]
    for stranger in (world.heads["other"], factories.person(), world.liaisons["county"]):
        assert register_of(stranger, world.nation, at=now).rows == []


def test_who_is_responsible_is_reminded(world: SimpleNamespace, now: datetime, on: date) -> None:
    head = factories.person()
    group = factories.group(world.county, head=head, ends_on=on + timedelta(days=31), at=now)
    assert groups_ending_for(head, on=on) == []
    for later in (1, 31, 400):
        assert groups_ending_for(head, on=on + timedelta(days=later)) == [group]
    assert groups_ending_for(world.heads["county"], on=on + timedelta(days=31)) == []


def test_search_finds_what_she_may_open(world: SimpleNamespace, now: datetime, on: date) -> None:
    internal = factories.group(world.county, name="读书会", at=now)
    public = factories.group(world.other, name="讀書角", is_public=True, at=now)
    assert groups_found(factories.person(), "读书", on=on) == [public]
    for reader in (factories.member(world.county), world.heads["nation"], world.liaisons["county"]):
        assert set(groups_found(reader, "讀書", on=on)) == {internal, public}
    close_group(public, why="x", by=OPERATOR, at=now)
    assert groups_found(factories.person(), "读书", on=on) == []
    assert groups_found(factories.person(), "。", on=on) == []


def test_people_are_called_by_name_within_reach(world: SimpleNamespace, on: date) -> None:
    head = world.heads["county"]
    ann, other = factories.person("Ann"), factories.person("Ann")
    factories.member(world.village, who=ann)
    assert people_called(" Ann ", head, world.county, on=on) == ann
    factories.member(world.county, who=other)
    with pytest.raises(BadInput, match=f"Ann #{other.pk}"):
        people_called("Ann", head, world.county, on=on)
    assert people_called(f"Ann #{other.pk}", head, world.county, on=on) == other
    with pytest.raises(BadInput):
        people_called("Ann", head, world.other, on=on)
