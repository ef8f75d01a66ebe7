"""Who may do what with notices, groups, votes and surveys: pure questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, Permission, Scope, may, scope
from braid.people.enums import Office, Role
from braid.people.roles import allow
from braid.people.rules import can_fill_office
from braid.units.enums import STEP, UnitKind, UnitStatus
from braid.units.models import Unit
from braid.units.rules import CHANGE_TREE, can_close

from .enums import REMIND_BEFORE, BallotState, Fact, JoinRule, NoticeState, SurveyState
from .models import AudienceRule, Ballot, Group, Notice, NoticeTemplate, Survey

SEND_NOTICES = allow("notices.send", Role.LEAD, Role.MANAGE, Role.PUBLISH, words=_("write, send and withdraw notices"))
SET_REVIEW_RULES = allow("notices.review_rules", Role.LEAD, words=_("say which notices need a second reader"))
VIEW_RECEIPTS = allow(
    "notices.receipts", Role.LEAD, Role.MANAGE, Role.PUBLISH, Role.VIEW, words=_("see how many have seen a notice")
)
CALL_SILENT = allow(
    "notices.call",
    Role.LEAD,
    Role.MANAGE,
    Role.LIAISE,
    words=_("telephone people of a unit that stays silent, and record what came of it"),
)
VIEW_GROUPS = allow("groups.view", *Role, words=_("see the groups, also those that are not public"))
RUN_GROUPS = allow(
    "groups.run",
    Role.LEAD,
    Role.MANAGE,
    Role.LIAISE,
    words=_("keep groups, chat groups and affiliations right, and answer who asks to join"),
)
RUN_VOTES = allow(
    "votes.run",
    Role.LEAD,
    Role.MANAGE,
    Role.PUBLISH,
    words=_("begin votes, look through nominations and publish results"),
)

ANSWER_SUBMISSIONS = allow(
    "submissions.answer",
    Role.LEAD,
    Role.MANAGE,
    Role.PUBLISH,
    words=_("publish what members send in, or decline it with a reason"),
)

RUN_SURVEYS = allow(
    "surveys.run", Role.LEAD, Role.MANAGE, Role.PUBLISH, words=_("make surveys, open them and close them")
)
VIEW_RESULTS = allow(
    "surveys.results", Role.LEAD, Role.MANAGE, Role.PUBLISH, Role.VIEW, words=_("see the counts of closed surveys")
)
READ_TEXTS = allow("surveys.texts", Role.LEAD, Role.MANAGE, words=_("read what people wrote in surveys, without names"))
TYPE_PAPER = allow(
    "surveys.paper", Role.LEAD, Role.MANAGE, Role.LIAISE, words=_("type in answers that were given on paper")
)


def can_send_for(by: Actor, path: str) -> bool:
    """Whether `by` may write, send, correct and withdraw notices of the unit at `path`."""
    return may(by, SEND_NOTICES, path)


def can_address(by: Actor, rules: Iterable[AudienceRule], permission: Permission = SEND_NOTICES) -> bool:
    """Whether everything `rules` address lies where `by` may send (or has `permission`): nobody writes beyond her reach."""
    reach = scope(by, permission)
    return all(_reaches(reach, rule.unit.path, is_subtree=rule.is_subtree) for rule in rules)


def _reaches(reach: Scope, path: str, *, is_subtree: bool) -> bool:
    """A whole subtree needs a reach of subtrees: holding a unit alone says nothing about those below it."""
    return any(path.startswith(top) for top in reach.subtrees) if is_subtree else reach.covers(path)


def takes_the_place(rule: AudienceRule, preset: AudienceRule) -> bool:
    """Whether `rule` means only some of those whom `preset` means already: beside one that means all at and below its unit
    (or all of the unit) it would add nobody. Groups below are not among them unless a rule names them."""
    unit, of_all = rule.unit, preset.unit
    is_all = not (preset.levels or preset.kinds or preset.offices)
    is_within = unit.path.startswith(of_all.path) if preset.is_subtree else unit == of_all and not rule.is_subtree
    is_group_below = unit != of_all and unit.kind == UnitKind.GROUP
    return is_all and is_within and not is_group_below and not rule.kinds >> UnitKind.GROUP & 1


def can_send_below(by: Actor, path: str) -> bool:
    """Whether `by` may send to everything below `path`, and not to that unit alone."""
    return any(path.startswith(top) for top in scope(by, SEND_NOTICES).subtrees)


def can_begin_from(template: NoticeTemplate, unit: Unit) -> bool:
    """Whether notices of `unit` may begin from `template`: it is of that unit or of one above."""
    return bool(unit.path.startswith(template.unit_path))


def can_see_receipts_at(by: Actor, path: str) -> bool:
    """Whether `by` may see which units around `path` a notice reached."""
    return may(by, VIEW_RECEIPTS, path)


def can_call_at(by: Actor, path: str) -> bool:
    """Whether `by` may telephone people of the unit at `path` about a notice nobody there answers."""
    return may(by, CALL_SILENT, path)


def can_set_review_rule(by: Actor, unit: Unit) -> bool:
    """Whether `by` may say which notices of `unit` and below need a second reader."""
    return may(by, SET_REVIEW_RULES, unit.path)


def is_out(notice: Notice, at: datetime) -> bool:
    """Whether its audience sees it at `at`: sent, and the time to undo that is over."""
    return notice.state != NoticeState.DRAFT and notice.sent_at is not None and notice.sent_at <= at


def can_undo(notice: Notice, at: datetime) -> bool:
    """Whether the sending can still be taken back as if it had not happened."""
    return notice.state == NoticeState.SENT and notice.sent_at is not None and at < notice.sent_at


def asks_for(notice: Notice, fact: Fact) -> bool:
    """Whether `notice` takes `fact` in: everybody may have seen it; the others are facts only where they were asked for."""
    return {Fact.SEEN: True, Fact.ACKNOWLEDGED: notice.asks_acknowledgement, Fact.DONE: notice.asks_done}[fact]


def can_see_groups_of(by: Actor, unit: Unit) -> bool:
    """Whether `by` sees the inside of `unit`, or, where it is a group, of the body it belongs to."""
    return _holds_there(by, VIEW_GROUPS, unit)


def can_run_groups_of(by: Actor, unit: Unit) -> bool:
    """Whether `by` keeps groups, chat groups and affiliations of `unit` right; of a group also whoever does for its body."""
    return _holds_there(by, RUN_GROUPS, unit)


def _holds_there(by: Actor, permission: Permission, unit: Unit) -> bool:
    """At the unit, or for a group at the body it belongs to: a reach of one unit includes that unit's groups."""
    return may(by, permission, unit.path) or (unit.kind == UnitKind.GROUP and may(by, permission, unit.path[:-STEP]))


def can_open_group(by: Actor, body: Unit) -> bool:
    """Whether `by` may begin a group below `body`: whoever may change the tree there and below; nothing hangs from a group."""
    return body.kind != UnitKind.GROUP and not body.is_placeholder and scope(by, CHANGE_TREE).covers_below(body.path)


def can_close_group(by: Actor, group: Group) -> bool:
    """Whether `by` may close `group`: whoever leads it, or the body it belongs to."""
    return can_close(by, group.unit)


def can_hand_over(by: Actor, group: Group) -> bool:
    """Whether `by` may name who is responsible for `group`."""
    return can_fill_office(by, group.unit, Office.HEAD)


def is_active(group: Group) -> bool:
    """Whether `group` goes on."""
    return group.unit.status == UnitStatus.ACTIVE


def lets_in(group: Group, key: str) -> bool:
    """Whether one comes in at once with `key` (empty: without an invitation)."""
    return group.join_rule == JoinRule.OPEN or bool(key and key == group.invite_key)


def ends_soon(group: Group, on: date) -> bool:
    """Whether the end date of `group` is near or past on the day `on`."""
    return group.ends_on <= on + REMIND_BEFORE


def can_run_votes_of(by: Actor, unit: Unit) -> bool:
    """Whether `by` begins votes of `unit`, looks through what is nominated and publishes results."""
    return may(by, RUN_VOTES, unit.path)


def can_answer_submissions_of(by: Actor, unit: Unit) -> bool:
    """Whether `by` publishes or declines what members send in for the Home of `unit`."""
    return may(by, ANSWER_SUBMISSIONS, unit.path)


def takes_nominations(ballot: Ballot, at: datetime) -> bool:
    """Whether somebody may be nominated at `at`."""
    return ballot.state == BallotState.NOMINATING and timezone.localdate(at) <= ballot.nominations_until


def takes_votes(ballot: Ballot, at: datetime) -> bool:
    """Whether voting runs at `at`: by its days, whenever the worker gets to it."""
    return ballot.state == BallotState.VOTING and ballot.voting_begins_at <= at < ballot.voting_ends_at


def tells_counts(ballot: Ballot) -> bool:
    """Whether there is anything to count: only once the result is out, and every vote is in it."""
    return ballot.state == BallotState.DECIDED and ballot.counted_at is not None


@dataclass(frozen=True)
class Turn:
    """Whose turn it is in a rota: her place in it, and the last day of the turn."""

    place: int
    last_day: date


def turn_on(on: date, *, owners: int, turn_days: int, turns_from: date) -> Turn:
    """The turn of the day `on` in a rota of `owners`; before the first day it is the first owner's already."""
    number = max(0, (on - turns_from).days // turn_days)
    return Turn(number % owners, turns_from + timedelta(days=turn_days * (number + 1) - 1))


def can_run_surveys_at(by: Actor, path: str) -> bool:
    """Whether `by` may make, open and close surveys of the unit at `path`."""
    return may(by, RUN_SURVEYS, path)


def can_see_results_at(by: Actor, path: str) -> bool:
    """Whether `by` may see what a survey counted in the unit at `path` and below it."""
    return may(by, VIEW_RESULTS, path)


def can_read_texts_of(by: Actor, survey: Survey) -> bool:
    """Whether `by` may read what people wrote in `survey`, without their names."""
    return may(by, READ_TEXTS, survey.unit_path)


def takes_answers(survey: Survey, on: date) -> bool:
    """Whether `survey` takes answers on the day `on`."""
    return survey.state == SurveyState.OPEN and survey.opens_on <= on <= survey.closes_on
