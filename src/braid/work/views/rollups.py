"""Roll-ups: totals of a period at one unit and right below it, the reports behind each number, what is missing; as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from braid.kernel.access import scope
from braid.kernel.downloads import FORMS, table_answer
from braid.kernel.pdf import can_make_pdf, pdf_answer
from braid.kernel.writing import day
from braid.people.decorators import PersonRequest, signed_in
from braid.units.models import Unit
from braid.work.answers import answered
from braid.work.enums import ROLLED_UP, FieldKind
from braid.work.figures import cell_in_words, figures_of, taken, value_in_words, value_of
from braid.work.measures import Summary
from braid.work.models import Field, Report
from braid.work.queries.approvals import standing_of
from braid.work.queries.filed import (
    deep_header,
    deep_rows,
    report_for,
    reports_page,
    table_header,
    table_rows,
    wrote,
)
from braid.work.queries.looks import Look, fields_asked, look_for, periods_seen_by, top_look_for
from braid.work.queries.missing import missing_below
from braid.work.queries.rollups import Part
from braid.work.queries.tables import Row, Table, outliers_of, parts_over_time, table_of
from braid.work.queries.unusual_reports import unusual_below
from braid.work.rules import VIEW_WORK, can_approve_at, can_send_back, is_open

from .paper import TABLE

WIDE = 6
"""Columns from which a table lies on its paper."""
PERIODS_SHOWN = 12
"""Periods beside each other in a series."""
BAR = 10
"""How wide a bar of it is, with the gap after it."""


@require_safe
@signed_in
def rollups(request: PersonRequest) -> HttpResponse:
    """The periods whose numbers she may see."""
    page = periods_seen_by(request.person, cursor=request.GET.get("cursor", ""))
    return render(request, "work/rollups.html", {"page": page, "today": timezone.localdate()})


@require_safe
@signed_in
def rollup(request: PersonRequest, pk: int) -> HttpResponse:
    """Begin at the highest unit where she may look."""
    return redirect("rollup_unit", pk=pk, code=top_look_for(request.person, pk).unit.code)


@require_safe
@signed_in
def rollup_unit(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """What a unit and all below it reported: all together, and child by child for one question."""
    look = look_for(request.person, pk, code)
    fields, table = fields_asked(look.period), table_of(look)
    asked = [field for field in fields if field.kind in ROLLED_UP]
    shown = _shown(request.GET.get("field", ""), asked)
    context = page_of_look(request, look) | {
        "table": table,
        "figures": figures_of(fields, table.together),
        "listed": [field for field in fields if field.kind not in ROLLED_UP],
        "asked": asked,
        "shown": shown,
        "lines": _lines(table, shown),
        "columns": _columns(shown),
        "outliers": outliers_of(table, fields),
        "standing": standing_of(look.period, look.unit, look.path) if table.rows else None,
        "may_approve": can_approve_at(request.person, look.unit),
        "can_make_pdf": can_make_pdf(),
    }
    return render(request, "work/rollup.html", context)


@require_safe
@signed_in
def rollup_series(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The last periods of the form side by side, at one unit."""
    look = look_for(request.person, pk, code)
    parts = parts_over_time(look, PERIODS_SHOWN)
    numbers = [field for field in fields_asked(look.period) if field.kind == FieldKind.NUMBER]
    series = [_series(field, [part.filed for _period, part in parts]) for field in numbers]
    context = page_of_look(request, look) | {
        "series": series,
        "rows": [
            (each, part, [(one.field.said_text, one.cells[place]) for one in series])
            for place, (each, part) in enumerate(parts)
        ],
    }
    return render(request, "work/rollup_series.html", context)


@require_safe
@signed_in
def rollup_missing(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The asked units without a report, and whom to telephone there."""
    look = look_for(request.person, pk, code)
    today = timezone.localdate()
    page = missing_below(look, by=request.person, on=today, cursor=request.GET.get("cursor", ""))
    return render(request, "work/rollup_missing.html", page_of_look(request, look) | {"page": page})


@require_safe
@signed_in
def rollup_unusual(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Numbers unlike usual in the reports of a unit and of all below it."""
    look = look_for(request.person, pk, code)
    page = unusual_below(look, fields_asked(look.period), cursor=request.GET.get("cursor", ""))
    return render(request, "work/rollup_unusual.html", page_of_look(request, look) | {"page": page})


@require_safe
@signed_in
def rollup_reports(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The reports behind a number, in the order of the tree; with what each says to one question."""
    look = look_for(request.person, pk, code)
    key, is_approved = request.GET.get("field", ""), request.GET.get("show") == "approved"
    field = look.period.version.fields.filter(key=key).first() if key else None
    if key and field is None:
        raise Http404
    page = reports_page(look, is_approved=is_approved, key=key, cursor=request.GET.get("cursor", ""))
    context = page_of_look(request, look) | {
        "page": page,
        "rows": [(report, wrote(field, report) if field else "", _file_of(field, report)) for report in page.rows],
        "field": field,
        "is_approved": is_approved,
    }
    return render(request, "work/rollup_reports.html", context)


@require_safe
@signed_in
def rollup_file(request: PersonRequest, pk: int, code: str) -> HttpResponseBase:
    """The table as a file: child by child, or down to every report, streamed."""
    look = look_for(request.person, pk, code)
    fields, form = fields_asked(look.period), request.GET.get("form", "csv")
    if form == "pdf":
        if not can_make_pdf():
            raise Http404
        return _table_pdf(look, list(table_header(fields)), [list(row) for row in table_rows(table_of(look), fields)])
    form = form if form in FORMS else "csv"
    if request.GET.get("deep") == "1":
        return table_answer(deep_header(fields), deep_rows(look, fields), name=f"reports-{pk}-{code}", form=form)
    return table_answer(table_header(fields), table_rows(table_of(look), fields), name=f"table-{pk}-{code}", form=form)


def _table_pdf(look: Look, header: list[str], rows: list[list[str]]) -> HttpResponse:
    """The table by child on paper."""
    period, title = look.period, str(look.period.form.said_title)
    facts = [str(look.unit), f"{day(period.first_on)} – {day(period.last_on)}"]
    values = {"header": header, "rows": [[str(cell) for cell in row] for row in rows], "facts": facts, "notes": []}
    values |= {"flipped": len(header) > WIDE}
    return pdf_answer(TABLE, values, title=title, name=f"table-{period.pk}-{look.unit.code}")


@require_safe
@signed_in
def report_seen(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """One report as those above see it: its answers, what it said before, and what they may do with it."""
    found = report_for(request.person, pk, code)
    report, fields = found.report, fields_asked(found.look.period)
    may_judge = is_open(found.look.period) and can_send_back(request.person, found.look.period, report)
    context = page_of_look(request, found.look) | {
        "report": report,
        "answers": answered(fields, report.values, report.counted, report.reasons),
        "history": [
            (row, answered(fields, row.values, row.counted, row.reasons))
            for row in report.versions.select_related("filed_by").order_by("-number")
        ],
        "may_send_back": may_judge and report.state == "filed",
        "is_below_approval": may_judge and report.state == "approved",
    }
    return render(request, "work/report_seen.html", context)


def page_of_look(request: PersonRequest, look: Look) -> dict[str, Any]:
    """What every page about a roll-up shows of it."""
    reach = scope(request.person, VIEW_WORK)
    above = [up for up in Unit.objects.ancestors(look.unit.path) if reach.covers_below(up.path)]
    return {
        "look": look,
        "period": look.period,
        "unit": look.unit,
        "above": [up for up in above if not up.is_placeholder],
        "is_open": is_open(look.period),
    }


def _shown(key: str, fields: Sequence[Field]) -> Field | None:
    """The question whose numbers the table shows; the first one unless another was chosen."""
    return next((field for field in fields if field.key == key), fields[0] if fields else None)


def _columns(field: Field | None) -> list[str]:
    """The heads of the columns of one question."""
    if field is None:
        return []
    if field.kind == FieldKind.CHOICE:
        return [str(words) for words in field.said_choices]
    if field.kind == FieldKind.TABLE:
        return [f"{row} · {column}" for row in field.said_rows for column in field.said_columns]
    return [_("Number reported"), _("Number approved")]


def _lines(table: Table, field: Field | None) -> list[tuple[Row, list[tuple[str, str]]]]:
    """Each row with its cells for one question and their heads: a number reported and approved, how many took a choice, or the
    cells of a table."""
    rows = [*table.rows, *([table.own] if table.own.is_asked or table.own.is_filed else [])]
    columns = _columns(field)
    return [(row, list(zip(columns, _cells(field, row.part), strict=True))) for row in rows]


def _cells(field: Field | None, part: Part) -> list[str]:
    if field is None:
        return []
    if field.kind == FieldKind.TABLE:
        return [cell_in_words(field, row, column, part.filed) for row, column in field.cells]
    if field.kind == FieldKind.CHOICE:
        return [f"{taken(field, number, part.filed):,}" for number in range(len(field.choices))]
    return [value_in_words(field, part.filed), value_in_words(field, part.approved)]


def _file_of(field: Field | None, report: Report) -> int | None:
    """The file that a report brings as the answer to a question for one."""
    return report.values.get(field.key) if field and field.kind == FieldKind.FILE else None


@dataclass(frozen=True)
class Series:
    """One question in several periods: its bars, and how wide the picture is, with room for those still to come."""

    field: Field
    cells: list[str]
    bars: list[tuple[int, float, float]]
    """Where a bar stands, where it begins from the top, and how high it is, in percent of the highest."""

    @property
    def width(self) -> int:
        return BAR * PERIODS_SHOWN


def _series(field: Field, summaries: Sequence[Summary]) -> Series:
    values = [max(value_of(field, summary) or 0, 0) for summary in summaries]
    most = max(values, default=0) or 1
    bars = [(BAR * place, 100 - 100 * value / most, 100 * value / most) for place, value in enumerate(values)]
    return Series(field, [value_in_words(field, summary) for summary in summaries], bars)
