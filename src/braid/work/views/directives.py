"""Directives as they lie before those they ask: the list, one of them, and the list of what one's units sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from braid.contact.views.notices import language_of
from braid.kernel.access import scope
from braid.kernel.markdown import render as markdown
from braid.kernel.offline import keep_offline
from braid.people.decorators import PersonRequest, signed_in
from braid.units.models import Unit
from braid.units.queries import unit_for
from braid.work.forms.directives import GiveForm
from braid.work.models import Directive, Period
from braid.work.queries.directive_inbox import older_directives_of, open_directives_of
from braid.work.queries.directive_questions import directive_questions_waiting_on, questions_on_directive
from braid.work.queries.directives import (
    anchors_of,
    asked_unit_for,
    chain_of,
    directive_for,
    directives_of,
    is_given_to,
    own_units_asked,
)
from braid.work.queries.handlings import events_of, handling_of, people_of
from braid.work.queries.time_taken import took_of
from braid.work.rules import (
    SEND_DIRECTIVES,
    VIEW_WORK,
    can_handle_at,
    can_judge,
    can_send_directives_of,
    can_undo_directive,
    is_directive_out,
    is_late,
    takes_work,
)


@keep_offline
@require_safe
@signed_in
def directives(request: PersonRequest) -> HttpResponse:
    """What her units are asked: what waits first, by the day it is due; then what was settled; older ones page by page."""
    at = timezone.now()
    code = request.GET.get("unit", "")
    units = [unit_for(request.person, code, VIEW_WORK)] if code else anchors_of(request.person)
    asked = open_directives_of(units, at=at)
    cursor = request.GET.get("cursor", "")
    words = {
        "waiting": [each for each in asked if each.waits],
        "settled": [each for each in asked if not each.waits],
        "page": older_directives_of(units, at=at, cursor=cursor),
        "is_first": not cursor,
        "units": units,
        "looked_at": units[0] if code else None,
        "today": timezone.localdate(at),
        "may_send": bool(scope(request.person, SEND_DIRECTIVES)),
    }
    return render(request, "work/directives.html", words)


@require_safe
@signed_in
def directives_sent(request: PersonRequest) -> HttpResponse:
    """Drafts and sent directives of the units she sends for."""
    words = {
        "page": directives_of(request.person, cursor=request.GET.get("cursor", "")),
        "may_send": bool(scope(request.person, SEND_DIRECTIVES)),
    }
    return render(request, "work/directives_sent.html", words)


@keep_offline
@require_safe
@never_cache
@signed_in
def directive(request: PersonRequest, pk: int) -> HttpResponse:
    """A directive; with what her own unit does with it, where it asks one of hers."""
    at = timezone.now()
    found = directive_for(request.person, pk, at=at)
    hers = own_units_asked(request.person, found) if is_directive_out(found, at) else []
    return _page(request, found, hers[0] if hers else None, hers, at=at)


@keep_offline
@require_safe
@never_cache
@signed_in
def directive_at(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """A directive, with what one of the units it asks does with it."""
    at = timezone.now()
    found = directive_for(request.person, pk, at=at)
    unit = asked_unit_for(request.person, found, code)
    return _page(request, found, unit, own_units_asked(request.person, found), at=at)


def _page(
    request: PersonRequest, found: Directive, unit: Unit | None, hers: list[Unit], *, at: datetime
) -> HttpResponse:
    wanted = language_of(request)
    text = found.text_in(wanted)
    answered, asked = questions_on_directive(found, hers)
    is_sender = can_send_directives_of(request.person, found.unit_path)
    versions = found.versions.select_related("replaced_by").order_by("-number")
    words = {
        "directive": found,
        "text": text,
        "html": markdown(text.body),
        "others": [other for other in found.texts if other != text],
        "versions": [
            (version, said, markdown(said.body)) for version in versions for said in [version.text_in(wanted)]
        ],
        "answered": answered,
        "asked": asked,
        "unit": unit,
        "hers": [each for each in hers if each != unit],
        "is_sender": is_sender,
        "is_out": is_directive_out(found, at),
        "goes_on": takes_work(found, at),
        "can_undo": is_sender and can_undo_directive(found, at),
        "questions_waiting": directive_questions_waiting_on(found) if is_sender else 0,
        "may_see_status": is_directive_out(found, at) and bool(scope(request.person, VIEW_WORK).subtrees),
        "due_on": found.due_on,
        "took": took_of(found),
        "steps": [(step, False) for step in found.steps],
        "today": timezone.localdate(at),
        **(_of_unit(request, found, unit, at=at) if unit else {"handling": None, "chain": None}),
    }
    return render(request, "work/directive.html", words)


def _of_unit(request: PersonRequest, found: Directive, unit: Unit, *, at: datetime) -> dict[str, Any]:
    """What the page shows of one unit that is asked, and what she may do there."""
    person, today = request.person, timezone.localdate(at)
    handling, chain = handling_of(found, unit), chain_of(found, unit)
    goes_on = takes_work(found, at)
    may_handle = goes_on and can_handle_at(person, unit.path)
    give = GiveForm(initial={"person": handling.assigned_to_id if handling else None})
    if may_handle:
        give.offer_people(people_of(unit, on=today))
    done = set(handling.done_steps) if handling else set()
    if handling:
        handling.directive, handling.unit = found, unit
    waits = handling is None or handling.state in ("opened", "in_work")
    return {
        "handling": handling,
        "events": events_of(handling) if handling else [],
        "chain": chain,
        "due_on": chain.due_on,
        "is_late": goes_on and is_late(handling, chain.due_on, today),
        "steps": [(step, step in done) for step in chain.steps],
        "waits": waits,
        "may_handle": may_handle,
        "may_report": may_handle or (goes_on and is_given_to(person, found, unit)),
        "may_pass": goes_on and can_send_directives_of(person, unit.path) and _has_below(unit),
        "may_judge": goes_on and handling is not None and can_judge(person, found, handling),
        "give": give,
        "period": Period.objects.filter(directive=found).first() if found.form_id else None,
    }


def _has_below(unit: Unit) -> bool:
    return Unit.objects.shown().filter(parent=unit).exists()
