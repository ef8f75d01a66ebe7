"""The record of duty: hers to see, to set right, to print. Nobody else opens it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from braid.kernel.forms import said_in
from braid.kernel.pdf import can_make_pdf, pdf_answer
from braid.kernel.writing import colon, day
from braid.people.decorators import PersonRequest, signed_in
from braid.work import hooks
from braid.work.actions import drop_duty_note, note_duty
from braid.work.forms.visits import DutyNoteForm, SpanForm
from braid.work.queries.duty import PAGE, PRINTED, duty_of, entries_of, own_duty_note_for, term_began

from .paper import TABLE


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def duty(request: PersonRequest) -> HttpResponse:
    """Her record, and one more note in it."""
    at = timezone.now()
    since, until = _span(request)
    form = DutyNoteForm(request.POST or None, initial={"on": timezone.localdate(at)})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            note_duty(**form.cleaned_data, by=request.person, at=at)
            messages.success(request, _("Noted. It stands beside what was counted."))
            return redirect("duty")
    words = {**_record(request, since, until, cursor=request.GET.get("cursor", "")), "form": form}
    return render(request, "work/duty.html", words, status=422 if form.errors else 200)


@require_safe
@signed_in
def duty_print(request: PersonRequest) -> HttpResponse:
    """Her record as a page to print or to keep as PDF, for her term report."""
    words = _record(request, *_span(request), cursor=request.GET.get("cursor", ""), size=PRINTED)
    return render(request, "work/duty_print.html", words | {"can_make_pdf": can_make_pdf()})


@require_safe
@signed_in
def duty_pdf(request: PersonRequest) -> HttpResponse:
    """The same as a PDF."""
    if not can_make_pdf():
        raise Http404
    since, until = _span(request)
    record = duty_of(request.person, since=since, until=until, size=PRINTED)
    added = [[note.words, "–", str(note.amount)] for note in record.notes.rows if not note.kind]
    labels = {line.kind: line.label for line in record.counts}
    values = {
        "header": [pgettext("record of duty", "What"), _("Counted"), _("With your notes")],
        "rows": [*([str(one.label), str(one.counted), str(one.together)] for one in record.counts), *added],
        "facts": [
            f"{day(since)} – {day(until)}",
            *(f"{one.get_office_display()} · {one.unit} · {day(one.since)}" for one in record.held),
        ],
        "notes": [
            *(f"{labels[note.kind]}{colon()}{note.amount:+d} {note.words}" for note in record.notes.rows if note.kind),
            _("Counted from the journal of the federation; notes are the holder's own."),
        ],
    }
    return pdf_answer(TABLE, values, title=f"{_('Record of duty')} · {record.person.name}", name="duty")


@require_safe
@signed_in
def duty_entries(request: PersonRequest, kind: str) -> HttpResponse:
    """The entries of the journal behind one number of her record."""
    since, until = _span(request)
    page = entries_of(request.person, kind, since=since, until=until, cursor=request.GET.get("cursor", ""))
    label = next(line.label for line in hooks.duty_lines if line.kind == kind)
    return render(request, "work/duty_entries.html", {"page": page, "label": label, "since": since, "until": until})


@require_POST
@signed_in
def duty_note_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a note out of her record."""
    drop_duty_note(own_duty_note_for(request.person, pk), by=request.person)
    messages.success(request, _("Taken out."))
    return redirect("duty")


def _record(request: PersonRequest, since: date, until: date, *, cursor: str = "", size: int = PAGE) -> dict[str, Any]:
    record = duty_of(request.person, since=since, until=until, cursor=cursor, size=size)
    labels = {line.kind: line.label for line in record.counts}
    return {
        "record": record,
        "notes": [(note, labels.get(note.kind, "")) for note in record.notes.rows],
        "span": SpanForm(initial={"since": since, "until": until}),
        "since": since,
        "until": until,
    }


def _span(request: PersonRequest) -> tuple[date, date]:
    """The days asked for; her term up to today where none are."""
    form = SpanForm(request.GET)
    form.is_valid()
    today = timezone.localdate()
    since = form.cleaned_data.get("since") or term_began(request.person, on=today)
    return since, form.cleaned_data.get("until") or today
