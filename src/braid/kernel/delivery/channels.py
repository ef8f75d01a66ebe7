"""What a channel is: the interface of those built in and of plug-ins, found by the entry point group `braid.channels`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GROUP = "braid.channels"


class Result(Enum):
    """How handing a message over ended: a closed list, so that what follows is decided in one place."""

    SENT = "sent"
    LATER = "later"
    """It surely was not taken, and may be next time: the server is away or busy."""
    REFUSED = "refused"
    """It surely was not taken and never will be."""
    GONE = "gone"
    """As refused, because the address is no more: it is forgotten."""
    UNKNOWN = "unknown"
    """It may have been taken or not: the connection broke after the message had left."""


@dataclass(frozen=True)
class Outcome:
    """A result, and why in a few words for the operator."""

    result: Result
    why: str = ""


SENT = Outcome(Result.SENT)


@dataclass(frozen=True)
class Message:
    """What is told: `body` may be empty, `path` is a page of ours, `tag` names the thing, so that a phone shows it once."""

    subject: str
    body: str = ""
    path: str = ""
    tag: str = ""


Send = Callable[[str, Message, str], Outcome]
"""Hands a message to an address under a key."""


class Channel(ABC):
    """One way to reach a person. It holds no state between messages but what `opened()` keeps."""

    name: ClassVar[str]
    """How rows and settings call it; never changes."""
    words: ClassVar[StrOrPromise]
    """How people call it."""
    icon: ClassVar[str] = "send"
    offers_key: ClassVar[bool] = False
    """Whether a message sent twice under one key arrives once. Only then is it sent again when nobody knows if it arrived."""
    most_characters: ClassVar[int | None] = None
    """What does not fit is cut."""
    settings: ClassVar[tuple[str, ...]] = ()
    """The settings it needs (names in the environment), for the operator."""

    def is_ready(self) -> bool:
        """Whether it is set up here: people are offered only channels that are."""
        return True

    def clean_address(self, text: str) -> str:
        """The address as it is kept. Raises `BadInput` for one that cannot be used."""
        return text.strip()

    @abstractmethod
    def opened(self) -> AbstractContextManager[Send]:
        """A connection for some messages, one after the other. Opening it may wait for the first message.

        The function it gives never raises for what goes wrong outside: it returns an `Outcome`. What it raises all the same
        counts as `UNKNOWN`.
        """


CHANNELS: dict[str, Channel] = {}
"""Every channel by name, in the order of the ladder: the kernel's own first, then plug-ins."""


def channel_named(name: str) -> Channel | None:
    """The channel called `name`; None when it is not installed any more."""
    return CHANNELS.get(name)


def entry_point_channels() -> list[Channel]:
    """An instance of each channel that installed packages offer. One that cannot be loaded stops the start: nobody should
    learn from silence that a channel is missing."""
    return [point.load()() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]
