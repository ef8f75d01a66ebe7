"""Forms on paper: a PDF for units without a screen, or a page to print where the machine cannot make one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from braid.kernel.pdf import can_make_pdf, pdf_answer
from braid.kernel.writing import day
from braid.people.decorators import PersonRequest, signed_in
from braid.work.bindings import binding_of
from braid.work.checking import number_in_words
from braid.work.models import Field, Period, ReportForm
from braid.work.queries.counted import Count, counts_for
from braid.work.queries.report_forms import fields_of, form_for, newest_version
from braid.work.queries.reports import Place, place_for

DATA = Path(__file__).parent.parent / "data"
LAYOUT, TABLE = DATA / "form.typ", DATA / "table.typ"


@require_safe
@signed_in
def report_form_paper(request: PersonRequest, pk: int) -> HttpResponse:
    """A form to print from the browser."""
    found = form_for(request.person, pk)
    back = reverse("report_form", args=[pk])
    return _page(request, _paper(found), pdf=reverse("report_form_pdf", args=[pk]), back=back)


@require_safe
@signed_in
def report_form_pdf(request: PersonRequest, pk: int) -> HttpResponse:
    """The same as a PDF."""
    return _pdf(_paper(form_for(request.person, pk)), name=f"form-{pk}")


@require_safe
@signed_in
def report_paper(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """What a unit is asked in a period, to print from the browser; what the journal counted stands there already."""
    place = place_for(request.person, pk, code)
    back = reverse("report", args=[pk, code])
    return _page(request, _paper_of(place), pdf=reverse("report_pdf", args=[pk, code]), back=back)


@require_safe
@signed_in
def report_pdf(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The same as a PDF."""
    return _pdf(_paper_of(place_for(request.person, pk, code)), name=f"form-{pk}-{code}")


def _page(request: PersonRequest, paper: dict[str, Any], *, pdf: str, back: str) -> HttpResponse:
    context = {"paper": paper, "can_make_pdf": can_make_pdf(), "pdf_href": pdf, "back": back}
    return render(request, "work/paper.html", context)


def _pdf(paper: dict[str, Any], *, name: str) -> HttpResponse:
    if not can_make_pdf():
        raise Http404
    return pdf_answer(LAYOUT, paper, title=paper["title"], name=name)


def _paper_of(place: Place) -> dict[str, Any]:
    period = place.period
    fields = fields_of(period.version)
    paper = _paper(period.form, fields, counts_for(period, place.unit, fields))
    return paper | {"unit": str(place.unit), "facts": [*_days(period), *paper["facts"]]}


def _paper(
    form: ReportForm, fields: list[Field] | None = None, counts: dict[str, Count] | None = None
) -> dict[str, Any]:
    """What stands on the paper, as texts: for the page and for the PDF alike."""
    asked = fields_of(newest_version(form)) if fields is None else fields
    return {
        "title": str(form.said_title),
        "unit": "",
        "unit_word": _("Unit"),
        "facts": [
            [_("From"), str(form.unit)],
            [_("What the answers are for"), str(form.said_purpose)],
            [_("Legal or other basis"), str(form.said_basis)],
        ],
        "questions": [_question(field, (counts or {}).get(field.key)) for field in asked],
        "required": _("must be answered"),
        "name_word": _("Filled in by"),
        "day_word": pgettext("on paper", "Day"),
    }


def _days(period: Period) -> list[list[str]]:
    days = (
        day(period.first_on) if period.first_on == period.last_on else f"{day(period.first_on)} – {day(period.last_on)}"
    )
    return [[pgettext("on paper", "What happened"), days], [_("Due on"), day(period.due_on)]]


def _question(field: Field, count: Count | None) -> dict[str, Any]:
    binding = binding_of(field.bound_to)
    return {
        "kind": field.kind,
        "text": str(field.said_text),
        "help": str(field.said_help),
        "is_required": field.is_required,
        "measure": field.measure,
        "choices": [str(words) for words in field.said_choices],
        "rows": [str(words) for words in field.said_rows],
        "columns": [str(words) for words in field.said_columns],
        "counted": _("Counted: %(value)s") % {"value": number_in_words(count.value, 0)}
        if count and count.value is not None
        else "",
        "source": _("The system counts it: %(what)s.") % {"what": binding.words} if binding else "",
    }
