"""Coming into groups and going out of them; the page of the groups somebody is in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import answer_request, ask_to_join, join_group, leave_group, take_back_request
from braid.contact.forms import ReplyForm
from braid.contact.queries.groups import group_for, groups_of, request_for, requests_of, waiting_at
from braid.contact.rules import VIEW_GROUPS
from braid.kernel.access import scope
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in
from braid.people.enums import Office

from .groups import group_page


@require_safe
@signed_in
def groups_mine(request: PersonRequest) -> HttpResponse:
    """The groups she is in, each with one tap out, and what she has asked."""
    held = groups_of(request.person, on=timezone.localdate())
    led = [row.unit_id for row in held if row.office == Office.HEAD]
    waiting = waiting_at(led) if led else {}
    context = {
        "rows": [(row, row.office == Office.HEAD, waiting.get(row.unit_id, 0)) for row in held],
        "requests": requests_of(request.person),
        "sees_register": bool(scope(request.person, VIEW_GROUPS)),
    }
    return render(request, "contact/groups_mine.html", context)


@require_safe
@never_cache
def group_invited(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """What the invitation link opens: the card of the group, with the door open."""
    return group_page(request, code, key=key)


@require_POST
@signed_in
def group_join(request: PersonRequest, code: str) -> HttpResponse:
    """Come in, with the key of the invitation where there is one."""
    key = request.POST.get("key", "")
    found, _place = group_for(request.person, code, on=timezone.localdate(), key=key)
    join_group(found, by=request.person, at=timezone.now(), key=key)
    messages.success(request, _("You are in the group now. You can leave it at any time."))
    return redirect("group", code)


@require_POST
@signed_in
def group_ask(request: PersonRequest, code: str) -> HttpResponse:
    """Ask to come in."""
    found, _place = group_for(request.person, code, on=timezone.localdate())
    ask_to_join(found, words=request.POST.get("words", "")[:300], by=request.person, at=timezone.now())
    messages.success(request, _("Asked. The answer appears here and among your groups."))
    return redirect("group", code)


@require_POST
@signed_in
def group_leave(request: PersonRequest, code: str) -> HttpResponse:
    """Go out, in one tap."""
    found, _place = group_for(request.person, code, on=timezone.localdate())
    leave_group(found, by=request.person, at=timezone.now())
    messages.success(request, _("You have left %(group)s.") % {"group": found.unit})
    return redirect("groups_mine")


@require_POST
@signed_in
def join_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Let her in, or say why not."""
    found = request_for(request.person, pk, on=timezone.localdate())
    form = ReplyForm(request.POST, auto_id=f"%s-{pk}")
    if form.is_valid():
        with said_in(form, request):
            accepts = "accept" in request.POST
            answer_request(found, accepts=accepts, **form.cleaned_data, by=request.person, at=timezone.now())
            said = _("%(name)s is in the group now.") if accepts else _("Declined. %(name)s reads your reason.")
            messages.success(request, said % {"name": found.person.name})
            return redirect("group", found.unit.code)
    return group_page(request, found.unit.code, reply=(found, form))


@require_POST
@signed_in
def join_take_back(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask no longer."""
    found = request_for(request.person, pk, on=timezone.localdate())
    take_back_request(found, by=request.person, at=timezone.now())
    messages.success(request, _("Taken back."))
    return redirect("groups_mine")
