"""A unit of the tree: where it stands, what happened to it, and the changes one may make."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from braid.kernel.access import Actor, require
from braid.kernel.decorators import ActorRequest, for_actors
from braid.kernel.forms import said_in
from braid.units import actions, forms, rules
from braid.units.actions import Part
from braid.units.enums import UnitStatus
from braid.units.models import Unit
from braid.units.queries import children_of, first_day, level_names, unit_for
from braid.units.queries.events import told_events_of
from braid.units.queries.previews import (
    Preview,
    preview_add,
    preview_close,
    preview_merge,
    preview_move,
    preview_reopen,
    preview_split,
    preview_values,
)

SHOWN = 200
"""Units right below that a page shows; the search and the download find the rest."""


@dataclass(frozen=True)
class Deed:
    """One change of the tree as a page: its words, form, preview, the question who may, and the action."""

    title: Any
    icon: str
    form: type[forms.DeedForm]
    may: Callable[[Actor, Unit], bool]
    preview: Callable[[Unit, dict[str, Any]], Preview]
    do: Callable[..., Any]
    closed: bool = False
    """For closed units instead of active ones."""
    may_there: Callable[[Actor, dict[str, Any]], bool] = lambda actor, values: True
    """Who may at the other unit that the form names."""
    above: Callable[[Unit, dict[str, Any]], Unit | None] = lambda unit, values: None
    """The unit below which something will stand."""


def _split(unit: Unit, values: dict[str, Any], **deed: Any) -> list[Unit]:
    part = Part(values["code"], values["name"], tuple(values["children"]))
    return actions.split_unit(unit, [part], **deed)


DEEDS: dict[str, Deed] = {
    "add": Deed(
        gettext_lazy("Add a unit below"),
        "plus",
        forms.AddForm,
        rules.can_add_below,
        lambda unit, values: preview_add(unit, values["code"], values["name"], values["level"]),
        lambda unit, values, **deed: actions.add_unit(unit, **values, **deed),
    ),
    "rename": Deed(
        gettext_lazy("Rename"),
        "pencil",
        forms.RenameForm,
        rules.can_change,
        preview_values,
        lambda unit, values, **deed: actions.rename_unit(unit, **values, **deed),
    ),
    "change": Deed(
        gettext_lazy("Change details"),
        "settings-2",
        forms.ChangeForm,
        rules.can_change,
        preview_values,
        lambda unit, values, **deed: actions.change_unit(unit, **values, **deed),
    ),
    "move": Deed(
        gettext_lazy("Move"),
        "move",
        forms.MoveForm,
        rules.can_restructure,
        lambda unit, values: preview_move(unit, values["parent"]),
        lambda unit, values, **deed: actions.move_unit(unit, values["parent"], **deed),
        may_there=lambda actor, values: rules.can_add_below(actor, values["parent"]),
        above=lambda unit, values: values["parent"],
    ),
    "merge": Deed(
        gettext_lazy("Merge into another"),
        "merge",
        forms.MergeForm,
        rules.can_restructure,
        lambda unit, values: preview_merge(unit, values["into"]),
        lambda unit, values, **deed: actions.merge_units(unit, values["into"], **deed),
        may_there=lambda actor, values: rules.can_restructure(actor, values["into"]),
        above=lambda unit, values: values["into"],
    ),
    "split": Deed(
        gettext_lazy("Split off a unit"),
        "split",
        forms.SplitForm,
        rules.can_restructure,
        lambda unit, values: preview_split(unit, [(values["code"], values["children"])], closes=False),
        _split,
    ),
    "close": Deed(
        gettext_lazy("Close"),
        "archive",
        forms.DeedForm,
        rules.can_close,
        lambda unit, values: preview_close(unit),
        lambda unit, values, **deed: actions.close_unit(unit, **deed),
    ),
    "reopen": Deed(
        gettext_lazy("Open again"),
        "archive-restore",
        forms.DeedForm,
        rules.can_restructure,
        lambda unit, values: preview_reopen(unit),
        lambda unit, values, **deed: actions.reopen_unit(unit, **deed),
        closed=True,
        above=lambda unit, values: unit.parent,
    ),
}


@require_safe
@for_actors
def unit(request: ActorRequest, code: str) -> HttpResponse:
    """Where a unit stands, the units right below, its history, and the changes the person may make."""
    unit = unit_for(request.person, code)
    closed = unit.status != UnitStatus.ACTIVE
    may = {question: question(request.person, unit) for question in {deed.may for deed in DEEDS.values()}}
    deeds = [(name, deed) for name, deed in DEEDS.items() if may[deed.may] and deed.closed == closed]
    context = {
        "unit": unit,
        "ancestors": _ancestors(unit),
        "children": list(children_of(unit)[:SHOWN]),
        "more": max(0, children_of(unit).count() - SHOWN),
        "events": told_events_of(unit, rules.visible(request.person)),
        "first_day": first_day(),
        "level": level_names().get(unit.level),
        "deeds": [
            (name, deed)
            for name, deed in deeds
            if unit.depth or deed.may not in (rules.can_restructure, rules.can_close)
        ],
        "can_import": rules.can_import(request.person, unit),
    }
    return render(request, "units/unit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_actors
def unit_deed(request: ActorRequest, code: str, deed: str) -> HttpResponse:
    """Ask what is to change, say what that does, and on confirmation do it."""
    unit = unit_for(request.person, code)
    if deed not in DEEDS:
        raise Http404("no such change")
    what = DEEDS[deed]
    require(what.may(request.person, unit))
    form = what.form(unit, request.POST if request.method == "POST" else None)
    context = {
        "unit": unit,
        "ancestors": _ancestors(unit),
        "what": what,
        "form": form,
        "preview": None,
    }
    if request.method != "POST" or not form.is_valid():
        return _deed_page(request, context)
    preview, on, above = what.preview(unit, form.values()), form.cleaned_data["on"], what.above(unit, form.values())
    if why_not_on := rules.why_not_on(unit, on, timezone.localdate()):
        form.add_error("on", why_not_on)
    elif not what.may_there(request.person, form.values()):
        form.add_error(None, _("Your role does not reach the other unit: ask somebody above both."))
    elif preview.refusal:
        form.add_error(preview.field or None, preview.refusal)
    elif above and (why_not_on := rules.why_not_on_below(above, on)):
        form.add_error("on", why_not_on)
    if form.errors:
        return _deed_page(request, context)
    shown, confirmed = seal_of(unit, deed, form.cleaned_data, preview), request.POST.get("confirmed", "")
    if not constant_time_compare(confirmed, shown):
        return _deed_page(request, {**context, "preview": preview, "shown": shown, "differs": bool(confirmed)})
    with said_in(form, request):
        data = form.cleaned_data
        done = what.do(unit, form.values(), on=data["on"], why=data["why"], by=request.person, at=timezone.now())
        messages.success(request, _("Done. The history of the unit shows it."))
        is_new = deed == "add" and rules.visible(request.person).covers(done.path)
        return redirect(reverse("unit", args=[done.code if is_new else unit.code]))
    unit.refresh_from_db()  # it may have been changed before it was refused
    return _deed_page(request, context)


def _deed_page(request: ActorRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "units/deed.html", context, status=422 if context["form"].errors else 200)


def seal_of(unit: Unit, deed: str, values: dict[str, Any], preview: Preview) -> str:
    """What stands for a preview: confirming anything else than what was shown, or what has changed since, shows it again."""
    said = {name: value.pk if isinstance(value, Unit) else str(value) for name, value in values.items()}
    seen = json.dumps([unit.pk, deed, sorted(said.items()), preview.lines])
    return salted_hmac("braid.units.previewed", seen, algorithm="sha256").hexdigest()


def _ancestors(unit: Unit) -> list[Unit]:
    """The units above that people see, top first."""
    return list(Unit.objects.ancestors(unit.path).filter(is_placeholder=False))
