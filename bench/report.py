"""One line of the bench: what was measured against what, and whether the goal is met."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Line:
    """A comparison. `ours` and `peer` are values with their units in words; `ratio` is what the target is about."""

    goal: str
    what: str
    ours: str
    peer: str
    ratio: float | None = None
    target: str = ""
    """Such as ">= 20" or "<= 2"; empty when it is for information."""
    note: str = ""
    database: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None when there is none."""
        if not self.target or self.ratio is None:
            return None
        sign, number = self.target.split()
        return self.ratio >= float(number) if sign == ">=" else self.ratio <= float(number)

    def as_json(self) -> str:
        return json.dumps({**asdict(self), "met": self.is_met}, ensure_ascii=False)


def line_of(text: str) -> Line:
    """The line that `as_json` wrote."""
    values = json.loads(text)
    values.pop("met")
    return Line(**values)


def show(lines: Iterable[Line]) -> None:
    """Print the lines as a table on the terminal."""
    table = Table(title="Braid bench: ratios of one run", title_justify="left")
    for name in ("goal", "database", "what", "ours", "peer", "ratio", "target", "", "note"):
        table.add_column(name, justify="right" if name == "ratio" else "left", overflow="fold")
    for line in lines:
        table.add_row(*_cells(line))
    Console(soft_wrap=False).print(table)


def as_markdown(lines: Iterable[Line]) -> str:
    """The lines as a Markdown table."""
    head = "| goal | database | what | ours | peer | ratio | target | met | note |\n|--|--|--|--|--|--:|--|--|--|\n"
    return head + "".join(f"| {' | '.join(_cells(line))} |\n" for line in lines)


def _cells(line: Line) -> list[str]:
    ratio = "" if line.ratio is None else f"{line.ratio:,.0f}x" if line.ratio >= 100 else f"{line.ratio:.2f}x"
    met = {True: "met", False: "MISSED", None: ""}[line.is_met]
    return [line.goal, line.database, line.what, line.ours, line.peer, ratio, line.target, met, line.note]
