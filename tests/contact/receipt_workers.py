"""What the killed processes of `test_receipts_crash` do; see `tests/killing.py`."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyroaring import BitMap

from braid.contact.actions import fold_spool, forget_segments
from braid.contact.models import FoldedSegment, Notice, Receipt, UnitSet
from braid.contact.receiving import folder, keep_facts
from braid.kernel import spool
from braid.kernel.spool import segments
from tests import factories

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PEOPLE = 400


def prepare() -> None:
    """A notice to one unit of many people, each of whom will see it."""
    unit = factories.unit()
    for _ in range(PEOPLE):
        factories.member(unit)
    factories.notice(unit)


def answer_and_fold(number: int) -> None:
    """Half of the processes are web workers, half fold what these answered for; all until they are killed."""
    spool.SEGMENT_BYTES = 300
    notice = Notice.objects.get()
    turn = 0
    while True:
        turn += 1
        if number % 2:
            fold_spool(NOW)
        else:
            person = 1 + (number * 37 + turn) % PEOPLE
            keep_facts([(person, notice.pk, notice.unit_id, 1)], seconds=NOW.timestamp())
            _tell(person)


def judge() -> None:
    """Fold the rest undisturbed: who was answered has a receipt, nobody has two, and nothing is left behind."""
    fold_spool(NOW)
    fold_spool(NOW)
    forget_segments(NOW + timedelta(days=2))
    answered = {int(line) for line in _log().read_text().split()}
    receipts = list(Receipt.objects.values_list("person_id", flat=True))
    assert len(receipts) == len(set(receipts))
    assert answered <= set(receipts), answered - set(receipts)
    seen = UnitSet.objects.get(meaning=UnitSet.Meaning.SEEN)
    assert list(BitMap.deserialize(bytes(seen.numbers))) == [Notice.objects.get().unit_id]
    assert list(segments(folder())) == []
    assert not FoldedSegment.objects.exists()
    print("right", len(answered))


def _tell(person: int) -> None:
    descriptor = os.open(_log(), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, b"%d\n" % person)
    os.close(descriptor)


def _log() -> Path:
    return Path(os.environ["BRAID_VAR"]) / "told"
