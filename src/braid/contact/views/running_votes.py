"""Votes as those see them who run them: beginning, looking through nominations, the jury, bursts, the result."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import (
    answer_nomination,
    begin_ballot,
    call_juror,
    cancel_ballot,
    dismiss_juror,
    publish_result,
    record_consent,
    set_burst_aside,
)
from braid.contact.enums import BEFORE_VOTING, JURY_STATES, BallotState, NominationState
from braid.contact.forms import BallotForm, NameForm
from braid.contact.queries.groups import names_in, people_called
from braid.contact.queries.votes import (
    ballot_to_run_for,
    burst_for,
    bursts_of,
    juror_for,
    jury_of,
    nomination_for,
    nominations_by_state,
    nominations_in,
)
from braid.contact.rules import RUN_VOTES
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.units.queries import unit_for


@page
@signed_in
def ballot_new(request: PersonRequest, code: str) -> HttpResponse:
    """Begin a vote of a unit."""
    unit = unit_for(request.person, code, RUN_VOTES)
    form = BallotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            made = begin_ballot(unit, form.plan, by=request.person, at=timezone.now())
            messages.success(request, _("The vote has begun: everybody in the unit and below it can nominate."))
            return redirect("ballot_run", made.pk)
    context = {"form": form, "unit": unit, "title": _("Begin a vote"), "names": []}
    return render(request, "contact/group_form.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def ballot_run(request: PersonRequest, pk: int) -> HttpResponse:
    """Everything to be done for a vote, on one page."""
    ballot = ballot_to_run_for(request.person, pk)
    shown = request.GET.get("show", "")
    state = NominationState(shown) if shown in NominationState.values else NominationState.CONSENTED
    counted = nominations_by_state(ballot)
    context = {
        "ballot": ballot,
        "unit": ballot.unit,
        "states": BallotState,
        "tabs": [(one, counted[one]) for one in NominationState],
        "show": state,
        "page": nominations_in(ballot, state, cursor=request.GET.get("cursor", "")),
        "may_answer": ballot.state in BEFORE_VOTING and state in _OPEN,
        "is_standing": state == NominationState.ACCEPTED,
        "may_record": ballot.state in BEFORE_VOTING and state == NominationState.ASKED,
        "jury": jury_of(ballot),
        "names": names_in(ballot.unit, on=timezone.localdate()),
        "bursts": bursts_of(ballot),
        "may_set_aside": ballot.state in JURY_STATES,
        "may_publish": ballot.state == BallotState.COUNTING,
        "is_open": ballot.state in (*BEFORE_VOTING, *JURY_STATES),
    }
    return render(request, "contact/ballot_run.html", context)


_OPEN = (NominationState.CONSENTED, NominationState.ACCEPTED)


@require_POST
@signed_in
def ballot_publish(request: PersonRequest, pk: int) -> HttpResponse:
    """Let the votes be counted and the result be seen."""
    publish_result(ballot_to_run_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("The votes are being counted. The result appears on the page of the vote."))
    return redirect("ballot", pk)


@require_POST
@signed_in
def ballot_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Call a vote off, with a reason."""
    why = request.POST.get("why", "")[:500]
    cancel_ballot(ballot_to_run_for(request.person, pk), why=why, by=request.person, at=timezone.now())
    messages.success(request, _("Called off. Everybody reads your reason."))
    return redirect("ballot", pk)


@require_POST
@signed_in
def nomination_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Let somebody stand, or say why not."""
    found = nomination_for(request.person, pk)
    accepts = "accept" in request.POST
    answer = request.POST.get("answer", "")[:300]
    answer_nomination(found, accepts=accepts, answer=answer, by=request.person, at=timezone.now())
    said = _("%(name)s stands for the vote.") if accepts else _("Declined. %(name)s reads your reason.")
    messages.success(request, said % {"name": found.name})
    return redirect("ballot_run", found.ballot_id)


@require_POST
@signed_in
def nomination_record(request: PersonRequest, pk: int) -> HttpResponse:
    """Record that somebody without an account agreed, and how."""
    found = nomination_for(request.person, pk)
    record_consent(found, how=request.POST.get("how", "")[:200], by=request.person, at=timezone.now())
    messages.success(request, _("Recorded. Now look through the nomination."))
    return redirect("ballot_run", found.ballot_id)


@require_POST
@signed_in
def juror_call(request: PersonRequest, pk: int) -> HttpResponse:
    """Put somebody on the jury."""
    ballot = ballot_to_run_for(request.person, pk)
    find = partial(people_called, by=request.person, unit=ballot.unit, on=timezone.localdate())
    form = NameForm(request.POST, find=find)
    if form.is_valid():
        call_juror(ballot, form.cleaned_data["person"], by=request.person)
        messages.success(request, _("%(name)s is on the jury.") % {"name": form.cleaned_data["person"]})
    else:
        messages.error(request, " ".join(map(str, form.errors["person"])))
    return redirect("ballot_run", pk)


@require_POST
@signed_in
def juror_dismiss(request: PersonRequest, pk: int) -> HttpResponse:
    """Take somebody off the jury."""
    juror = juror_for(request.person, pk)
    dismiss_juror(juror, by=request.person)
    messages.success(request, _("%(name)s is no longer on the jury.") % {"name": juror.person})
    return redirect("ballot_run", juror.ballot_id)


@require_POST
@signed_in
def burst_set_aside(request: PersonRequest, pk: int) -> HttpResponse:
    """Let the votes of a burst not count, with a reason that stands in the result."""
    burst = burst_for(request.person, pk)
    set_burst_aside(burst, why=request.POST.get("why", "")[:500], by=request.person, at=timezone.now())
    messages.success(request, _("Set aside. Your reason stands in the result."))
    return redirect("ballot_run", burst.ballot_id)
