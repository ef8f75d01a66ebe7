"""Writing a directive and choosing whom it asks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from braid.contact.forms import level_choices
from braid.contact.queries import Size, size_of
from braid.contact.views.drafts import RuleInWords, in_html, in_words
from braid.kernel.access import scope
from braid.kernel.offline import keep_offline, once
from braid.people.decorators import PersonRequest, signed_in
from braid.work.actions import (
    add_receivers,
    change_directive,
    delete_directive_draft,
    draft_directive,
    remove_receivers,
)
from braid.work.enums import ReportFormState
from braid.work.forms.directives import DirectiveDraftForm, NewDirectiveForm, ReceiversForm
from braid.work.models import DirectiveRule, ReportForm
from braid.work.queries.directives import draft_directive_for, unit_to_direct_from
from braid.work.queries.time_taken import took_before
from braid.work.rules import RUN_FORMS, SEND_DIRECTIVES

MOST_FORMS = 200


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@once
@keep_offline
def directive_new(request: PersonRequest) -> HttpResponse:
    """Begin a directive; next she chooses whom it asks."""
    unit = unit_to_direct_from(request.person, request.GET.get("unit", ""))
    reach = scope(request.person, SEND_DIRECTIVES)
    form = NewDirectiveForm(request.POST or None, initial={"unit": unit.code}, reach=reach)
    form.offer_forms(forms_to_ask(request))
    if request.method == "POST" and form.is_valid():
        sender = form.cleaned_data["unit"]
        whole = DirectiveRule(unit=sender, is_subtree=reach.covers_below(sender.path))
        made = draft_directive(sender, form.text, by=request.person, at=timezone.now(), audience=[whole])
        return redirect("directive_audience", pk=made.pk)
    took = (
        took_before(unit, form.data.get("title", "")) if form.is_bound else None
    )  # not taken yet: its title is known now
    words = {"form": form, "unit": unit, "directive": None, "took_before": took}
    return render(request, "work/directive_write.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@once
@keep_offline
def directive_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the words of a draft."""
    found = draft_directive_for(request.person, pk, at=timezone.now())
    form = DirectiveDraftForm(request.POST or None, notice=found)
    form.offer_forms(forms_to_ask(request))
    if request.method == "POST" and form.is_valid():
        change_directive(found, form.text, by=request.person, at=timezone.now())
        return redirect("directive_audience", pk=pk)
    words = {"form": form, "unit": found.unit, "directive": found, "texts": in_html(found)}
    words["took_before"] = took_before(found.unit, *(text.title for text in found.texts))
    return render(request, "work/directive_write.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def directive_delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    delete_directive_draft(draft_directive_for(request.person, pk, at=timezone.now()), by=request.person)
    messages.success(request, _("The draft was deleted."))
    return redirect("directives_sent")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def directive_audience(request: PersonRequest, pk: int) -> HttpResponse:
    """Whom a draft asks: its rules in words, how many units that is, and one more rule to add."""
    found = draft_directive_for(request.person, pk, at=timezone.now())
    reach = scope(request.person, SEND_DIRECTIVES)
    form = ReceiversForm(request.POST or None, initial={"unit": found.unit.code}, reach=reach)
    if request.method == "POST" and form.is_valid():
        is_only = add_receivers(found, form.rule, by=request.person)
        messages.success(request, _("Now it asks only these.") if is_only else _("Added to the units it asks."))
        return redirect("directive_audience", pk=pk)
    rules = list(found.audience.select_related("unit").order_by("pk"))
    words = {
        "directive": found,
        "form": form,
        "rules": receivers_in_words(rules),
        "size": size_of(rules, on=timezone.localdate()),
        "unit": found.unit,
    }
    return render(request, "work/directive_audience.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def directive_audience_remove(request: PersonRequest, pk: int, rule: int) -> HttpResponse:
    """Take one rule away."""
    found = draft_directive_for(request.person, pk, at=timezone.now())
    remove_receivers(found, rule, by=request.person)
    messages.success(request, _("Taken off the units it asks."))
    return redirect("directive_audience", pk=pk)


@require_safe
@signed_in
def directive_size(request: PersonRequest, pk: int) -> HttpResponse:
    """How many units the rule being filled in would ask, for the page that asks while she chooses."""
    draft_directive_for(request.person, pk, at=timezone.now())
    form = ReceiversForm(request.GET, reach=scope(request.person, SEND_DIRECTIVES))
    size: Size | None = size_of([form.rule], on=timezone.localdate()) if form.is_valid() else None
    return render(request, "work/directive_size.html", {"size": size})


def receivers_in_words(rules: list[DirectiveRule]) -> list[RuleInWords]:
    """Whom a directive asks, for people. One query."""
    levels = dict(level_choices())
    return [in_words(rule, levels) for rule in rules]


def forms_to_ask(request: PersonRequest) -> list[ReportForm]:
    """The forms in use that she may ask for and whose last day is not over, newest first. One query."""
    rows = ReportForm.objects.filter(scope(request.person, RUN_FORMS).where(), state=ReportFormState.OPEN)
    return list(rows.filter(ends_on__gte=timezone.localdate()).order_by("-pk")[:MOST_FORMS])
