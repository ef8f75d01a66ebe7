"""Where officers write what the public reads: their unit's texts and help numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.home.actions.help import check_help_line, drop_help_line, hide_help_line
from braid.home.actions.texts import change_home_text
from braid.home.forms import HelpLineForm, HomeForm, start_of
from braid.home.models import HelpLine, HomeText
from braid.home.queries.help import Line, shipped_row
from braid.home.queries.officers import unit_to_edit_for
from braid.home.queries.pages import Home, Told, home_of
from braid.people.decorators import PersonRequest, signed_in


@signed_in
@require_http_methods(["GET", "POST"])
def texts(request: PersonRequest, code: str) -> HttpResponse:
    """Change what the Home says; the preview shows it among what is inherited, nothing is stored before "Publish"."""
    unit = unit_to_edit_for(request.person, code)
    form = HomeForm(request.POST or None, instance=HomeText.objects.filter(unit=unit).first())
    home = home_of(unit, at=timezone.now())
    context: dict[str, Any] = {"unit": unit, "home": home, "form": form, "preview": None}
    if request.method == "POST" and form.is_valid():
        if "publish" in request.POST:
            change_home_text(unit, form.said(), by=request.person, at=timezone.now())
            messages.success(
                request, _("Published. Everybody can read it on the Home of %(unit)s now.") % {"unit": unit}
            )
            return redirect("home_edit", code=code)
        context["preview"] = previewed(home, form.said())
    return render(request, "home/edit.html", context, status=422 if form.errors else 200)


def previewed(home: Home, said: dict[str, str]) -> dict[str, Told | None]:
    """What the Home would say: the new words, and for emptied fields what the units above say."""
    above = {field: told if told and told.source else None for field, told in home.told.items()}
    return above | {field: Told(text, None) for field, text in said.items() if text and field in above}


@signed_in
@require_http_methods(["GET"])
def help_lines(request: PersonRequest, code: str) -> HttpResponse:
    """All help numbers of the unit, with those that wait for somebody to check them."""
    unit = unit_to_edit_for(request.person, code)
    home = home_of(unit, at=timezone.now())
    today = timezone.localdate()
    rows = [(line, line.is_due(today)) for line in home.help_lines]
    return render(request, "home/help_lines.html", {"unit": unit, "home": home, "rows": rows})


@signed_in
@require_http_methods(["GET", "POST"])
def help_line(request: PersonRequest, code: str, key: str = "") -> HttpResponse:
    """Check a number: a new one, or one that is inherited or one's own."""
    unit = unit_to_edit_for(request.person, code)
    home = home_of(unit, at=timezone.now())
    line = _line_of(home, key) if key else None
    own = HelpLine.objects.filter(unit=unit, key=key).first() if key else None
    start = start_of(line, shipped_row(home.country, key)) if line and own is None else None
    form = HelpLineForm(request.POST or None, instance=own, initial=start)
    if request.method == "POST" and form.is_valid():
        check_help_line(unit, form.said(), key=key, by=request.person, at=timezone.now())
        messages.success(request, _("Published with today’s date, on this Home and all below it."))
        return redirect("home_help", code=code)
    words = {"unit": unit, "line": line, "own": own, "form": form}
    return render(request, "home/help_line.html", words, status=422 if form.errors else 200)


@signed_in
@require_POST
def hide(request: PersonRequest, code: str, key: str) -> HttpResponse:
    """Take an inherited number off this Home and those below."""
    unit = unit_to_edit_for(request.person, code)
    home = home_of(unit, at=timezone.now())
    line = _line_of(home, key)
    own = HelpLine.objects.filter(unit=unit, key=key).exists()
    values = {} if own else start_of(line, shipped_row(home.country, key))
    hide_help_line(unit, key, values, by=request.person, at=timezone.now())
    messages.success(request, _("%(name)s is no longer shown here.") % {"name": line.name})
    return redirect("home_help", code=code)


@signed_in
@require_POST
def drop(request: PersonRequest, code: str, key: str) -> HttpResponse:
    """Delete what this unit says of a number."""
    unit = unit_to_edit_for(request.person, code)
    line = HelpLine.objects.filter(unit=unit, key=key).select_related("unit").first()
    if line is None:
        raise Http404
    drop_help_line(line, by=request.person, at=timezone.now())
    messages.success(request, _("Deleted. What the units above say counts again."))
    return redirect("home_help", code=code)


def _line_of(home: Home, key: str) -> Line:
    found = next((line for line in home.help_lines if line.key == key), None)
    if found is None:
        raise Http404
    return found
