"""What members send in: sending, her own, the editors' list, and what everybody reads."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import answer_submission, send_submission, take_back_submission
from braid.contact.enums import SUBMISSION_FLOW, SubmissionState
from braid.contact.forms import SubmissionForm, ThanksForm
from braid.contact.models import Submission
from braid.contact.queries.submissions import (
    is_published,
    photos_of,
    published_at,
    submission_for,
    submissions_at,
    submissions_of,
    unit_to_send_to,
    units_to_send_to,
)
from braid.contact.rules import ANSWER_SUBMISSIONS, can_answer_submissions_of
from braid.contact.words import readers_language
from braid.kernel.forms import said_in
from braid.kernel.opengraph import OpenGraph, opengraph
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.middleware import reader_of
from braid.people.models import Person
from braid.units.queries import unit_for


@require_safe
@signed_in
def submissions_mine(request: PersonRequest) -> HttpResponse:
    """What she sent in, with the answers, and where she can send something."""
    context = {
        "page": submissions_of(request.person, cursor=request.GET.get("cursor", "")),
        "units": units_to_send_to(request.person, on=timezone.localdate()),
        "states": SubmissionState,
    }
    return render(request, "contact/submissions_mine.html", context)


@page
@signed_in
def submission_new(request: PersonRequest, code: str) -> HttpResponse:
    """Send a story, an idea or photos in for the Home of a unit."""
    unit = unit_to_send_to(request.person, code, on=timezone.localdate())
    form = SubmissionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            send_submission(unit, form.plan, photos=form.photos, by=request.person, at=timezone.now())
            messages.success(request, _("Thank you. An editor reads it; the answer appears on this page."))
            return redirect("submissions_mine")
    context = {"form": form, "unit": unit}
    return render(request, "contact/submission_new.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def submissions(request: PersonRequest, code: str) -> HttpResponse:
    """What was sent in for a unit, for its editors."""
    unit = unit_for(request.person, code, ANSWER_SUBMISSIONS)
    shown = request.GET.get("show", "")
    state = SubmissionState(shown) if shown in _LISTED else SubmissionState.SENT
    context = {
        "unit": unit,
        "page": submissions_at(unit, state, cursor=request.GET.get("cursor", "")),
        "tabs": [SubmissionState(value) for value in _LISTED],
        "show": state,
    }
    return render(request, "contact/submissions.html", context)


_LISTED = (SubmissionState.SENT.value, SubmissionState.ACCEPTED.value, SubmissionState.DECLINED.value)
"""What she has taken back is in no list of editors."""


@require_safe
@never_cache
def submissions_public(request: HttpRequest, code: str) -> HttpResponse:
    """Everything a unit has published, for everybody."""
    unit, found = published_at(code, cursor=request.GET.get("cursor", ""))
    shared = opengraph(
        request,
        kind="website",
        title=f"{_('Stories and ideas')} · {unit.display_name}",
        text=" · ".join(one.title for one in found.rows),
        path=reverse("submissions_public", args=[code]),
        languages=[readers_language()],
    )
    return render(request, "contact/submissions_public.html", {"unit": unit, "page": found, "opengraph": shared})


@require_safe
@never_cache
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: for everybody once it is published."""
    person = reader_of(request)
    return _page(request, person, submission_for(person, pk), ThanksForm())


def _page(request: HttpRequest, person: Person | None, found: Submission, form: ThanksForm) -> HttpResponse:
    """The page of one, with what an editor answers."""
    context = {
        "form": form,
        "submission": found,
        "unit": found.unit,
        "photos": photos_of(found),
        "states": SubmissionState,
        "is_hers": person is not None and person.pk == found.person_id,
        "opengraph": _shared(request, found) if is_published(found) else None,
        **_answers(person, found),
    }
    return render(request, "contact/submission.html", context, status=422 if form.errors else 200)


def _shared(request: HttpRequest, found: Submission) -> OpenGraph:
    """What it says of itself where its address is shared. Its photos stay here: only from here can she take them back."""
    return opengraph(
        request,
        kind="article",
        title=found.title,
        text=found.text,
        path=reverse("submission", args=[found.pk]),
        languages=[readers_language()],
    )


def _answers(person: Person | None, found: Submission) -> dict[str, bool]:
    """What an editor may do now."""
    edits = person is not None and can_answer_submissions_of(person, found.unit)
    return {
        "edits": edits,
        "may_accept": edits and SUBMISSION_FLOW.can_move(found.state, SubmissionState.ACCEPTED),
        "may_decline": edits and SUBMISSION_FLOW.can_move(found.state, SubmissionState.DECLINED),
    }


@require_POST
@signed_in
def submission_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Publish it with thanks, or say why not."""
    found = submission_for(request.person, pk)
    form = ThanksForm(request.POST)
    if form.is_valid():
        with said_in(form, request):
            accepts = "accept" in request.POST
            answer_submission(found, accepts=accepts, **form.cleaned_data, by=request.person, at=timezone.now())
            published, declined = (
                _("Published. It stands on the Home of the unit."),
                _("Declined. She reads your reason."),
            )
            messages.success(request, published if accepts else declined)
            return redirect("submissions", found.unit.code)
    return _page(request, request.person, found, form)


@require_POST
@signed_in
def submission_take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """Take it back."""
    found = submission_for(request.person, pk)
    take_back_submission(found, by=request.person, at=timezone.now())
    messages.success(request, _("Taken back. It is shown nowhere any more."))
    return redirect("submissions_mine")
