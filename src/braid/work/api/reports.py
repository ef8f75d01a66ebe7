"""Forms, periods, roll-ups and reports at the API: read as on the pages, and pushed by other systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.utils import timezone
from ninja import Field, Router, Schema

from braid.kernel.api import Cursor, Size
from braid.people.api import Caller, require_limit
from braid.work import models
from braid.work.actions import MOST_PUSHED, Push, push_reports
from braid.work.answers import check_in_words
from braid.work.enums import ROLLED_UP, FieldKind
from braid.work.exchange import given_out
from braid.work.figures import plain_cell, plain_value, taken
from braid.work.measures import Summary
from braid.work.queries.filed import report_alone_for, reports_page
from braid.work.queries.looks import (
    fields_asked,
    forms_seen_by,
    look_for,
    period_for,
    periods_seen_by,
    top_look_for,
)
from braid.work.queries.rollups import Part
from braid.work.queries.tables import table_of

forms_router = Router(tags=["reports"])
periods_router = Router(tags=["reports"])


class FormOut(Schema):
    """A form, and what it is registered with."""

    id: int
    unit: str
    title: str
    purpose: str
    basis: str
    every: str
    minutes: int
    state: str
    ends_on: date


class FormPage(Schema):
    """A page of forms, newest first; `next` is empty on the last."""

    rows: list[FormOut]
    next: str


class PeriodOut(Schema):
    """One time a form is asked. It takes reports until `closed_at` is set."""

    id: int
    form: int
    unit: str
    title: str
    first_on: date
    last_on: date
    due_on: date
    opened_at: datetime
    closed_at: datetime | None


class PeriodPage(Schema):
    """A page of periods, newest first; `next` is empty on the last."""

    rows: list[PeriodOut]
    next: str


class QuestionAskedOut(Schema):
    """A question of a period; answers name it by `key`. `places` are the decimals of a number."""

    key: str
    kind: str
    text: str
    is_required: bool
    places: int
    roll_up: str
    choices: list[str]
    columns: list[str]


class PeriodWholeOut(PeriodOut):
    """A period with what it asks. `checks` are rules across questions, in words: what breaks one is refused."""

    questions: list[QuestionAskedOut]
    checks: list[str]


class SumsOut(Schema):
    """What reports come to, by the key of a question: of a number one number, of a choice how many took each answer, of a table
    the sum of each cell, row by row. Null where nobody answered."""

    reports: int
    values: dict[str, str | list[int] | list[list[str | None]] | None]


class TableRowOut(Schema):
    """A unit with all below it. `expected` is how many reports are asked there."""

    unit: str
    name: str
    expected: int
    filed: SumsOut
    approved: SumsOut


class TableOut(Schema):
    """What `unit` and each unit right below it reported, as the tree stood when the period opened."""

    period: int
    unit: str
    together: TableRowOut
    rows: list[TableRowOut]


class ReportOut(Schema):
    """The report of one unit. Whole numbers are numbers, those with decimals are text; a choice is its place, from 0."""

    unit: str
    state: str
    version: int
    filed_at: datetime | None
    values: dict[str, Any]


class ReportPage(Schema):
    """A page of reports in the order of the tree; `next` is empty on the last."""

    rows: list[ReportOut]
    next: str


class ReportIn(Schema):
    """One report. `key` is your own name for it: what came under it once is not filed again. What the journal counts may be left
    out; files are added on the page of the report."""

    key: Annotated[str, Field(min_length=1, max_length=200)]
    unit: str = Field(description="Code of the unit that reports.")
    values: dict[str, Any] = Field(description="By key of a question, as in `values` of a report.")
    reasons: dict[str, Annotated[str, Field(max_length=300)]] = Field(
        default={}, description="By key of a question, why its number is not what the journal counted."
    )
    note: Annotated[str, Field(max_length=500)] = ""
    why: Annotated[str, Field(max_length=500, description="Why a report that was filed is corrected.")] = ""
    minutes: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None, description="How many minutes filling it in really took the unit, where it said so."
    )


class ReportsIn(Schema):
    """A batch of reports."""

    rows: Annotated[list[ReportIn], Field(min_length=1, max_length=MOST_PUSHED)]


class PushedOut(Schema):
    """What came of one: `filed`; `known`, it came before; `same`, it says what is filed already; `refused`, with why."""

    key: str
    unit: str
    state: Literal["filed", "known", "same", "refused"]
    words: str
    fields: dict[str, str]


@forms_router.get("", url_name="forms", response=FormPage, summary="Forms that ask something where I see the work")
def forms(request: Caller, cursor: Cursor = "", size: Size = 25) -> FormPage:
    """Those that were asked at least once."""
    require_limit(request.auth, "work.view")
    page = forms_seen_by(request.auth, cursor=cursor, size=size)
    return FormPage(rows=[_form_out(row) for row in page.rows], next=page.next_cursor)


@periods_router.get("", url_name="periods", response=PeriodPage, summary="Periods of forms, newest first")
def periods(request: Caller, form: int | None = None, cursor: Cursor = "", size: Size = 25) -> PeriodPage:
    """Those that ask something where I see the work. `form` keeps the periods of one form."""
    require_limit(request.auth, "work.view")
    page = periods_seen_by(request.auth, alone=True, form=form, cursor=cursor, size=size)
    return PeriodPage(rows=[PeriodOut(**_period(row)) for row in page.rows], next=page.next_cursor)


@periods_router.get("/{int:pk}", url_name="period", response=PeriodWholeOut, summary="A period with its questions")
def period(request: Caller, pk: int) -> PeriodWholeOut:
    """What is asked, with the key of each question."""
    found = period_for(request.auth, pk)
    fields = fields_asked(found)
    questions, checks = [_question_out(field) for field in fields], check_in_words(found.version, fields)
    return PeriodWholeOut(**_period(found), questions=questions, checks=checks)


@periods_router.get("/{int:pk}/table", url_name="period_table", response=TableOut, summary="What a period adds up to")
def period_table(request: Caller, pk: int, unit: str = "") -> TableOut:
    """In `unit` (a code; by default the highest I may see) and each unit right below it, reported and approved."""
    look = look_for(request.auth, pk, unit) if unit else top_look_for(request.auth, pk)
    fields, table = fields_asked(look.period), table_of(look)
    return TableOut(
        period=look.period.pk,
        unit=look.unit.code,
        together=_row_out(look.unit, table.together, fields),
        rows=[_row_out(row.unit, row.part, fields) for row in table.rows],
    )


@periods_router.get(
    "/{int:pk}/reports", url_name="period_reports", response=ReportPage, summary="Reports of a unit and all below"
)
def period_reports(
    request: Caller, pk: int, unit: str = "", approved: bool = False, cursor: Cursor = "", size: Size = 50
) -> ReportPage:
    """In the order of the tree. `approved` keeps those that were approved."""
    look = look_for(request.auth, pk, unit) if unit else top_look_for(request.auth, pk)
    fields = fields_asked(look.period)
    page = reports_page(look, is_approved=approved, cursor=cursor, size=size)
    return ReportPage(rows=[_report_out(row, fields) for row in page.rows], next=page.next_cursor)


@periods_router.get(
    "/{int:pk}/reports/{code}", url_name="period_report", response=ReportOut, summary="The report of one unit"
)
def period_report(request: Caller, pk: int, code: str) -> ReportOut:
    """As it was filed last."""
    found = period_for(request.auth, pk)
    return _report_out(report_alone_for(request.auth, found, code), fields_asked(found))


@periods_router.post(
    "/{int:pk}/reports", url_name="period_reports", response=list[PushedOut], summary="File reports, many at once"
)
def push(request: Caller, pk: int, body: ReportsIn) -> list[PushedOut]:
    """What can be filed is filed in one act; of each row the answer says what came of it, and what is wrong by field."""
    require_limit(request.auth, "reports.file")
    found = period_for(request.auth, pk)
    pushes = [Push(row.key, row.unit, row.values, row.note, row.why, row.reasons, row.minutes) for row in body.rows]
    told = push_reports(found, pushes, by=request.auth, at=timezone.now())
    return [PushedOut(key=one.key, unit=one.unit, state=one.state, words=one.words, fields=one.fields) for one in told]


def _form_out(form: models.ReportForm) -> FormOut:
    values = {name: getattr(form, name) for name in ("every", "minutes", "state", "ends_on")}
    values |= {"title": str(form), "purpose": str(form.said_purpose), "basis": str(form.said_basis)}
    return FormOut(id=form.pk, unit=form.unit.code, **values)


def _period(period: models.Period) -> dict[str, Any]:
    same = ("first_on", "last_on", "due_on", "opened_at", "closed_at")
    values = {name: getattr(period, name) for name in same}
    return {"id": period.pk, "form": period.form_id, "unit": period.unit.code, "title": str(period.form), **values}


def _question_out(field: models.Field) -> QuestionAskedOut:
    same = ("key", "kind", "is_required", "places", "roll_up")
    return QuestionAskedOut(
        text=str(field),
        choices=[str(words) for words in field.said_rows or field.said_choices],
        columns=[str(words) for words in field.said_columns],
        **{name: getattr(field, name) for name in same},
    )


def _row_out(unit: Any, part: Part, fields: list[models.Field]) -> TableRowOut:
    filed, approved = (
        SumsOut(
            reports=summary.n, values={field.key: _sum(field, summary) for field in fields if field.kind in ROLLED_UP}
        )
        for summary in (part.filed, part.approved)
    )
    return TableRowOut(unit=unit.code, name=str(unit), expected=part.expected, filed=filed, approved=approved)


def _sum(field: models.Field, summary: Summary) -> str | list[int] | list[list[str | None]] | None:
    if field.kind == FieldKind.CHOICE:
        return [taken(field, number, summary) for number in range(len(field.choices))]
    if field.kind == FieldKind.TABLE:
        return [
            [plain_cell(field, row, column, summary) or None for column in range(len(field.choices["columns"]))]
            for row in range(len(field.choices["rows"]))
        ]
    return plain_value(field, summary) or None


def _report_out(report: models.Report, fields: list[models.Field]) -> ReportOut:
    return ReportOut(
        unit=report.unit.code,
        state=report.state,
        version=report.version,
        filed_at=report.filed_at,
        values=given_out(fields, report.values),
    )
