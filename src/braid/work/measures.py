"""Measures: the numbers in one answer, and what many answers add up to. Whole numbers only, so that sums are exact.

A number with two decimals is kept in hundredths (`Field.places`). A choice is a measure of its own, `f3#2`, and so is a
cell of a table, `f5:0:1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Measures = Mapping[str, int]


@dataclass(frozen=True)
class Answer:
    """The measures of one answer, and when it was given (ISO 8601, so that texts compare like moments)."""

    at: str
    values: Measures

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Answer | None:
        """The answer that `as_json` kept."""
        return cls(kept["at"], kept["values"]) if kept else None

    @property
    def as_json(self) -> dict[str, Any]:
        return {"at": self.at, "values": dict(self.values)}


@dataclass
class Figure:
    """One measure over many answers: how many gave it and their sum; and where they are asked for, the extremes."""

    n: int = 0
    sum: int = 0
    low: int | None = None
    high: int | None = None
    latest: int | None = None
    latest_at: str = ""

    def add(self, value: int, sign: int) -> None:
        self.n += sign
        self.sum += sign * value

    def widen(self, other: Figure) -> None:
        """Take the extremes of `other` into account."""
        self.low = _least(self.low, other.low)
        self.high = _most(self.high, other.high)
        if other.latest is not None and (other.latest_at, other.latest) > (self.latest_at, self.latest or 0):
            self.latest, self.latest_at = other.latest, other.latest_at

    def is_shaped_by(self, other: Figure) -> bool:
        """Whether an extreme may stand here because of the one answer in `other`: without it, it must be found anew."""
        return other.low == self.low or other.high == self.high or other.latest_at == self.latest_at

    def forget_extremes(self) -> None:
        self.low = self.high = self.latest = None
        self.latest_at = ""

    @classmethod
    def of(cls, value: int, at: str) -> Figure:
        """The figure of one answer."""
        return cls(1, value, value, value, value, at)


@dataclass
class Summary:
    """What many answers add up to: how many there are, and a figure for each measure."""

    n: int = 0
    figures: dict[str, Figure] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Summary:
        """The summary that `as_json` kept."""
        return cls(kept.get("n", 0), {key: Figure(*values) for key, values in kept.get("figures", {}).items()})

    @property
    def as_json(self) -> dict[str, Any]:
        return {"n": self.n, "figures": {key: _kept(figure) for key, figure in self.figures.items() if figure.n}}

    def add(self, answer: Answer, sign: int = 1) -> None:
        """Count `answer`, or with `sign` -1 count it no more. Extremes are left as they are."""
        self.n += sign
        for key, value in answer.values.items():
            self.figure(key).add(value, sign)

    def add_all(self, other: Summary) -> None:
        """Count all that `other` counts, extremes included."""
        self.n += other.n
        for key, figure in other.figures.items():
            mine = self.figure(key)
            mine.n, mine.sum = mine.n + figure.n, mine.sum + figure.sum
            mine.widen(figure)

    def figure(self, key: str) -> Figure:
        return self.figures.setdefault(key, Figure())


def summary_of(answers: Iterable[Answer], extremes: Iterable[str] = ()) -> Summary:
    """What `answers` add up to, with the extremes of the measures `extremes`: the plain recount that all else must equal."""
    found, kept = Summary(), set(extremes)
    for answer in answers:
        found.add(answer)
        for key in kept & answer.values.keys():
            found.figure(key).widen(Figure.of(answer.values[key], answer.at))
    return found


def _kept(figure: Figure) -> list[Any]:
    """As short as it can be: two numbers where no extremes are kept."""
    if figure.low is None:
        return [figure.n, figure.sum]
    return [figure.n, figure.sum, figure.low, figure.high, figure.latest, figure.latest_at]


def _least(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


def _most(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)
