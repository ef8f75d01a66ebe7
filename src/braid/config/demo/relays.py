"""The demo's relay: the great notice asked to be carried into chat groups of all levels, carried into many, and opened."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from braid.contact.actions import ChatPlan, answer_call, ask_relay, freeze_audience, record_opens, register_chat
from braid.contact.enums import UNDO_WINDOW, CarryAnswer
from braid.contact.models import ChatGroup, Notice
from braid.contact.queries.chats import chat_now
from braid.contact.relay_links import Opening
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.enums import UnitKind
from braid.units.models import Unit

from .notices import AGO, head_of
from .people import is_chinese
from .stages import Stage, in_slices
from .texts import group_texts_for

BODIES_PER_LEVEL = 12
"""Bodies of a level that put a chat group of their officers on record."""
MOST_OPENS = 60
"""Opens of one chat group's link."""


def register_chats(stage: Stage, *, at: datetime) -> None:
    """A chat group of their own for some bodies of every level, owned by the liaison officer."""
    bodies = _bodies()
    said = group_texts_for(chinese=is_chinese())

    def write(start: int, end: int) -> None:
        for number, body in enumerate(bodies[start:end], start):
            owner = Person.objects.filter(memberships__unit=body, memberships__office=Office.LIAISON).first()
            plan = ChatPlan(said.platform, body.name, size=30 + 37 * number % 450, owners=[owner] if owner else [])
            register_chat(body, plan, by=OPERATOR, at=at)

    in_slices(stage, len(bodies), 20, write)


def _bodies() -> list[Unit]:
    """The first bodies of every level: the same in a run that goes on."""
    bodies = Unit.objects.homes().filter(kind=UnitKind.BODY)
    levels = list(bodies.order_by("level").values_list("level", flat=True).distinct())
    return [unit for level in levels for unit in bodies.filter(level=level).order_by("path")[:BODIES_PER_LEVEL]]


def carry_the_call(stage: Stage, *, notice: int, at: datetime) -> None:
    """Ask for the great notice; two of three chat groups pass it on within the hours since, one in nine says no."""
    call = Notice.objects.get(pk=notice)
    freeze_audience(call, at=at)
    sent_at = at - AGO + UNDO_WINDOW
    chats = ChatGroup.objects.select_related("owner", "unit__parent").prefetch_related("turns__person").order_by("pk")

    def write(start: int, end: int) -> None:
        if start == 0:
            ask_relay(call, words="", by=head_of(call.unit), at=sent_at)
        for place, chat in enumerate(chats[start:end], start):
            moment = sent_at + timedelta(minutes=_minutes(place))
            owner = chat_now(chat, on=timezone.localdate(moment)).owner
            answer = (CarryAnswer.CARRIED, CarryAnswer.CARRIED, CarryAnswer.NONE)[place % 3]
            if owner and answer != CarryAnswer.NONE and place % 9 != 1:
                answer_call(call, chat, answer, by=owner, at=moment)
        stage.remember(chats=chats.count())

    in_slices(stage, len(chats), 40, write)


def open_the_links(stage: Stage, *, notice: int, at: datetime) -> None:
    """People in those chat groups open the link, most of them soon: through the action that takes in the web's opens."""
    call = Notice.objects.get(pk=notice)
    rows = call.carries.exclude(carried_at=None).order_by("pk").values_list("chat_id", "carried_at")
    carried = [(chat, moment) for chat, moment in rows if chat and moment]

    def write(start: int, end: int) -> None:
        batch = [
            Opening(notice, chat, min(at, moment + timedelta(minutes=number * number % 200)))
            for place, (chat, moment) in enumerate(carried[start:end], start)
            for number in range(5 + 17 * place % MOST_OPENS)
        ]
        record_opens(batch, at=at)
        stage.remember(opens=int(stage["opens"] or 0) + len(batch))

    in_slices(stage, len(carried), 500, write)


def _minutes(place: int) -> int:
    """After how many minutes the chat group in that place passed it on: most within the hour, the last after five."""
    return (place * 13) % 55 if place % 4 else (place * 29) % 300
