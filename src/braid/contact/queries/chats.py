"""Chat groups of a unit, and who owns each now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.http import Http404
from django.utils.translation import get_language

from braid.contact.models import ChatGroup
from braid.contact.rules import can_run_groups_of, can_see_groups_of, turn_on
from braid.kernel.access import require
from braid.people.models import Membership, Person
from braid.units.models import Unit

PLATFORMS = Path(__file__).parent.parent / "data" / "chat_platforms.json"
MOST = 100
LONGEST = 300
"""Characters of a text for a platform that nobody described."""


@dataclass(frozen=True)
class ChatNow:
    """A chat group today: who owns it, and in a rota until which day, who follows, and all in their order."""

    chat: ChatGroup
    owner: Person | None
    last_day: date | None = None
    follower: Person | None = None
    owners: tuple[Person, ...] = ()


def chats_of(unit: Unit, *, on: date) -> list[ChatNow]:
    """The chat groups of `unit` as they are on the day `on`, by name; at most 100. Three queries."""
    rows = ChatGroup.objects.filter(unit=unit).select_related("owner").prefetch_related("turns__person")
    return [chat_now(chat, on=on) for chat in rows.order_by("platform", "name", "pk")[:MOST]]


def chat_now(chat: ChatGroup, *, on: date) -> ChatNow:
    """`chat` on the day `on`; its owner and its turns with their people should be read already."""
    owners = tuple(turn.person for turn in sorted(chat.turns.all(), key=lambda turn: turn.place))
    if not (owners and chat.turn_days and chat.turns_from):
        return ChatNow(chat, chat.owner)
    turn = turn_on(on, owners=len(owners), turn_days=chat.turn_days, turns_from=chat.turns_from)
    follower = owners[(turn.place + 1) % len(owners)]
    return ChatNow(chat, owners[turn.place], turn.last_day, follower, owners)


def unit_of_chats_for(person: Person, code: str, *, on: date) -> Unit:
    """The unit with `code` whose chat groups `person` may see: her own, or where her role sees groups; else `Http404`."""
    unit = Unit.objects.active().filter(code=code).first()
    if unit is None or not _sees(person, unit, on):
        raise Http404
    return unit


def chat_to_run_for(person: Person, pk: int, *, on: date) -> ChatGroup:
    """The chat group `pk` if `person` keeps it right. `Http404` when she does not see it; else `NotAllowed`."""
    chat = ChatGroup.objects.select_related("unit").filter(pk=pk).first()
    if chat is None or not _sees(person, chat.unit, on):
        raise Http404
    require(can_run_groups_of(person, chat.unit))
    return chat


def _sees(person: Person, unit: Unit, on: date) -> bool:
    return can_see_groups_of(person, unit) or Membership.objects.current(on).filter(person=person, unit=unit).exists()


def platforms() -> list[str]:
    """Names of platforms to choose from, in the reader's language; any other name may be typed."""
    return [str(row.get(get_language() or "", row["name"])) for row in _platforms()]


def longest_text_on(platform: str) -> int:
    """How many characters a text for `platform` should have at most, so that it is shown there in one piece."""
    return _longest().get(platform.strip().casefold(), LONGEST)


@cache
def _longest() -> dict[str, int]:
    """By each name a platform has in any language."""
    names = ("name", "zh-hant", "en")
    return {str(row[name]).casefold(): int(row["longest"]) for row in _platforms() for name in names}


@cache
def _platforms() -> list[dict[str, str | int]]:
    rows: list[dict[str, str | int]] = json.loads(PLATFORMS.read_text(encoding="utf-8"))
    return rows
