"""The port of the journal: unfilled it raises, so nothing happens without its entry."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from braid.kernel import ledger
from braid.kernel.ledger import Happened, Strand, record, record_all


def test_an_unfilled_journal_raises(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(ledger, "_ledger", None)
    with pytest.raises(RuntimeError, match="not filled"):
        record(SimpleNamespace(pk=1), Strand.WORK, "a.b", at=now)


def test_record_hands_over_what_happened(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    told: list[object] = []
    monkeypatch.setattr(ledger, "_ledger", lambda happened, *, by, at: told.append((happened, by, at)))
    record(SimpleNamespace(pk=7), Strand.WORK, "a.b", -2, at=now)
    record_all(iter([Happened(7, Strand.CONTACT, "c.d")]), at=now)
    assert told == [
        ([Happened(7, Strand.WORK, "a.b", -2)], None, now),
        ([Happened(7, Strand.CONTACT, "c.d")], None, now),
    ]
