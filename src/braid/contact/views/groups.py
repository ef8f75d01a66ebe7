"""A group: its page and public card, and what whoever is responsible does with it."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import (
    change_group,
    close_group,
    extend_group,
    hand_over_group,
    open_group,
    renew_invitation,
)
from braid.contact.enums import FEWEST_SHOWN, JoinRule
from braid.contact.forms import CloseForm, GroupForm, NameForm, NewGroupForm, ReplyForm
from braid.contact.models import Group, JoinRequest
from braid.contact.qr import qr_of
from braid.contact.queries.affiliations import affiliations_of, joined_of
from braid.contact.queries.chats import chats_of
from braid.contact.queries.groups import (
    Place,
    group_for,
    group_to_run_for,
    names_in,
    own_request,
    people_called,
    requests_at,
)
from braid.contact.rules import (
    VIEW_GROUPS,
    can_close_group,
    can_hand_over,
    can_open_group,
    can_run_groups_of,
    ends_soon,
    is_active,
)
from braid.contact.words import readers_language
from braid.kernel.access import may, require
from braid.kernel.forms import said_in
from braid.kernel.opengraph import OpenGraph, opengraph
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.enums import Office
from braid.people.middleware import reader_of
from braid.people.models import Membership, Person
from braid.people.rules import VIEW_PEOPLE
from braid.units.models import Unit
from braid.units.queries import unit_for

Reply = tuple[JoinRequest, ReplyForm]
"""A request to join, and the answer to it as it was sent."""


@require_safe
@never_cache
def group(request: HttpRequest, code: str) -> HttpResponse:
    """A group: its inside for its people and those who see it by their role, its card for everybody else."""
    return group_page(request, code)


def group_page(request: HttpRequest, code: str, *, key: str = "", reply: Reply | None = None) -> HttpResponse:
    """The page of a group; with the `key` of its invitation also for whoever was given the link.

    `reply`: an answer that has to be put right.
    """
    person = reader_of(request)
    on = timezone.localdate()
    try:
        found, place = group_for(person, code, on=on, key=key)
    except Http404:
        if person is None and not key:
            return redirect_to_login(request.get_full_path())
        raise
    people = Membership.objects.current(on).filter(unit=found.unit_id).values("person").distinct().count()
    context = {
        "group": found,
        "unit": found.unit,
        "body": found.unit.parent,
        "place": place,
        "key": key,
        "is_closed": not is_active(found),
        "people": people,
        "fewest": FEWEST_SHOWN,
        "rules": JoinRule,
        "opengraph": _shared(request, found) if found.is_public else None,
        "ancestors": _ancestors(found.unit),
        **(_hers(person, found, place, reply) if person else {}),
        **(_inside(found, on) if place.sees_inside else {"head": None}),
    }
    template = "contact/group.html" if place.sees_inside else "contact/group_card.html"
    return render(request, template, context, status=422 if reply else 200)


def _shared(request: HttpRequest, found: Group) -> OpenGraph:
    """What its card says of itself where its address is shared: without the key that may have led here."""
    return opengraph(
        request,
        kind="website",
        title=found.unit.display_name,
        text=found.purpose,
        path=reverse("group", args=[found.unit.code]),
        languages=[readers_language()],
    )


def _hers(person: Person, found: Group, place: Place, reply: Reply | None) -> dict[str, Any]:
    """What she may do, and her own request."""
    runs = can_run_groups_of(person, found.unit)
    return {
        "request_of_hers": None if place.is_member else own_request(person, found),
        "may_run": runs,
        "may_close": can_close_group(person, found),
        "may_hand_over": can_hand_over(person, found),
        "sees_people": place.sees_inside and may(person, VIEW_PEOPLE, found.unit.path),
        "waiting": [(one, _reply_to(one, reply)) for one in requests_at(found)] if runs and place.sees_inside else [],
    }


def _reply_to(one: JoinRequest, reply: Reply | None) -> ReplyForm:
    return reply[1] if reply and reply[0] == one else ReplyForm(auto_id=f"%s-{one.pk}")


def _inside(found: Group, on: date) -> dict[str, Any]:
    """What its people see of it."""
    held = Membership.objects.current(on).filter(unit=found.unit_id, office=Office.HEAD).select_related("person")
    return {
        "head": held.first(),
        "chats": chats_of(found.unit, on=on),
        "joined": joined_of(found.unit, affiliations_of(found.unit).rows),
        "ends_soon": ends_soon(found, on),
        "is_past": found.ends_on < on,
    }


def _ancestors(unit: Unit) -> list[Unit]:
    return list(Unit.objects.ancestors(unit.path).filter(is_placeholder=False))


@page
@signed_in
def group_new(request: PersonRequest, code: str) -> HttpResponse:
    """Begin a group below a body."""
    body = unit_for(request.person, code, VIEW_GROUPS)
    require(can_open_group(request.person, body))
    on = timezone.localdate()
    find = partial(people_called, by=request.person, unit=body, on=on)
    form = NewGroupForm(request.POST or None, find=find)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            responsible = form.cleaned_data["person"] or request.person
            name = form.cleaned_data["name"]
            made = open_group(body, form.plan, name=name, responsible=responsible, by=request.person, at=timezone.now())
            messages.success(request, _("The group has begun. Invite people with the link or the QR picture."))
            return redirect("group", made.unit.code)
    words = {"form": form, "unit": body, "title": _("Begin a group"), "names": names_in(body, on=on)}
    return _form(request, words)


@page
@signed_in
def group_change(request: PersonRequest, code: str) -> HttpResponse:
    """Change what a group is for, how one comes in, its end date, and whether it is public."""
    found = group_to_run_for(request.person, code, on=timezone.localdate())
    form = GroupForm(request.POST or None, group=found)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            change_group(found, form.plan, by=request.person, at=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("group", code)
    return _form(request, {"form": form, "unit": found.unit, "title": _("Change the group"), "names": []})


@require_POST
@signed_in
def group_extend(request: PersonRequest, code: str) -> HttpResponse:
    """Let it go on for a year, in one tap."""
    found = group_to_run_for(request.person, code, on=timezone.localdate())
    extend_group(found, by=request.person, at=timezone.now())
    messages.success(request, _("It goes on for another year."))
    return redirect("group", code)


@page
@signed_in
def group_close(request: PersonRequest, code: str) -> HttpResponse:
    """Close it, in one tap or with a reason."""
    found, _place = group_for(request.person, code, on=timezone.localdate())
    require(can_close_group(request.person, found))
    form = CloseForm(request.POST or None)
    if request.method == "POST" and "planned" in request.POST:
        return _closed(request, found, why=_("It has come to the end that was planned."))
    if request.method == "POST" and form.is_valid():
        return _closed(request, found, why=form.cleaned_data["why"])
    context = {"form": form, "group": found, "unit": found.unit}
    return render(request, "contact/group_close.html", context, status=422 if form.errors else 200)


def _closed(request: PersonRequest, found: Group, *, why: str) -> HttpResponse:
    close_group(found, why=why, by=request.person, at=timezone.now())
    messages.success(request, _("Closed. Its people and its history stay on record."))
    return redirect("groups_mine")


@page
@signed_in
def group_hand_over(request: PersonRequest, code: str) -> HttpResponse:
    """Name who is responsible from now on."""
    on = timezone.localdate()
    found, place = group_for(request.person, code, on=on)
    require(can_hand_over(request.person, found))
    find = partial(people_called, by=request.person, unit=found.unit, on=on)
    form = NameForm(request.POST or None, find=find)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["person"]
        hand_over_group(found, person, by=request.person, at=timezone.now())
        messages.success(request, _("%(name)s is responsible for the group now.") % {"name": person.name})
        return redirect("group", code)
    words = {"form": form, "unit": found.unit, "is_head": place.is_head, "names": names_in(found.unit, on=on)}
    return render(request, "contact/group_hand_over.html", words, status=422 if form.errors else 200)


@page
@signed_in
def group_invite(request: PersonRequest, code: str) -> HttpResponse:
    """The link and the QR picture that lead into the group; a new link makes the old one worthless."""
    found = group_to_run_for(request.person, code, on=timezone.localdate())
    if request.method == "POST":
        renew_invitation(found, by=request.person)
        messages.success(request, _("There is a new link. The old one opens nothing any more."))
        return redirect("group_invite", code)
    card = request.build_absolute_uri(reverse("group", args=[code]))
    link = request.build_absolute_uri(reverse("group_invited", args=[code, found.invite_key]))
    leads = card if found.is_public and found.join_rule != JoinRule.INVITED else link
    context = {
        "group": found,
        "unit": found.unit,
        "address": leads,
        "is_card": leads == card,
        "link": link,
        "picture": qr_of(leads, _("QR picture of the address below")),
    }
    return render(request, "contact/group_invite.html", context)


def _form(request: PersonRequest, words: dict[str, Any]) -> HttpResponse:
    """The page that shows one form about a group."""
    return render(request, "contact/group_form.html", words, status=422 if words["form"].errors else 200)
