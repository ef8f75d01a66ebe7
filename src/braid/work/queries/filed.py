"""The reports behind a number: which units filed, what they wrote, and the whole table for a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.keyset import Page, page_of
from braid.kernel.writing import aside, colon
from braid.people.models import Person
from braid.units.queries import unit_by_code
from braid.work.answers import in_words
from braid.work.checking import number_in_words
from braid.work.enums import FieldKind, ReportState
from braid.work.figures import plain_cell, plain_value, taken
from braid.work.measures import Summary
from braid.work.models import Field, Period, Report
from braid.work.rules import can_view_work_at

from .looks import Look, look_for
from .rollups import Part
from .tables import Table


def reports_at(look: Look, *, is_approved: bool = False) -> QuerySet[Report]:
    """The reports of the unit of a look and of all below it, in no order."""
    rows = Report.objects.filter(
        period=look.period, counted_path__gte=look.path, counted_path__lt=look.path + AFTER_DESCENDANTS
    )
    return rows.filter(state=ReportState.APPROVED) if is_approved else rows.exclude(state=ReportState.DRAFT)


def reports_page(
    look: Look, *, is_approved: bool = False, key: str = "", cursor: str = "", size: int = 50
) -> Page[Report]:
    """A page of them in the order of the tree; with `key` only those that answered that question."""
    rows = reports_at(look, is_approved=is_approved).select_related("unit")
    if key:
        rows = rows.filter(values__has_key=key)
    return page_of(rows, order=("counted_path", "pk"), cursor=cursor, size=size)


@dataclass(frozen=True)
class Reported:
    """One unit's report in a period."""

    look: Look
    report: Report


def report_for(person: Person, period: int, code: str) -> Reported:
    """The report of the unit with `code` in the period numbered `period`, once it was filed, if `person` sees the work there
    and below; else `Http404`."""
    look = look_for(person, period, code)
    rows = Report.objects.select_related("unit", "filed_by", "form_version", "period__version")
    found = rows.filter(period=look.period, unit=look.unit, version__gte=1).first()
    if found is None:
        raise Http404
    return Reported(look, found)


def report_alone_for(person: Person, period: Period, code: str) -> Report:
    """The report of the unit with `code` in `period`, once it was filed, if `person` sees the work there; else `Http404`."""
    unit = unit_by_code(code)
    if unit is None or not can_view_work_at(person, unit.path):
        raise Http404
    found = Report.objects.select_related("unit").filter(period=period, unit=unit, version__gte=1).first()
    if found is None:
        raise Http404
    return found


def table_header(fields: Sequence[Field]) -> list[str]:
    """The columns of a table as a file: reported and approved beside each other."""
    sides = (_("reported"), pgettext("reports", "approved"))
    names = [f"{name}{aside(side)}" for field in fields for name in _columns(field) for side in sides]
    return [_("Unit"), _("Code"), _("Asked"), _("Reported"), _("Approved"), *names]


def table_rows(table: Table, fields: Sequence[Field]) -> Iterator[list[str]]:
    """The table as a file: the children, the unit itself, all together."""
    for row in (*table.rows, table.own):
        yield [str(row.unit), row.unit.code, *_numbers(row.part, fields)]
    yield [_("Together"), "", *_numbers(table.together, fields)]


def deep_header(fields: Sequence[Field]) -> list[str]:
    """The columns of every report as a file."""
    names = [name for field in fields for name in (_cells_of(field) if field.kind == FieldKind.TABLE else [str(field)])]
    return [_("Unit"), _("Code"), _("State"), _("Reported on"), *names]


def deep_rows(look: Look, fields: Sequence[Field]) -> Iterator[list[str]]:
    """Every report at and below a look as a file, in the order of the tree, streamed."""
    rows = reports_at(look).select_related("unit").order_by("counted_path")
    for report in rows.iterator(chunk_size=2_000):
        filed = timezone.localdate(report.filed_at).isoformat() if report.filed_at else ""
        values = [cell for field in fields for cell in _values(field, report)]
        yield [str(report.unit), report.unit.code, str(report.get_state_display()), filed, *values]


def _numbers(part: Part, fields: Sequence[Field]) -> list[str]:
    sums = [zip(_sums(field, part.filed), _sums(field, part.approved), strict=True) for field in fields]
    both = [cell for pairs in sums for pair in pairs for cell in pair]
    return [str(part.expected), str(part.filed.n), str(part.approved.n), *both]


def _columns(field: Field) -> list[str]:
    if field.kind == FieldKind.CHOICE:
        return [f"{field}{colon(field)}{words}" for words in field.said_choices]
    return _cells_of(field) if field.kind == FieldKind.TABLE else [str(field)] if field.kind == FieldKind.NUMBER else []


def _sums(field: Field, summary: Summary) -> list[str]:
    if field.kind == FieldKind.CHOICE:
        return [str(taken(field, number, summary)) for number in range(len(field.choices))]
    if field.kind == FieldKind.TABLE:
        return [plain_cell(field, row, column, summary) for row, column in field.cells]
    return [plain_value(field, summary)] if field.kind == FieldKind.NUMBER else []


def _cells_of(field: Field) -> list[str]:
    between = pgettext("between words of a list", ", ")
    return [f"{field}{colon(field)}{row}{between}{column}" for row in field.said_rows for column in field.said_columns]


def _values(field: Field, report: Report) -> list[str]:
    value = report.values.get(field.key)
    if field.kind != FieldKind.TABLE:
        plain = field.kind in (FieldKind.DATE, FieldKind.FILE) and value is not None
        return [str(value) if plain else in_words(field, value)]
    cells = value or [[None] * len(field.choices["columns"]) for _row in field.choices["rows"]]
    return ["" if cells[r][c] is None else number_in_words(cells[r][c], field.places) for r, c in field.cells]


def wrote(field: Field, report: Report) -> str:
    """What one report says to one question, in words."""
    return in_words(field, report.values.get(field.key))
