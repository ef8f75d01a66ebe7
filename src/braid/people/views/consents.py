"""Pages: what I agree to, one tap on and one tap off; the same for a child I am guardian of."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.personal import PURPOSES, Purpose
from braid.people.actions import give_consent, withdraw_consent
from braid.people.decorators import PersonRequest, signed_in
from braid.people.models import Person
from braid.people.queries.consents import consents_of
from braid.people.queries.guardians import has_agreed_guardian, is_child, ward_for


@require_safe
@signed_in
def consents(request: PersonRequest, pk: int) -> HttpResponse:
    """Every purpose, its text, and what was said to it."""
    person, on = _subject(request, pk), timezone.localdate()
    is_own = person.pk == request.person.pk
    asked = [one for one in consents_of(person, on=on) if not (is_own and one.purpose.for_children)]
    if not is_own and not has_agreed_guardian(person):
        asked = [one for one in asked if one.purpose.for_children]
    context = {
        "person": person,
        "is_own": is_own,
        "asked": asked,
        "can_answer": not (is_own and is_child(person, on=on)),
    }
    return render(request, "people/consents.html", context)


@require_POST
@signed_in
def consent_give(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """Agree."""
    give_consent(_subject(request, pk), _purpose(key), by=request.person, at=timezone.now())
    messages.success(request, _("You agreed. You can withdraw it here at any time."))
    return redirect("consents", pk)


@require_POST
@signed_in
def consent_withdraw(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """Agree no more."""
    withdraw_consent(_subject(request, pk), _purpose(key), by=request.person, at=timezone.now())
    messages.success(request, _("Withdrawn. It is not done any more."))
    return redirect("consents", pk)


def _subject(request: PersonRequest, pk: int) -> Person:
    """She herself, or a child she is named guardian of: here she says whether she agrees to be it."""
    if request.person.pk == pk:
        return request.person
    return ward_for(request.person, pk, on=timezone.localdate()).child


def _purpose(key: str) -> Purpose:
    found = PURPOSES.get(key)
    if found is None:
        raise Http404
    return found
