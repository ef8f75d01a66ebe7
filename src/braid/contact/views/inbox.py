"""The inbox, and the list of what one's units have sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.contact.enums import Show
from braid.contact.forms import FilterForm, level_choices
from braid.contact.queries import Filters, inbox_for, notices_of, unread_count_for
from braid.contact.queries.inbox import MOST_COUNTED
from braid.contact.rules import SEND_NOTICES
from braid.kernel.access import scope
from braid.kernel.offline import keep_offline
from braid.people.decorators import PersonRequest, signed_in


@keep_offline
@require_safe
@signed_in
def inbox(request: PersonRequest) -> HttpResponse:
    """What was sent to her, newest first."""
    at = timezone.now()
    filters = _filters(request)
    words = {
        "page": inbox_for(request.person, at=at, filters=filters, cursor=request.GET.get("cursor", "")),
        "filters": filters,
        "shows": [show for show in Show if show != Show.WAITING],
        "levels": level_choices(),
        "unread": unread_count_for(request.person, at=at),
        "most_counted": MOST_COUNTED,
        "may_send": bool(scope(request.person, SEND_NOTICES)),
        "is_filtered": filters != Filters(),
    }
    return render(request, "contact/inbox.html", words)


@require_safe
@signed_in
def sent(request: PersonRequest) -> HttpResponse:
    """Drafts and sent notices of the units she sends for."""
    words = {
        "page": notices_of(request.person, cursor=request.GET.get("cursor", "")),
        "may_send": bool(scope(request.person, SEND_NOTICES)),
        "at": timezone.now(),
    }
    return render(request, "contact/sent.html", words)


def _filters(request: PersonRequest) -> Filters:
    form = FilterForm(request.GET)
    form.is_valid()
    values = form.cleaned_data
    return Filters(Show(values.get("show") or Show.ALL), values.get("level"), values.get("q") or "")
