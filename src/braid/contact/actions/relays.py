"""Carrying calls into chat groups elsewhere: asking for it, saying that it was done, and counting how links were opened.

Nothing of it is in the journal: a tally of who carries how much would be a league table, and nobody has to carry anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import SAID_AT_MOST, CarryAnswer, NoticeState
from braid.contact.models import Carry, ChatGroup, Notice, Relay
from braid.contact.queries.relays import body_of, can_carry, units_to_ask_in
from braid.contact.relay_links import Opening, mark_of, opening_of, opens_folder
from braid.kernel.access import require
from braid.kernel.errors import BadInput, WrongState
from braid.people.models import Person

from .folding import fold_once

SLICE = 20_000
"""Opens counted together: of as many there are far fewer chat groups and marks."""
BYTES_OF_A_LINE = 28


@transaction.atomic
def ask_relay(notice: Notice, *, words: str, by: Person, at: datetime) -> list[Relay]:
    """Ask that `notice` be carried into chat groups, with `words` to say there; asking again gives it these words.

    Its sender asks everywhere it goes, an officer who received it in her own part of the tree. Refused when `by` sends
    for neither, when the notice is a draft or withdrawn, and for words beyond `SAID_AT_MOST`.
    """
    units = units_to_ask_in(by, notice)
    if notice.state != NoticeState.SENT:
        raise WrongState(_("Only a notice that was sent and not withdrawn can be carried into chat groups."))
    if len(words.strip()) > SAID_AT_MOST:
        raise BadInput(_("Say it in fewer words."), fields={"words": _("too long")})
    return [
        Relay.objects.update_or_create(
            notice=notice, unit=unit, defaults={"words": words.strip(), "asked_at": at, "asked_by": by}
        )[0]
        for unit in units
    ]


@transaction.atomic
def stop_relay(notice: Notice, *, by: Person) -> None:
    """Ask no longer. What was passed on stays counted, its links go on working. Refused as in `ask_relay`."""
    Relay.objects.filter(notice=notice, unit__in=units_to_ask_in(by, notice)).delete()


@transaction.atomic
def answer_call(notice: Notice, chat: ChatGroup, answer: CarryAnswer, *, by: Person, at: datetime) -> Carry:
    """Note that `notice` was passed on into `chat`, or will not be, or take back what was noted (`NONE`).

    Who it was is not kept. Refused unless somebody asks for it and `by` looks after the chat group today.
    """
    require(can_carry(by, notice, chat, at=at))
    assert notice.sent_at
    is_carried = answer == CarryAnswer.CARRIED
    values = {
        "answer": answer,
        "carried_at": at if is_carried else None,
        "within": mark_of(notice.sent_at, at) if is_carried else None,
        "size": chat.size if is_carried else None,
    }
    carry, _is_new = Carry.objects.update_or_create(
        notice=notice, chat=chat, defaults=values, create_defaults={**_place(chat), **values}
    )
    return carry


def record_opens(batch: Sequence[Opening], *, at: datetime) -> int:
    """Add the opens of `batch` to their chat groups' counts; returns how many count. Call it inside a transaction.

    An open counts when its notice is out and its chat group on record. Its statements do not grow with the opens.
    """
    notices = Notice.objects.filter(pk__in={one.notice for one in batch}, sent_at__lte=at).exclude(
        state=NoticeState.DRAFT
    )
    sent = dict(notices.values_list("pk", "sent_at"))
    chats = ChatGroup.objects.select_related("unit__parent").in_bulk({one.chat for one in batch})
    counted = Counter(
        (one.notice, one.chat, mark_of(moment, max(one.minute, moment)))
        for one in batch
        if (moment := sent.get(one.notice)) and one.chat in chats
    )
    carries = _carries({(notice, chat) for notice, chat, _mark in counted}, chats)
    rows = sorted((carries[notice, chat], mark, number) for (notice, chat, mark), number in counted.items())
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, rows)
    return counted.total()


_ADD = (
    "INSERT INTO contact_carryopens (carry_id, within, opens) VALUES (%s, %s, %s)"
    " ON CONFLICT (carry_id, within) DO UPDATE SET opens = contact_carryopens.opens + excluded.opens"
)


def _carries(pairs: set[tuple[int, int]], chats: dict[int, ChatGroup]) -> dict[tuple[int, int], int]:
    """The number of the row of each pair of notice and chat group; those that have none get one."""
    found = _carries_there(pairs)
    if lacking := sorted(pairs - set(found)):
        fresh = [Carry(notice_id=notice, chat_id=chat, **_place(chats[chat])) for notice, chat in lacking]
        Carry.objects.bulk_create(fresh, ignore_conflicts=True)
        found = _carries_there(pairs)
    return found


def _carries_there(pairs: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    rows = Carry.objects.filter(notice__in={notice for notice, _ in pairs}, chat__in={chat for _, chat in pairs})
    return {(notice, chat): pk for pk, notice, chat in rows.values_list("pk", "notice_id", "chat_id") if chat}


def _place(chat: ChatGroup) -> dict[str, object]:
    body = body_of(chat)
    return {"unit": body, "unit_path": body.path, "level": body.level}


def fold_opens(at: datetime) -> int:
    """Put what waits in the spool of opens into the database; a round of the worker. Returns the lines it took.

    Exactly once, as counts are no receipts: a line read twice would count twice.
    """

    def write(lines: list[bytes]) -> None:
        record_opens([one for one in map(opening_of, lines) if one], at=at)

    return fold_once(opens_folder(), write, most=SLICE * BYTES_OF_A_LINE, at=at)
