"""Chat groups elsewhere: the list of a unit, and putting them on record."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import change_chat, drop_chat, register_chat
from braid.contact.forms import ChatForm
from braid.contact.queries.chats import chat_to_run_for, chats_of, unit_of_chats_for
from braid.contact.queries.groups import people_called
from braid.contact.rules import can_run_groups_of
from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.models import Person
from braid.units.models import Unit


@require_safe
@signed_in
def chats(request: PersonRequest, code: str) -> HttpResponse:
    """The chat groups of a unit, and whose turn it is in each."""
    on = timezone.localdate()
    unit = unit_of_chats_for(request.person, code, on=on)
    context = {
        "unit": unit,
        "chats": chats_of(unit, on=on),
        "may_run": can_run_groups_of(request.person, unit),
    }
    return render(request, "contact/chats.html", context)


@page
@signed_in
def chat_new(request: PersonRequest, code: str) -> HttpResponse:
    """Put a chat group on record."""
    unit = unit_of_chats_for(request.person, code, on=timezone.localdate())
    require(can_run_groups_of(request.person, unit))
    form = ChatForm(request.POST or None, find=_find(request, unit))
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            register_chat(unit, form.plan, by=request.person, at=timezone.now())
            messages.success(request, _("On record."))
            return redirect("chats", code)
    return _form(request, form, unit, None)


@page
@signed_in
def chat_change(request: PersonRequest, pk: int) -> HttpResponse:
    """Change what is on record."""
    chat = chat_to_run_for(request.person, pk, on=timezone.localdate())
    owners = [turn.person for turn in chat.turns.select_related("person").order_by("place")]
    initial = ChatForm.initial_of(chat, owners or ([chat.owner] if chat.owner else []))
    form = ChatForm(request.POST or None, initial=initial, find=_find(request, chat.unit))
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            change_chat(chat, form.plan, by=request.person, at=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("chats", chat.unit.code)
    return _form(request, form, chat.unit, chat.pk)


@require_POST
@signed_in
def chat_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Take it off the record."""
    chat = chat_to_run_for(request.person, pk, on=timezone.localdate())
    drop_chat(chat, by=request.person)
    messages.success(request, _("Taken off the record."))
    return redirect("chats", chat.unit.code)


def _find(request: PersonRequest, unit: Unit) -> partial[Person]:
    return partial(people_called, by=request.person, unit=unit, on=timezone.localdate())


def _form(request: PersonRequest, form: ChatForm, unit: Unit, pk: int | None) -> HttpResponse:
    context = {"form": form, "unit": unit, "pk": pk}
    return render(request, "contact/chat_form.html", context, status=422 if form.errors else 200)
