"""Measures: the numbers in one answer, and what many answers add up to. Whole numbers only, so that sums are exact.

A number with two decimals is kept in hundredths (`Field.places`). A choice is a measure of its own, `f3#2`, and so is a
cell of a table, `f5:0:1`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(slots=True)
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
        """Whether an extreme may stand here because of the answers in `other`: without them, it must be found anew.

        Also where one of them lies beyond what stands here: this may have been found anew while they were being taken away.
        """
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return other.low is not None
        return other.low <= self.low or other.high >= self.high or other.latest_at >= self.latest_at

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

    def copy(self) -> Summary:
        """The same, to count more in it."""
        return Summary(self.n, {key: replace(figure) for key, figure in self.figures.items()})

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
        found = self.figures.get(key)
        if found is None:
            found = self.figures[key] = Figure()
        return found

    def change(self, delta: Delta) -> bool:
        """Count what `delta` brings and no more what it takes; returns whether extremes must be found anew."""
        self.n += delta.n
        for key, (n, total) in delta.sums.items():
            figure = self.figure(key)
            figure.n, figure.sum = figure.n + n, figure.sum + total
        for key, came in delta.came.items():
            self.figure(key).widen(came)
        return any(self.figure(key).is_shaped_by(went) for key, went in delta.went.items())


@dataclass(slots=True)
class Delta:
    """What changes of answers do to a summary. Deltas add up on the way to the root, so each answer is looked at once."""

    n: int = 0
    sums: dict[str, list[int]] = field(default_factory=dict)
    """By measure, how many more gave it, and how much more it comes to."""
    came: dict[str, Figure] = field(default_factory=dict)
    """The answers that are new, of measures whose extremes are kept."""
    went: dict[str, Figure] = field(default_factory=dict)
    """Those that count no more."""

    def count(self, answer: Answer, sign: int, extremes: Collection[str]) -> None:
        """Count one answer, or with `sign` -1 count it no more."""
        self.n += sign
        for key, value in answer.values.items():
            self._add(key, sign, sign * value)
            if key in extremes:
                _widen(self.came if sign > 0 else self.went, key, Figure.of(value, answer.at))

    def add(self, other: Delta) -> None:
        """Count what `other` counts as well."""
        self.n += other.n
        for key, (n, total) in other.sums.items():
            self._add(key, n, total)
        for key, figure in other.came.items():
            _widen(self.came, key, figure)
        for key, figure in other.went.items():
            _widen(self.went, key, figure)

    def _add(self, key: str, n: int, total: int) -> None:
        held = self.sums.get(key)
        if held is None:
            self.sums[key] = [n, total]
        else:
            held[0] += n
            held[1] += total


def _widen(figures: dict[str, Figure], key: str, figure: Figure) -> None:
    if key not in figures:
        figures[key] = Figure()
    figures[key].widen(figure)


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
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _most(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
