"""Pages: slips with a code and a QR to print, and coming in with a code."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

import segno
from allauth.core.internal import ratelimit
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import may, require, scope
from braid.kernel.rates import count
from braid.people.actions.invitations import accept_invitation, invite
from braid.people.codes import shown, typed
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.forms_signin import JoinForm
from braid.people.models import Account, Invitation, Membership, Person
from braid.people.queries import memberships_seen, paths_of, person_for
from braid.people.queries.invitations import chosen_in, invitation_of, without_account
from braid.people.rules import CHANGE_PEOPLE, VIEW_PEOPLE, can_open_account
from braid.units.models import Unit
from braid.units.queries import unit_for

from .rosters import OFFICES, office_asked

WRONG_A_MINUTE = 30
"""Wrong codes an address may try in a minute: more than a village does, far fewer than guessing takes."""
_IN_SESSION = "invitation"


@dataclass(frozen=True)
class Slip:
    """One slip of paper: for whom, for what, and how she comes in."""

    person: Person
    account: Account
    held: Membership | None
    code: str
    address: str
    picture: SafeString
    until: datetime
    language: str


@page
@signed_in
@sensitive_variables("slips")
def slips(request: PersonRequest, code: str) -> HttpResponse:
    """Choose officers here and below who have not signed in yet; print a slip for each."""
    unit, on = unit_for(request.person, code, VIEW_PEOPLE), timezone.localdate()
    require(may(request.person, CHANGE_PEOPLE, unit.path))
    reach = scope(request.person, CHANGE_PEOPLE).within(unit.path)
    if request.method == "POST":
        numbers = [int(text) for text in request.POST.getlist("person") if text.isdecimal()]
        return _sheet(request, chosen_in(reach, numbers, on=on), back=reverse("slips", args=[unit.code]))
    office = office_asked(request, OFFICES)
    listed = without_account(reach, on=on, office=office, cursor=request.GET.get("cursor", ""))
    context = {
        "unit": unit,
        "ancestors": Unit.objects.ancestors(unit.path),
        "office": office,
        "offices": OFFICES,
        "page": listed,
    }
    return render(request, "people/slips.html", context)


@require_POST
@signed_in
def slip(request: PersonRequest, pk: int) -> HttpResponse:
    """One slip, for the person whose page this comes from."""
    on = timezone.localdate()
    found = person_for(request.person, pk, on=on)
    made = _slip(request, found, memberships_seen(request.person, found, on=on).first(), timezone.now())
    context = {"slips": [made], "left_out": [], "back": reverse("person", args=[pk])}
    return render(request, "people/slip_sheet.html", context)


def _sheet(request: PersonRequest, chosen: list[Membership], *, back: str) -> HttpResponse:
    """The slips on paper. They are shown once; who can be given none is named instead, and whether for having signed in."""
    at, on = timezone.now(), timezone.localdate()
    made, left_out = [], []
    for row in chosen:
        was_used = Account.objects.filter(person=row.person).exclude(last_login=None).exists()
        if not was_used and can_open_account(request.person, row.person, paths_of(row.person, on=on), was_used=False):
            made.append(_slip(request, row.person, row, at))
        else:
            left_out.append((row.person, was_used))
    return render(request, "people/slip_sheet.html", {"slips": made, "left_out": left_out, "back": back})


def _slip(request: PersonRequest, person: Person, held: Membership | None, at: datetime) -> Slip:
    account, code = invite(person, by=request.person, at=at)
    until = Invitation.objects.values_list("until", flat=True).get(account=account, used_at=None)
    link = request.build_absolute_uri(reverse("join_code", args=[code]))
    picture = segno.make_qr(link, error="m").svg_inline(scale=4, border=2)
    return Slip(
        person,
        account,
        held,
        shown(code),
        request.build_absolute_uri(reverse("join")),
        mark_safe(picture),  # noqa: S308 (drawn here, from our own address)
        until,
        person.language or get_language() or "en",
    )


@require_safe
@never_cache
def join_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the QR leads to: the code goes into the session, so that it stands in no address bar and no history."""
    if found := typed(code):
        request.session[_IN_SESSION] = found
    return redirect("join")


@page
@never_cache
@sensitive_post_parameters()
def join(request: HttpRequest) -> HttpResponse:
    """Type the code; then see what it is for and set a password. The same answer for every code that does not work."""
    if request.method == "POST" and "code" in request.POST:
        request.session[_IN_SESSION] = typed(request.POST["code"])
        return _invited(request) or _no_such_code(request)
    if request.session.get(_IN_SESSION):
        return _invited(request) or _no_such_code(request)
    return render(request, "people/join.html", {"wrong": ""})


def _invited(request: HttpRequest) -> HttpResponse | None:
    """The page of an invitation that holds; None where the code in the session is for none."""
    code, at = request.session[_IN_SESSION], timezone.now()
    found = invitation_of(code, at=at) if code else None
    if found is None:
        return None
    is_sent = request.method == "POST" and "code" not in request.POST
    form = JoinForm(found.account, request.POST if is_sent else None)
    if is_sent and form.is_valid():
        account = accept_invitation(
            code,
            password=form.cleaned_data["new_password1"],
            is_grown=form.cleaned_data.get("is_grown", False),
            at=at,
        )
        request.session.flush()
        login(request, account)
        return redirect("today")
    person = found.account.person
    held = Membership.objects.current(timezone.localdate()).filter(person=person).select_related("unit")
    context = {
        "form": form,
        "person": person,
        "account": found.account,
        "held": held.order_by("office", "pk").first(),
        "until": found.until,
    }
    return render(request, "people/joining.html", context)


def _no_such_code(request: HttpRequest) -> HttpResponse:
    """Counted per address: whoever guesses is stopped for a minute, and nobody else is."""
    request.session.pop(_IN_SESSION, None)
    count(f"invitation:{ratelimit.get_ip(request)}", limit=WRONG_A_MINUTE, seconds=time.time())
    words = _("This code does not work. It may be mistyped, used already or run out. Ask your officer for a new one.")
    return render(request, "people/join.html", {"wrong": words}, status=422)
