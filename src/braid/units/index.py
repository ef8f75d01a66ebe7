"""What the picker searches: the names, initials and codes of all units as three long texts in tree order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from django.db import connection

from .folding import Codes, fold_codes, initials
from .snapshot import CHUNK, Snapshot, current, rows_of

Starts = npt.NDArray[np.int32]

_TEXTS = (
    "SELECT name, name_zh_hant, name_en, full_name, full_name_zh_hant, full_name_en, code FROM units_unit ORDER BY path"
)


@dataclass(frozen=True)
class Lines:
    """A text with a line per unit, and where each line starts (and, last, where one more would)."""

    text: str
    starts: Starts

    def find(self, part: str, first: int, end: int) -> Iterator[int]:
        """The ordinals in `[first, end)` whose line holds `part`, ascending."""
        place, stop = int(self.starts[first]), int(self.starts[end])
        while (place := self.text.find(part, place, stop)) >= 0:
            ordinal = self._ordinal_at(place)
            yield ordinal
            place = int(self.starts[ordinal + 1])

    def find_beginning(self, part: str, first: int, end: int) -> Iterator[int]:
        """The ordinals in `[first, end)` whose line begins with `part`, ascending."""
        # The newline before a line belongs to the line above: the search begins and ends one character earlier.
        place, stop = int(self.starts[first]) - 1, int(self.starts[end]) - 1
        while (place := self.text.find("\n" + part, place, stop)) >= 0:
            ordinal = self._ordinal_at(place + 1)
            yield ordinal
            place = int(self.starts[ordinal + 1]) - 1

    def find_whole(self, name: str) -> Iterator[int]:
        """The ordinals whose line is `name`, or has it as one of its names; in no order, some perhaps twice."""
        for before, after in product("\n\x1f", repeat=2):
            place = -1
            while (place := self.text.find(before + name + after, place + 1)) >= 0:
                yield self._ordinal_at(place + 1)

    def _ordinal_at(self, place: int) -> int:
        # An int32: for a plain int numpy would first copy all the starts.
        return int(self.starts.searchsorted(np.int32(place), side="right")) - 1


@dataclass(frozen=True)
class Index:
    """The tree order, and what is searched in it."""

    snapshot: Snapshot
    names: Lines
    """Folded; a unit's further names stand on its line, parted by a character no name has."""
    initials: Lines
    """The same places as `names`."""
    codes: Lines
    code_letters: frozenset[str]
    """All letters and digits that stand in codes: whoever types others means no code, and none need be searched."""


_lock = threading.Lock()
_index: dict[str, Index] = {}


def current_index() -> Index:
    """The index of the tree as it is now. After a change of the tree it is built anew, in a few seconds for 665,000 units."""
    snapshot = current()
    key = str(connection.settings_dict["NAME"])
    found = _index.get(key)
    if found is None or found.snapshot is not snapshot:
        with _lock:
            found = _index.get(key)
            if found is None or found.snapshot is not snapshot:
                found = _index[key] = _build(snapshot)
    return found


def _build(snapshot: Snapshot) -> Index:
    names, letters, codes = [np.array([10], dtype=np.uint16)], [b"\n"], ["\n"]
    for folded, code_lines in _chunks():
        names.append(folded)
        letters.append(initials(folded))
        codes.append(code_lines)
    all_names = np.concatenate(names)
    starts = _starts(all_names == 10)
    code_text = "".join(codes)
    code_starts = _starts(np.frombuffer(code_text.encode("utf-16-le"), dtype=np.uint16) == 10)
    return Index(
        snapshot,
        Lines(all_names.tobytes().decode("utf-16-le"), starts),
        Lines(b"".join(letters).decode("ascii"), starts),
        Lines(code_text, code_starts),
        frozenset(code_text),
    )


def _chunks() -> Iterator[tuple[Codes, str]]:
    lines: list[str] = []
    codes: list[str] = []
    for name, *others, code in rows_of(_TEXTS):
        lines.append("\x1f".join([name, *filter(None, others)]) if any(others) else name)
        codes.append(code)
        if len(lines) == CHUNK:
            yield _joined(lines, codes)
            lines, codes = [], []
    if lines:
        yield _joined(lines, codes)


def _joined(lines: list[str], codes: list[str]) -> tuple[Codes, str]:
    return fold_codes("\n".join(lines) + "\n"), "\n".join(codes).lower() + "\n"


def _starts(is_newline: npt.NDArray[np.bool_]) -> Starts:
    return (np.flatnonzero(is_newline) + 1).astype(np.int32)
