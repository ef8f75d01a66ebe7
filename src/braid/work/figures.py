"""Roll-ups as people read them: one number for each question, shares of choices, sums of tables; reported and approved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .checking import number_in_words
from .enums import ROLLED_UP, FieldKind, RollUp
from .measures import Figure, Summary
from .models import Field
from .queries.rollups import Part


@dataclass(frozen=True)
class Share:
    """How many took one choice, of those who answered the question."""

    words: str
    filed: int
    approved: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.filed / self.of if self.of else 0.0


@dataclass(frozen=True)
class FieldFigures:
    """One question over many reports. `filed` and `approved` are empty where nobody answered, or it is no number."""

    field: Field
    n: int
    filed: str = ""
    approved: str = ""
    shares: Sequence[Share] = ()
    columns: Sequence[str] = ()
    rows: Sequence[tuple[str, Sequence[str]]] = ()
    """Of a table: what each row is about, and the sums of its cells."""


def figures_of(fields: Iterable[Field], part: Part) -> list[FieldFigures]:
    """What the reports in `part` come to, question by question; questions that do not add up are left out."""
    return [_figures(field, part) for field in fields if field.kind in ROLLED_UP]


def value_of(field: Field, summary: Summary) -> int | None:
    """The number that a question for one comes to, in its smallest decimal; of a mean with two places more."""
    figure = summary.figures.get(field.key)
    if figure is None or not figure.n:
        return None
    if field.roll_up == RollUp.MEAN:
        return _mean(figure)
    return {RollUp.MIN: figure.low, RollUp.MAX: figure.high, RollUp.LATEST: figure.latest}.get(
        RollUp(field.roll_up), figure.sum
    )


def value_in_words(field: Field, summary: Summary) -> str:
    """The same as people write it: 1,250.50; empty where nobody answered."""
    value = value_of(field, summary)
    return "" if value is None else in_thousands(value, places_of(field))


def plain_value(field: Field, summary: Summary) -> str:
    """The same as programs read it: 1250.50."""
    value = value_of(field, summary)
    return "" if value is None else f"{Decimal(value).scaleb(-places_of(field)):f}"


def places_of(field: Field) -> int:
    """The decimals of what a question comes to: a mean has two more than its numbers."""
    return int(field.places) + (2 if field.roll_up == RollUp.MEAN else 0)


def in_thousands(value: int, places: int) -> str:
    """A number with its thousands apart."""
    return f"{Decimal(value).scaleb(-places):,f}"


def taken(field: Field, choice: int, summary: Summary) -> int:
    """How many took one choice of a question."""
    figure = summary.figures.get(f"{field.key}#{choice}")
    return figure.n if figure else 0


def cell_of(field: Field, row: int, column: int, summary: Summary) -> int | None:
    """The sum of one cell of a table; None where nobody filled it in."""
    figure = summary.figures.get(f"{field.key}:{row}:{column}")
    return figure.sum if figure and figure.n else None


def cell_in_words(field: Field, row: int, column: int, summary: Summary) -> str:
    """The same as people write it; empty where nobody filled it in."""
    found = cell_of(field, row, column, summary)
    return "" if found is None else in_thousands(found, field.places)


def plain_cell(field: Field, row: int, column: int, summary: Summary) -> str:
    """The same as programs read it."""
    found = cell_of(field, row, column, summary)
    return "" if found is None else number_in_words(found, field.places)


def _figures(field: Field, part: Part) -> FieldFigures:
    if field.kind == FieldKind.NUMBER:
        figure = part.filed.figures.get(field.key)
        filed, approved = (value_in_words(field, summary) for summary in (part.filed, part.approved))
        return FieldFigures(field, figure.n if figure else 0, filed, approved)
    return _choices(field, part) if field.kind == FieldKind.CHOICE else _table(field, part)


def _choices(field: Field, part: Part) -> FieldFigures:
    counts = [taken(field, number, part.filed) for number in range(len(field.choices))]
    shares = [
        Share(str(words), counts[number], taken(field, number, part.approved), sum(counts))
        for number, words in enumerate(field.said_choices)
    ]
    return FieldFigures(field, sum(counts), shares=shares)


def _table(field: Field, part: Part) -> FieldFigures:
    columns = [str(words) for words in field.said_columns]
    rows = [
        (str(words), [cell_in_words(field, row, column, part.filed) for column in range(len(columns))])
        for row, words in enumerate(field.said_rows)
    ]
    most = max((figure.n for key, figure in part.filed.figures.items() if key.startswith(f"{field.key}:")), default=0)
    return FieldFigures(field, most, columns=columns, rows=rows)


def _mean(figure: Figure) -> int:
    return int((Decimal(100 * figure.sum) / figure.n).to_integral_value(ROUND_HALF_UP))
