"""What an import did, or would do."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from .problems import Problem


class Change(NamedTuple):
    """One thing an import changes, as it is shown."""

    kind: str
    code: str
    name: str
    old: str = ""
    new: str = ""


@dataclass
class ImportResult:
    """What an import did, or would do."""

    applied: bool = False
    rows: int = 0
    """Rows of the file, good and bad."""
    counts: dict[str, int] = field(default_factory=dict)
    """By a word for what becomes of them, how many rows."""
    problems: list[Problem] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)
    """By kind, how many changes there are in all."""
    examples: list[Change] = field(default_factory=list)
    """Some of them, to be shown."""
    ignored_columns: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    run: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong."""
        return not self.problems

    @property
    def unshown(self) -> dict[str, int]:
        """By kind, how many changes there are beside the examples; without the kinds of which all are shown."""
        return dict(Counter(self.changes) - Counter(example.kind for example in self.examples))

    def as_json(self) -> dict[str, Any]:
        """The result for a script: problems and examples as objects."""
        body = asdict(self)
        body["problems"] = [problem._asdict() for problem in self.problems]
        body["examples"] = [example._asdict() for example in self.examples]
        return body
