"""Calls to be carried into chat groups: what waits for whom, the texts for it, and the pyramid of its reach."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, Sum, Value
from django.http import Http404
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from pyroaring import BitMap

from braid.contact.enums import ASKED_FOR, LATER, MARKS, CarryAnswer, NoticeState
from braid.contact.models import Audience, Carry, CarryOpens, ChatGroup, ChatTurn, Notice, Relay, UnitSet
from braid.contact.rules import SEND_NOTICES, can_send_for
from braid.kernel.access import Scope, require, scope
from braid.kernel.markdown import render as markdown
from braid.people.enums import Office
from braid.people.models import Membership, Person
from braid.units.enums import UnitKind
from braid.units.models import Unit
from braid.units.paths import numbers_of

from .chats import chat_now, longest_text_on
from .reach import FEWEST, Counts, Part, is_addressed_within, reach_by_level, seen_by_mark

MOST_CHATS = 30
"""Chat groups of one person that she is shown."""
MOST_CALLS = 10
"""Calls that wait for her at once."""
CARRIERS = (Office.LIAISON, Office.COMMUNICATIONS)
"""Who looks after the chat groups of her unit, besides whoever owns one."""


@dataclass(frozen=True)
class Carriable:
    """A call that somebody may carry into a chat group of hers: what was asked, and what was said of it so far."""

    notice: Notice
    chat: ChatGroup
    words: str
    answer: CarryAnswer
    carried_at: datetime | None


def body_of(chat: ChatGroup) -> Unit:
    """The body a chat group is of: its unit, or for a group the body that belongs to."""
    if chat.unit.kind == UnitKind.GROUP and chat.unit.parent:
        return chat.unit.parent
    return chat.unit


def chats_kept_by(person: Person, *, on: date) -> list[ChatGroup]:
    """The chat groups `person` owns on the day `on` (in a rota: whose turn is hers), and those of units whose liaison or
    communications officer she is, with their groups'. One query; four when there are any."""
    of_units = _candidates(person, on=on)
    if not of_units:
        return []
    rows = ChatGroup.objects.filter(pk__in=of_units).select_related("owner", "unit__parent")
    chats = rows.prefetch_related("turns__person").order_by("unit_path", "platform", "name", "pk")[:MOST_CHATS]
    return [chat for chat in chats if of_units[chat.pk] or chat_now(chat, on=on).owner == person]


def _candidates(person: Person, *, on: date) -> dict[int, bool]:
    """Chat groups she may have to do with, by number, and whether that is by an office of hers. One query."""
    units = Membership.objects.current(on).filter(person=person, office__in=CARRIERS).values("unit")
    chats = ChatGroup.objects.order_by()
    parts = [
        chats.filter(unit__in=units).values_list("pk", Value(1)),
        chats.filter(unit__kind=UnitKind.GROUP, unit__parent__in=units).values_list("pk", Value(1)),
        chats.filter(owner=person).values_list("pk", Value(0)),
        ChatTurn.objects.filter(person=person).values_list("chat_id", Value(0)),
    ]
    found = parts[0].union(*parts[1:]).order_by()[: 2 * MOST_CHATS]
    return {pk: bool(by_office) for pk, by_office in sorted(found)}  # an office counts more than owning it once


def carriable_for(person: Person, *, at: datetime, notice: Notice | None = None) -> list[Carriable]:
    """The calls that `person` may carry at `at` into chat groups of hers (only `notice`, if given), newest first.

    A call may be carried while somebody asks for it and it has not been withdrawn, into groups of units that it addresses.
    The number of queries does not depend on the rows.
    """
    chats = chats_kept_by(person, on=timezone.localdate(at))
    above = {chat.pk: set(numbers_of(body_of(chat).path)) for chat in chats}
    asked = _asked(set().union(*above.values()) if above else set(), at=at, notice=notice)
    addressed = _addressed([relay.notice_id for relay in asked])
    answers = {
        (carry.notice_id, carry.chat_id): carry
        for carry in Carry.objects.filter(notice__in=list(addressed), chat__in=[chat.pk for chat in chats])
    }
    found: dict[tuple[int, int], Carriable] = {}
    for relay in asked:
        for chat in chats:
            key = (relay.notice_id, chat.pk)
            is_meant = relay.unit_id in above[chat.pk] and body_of(chat).pk in addressed.get(relay.notice_id, ())
            if is_meant and key not in found:
                found[key] = _carriable(relay, chat, answers.get(key))
    return list(found.values())


def calls_waiting_for(person: Person, *, at: datetime) -> list[Carriable]:
    """One line for each call that `person` has said nothing of yet, for some chat group of hers."""
    waiting: dict[int, Carriable] = {}
    for one in carriable_for(person, at=at):
        if one.answer == CarryAnswer.NONE:
            waiting.setdefault(one.notice.pk, one)
    return list(waiting.values())


def carriable_one(person: Person, notice: Notice, chat: str, *, at: datetime) -> Carriable:
    """The call `notice` for the chat group numbered `chat`, if `person` may carry it there; else `Http404`."""
    for one in carriable_for(person, at=at, notice=notice):
        if str(one.chat.pk) == chat:
            return one
    raise Http404


def can_carry(person: Person, notice: Notice, chat: ChatGroup, *, at: datetime) -> bool:
    """Whether `person` may carry `notice` into `chat` at `at`."""
    return any(one.chat == chat for one in carriable_for(person, at=at, notice=notice))


def _asked(units: Iterable[int], *, at: datetime, notice: Notice | None) -> list[Relay]:
    """What is asked of `units` or of units above them, newest first, one line a notice and unit."""
    out = Relay.objects.filter(unit__in=units, asked_at__gt=at - ASKED_FOR, notice__state=NoticeState.SENT)
    if notice is not None:
        out = out.filter(notice=notice)
    rows = out.filter(notice__sent_at__lte=at).select_related("notice__unit").order_by("-asked_at", "-pk")
    return list(rows[: MOST_CALLS * 3])


def _addressed(notices: Iterable[int]) -> dict[int, BitMap]:
    """Which units each of `notices` addresses; those that are not frozen yet are left out for these seconds."""
    sets = UnitSet.objects.filter(notice__in=set(notices), meaning=UnitSet.Meaning.ADDRESSED)
    return {pk: BitMap.deserialize(bytes(numbers)) for pk, numbers in sets.values_list("notice_id", "numbers")}


def _carriable(relay: Relay, chat: ChatGroup, carry: Carry | None) -> Carriable:
    answer = CarryAnswer(carry.answer) if carry else CarryAnswer.NONE
    return Carriable(relay.notice, chat, relay.words, answer, carry.carried_at if carry else None)


def can_ask_relay(person: Person, notice: Notice) -> bool:
    """Whether `person` may ask that `notice` be carried into chat groups, somewhere."""
    return can_send_for(person, notice.unit_path) or _own_part(person, notice) is not None


def units_to_ask_in(person: Person, notice: Notice) -> list[Unit]:
    """Where `person` may ask that `notice` be carried: wherever its rules hang, if she sends for its unit; else in the
    highest unit below which she sends notices and that it addresses. Refused (`NotAllowed`) when there is none."""
    if can_send_for(person, notice.unit_path):
        anchors = Audience.objects.filter(notice=notice).values("unit")
        return list(Unit.objects.filter(pk__in=anchors).order_by("path"))
    part = _own_part(person, notice)
    require(part is not None)
    return [part] if part else []


def _own_part(person: Person, notice: Notice) -> Unit | None:
    tops = scope(person, SEND_NOTICES).subtrees
    units = Unit.objects.filter(path__in=tops).order_by("path") if tops else ()
    return next((unit for unit in units if is_addressed_within(notice, Scope(subtrees=(unit.path,)))), None)


def relays_of(notice: Notice, units: Iterable[Unit]) -> list[Relay]:
    """What is asked of `units` now, of `notice`."""
    return list(Relay.objects.filter(notice=notice, unit__in=list(units)).order_by("pk"))


def prepared_text(one: Carriable, link: str) -> str:
    """What can be pasted into the chat group, in the language of who carries it: plain words as long as its platform shows them
    well, and the link at the end.

    Of an internal notice nothing is said but that there is one: its words stay inside.
    """
    notice, most = one.notice, longest_text_on(one.chat.platform)
    if notice.is_public:
        text = notice.said
        head, body = f"{text.title}\n{notice.unit}", one.words or plain_words(text.body)
    else:
        head, body = (
            _("A notice of %(unit)s is waiting for you. Sign in to read it.") % {"unit": notice.unit},
            one.words,
        )
    room = most - len(head) - len(link) - 4
    body = body if len(body) <= room else body[: max(0, room - 1)].rstrip() + "…"
    return "\n\n".join(part for part in (head, body if room > 1 else "", link) if part)


def plain_words(text: str) -> str:
    """`text` (Markdown) as plain words, paragraph by paragraph."""
    words = html.unescape(strip_tags(markdown(text)))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in words.splitlines())).strip()


@dataclass(frozen=True)
class PyramidRow:
    """One level of the pyramid: units by receipts, exactly; chat groups and their people, as somebody said; opens of links."""

    level: int
    counts: Counts
    chats: int
    people: int
    opens: int
    opens_by: tuple[int, ...]
    """Opens within each of `MARKS`, and in all: each number holds those before it."""
    chats_by: tuple[int, ...]
    """The same of chat groups it was carried into."""
    seen_by: tuple[int | None, ...]
    """Units that had seen it by each of `MARKS`. None where so few units are addressed that it would point at somebody."""


@dataclass(frozen=True)
class Pyramid:
    """The reach of one call, level by level from the top, and all levels together."""

    rows: tuple[PyramidRow, ...]
    minutes: int
    """Since sending."""

    @property
    def chats(self) -> int:
        return sum(row.chats for row in self.rows)

    @property
    def people(self) -> int:
        return sum(row.people for row in self.rows)

    @property
    def opens(self) -> int:
        return sum(row.opens for row in self.rows)

    @property
    def marks(self) -> tuple[int, ...]:
        """The marks that are over."""
        return tuple(mark for mark in MARKS if mark <= self.minutes)


def pyramid_of(notice: Notice, part: Part, *, at: datetime) -> Pyramid:
    """How far `notice` came at `at` in `part`, level by level. Six queries, however many units and chat groups."""
    within = _path_within(part)
    carried = Carry.objects.filter(within, notice=notice, answer=CarryAnswer.CARRIED)
    chats = list(carried.values_list("level", "within").annotate(Count("pk"), Sum("size")).order_by())
    opens = CarryOpens.objects.filter(_path_within(part, "carry__"), carry__notice=notice)
    opened = list(opens.values_list("carry__level", "within").annotate(Sum("opens")).order_by())
    chats_by, opens_by, seen_by = _by_mark(chats), _by_mark(opened), seen_by_mark(notice, part)
    people: dict[int, int] = defaultdict(int)
    for level, _within_mark, _count, size in chats:
        people[level] += size or 0
    rows = [
        PyramidRow(
            row.level,
            row.counts,
            chats_by[row.level][-1],
            people[row.level],
            opens_by[row.level][-1],
            opens_by[row.level],
            chats_by[row.level],
            seen_by[row.level] if row.counts.addressed >= FEWEST else (None,) * len(MARKS),
        )
        for row in reach_by_level(notice, within=part)
    ]
    minutes = int((at - notice.sent_at).total_seconds() // 60) if notice.sent_at else 0
    return Pyramid(tuple(rows), minutes)


def _by_mark(counted: list[tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """By level, what was counted up to each mark and in all, out of (level, mark, number, ...)."""
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for level, mark, number, *_more in counted:
        found[level][mark] += number
    empty = (0,) * (len(MARKS) + 1)
    sums = {
        level: tuple(sum(number for mark, number in marks.items() if mark <= upto) for upto in (*MARKS, LATER))
        for level, marks in found.items()
    }
    return defaultdict(lambda: empty, sums)


def _path_within(part: Part, prefix: str = "") -> Q:
    path = part.unit.path
    if part.is_alone:
        return Q(**{f"{prefix}unit_path": path})
    return Q(**{f"{prefix}unit_path__gte": path, f"{prefix}unit_path__lt": path + "~"})
