"""The spool of votes: what a voter chose as a line, `ballot voter level micros network choices`. No line names a person."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from braid.kernel.spool import Spool

from .models import Ballot
from .networks import mark_of

LONGEST_NAME = 22


class VoteOf(NamedTuple):
    """`voter` chose `choices` (keys of nominations) in `ballot` at `micros`, from the network with this mark."""

    ballot: int
    voter: str
    level: int
    micros: int
    network: str
    choices: tuple[int, ...]


def voter_of(ballot: Ballot, person: int) -> str:
    """The name under which the vote of `person` (a key) is kept: as long as the ballot has its key, always the same."""
    digest = hmac.digest(bytes(ballot.voter_key), b"%d" % person, "sha256")[:16]
    return base64.urlsafe_b64encode(digest).decode()[:LONGEST_NAME]


def folder() -> Path:
    """Where votes wait that are not in the database yet."""
    return _folder(settings.SPOOL)


def keep_vote(ballot: int, voter: bytes, level: int, choices: Sequence[int], *, network: str, seconds: float) -> None:
    """Write what a voter chose at the moment `seconds`; returns when it is on disk."""
    mark = mark_of(network, seconds=seconds)
    said = ",".join(map(str, sorted(choices)))
    line = b"%d %s %d %d %s %s" % (ballot, voter, level, int(seconds * 1_000_000), mark.encode(), said.encode())
    _spool(settings.SPOOL).append(line)


def vote_of(line: bytes) -> VoteOf | None:
    """The vote a line says; None for a line that says none, which is left out rather than holding up the others."""
    try:
        ballot, voter, level, micros, network, choices = line.decode().split()
        chosen = tuple(map(int, choices.split(",")))
        return VoteOf(int(ballot), voter, int(level), int(micros), network, chosen)
    except ValueError:
        return None


@cache
def _spool(root: Path) -> Spool:
    return Spool(_folder(root))


def _folder(root: Path) -> Path:
    return root / "votes"
