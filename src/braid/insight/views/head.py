"""The head's page of a unit, the rows behind what waits there, and its weekly mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.insight.actions import begin_weekly_mail, stop_weekly_mail
from braid.insight.enums import HEAD_WEEKS
from braid.insight.queries.branches import branches_of
from braid.insight.queries.head import head_of, rows_behind, waiting_below
from braid.insight.queries.icicle import icicle_of
from braid.insight.queries.units import ancestors_of, can_look_below, own_units, subtree_for
from braid.insight.queries.weekly_mail import mail_of
from braid.insight.words import GROUPS, MEASURES, STEPS
from braid.kernel.offline import keep_offline
from braid.people.decorators import PersonRequest, signed_in


@require_safe
@signed_in
def head_first(request: PersonRequest) -> HttpResponse:
    """The page of the first of her units whose numbers she may see."""
    for unit in own_units(request.person, at=timezone.now()):
        if can_look_below(request.person, unit):
            return redirect("head", unit.code)
    raise Http404


@require_safe
@signed_in
@keep_offline
def head(request: PersonRequest, code: str) -> HttpResponse:
    """What is alive, late, waiting and vacant in one subtree, on one screen of a phone."""
    at = timezone.now()
    branches = branches_of(request.person, subtree_for(request.person, code, at=at), at=at)
    shown = request.GET.get("show", "liaisons")
    if shown not in MEASURES:
        raise Http404
    measure = branches.seen.share if shown == "seen" else lambda start, end: branches.figures.share(shown, start, end)
    ancestors = ancestors_of(branches.unit)
    page = head_of(branches)
    context = {
        "unit": branches.unit,
        "ancestors": ancestors,
        "parent": ancestors[-1] if ancestors and can_look_below(request.person, ancestors[-1]) else None,
        "groups": [(group, GROUPS[group], figures) for group, figures in page.figures.items()],
        "series": page.series,
        "series_weeks": HEAD_WEEKS,
        "by_week": page.by_week,
        "icicle": icicle_of(branches, measure) if branches.children else None,
        "shares": [(row.unit, measure(row.start, row.end)) for row in branches.children],
        "measures": MEASURES,
        "steps": STEPS,
        "shown": shown,
        "mail": mail_of(request.person),
        "at": at,
    }
    return render(request, "insight/head.html", context)


@require_safe
@signed_in
def head_waiting(request: PersonRequest, code: str, name: str) -> HttpResponse:
    """The rows behind a number of what waits below."""
    unit = subtree_for(request.person, code, at=timezone.now())
    kind, page, lines = waiting_below(request.person, unit, name, cursor=request.GET.get("cursor", ""))
    context = {"unit": unit, "ancestors": ancestors_of(unit), "kind": kind, "page": page, "lines": lines}
    return render(request, "insight/head_waiting.html", context)


@require_safe
@signed_in
def head_behind(request: PersonRequest, code: str, name: str) -> HttpResponse:
    """The things behind a number that adds up what is late in them, or waits."""
    at = timezone.now()
    unit, cursor = subtree_for(request.person, code, at=at), request.GET.get("cursor", "")
    kind, page, lines = rows_behind(request.person, unit, name, on=timezone.localdate(at), cursor=cursor)
    context = {"unit": unit, "ancestors": ancestors_of(unit), "kind": kind, "page": page, "lines": lines}
    return render(request, "insight/head_behind.html", context)


@require_POST
@signed_in
def head_mail(request: PersonRequest, code: str) -> HttpResponse:
    """Begin or stop her weekly mail with this page."""
    at = timezone.now()
    unit = subtree_for(request.person, code, at=at)
    if request.POST.get("stop"):
        stop_weekly_mail(by=request.person)
        messages.success(request, _("You get no weekly mail any more."))
    else:
        begin_weekly_mail(unit, by=request.person, at=at)
        messages.success(request, _("Every Monday at nine you get these numbers by e-mail."))
    return redirect("head", unit.code)
