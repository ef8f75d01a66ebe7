"""What can be wrong with a row: its line, the field, and the reason in words."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong in a file. `line` counts as a spreadsheet shows it; 0: the file as a whole."""

    line: int
    field: str
    reason: str
    value: str = ""
    code: str = ""

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.reason}"
