"""Everything that records receipts: in batches, from the spool, and one person's own at once.

A receipt is a row; which units have seen (acknowledged, done) a notice is a bitmap beside it. Both only ever grow, so a fact
that comes twice, late or in another order changes nothing. The journal does not learn of receipts: it would become a record
of who reads when, and the sets say already all that a sender may know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from braid.contact.ballot_box import folder as votes_folder
from braid.contact.enums import Fact, NoticeState
from braid.contact.models import FoldedSegment, Notice, Receipt, UnitSet
from braid.contact.models.receipts import SEEN_WITHIN
from braid.contact.queries.recipients import Meant, meant_by
from braid.contact.queries.seats import units_addressed
from braid.contact.receiving import FactOf, fact_of, folder, keep_facts
from braid.contact.relay_links import mark_of, opens_folder
from braid.contact.rules import asks_for, is_out
from braid.kernel.access import require
from braid.kernel.bulk import insert_rows
from braid.kernel.errors import WrongState
from braid.kernel.spool import segments
from braid.people.models import Person

from .folding import fold, slice_size
from .freezing import freeze_audience

BYTES_OF_A_LINE = 36
KEPT_FOR = timedelta(days=1)


def record_facts(batch: Sequence[FactOf], *, at: datetime) -> list[FactOf]:
    """Record the facts of `batch` that count, and return them. Duplicates count and change nothing.

    A fact counts when its notice is out and was not withdrawn before it, asks for it, addresses the unit, and the person is
    now in the unit, in an addressed office. The others are left out in silence: nobody waits for an answer here. The number of
    queries depends on the slices and the notices never seen before, not on the facts.
    """
    recorded: list[FactOf] = []
    size = slice_size()
    for begin in range(0, len(batch), size):
        admitted = _admitted(batch[begin : begin + size], at=at)
        with transaction.atomic():
            _write(admitted)
        recorded += admitted
    return recorded


def answer_notice(notice: Notice, fact: Fact, *, by: Person, at: datetime) -> None:
    """Record `fact` (and that she has seen it) for `by` at once, for every unit in which `notice` addresses her.

    Her own receipts stand when this returns; the counts by unit follow from the spool within seconds. Refused when the
    notice does not address her, is not out or withdrawn, or does not ask for the fact.
    """
    units = units_addressed(by, notice, at=at)
    require(bool(units))
    if notice.state != NoticeState.SENT or not is_out(notice, at) or not asks_for(notice, fact):
        raise WrongState(_("This notice takes no answers any more. Open it again to see how it is now."))
    facts = [(by.pk, notice.pk, unit, said) for unit in units for said in sorted({Fact.SEEN.value, fact.value})]
    keep_facts(facts, seconds=at.timestamp())
    rows = [Receipt(person_id=p, notice_id=n, unit_number=u, fact=f, at=at) for p, n, u, f in facts]
    Receipt.objects.bulk_create(rows, ignore_conflicts=True)


def fold_spool(at: datetime) -> int:
    """Put what waits in the spool of receipts into the database; a round of the worker. Returns the lines it took."""

    def prepare(lines: list[bytes]) -> Callable[[], None]:
        admitted = _admitted([fact for fact in map(fact_of, lines) if fact], at=at)
        return lambda: _write(admitted)

    return fold(folder(), prepare, line_bytes=BYTES_OF_A_LINE, at=at)


def forget_segments(at: datetime) -> int:
    """Throw away what is kept of segments that have been gone for a day; a sweep of the worker. Returns how many those were.

    Those that are still here, on this machine, are marked as seen: a quiet one must not be forgotten and folded again.
    """
    here = [segment.name for root in (folder(), opens_folder(), votes_folder()) for segment in segments(root)]
    FoldedSegment.objects.filter(name__in=here).update(at=at)
    return FoldedSegment.objects.filter(at__lt=at - KEPT_FOR).delete()[0]


@dataclass(frozen=True)
class _Door:
    """What a notice takes: which facts, until when, and from whom."""

    facts: frozenset[int]
    until: datetime | None
    meant: Meant

    def lets_in(self, fact: FactOf, offices: int) -> bool:
        return (
            fact.fact in self.facts
            and (self.until is None or fact.at < self.until)
            and self.meant.includes(fact.unit, offices)
        )


def _admitted(batch: Sequence[FactOf], *, at: datetime) -> list[FactOf]:
    """The facts that count, by the gate as it is now."""
    doors = _doors({fact.notice for fact in batch}, at=at)
    offices = _offices({fact.person for fact in batch if fact.notice in doors}, on=timezone.localdate(at))
    return [
        fact
        for fact in batch
        if fact.notice in doors
        and (held := offices.get((fact.person, fact.unit)))
        and doors[fact.notice].lets_in(fact, held)
    ]


def _doors(notices: set[int], *, at: datetime) -> dict[int, _Door]:
    """What each of `notices` takes at `at`; those that are not out take nothing and are left out.

    A withdrawn one still takes what was said before: it was answered for, and only waited to be folded.
    """
    out = Notice.objects.filter(pk__in=notices, sent_at__lte=at).exclude(state=NoticeState.DRAFT).in_bulk()
    for notice in out.values():
        if notice.frozen_at is None:
            freeze_audience(notice, at=at)
    meant = meant_by(out)
    return {
        pk: _Door(
            frozenset(fact for fact in Fact if asks_for(notice, fact)), notice.withdrawn_at, meant.get(pk, Meant(()))
        )
        for pk, notice in out.items()
    }


def _offices(people: set[int], *, on: date) -> dict[tuple[int, int], int]:
    """The offices (a mask) that each of `people` holds on the day `on`, by person and unit."""
    held: dict[tuple[int, int], int] = defaultdict(int)
    if not people:
        return held
    sql = (
        "SELECT person_id, unit_id, office FROM people_membership"  # noqa: S608 (whole numbers only)
        f" WHERE person_id IN ({','.join(map(str, people))}) AND since <= %s AND (until IS NULL OR until > %s)"
    )
    with (
        connection.cursor() as cursor
    ):  # plain SQL: Django would take as long to check the numbers as the database to answer
        cursor.execute(sql, [on, on])
        for person, unit, office in cursor.fetchall():
            held[person, unit] |= 1 << office
    return held


def _write(facts: Sequence[FactOf]) -> None:
    """Write receipts and add their units to the sets; call it inside a transaction."""
    if not facts:
        return
    _add_to_sets(facts)
    rows = sorted((fact.notice, fact.person, fact.fact, fact.unit, fact.at) for fact in facts)
    columns = ("notice_id", "person_id", "fact", "unit_number", "at")
    insert_rows(Receipt, columns, rows, ignore_conflicts=True)


def _add_to_sets(facts: Sequence[FactOf]) -> None:
    """Add each fact's unit to its set, and a unit that has seen a notice to that of the minutes since sending."""
    said: dict[tuple[int, int], list[int]] = defaultdict(list)
    sent = dict(Notice.objects.filter(pk__in={fact.notice for fact in facts}).values_list("pk", "sent_at"))
    for fact in facts:
        said[fact.notice, fact.fact].append(fact.unit)
        sent_at = sent[fact.notice]
        if fact.fact == Fact.SEEN and sent_at and (within := SEEN_WITHIN.get(mark_of(sent_at, fact.at))):
            said[fact.notice, within].append(fact.unit)
    grow_sets(said)


def grow_sets(said: dict[tuple[int, int], list[int]]) -> None:
    """Add units to the sets of notices, by notice and meaning; call it inside a transaction.

    Locked in one order, so that two folds wait for each other and never lock up.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE contact_unitset SET numbers = %s WHERE notice_id = %s AND meaning = %s", list(_grown(said))
        )


def _grown(said: dict[tuple[int, int], list[int]]) -> Iterator[tuple[bytes, int, int]]:
    """The sets that `said` makes larger, as they are then."""
    notices, meanings = {notice for notice, _ in said}, {fact for _, fact in said}
    rows = UnitSet.objects.select_for_update().filter(notice__in=notices, meaning__in=meanings)
    for row in rows.order_by("notice_id", "meaning"):
        units = BitMap.deserialize(bytes(row.numbers))
        before = len(units)
        units.update(said.get((row.notice_id, row.meaning), ()))
        if len(units) > before:
            yield bytes(units.serialize()), row.notice_id, row.meaning
