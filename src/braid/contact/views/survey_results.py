"""What a survey counted: charts with their tables, one level at a time, as a file, and what people wrote."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from braid.contact.enums import FEWEST
from braid.contact.models import Survey
from braid.contact.queries.survey_results import (
    counted_survey_for,
    export_rows,
    results_of,
    texts_of,
    top_of_results,
)
from braid.contact.rules import VIEW_RESULTS, can_read_texts_of
from braid.kernel.access import scope
from braid.kernel.downloads import FORMS, table_answer
from braid.people.decorators import PersonRequest, signed_in
from braid.units.models import Unit


@require_safe
@signed_in
def survey_results(request: PersonRequest, pk: int) -> HttpResponse:
    """Begin at the highest unit whose results she may see."""
    found = counted_survey_for(request.person, pk)
    return redirect("survey_results_unit", pk=pk, code=top_of_results(request.person, found).code)


@require_safe
@signed_in
def survey_results_unit(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The results in one unit and in its parts."""
    found = counted_survey_for(request.person, pk)
    results = results_of(request.person, found, code)
    context = {
        "survey": found,
        "results": results,
        "unit": results.unit,
        "above": _above(request, found, results.unit),
        "fewest": FEWEST,
        "may_read_texts": can_read_texts_of(request.person, found),
    }
    return render(request, "contact/survey_results.html", context)


def _above(request: PersonRequest, survey: Survey, unit: Unit) -> list[Unit]:
    """The units above `unit`, down from where results begin, whose results she may see."""
    reach = scope(request.person, VIEW_RESULTS)
    return [up for up in Unit.objects.ancestors(unit.path) if reach.covers(up.path)]


@require_safe
@signed_in
def survey_results_file(request: PersonRequest, pk: int, code: str) -> HttpResponseBase:
    """The same as a table to download; what the page does not tell the file does not either."""
    found = counted_survey_for(request.person, pk)
    results = results_of(request.person, found, code)
    header = (_("Unit"), _("Number"), _("Question"), _("Answer"), _("How many"))
    form = request.GET.get("form", "csv")
    return table_answer(header, export_rows(results), name=f"survey-{pk}-{code}", form=form if form in FORMS else "csv")


@require_safe
@signed_in
def survey_texts(request: PersonRequest, pk: int) -> HttpResponse:
    """What people wrote, without names."""
    found = counted_survey_for(request.person, pk)
    texts = texts_of(request.person, found)
    return render(request, "contact/survey_texts.html", {"survey": found, "texts": texts, "fewest": FEWEST})
