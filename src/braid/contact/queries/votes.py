"""Votes somebody may take part in, the one she may open, and the result. Nothing here counts votes that still come in."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Avg, Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from braid.contact.ballot_box import voter_of
from braid.contact.enums import FEWEST_TOLD, BallotState, NominationState
from braid.contact.models import Ballot, Burst, Juror, Nomination, Vote
from braid.contact.models import Count as Counted
from braid.contact.rules import RUN_VOTES, can_run_votes_of, tells_counts
from braid.contact.tokens import Paper, paper_of
from braid.kernel.access import AFTER_DESCENDANTS, Actor, require, scope
from braid.kernel.keyset import Page, page_of
from braid.people.models import Membership, Person
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from braid.units.paths import numbers_of

ORDER = ("-pk",)
MOST_BURSTS = 100
MOST_RUNNING = 10


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a vote."""

    level: int | None
    """The level of the unit she takes part from; None: she is nowhere in the unit or below it."""
    runs: bool
    juror: Juror | None

    @property
    def takes_part(self) -> bool:
        return self.level is not None


def ballots_of(person: Person, *, on: date, cursor: str = "", size: int = 25) -> Page[Ballot]:
    """The votes `person` may take part in: of the units she is in and all above them, newest first. Two queries."""
    paths = _held(person, on).values_list("unit_path", flat=True)
    numbers = {number for path in paths for number in numbers_of(path)}
    rows = Ballot.objects.filter(unit__in=numbers).select_related("unit")
    return page_of(rows, order=ORDER, cursor=cursor, size=size)


def ballots_at(unit: Unit, *, most: int = 5) -> list[Ballot]:
    """The latest votes of `unit`, for its own page. One query."""
    return list(Ballot.objects.filter(unit=unit).order_by("-pk")[:most])


def ballot_for(person: Person, pk: int, *, on: date) -> tuple[Ballot, Standing]:
    """The vote `pk` and how `person` stands to it; `Http404` for who neither takes part, nor runs it, nor is on its jury."""
    ballot = Ballot.objects.select_related("unit").filter(pk=pk).first()
    if ballot is None:
        raise Http404
    top = ballot.unit_path
    held = _held(person, on).filter(unit_path__gte=top, unit_path__lt=top + AFTER_DESCENDANTS)
    level = held.order_by("unit__level").values_list("unit__level", flat=True).first()
    juror = Juror.objects.filter(ballot=ballot, person=person).first()
    standing = Standing(level, can_run_votes_of(person, ballot.unit), juror)
    if not (standing.takes_part or standing.runs or juror):
        raise Http404
    return ballot, standing


def ballot_to_run_for(person: Person, pk: int) -> Ballot:
    """The vote `pk` if `person` runs it. `Http404` when she may not open it; else `NotAllowed`."""
    ballot, standing = ballot_for(person, pk, on=timezone.localdate())
    require(standing.runs)
    return ballot


def _held(person: Person, on: date) -> QuerySet[Membership]:
    return Membership.objects.current(on).filter(person=person, unit__status=UnitStatus.ACTIVE)


def candidates_for(person: Person, ballot: Ballot) -> list[Nomination]:
    """Who stands in `ballot`, in an order that is another for everybody and for her always the same. One query."""
    standing = list(_standing(ballot).only("name", "words").order_by("pk"))
    random.Random(f"{ballot.pk} {person.pk}").shuffle(standing)  # noqa: S311 (an order, no secret)
    return standing


def candidates_of(ballot: Ballot) -> list[Nomination]:
    """Who stands in `ballot`, by name. One query."""
    return list(_standing(ballot).only("name", "words").order_by("name", "pk"))


def _standing(ballot: Ballot) -> QuerySet[Nomination]:
    return Nomination.objects.filter(ballot=ballot, state=NominationState.ACCEPTED)


def paper_for(person: Person, ballot: Ballot, standing: Standing) -> str:
    """The ballot paper of `person`, who takes part: what her page sends back with what she chose."""
    until = int(ballot.voting_ends_at.timestamp())
    voter = voter_of(ballot, person.pk).encode()
    return paper_of(Paper(ballot.pk, voter, standing.level or 0, ballot.choices, until))


def own_vote(person: Person, ballot: Ballot) -> frozenset[int]:
    """What `person` chose last, as far as it is in the database; nobody else's vote can be asked for. One query."""
    mine = Vote.objects.filter(ballot=ballot, voter=voter_of(ballot, person.pk))
    return frozenset(map(int, (mine.values_list("choices", flat=True).first() or "").split()))


def nominations_by(person: Person, ballot: Ballot) -> list[Nomination]:
    """Whom `person` nominated in `ballot`. One query."""
    return list(Nomination.objects.filter(ballot=ballot, nominated_by=person).order_by("pk"))


def nomination_with(key: str) -> Nomination:
    """The nomination whose link holds `key`; else `Http404`."""
    found = Nomination.objects.select_related("ballot__unit", "nominated_by").filter(consent_key=key).first()
    if found is None:
        raise Http404
    return found


def nomination_for(actor: Actor, pk: int) -> Nomination:
    """The nomination `pk` if `actor` runs its vote; else `Http404`."""
    seen = scope(actor, RUN_VOTES).where("ballot__unit_path")
    found = Nomination.objects.select_related("ballot__unit").filter(seen, pk=pk).first()
    if found is None:
        raise Http404
    return found


def nominations_in(ballot: Ballot, state: NominationState, *, cursor: str = "", size: int = 25) -> Page[Nomination]:
    """The nominations of `ballot` in one state, oldest first. One query."""
    rows = Nomination.objects.filter(ballot=ballot, state=state).select_related("nominated_by")
    return page_of(rows, order=("pk",), cursor=cursor, size=size)


def nominations_by_state(ballot: Ballot) -> dict[str, int]:
    """How many nominations of `ballot` are in each state. One query."""
    rows = Nomination.objects.filter(ballot=ballot).order_by().values_list("state").annotate(n=Count("pk"))
    return {**dict.fromkeys(NominationState.values, 0), **dict(rows)}


def jury_of(ballot: Ballot) -> list[Juror]:
    """The jury of `ballot` with its people. One query."""
    return list(Juror.objects.filter(ballot=ballot).select_related("person").order_by("pk"))


def juror_for(actor: Actor, pk: int) -> Juror:
    """The member `pk` of a jury if `actor` runs its vote; else `Http404`."""
    seen = scope(actor, RUN_VOTES).where("ballot__unit_path")
    found = Juror.objects.select_related("ballot__unit", "person").filter(seen, pk=pk).first()
    if found is None:
        raise Http404
    return found


def bursts_of(ballot: Ballot) -> list[Burst]:
    """What was unusual, by time: when, and how many. One query."""
    return list(Burst.objects.filter(ballot=ballot).order_by("begins_at", "pk")[:MOST_BURSTS])


def burst_for(actor: Actor, pk: int) -> Burst:
    """The burst `pk` if `actor` runs its vote; else `Http404`."""
    seen = scope(actor, RUN_VOTES).where("ballot__unit_path")
    found = Burst.objects.select_related("ballot__unit").filter(seen, pk=pk).first()
    if found is None:
        raise Http404
    return found


def ballots_to_vote_in(person: Person, *, on: date) -> list[Ballot]:
    """Votes that run on the day `on` in which `person` may vote and has not, the one that ends first first. Three queries."""
    paths = _held(person, on).values_list("unit_path", flat=True)
    numbers = {number for path in paths for number in numbers_of(path)}
    running = Ballot.objects.filter(
        unit__in=numbers, state=BallotState.VOTING, voting_from__lte=on, voting_until__gte=on
    )
    found = list(running.select_related("unit").order_by("voting_until", "pk")[:MOST_RUNNING])
    own = [Q(ballot=ballot, voter=voter_of(ballot, person.pk)) for ballot in found]
    voted = set(Vote.objects.filter(reduce(or_, own)).values_list("ballot", flat=True)) if own else set()
    return [ballot for ballot in found if ballot.pk not in voted]


@dataclass(frozen=True)
class Line:
    """One candidate in the result. `by_level` holds None where fewer than `FEWEST_TOLD` would be told."""

    candidate: Nomination
    votes: int
    by_level: Mapping[int, int | None]
    jury: float | None
    jurors: int


@dataclass(frozen=True)
class Result:
    """What a vote came to. How many took part is known as a whole only: no unit is compared with another."""

    lines: list[Line]
    levels: list[int]
    voters: int
    set_aside: int
    reasons: list[Burst]


def result_of(ballot: Ballot) -> Result | None:
    """The votes beside the jury's scores, most votes first; None as long as there is nothing to tell. Four queries."""
    if not tells_counts(ballot):
        return None
    standing = candidates_of(ballot)
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Counted.objects.filter(nomination__in=standing)
    for nomination, level, votes in rows.values_list("nomination", "level", "votes"):
        counts[nomination][level] = votes
    levels = sorted({level for of_one in counts.values() for level in of_one})
    jury = _jury_means(standing)
    lines = [_line(candidate, counts[candidate.pk], levels, jury) for candidate in standing]
    return Result(
        lines=sorted(lines, key=lambda line: -line.votes),
        levels=levels,
        voters=ballot.voters or 0,
        set_aside=ballot.set_aside or 0,
        reasons=list(Burst.objects.filter(ballot=ballot).exclude(set_aside_at=None).order_by("begins_at", "pk")),
    )


def _jury_means(standing: Iterable[Nomination]) -> dict[int, tuple[float, int]]:
    scored = Nomination.objects.filter(pk__in=[one.pk for one in standing]).filter(~Q(scores=None)).order_by()
    rows = scored.values_list("pk").annotate(mean=Avg("scores__score"), jurors=Count("scores"))
    return {pk: (float(mean), jurors) for pk, mean, jurors in rows}


def _line(
    candidate: Nomination, counts: Mapping[int, int], levels: list[int], jury: Mapping[int, tuple[float, int]]
) -> Line:
    mean, jurors = jury.get(candidate.pk, (None, 0))
    told = told_by_level({level: counts.get(level, 0) for level in levels})
    return Line(candidate, sum(counts.values()), told, mean, jurors)


def told_by_level(counts: Mapping[int, int]) -> dict[int, int | None]:
    """The counts of one candidate by level as they are told: small ones are not, and none can be found by subtracting.

    Where a single level would be left out, the next smallest is left out with it.
    """
    hidden = {level for level, votes in counts.items() if votes < FEWEST_TOLD}
    if len(hidden) == 1 and len(counts) > 1:
        hidden.add(min((level for level in counts if level not in hidden), key=lambda level: (counts[level], level)))
    return {level: None if level in hidden else votes for level, votes in counts.items()}
