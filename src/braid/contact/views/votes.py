"""Votes as everybody sees them: those she may take part in, the page of one, nominating, and the jury's page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from braid.contact.actions import answer_consent, nominate, score_candidates, take_consent_back
from braid.contact.enums import BEFORE_VOTING, FEWEST_TOLD, JURY_STATES, WITH_CONSENT, BallotState, NominationState
from braid.contact.forms import NominateForm, ScoreForm
from braid.contact.models import Ballot, Nomination
from braid.contact.queries.votes import (
    Standing,
    ballot_for,
    ballots_of,
    candidates_for,
    candidates_of,
    nomination_with,
    nominations_by,
    own_vote,
    paper_for,
    result_of,
)
from braid.contact.rules import takes_nominations, takes_votes
from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.middleware import reader_of
from braid.people.models import Person
from braid.units.queries import level_names

SAID = {
    "kept": ("good", gettext_lazy("Your vote is in. You can change it until voting ends.")),
    "none": ("warn", gettext_lazy("You chose nobody. Tick at least one, then send.")),
    "many": ("warn", gettext_lazy("You ticked too many. Nothing was changed.")),
    "late": ("warn", gettext_lazy("Voting is over. This vote could not be taken.")),
    "failed": ("bad", gettext_lazy("Your vote could not be kept just now. Please send it again.")),
}
"""What became of a vote, as `voting.receive` says it in the address."""


@require_safe
@signed_in
def votes_mine(request: PersonRequest) -> HttpResponse:
    """The votes she may take part in."""
    found = ballots_of(request.person, on=timezone.localdate(), cursor=request.GET.get("cursor", ""))
    return render(request, "contact/votes_mine.html", {"page": found, "states": BallotState})


@require_safe
@signed_in
def ballot(request: PersonRequest, pk: int) -> HttpResponse:
    """A vote, at whatever point it is."""
    at = timezone.now()
    found, standing = ballot_for(request.person, pk, on=timezone.localdate(at))
    tone, said = SAID.get(request.GET.get("said", ""), ("", ""))
    context = {
        "ballot": found,
        "unit": found.unit,
        "standing": standing,
        "states": BallotState,
        "said": said,
        "said_tone": tone,
        "is_kept": request.GET.get("said") == "kept",
        "may_nominate": standing.takes_part and takes_nominations(found, at),
        "may_score": standing.juror is not None and found.state in JURY_STATES,
        "mine": _nominated(request, found),
        **_paper(request.person, found, standing, at),
        **_result(found),
    }
    return render(request, "contact/ballot.html", context)


def _nominated(request: PersonRequest, found: Ballot) -> list[tuple[Nomination, str]]:
    """Whom she nominated, with the link for those who still have to agree."""
    return [
        (one, request.build_absolute_uri(reverse("nomination_consent", args=[one.consent_key])))
        for one in nominations_by(request.person, found)
    ]


def _paper(person: Person, found: Ballot, standing: Standing, at: datetime) -> dict[str, Any]:
    """Candidates and ballot paper, while she may vote."""
    if not takes_votes(found, at):
        return {"votes": False}
    chosen = own_vote(person, found)
    return {
        "votes": True,
        "paper": paper_for(person, found, standing) if standing.takes_part else "",
        "candidates": [(one, one.pk in chosen) for one in candidates_for(person, found)],
        "has_voted": bool(chosen),
    }


def _result(found: Ballot) -> dict[str, Any]:
    result = result_of(found)
    if result is None:
        return {"result": None}
    names = level_names()
    return {
        "result": result,
        "level_names": [str(names.get(level, level)) for level in result.levels],
        "rows": [(line, [line.by_level[level] for level in result.levels]) for line in result.lines],
        "fewest": FEWEST_TOLD,
    }


@page
@signed_in
def ballot_nominate(request: PersonRequest, pk: int) -> HttpResponse:
    """Put somebody forward."""
    at = timezone.now()
    found, standing = ballot_for(request.person, pk, on=timezone.localdate(at))
    require(standing.takes_part)
    form = NominateForm(request.POST or None, initial={"name": request.person.name})
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            is_self = form.cleaned_data["who"] == "self"
            name, words = form.cleaned_data["name"], form.cleaned_data["words"]
            nominate(found, name=name, words=words, is_self=is_self, by=request.person, at=at)
            told = _("Nominated. Somebody looks through it before it is shown.")
            asked = _("Nominated. Now send her the link on this page: nothing of hers is shown before she agrees.")
            messages.success(request, told if is_self else asked)
            return redirect("ballot", pk)
    context = {"form": form, "ballot": found, "unit": found.unit}
    return render(request, "contact/ballot_nominate.html", context, status=422 if form.errors else 200)


@page
@never_cache
def nomination_consent(request: HttpRequest, key: str) -> HttpResponse:
    """What the link of a nomination opens, for the nominated person, with or without an account."""
    found = nomination_with(key)
    if request.method == "POST":
        return _consent_given(request, found)
    context = {
        "nomination": found,
        "ballot": found.ballot,
        "unit": found.ballot.unit,
        "states": NominationState,
        "may_answer": found.state == NominationState.ASKED and found.ballot.state in BEFORE_VOTING,
        "may_take_back": found.state in WITH_CONSENT and found.ballot.decided_at is None,
    }
    return render(request, "contact/nomination_consent.html", context)


def _consent_given(request: HttpRequest, found: Nomination) -> HttpResponse:
    at = timezone.now()
    if "back" in request.POST:
        take_consent_back(found, at=at)
        messages.success(request, _("Taken back. Nothing of yours is shown."))
    else:
        agrees = "agree" in request.POST
        person = reader_of(request)
        answer_consent(found, agrees=agrees, by=person, at=at)
        thanks = _("Thank you. With the same link you can take it back at any time.")
        messages.success(request, thanks if agrees else _("Nothing of yours will be shown."))
    return redirect("nomination_consent", found.consent_key)


@page
@signed_in
def ballot_jury(request: PersonRequest, pk: int) -> HttpResponse:
    """Where a member of the jury gives her scores; nobody else sees them before the result."""
    found, standing = ballot_for(request.person, pk, on=timezone.localdate())
    require(standing.juror is not None)
    assert standing.juror
    candidates = candidates_of(found) if found.state in (*JURY_STATES, BallotState.DECIDED) else []
    given = {str(score.nomination_id): str(score.score) for score in standing.juror.scores.all()}
    form = ScoreForm(request.POST or None, candidates=candidates, initial=given)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            score_candidates(standing.juror, form.scores)
            messages.success(request, _("Saved."))
            return redirect("ballot_jury", pk)
    context = {"form": form, "ballot": found, "unit": found.unit, "is_open": found.state in JURY_STATES}
    return render(request, "contact/ballot_jury.html", context, status=422 if form.errors else 200)
