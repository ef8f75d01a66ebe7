"""Templates of notices: those of a unit, writing one, and beginning from one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import (
    begin_from_template,
    change_template,
    keep_as_template,
    make_template,
    retire_template,
)
from braid.contact.forms import TemplateForm
from braid.contact.queries import own_notice_for, unit_to_send_for
from braid.contact.queries.templates import template_for, template_to_use, templates_for
from braid.contact.rules import can_send_for
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in


@require_safe
@signed_in
def notice_templates(request: PersonRequest, code: str) -> HttpResponse:
    """What a unit can begin a notice from: its own templates and those of units above."""
    unit = unit_to_send_for(request.person, code)
    found = templates_for(unit, cursor=request.GET.get("cursor", ""))
    rows = [(template, can_send_for(request.person, template.unit_path)) for template in found.rows]
    return render(request, "contact/template_list.html", {"unit": unit, "page": found, "rows": rows})


@page
@signed_in
def notice_template_new(request: PersonRequest, code: str) -> HttpResponse:
    """Write a template of a unit."""
    unit = unit_to_send_for(request.person, code)
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            make_template(unit, form.plan, by=request.person, at=timezone.now())
            messages.success(request, _("Kept. Your unit and all below it can begin a notice from it."))
            return redirect("notice_templates", code=unit.code)
    words = {"form": form, "unit": unit, "template": None}
    return render(request, "contact/template_form.html", words, status=422 if form.errors else 200)


@page
@signed_in
def notice_template(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a template."""
    template = template_for(request.person, pk)
    form = TemplateForm(request.POST or None, template=template)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            change_template(template, form.plan, by=request.person, at=timezone.now())
            messages.success(request, _("Saved. Notices begun from it before stay as they are."))
            return redirect("notice_templates", code=template.unit.code)
    words = {"form": form, "unit": template.unit, "template": template}
    return render(request, "contact/template_form.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def notice_template_retire(request: PersonRequest, pk: int) -> HttpResponse:
    """Let nobody begin from a template any more."""
    template = template_for(request.person, pk)
    retire_template(template, by=request.person, at=timezone.now())
    messages.success(request, _("Taken out of use. Notices begun from it stay."))
    return redirect("notice_templates", code=template.unit.code)


@require_POST
@signed_in
def notice_template_use(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    """Begin a notice of a unit from a template; next she looks it over."""
    unit = unit_to_send_for(request.person, code)
    notice = begin_from_template(template_to_use(unit, pk), unit, by=request.person, at=timezone.now())
    return redirect("notice_edit", pk=notice.pk)


@require_POST
@signed_in
def notice_keep(request: PersonRequest, pk: int) -> HttpResponse:
    """Keep a notice as a template of its unit; next she looks it over."""
    at = timezone.now()
    template = keep_as_template(own_notice_for(request.person, pk, at=at), by=request.person, at=at)
    messages.success(request, _("Kept. Your unit and all below it can begin a notice from it."))
    return redirect("notice_template", pk=template.pk)
