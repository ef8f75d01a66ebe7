"""Search: units, people, notices and pages from one box."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.insight.queries.search import search_for
from braid.people.decorators import PersonRequest, signed_in


@require_safe
@signed_in
def search(request: PersonRequest) -> HttpResponse:
    """What every app finds for `q`, grouped; nothing but the box while nothing is asked."""
    text = request.GET.get("q", "").strip()
    groups = search_for(request.person, text, at=timezone.now())
    return render(request, "insight/search.html", {"q": text, "groups": groups})
