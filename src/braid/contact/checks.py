"""What a finished demo must be true of, as far as groups, votes, surveys and calls carried into chat groups go."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from braid.kernel.access import OPERATOR
from braid.kernel.checks import Demo, Outcome, demo_check
from braid.units.queries import root_unit

from .enums import FEWEST, MARKS, OBJECTION, AffiliationState, BallotState, Fact
from .measures import measures_of, profile_of
from .models import (
    Affiliation,
    Ballot,
    BlindAnswer,
    Count,
    Group,
    Notice,
    RollPage,
    SealedAnswer,
    Survey,
    SurveyTable,
    Trace,
    Vote,
)
from .queries import Part
from .queries.register import register_of
from .queries.relays import pyramid_of
from .suppression import Measure

_RECOUNT = """
SELECT u.code, count(DISTINCT m.person_id) FROM contact_group g JOIN units_unit u ON u.number = g.unit_id
LEFT JOIN people_membership m ON m.unit_id = u.number AND m.since <= %s AND (m.until IS NULL OR m.until > %s)
WHERE u.status = 'active' GROUP BY u.code
"""
_RELAYED = """
SELECT coalesce(p.level, u.level), count(DISTINCT c.id) FILTER (WHERE c.answer = 'carried'), coalesce(sum(o.opens), 0)
FROM contact_carry c JOIN contact_chatgroup g ON g.id = c.chat_id JOIN units_unit u ON u.number = g.unit_id
LEFT JOIN units_unit p ON p.number = u.parent_id AND u.kind = 3
LEFT JOIN contact_carryopens o ON o.carry_id = c.id
WHERE c.notice_id = %s GROUP BY 1
"""
_FIRST_SEEN = """
SELECT u.level, {columns} FROM (
    SELECT unit_number, min(at) AS first FROM contact_receipt WHERE notice_id = %s AND fact = %s GROUP BY unit_number
) r JOIN units_unit u ON u.number = r.unit_number GROUP BY u.level
"""
_ASTRAY = """
SELECT count(*) FROM contact_group g JOIN units_unit u ON u.number = g.unit_id JOIN units_unit p ON p.number = u.parent_id
WHERE u.kind <> 3 OR p.kind = 3 OR g.unit_path <> u.path
   OR 1 <> (SELECT count(*) FROM people_membership m WHERE m.unit_id = u.number AND m.office = 1 AND m.until IS NULL)
"""
PAGE = 100


@demo_check("contact.groups")
def the_register_agrees_with_a_recount(demo: Demo) -> Outcome:
    """Every group hangs from a body and has one head, and the register counts its people as plain SQL does."""
    day = connection.ops.adapt_datefield_value(timezone.localdate())
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, [day, day])
        counted = dict(cursor.fetchall())
        cursor.execute(_ASTRAY)
        (astray,) = cursor.fetchone()
    told = _told()
    levels = len(set(Group.objects.values_list("unit__parent__level", flat=True)))
    gathered = Affiliation.objects.filter(state=AffiliationState.CURRENT).count()
    ok = told == counted and bool(counted) and not astray
    people = sum(counted.values())
    words = (
        f"{len(counted):,} groups below bodies of {levels} levels, {people:,} people in them, {gathered} units gathered"
    )
    return Outcome(ok, f"{words}, {astray} astray")


@demo_check("contact.relay")
def the_pyramid_agrees_with_a_recount(demo: Demo) -> Outcome:
    """Each level has as many chat groups, opens and units that saw it in time as plain SQL finds in chat groups and receipts."""
    with connection.cursor() as cursor:
        cursor.execute(_RELAYED, [demo.notice])
        counted = {level: (chats, int(opens)) for level, chats, opens in cursor.fetchall() if chats or opens}
    notice = Notice.objects.select_related("unit").get(pk=demo.notice)
    pyramid = pyramid_of(notice, Part(notice.unit), at=timezone.now())
    told = {row.level: (row.chats, row.opens) for row in pyramid.rows if row.chats or row.opens}
    seen = {row.level: row.seen_by for row in pyramid.rows if None not in row.seen_by}
    by_minute = _seen_by_minute(notice)
    in_an_hour = sum(numbers[MARKS.index(60)] or 0 for numbers in seen.values())
    ok = told == counted and bool(told) and seen == {level: by_minute[level] for level in seen}
    words = f"carried into {pyramid.chats:,} chat groups of {len(told)} levels, opened {pyramid.opens:,} times"
    return Outcome(ok, f"{words}, seen in {in_an_hour:,} units within an hour")


def _seen_by_minute(notice: Notice) -> dict[int, tuple[int, ...]]:
    """By level, in how many units the first receipt came within each of `MARKS`."""
    assert notice.sent_at
    ends = [connection.ops.adapt_datetimefield_value(notice.sent_at + timedelta(minutes=mark)) for mark in MARKS]
    columns = ", ".join(["sum(CASE WHEN r.first < %s THEN 1 ELSE 0 END)"] * len(MARKS))
    sql = _FIRST_SEEN.format(columns=columns)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*ends, notice.pk, Fact.SEEN.value])
        return {level: tuple(map(int, numbers)) for level, *numbers in cursor.fetchall()}


def _told() -> dict[str, int]:
    """What the register says, page by page."""
    root, at, cursor = root_unit(), timezone.now(), ""
    told: dict[str, int] = {}
    while root:
        page = register_of(OPERATOR, root, at=at, cursor=cursor, size=PAGE)
        told |= {row.group.unit.code: row.people for row in page.rows}
        cursor = page.next_cursor
        if not cursor:
            break
    return told


_RECOUNT_VOTES = """
SELECT n.id, v.level, count(*) FROM contact_nomination n JOIN contact_vote v ON v.ballot_id = n.ballot_id
JOIN contact_ballot k ON k.id = n.ballot_id LEFT JOIN contact_burst b ON b.id = v.burst_id
WHERE k.state = 'decided' AND n.state = 'accepted' AND b.set_aside_at IS NULL
  AND ' ' || v.choices || ' ' LIKE '%% ' || n.id || ' %%'
GROUP BY n.id, v.level
"""


@demo_check("contact.votes")
def results_agree_with_a_recount(demo: Demo) -> Outcome:
    """Every result is what plain SQL finds in the votes; what is not decided has no count, and no network is kept anywhere."""
    kept = Ballot.objects.filter(state=BallotState.DECIDED, counted_at__gt=timezone.now() - OBJECTION)
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT_VOTES)
        recounted = {(nomination, level): votes for nomination, level, votes in cursor.fetchall()}
    rows = Count.objects.filter(nomination__ballot__in=kept).values_list("nomination", "level", "votes")
    told = sum((ballot.voters or 0) + (ballot.set_aside or 0) for ballot in kept)
    voted = Vote.objects.filter(ballot__in=kept).count()
    early = Count.objects.exclude(nomination__ballot__state=BallotState.DECIDED).count()
    ok = {row[:2]: row[2] for row in rows} == recounted and 0 < told == voted and not early
    return Outcome(
        ok and not Trace.objects.exists(), f"{told:,} votes in {len(kept)} results, {early} counted too early"
    )


@demo_check("contact.surveys")
def surveys_agree_with_a_recount(demo: Demo) -> Outcome:
    """What is shown of each counted survey is what its answers add up to, nothing small is, and neither box nor roll is left."""
    wrong = shown = answers = 0
    for survey in Survey.objects.exclude(counted_at=None).select_related("unit"):
        found, bad = _recount(survey)
        shown, wrong, answers = shown + found, wrong + bad, answers + (survey.answers or 0)
        left = SealedAnswer.objects.filter(survey=survey).exists() or RollPage.objects.filter(survey=survey).exists()
        wrong += left or bool(survey.roll_key) or survey.answers != BlindAnswer.objects.filter(survey=survey).count()
    tables = SurveyTable.objects.count()
    return Outcome(
        bool(shown) and not wrong, f"{answers:,} answers, {shown:,} numbers shown of {tables:,} units, {wrong} wrong"
    )


def _recount(survey: Survey) -> tuple[int, int]:
    """How many numbers are shown of `survey`, and how many of them are not what its answers add up to, or too small."""
    questions = list(survey.questions.order_by("place"))
    measures = {measure.key: measure for measure in measures_of(questions)}
    answers = BlindAnswer.objects.filter(survey=survey).values_list("unit__path", "values")
    profiles = [(path, profile_of(questions, values)) for path, values in answers]
    shown = wrong = 0
    for path, content in SurveyTable.objects.filter(survey=survey).values_list("unit__path", "content"):
        inside = [profile for at, profile in profiles if at.startswith(path)]
        wrong += content["own"]["total"] != len(inside)
        for key, counts in content["own"]["counts"].items():
            for group, count in zip(content["own_groups"][key] or [], counts or [], strict=True):
                shown += 1
                wrong += count < FEWEST or count != _fall_into(inside, measures[key], group)
    return shown, wrong


def _fall_into(profiles: list[dict[str, int]], measure: Measure, group: list[int]) -> int:
    return sum(profile.get(measure.key, measure.not_asked) in group for profile in profiles)
