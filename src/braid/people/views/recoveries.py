"""Pages: two officers let somebody back into her account; she stops it, or sets a new password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.actions import (
    agree_recovery,
    ask_recovery,
    hand_over_recovery,
    stop_recovery,
    use_recovery,
    withdraw_recovery,
)
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.enums import RecoveryState
from braid.people.forms_signin import NewPasswordForm, ReasonForm
from braid.people.models import Account, Recovery
from braid.people.queries import paths_of, person_for
from braid.people.queries.recoveries import open_recovery_of, recovery_for, recovery_with
from braid.people.recovery_words import recovery_to_stop, said
from braid.people.rules import can_help_recover


@page
@signed_in
def recovery_ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Begin the recovery of somebody's account."""
    on = timezone.localdate()
    found = person_for(request.person, pk, on=on)
    account: Account | None = getattr(found, "account", None)
    if account is None:
        raise Http404
    require(can_help_recover(request.person, found, paths_of(found, on=on)))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            made = ask_recovery(account, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Asked for. Now a second officer must agree."))
            return redirect("recovery", made.pk)
    return render(
        request, "people/recovery_ask.html", {"form": form, "person": found}, status=422 if form.errors else 200
    )


@require_safe
@signed_in
def recovery(request: PersonRequest, pk: int) -> HttpResponse:
    """How it stands, and what the reader can do."""
    found = recovery_for(request.person, pk)
    return render(request, "people/recovery.html", _context(request, found))


@require_POST
@signed_in
def recovery_agree(request: PersonRequest, pk: int) -> HttpResponse:
    """Be the second officer."""
    agree_recovery(recovery_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("Agreed. She has a day to stop it; then the link can be given to her."))
    return redirect("recovery", pk)


@require_POST
@signed_in
@sensitive_variables("path")
def recovery_link(request: PersonRequest, pk: int) -> HttpResponse:
    """Show, once, the link to give to her."""
    found = recovery_for(request.person, pk)
    path = hand_over_recovery(found, by=request.person, at=timezone.now())
    return render(request, "people/recovery_link.html", {"recovery": found, "link": request.build_absolute_uri(path)})


@require_POST
@signed_in
def recovery_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Take it back."""
    withdraw_recovery(recovery_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("Taken back. Nothing has changed for her."))
    return redirect("recovery", pk)


@page
@signed_in
def recovery_stop(request: PersonRequest) -> HttpResponse:
    """The recovery of my own account: stop it."""
    assert isinstance(request.user, Account)
    found = open_recovery_of(request.user)
    if found is None:
        return redirect("mfa_index")
    if request.method == "POST":
        stop_recovery(found, at=timezone.now())
        messages.success(request, _("Stopped. Nothing has changed."))
        return redirect("mfa_index")
    return render(request, "people/recovery_stop.html", {"recovery": found, "words": said(found)})


@page
@never_cache
def recovery_refuse(request: HttpRequest, token: str) -> HttpResponse:
    """The same by the link of a message, without signing in: it can do nothing but this."""
    found = recovery_to_stop(token)
    if found is None:
        raise Http404
    if request.method == "POST" and found.is_open:
        found = stop_recovery(found, at=timezone.now())
    return render(request, "people/recovery_stop.html", {"recovery": found, "words": said(found)})


@page
@never_cache
@sensitive_post_parameters("password", "again")
def recovery_use(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password with the link the officers gave."""
    found = recovery_with(token, at=timezone.now())
    if found is None:
        return render(request, "people/recovery_use.html", {"form": None, "recovery": None})
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        use_recovery(found, password=form.cleaned_data["password"], at=timezone.now())
        logout(request)
        messages.success(request, _("Your new password works now. Sign in with it."))
        return redirect("account_login")
    return render(
        request, "people/recovery_use.html", {"form": form, "recovery": found}, status=422 if form.errors else 200
    )


def _context(request: PersonRequest, found: Recovery) -> dict[str, object]:
    reader = request.person
    may_help = can_help_recover(reader, found.account.person, paths_of(found.account.person, on=timezone.localdate()))
    is_one = reader.pk in (found.asked_by_id, found.agreed_by_id)
    return {
        "recovery": found,
        "person": found.account.person,
        "can_agree": may_help and found.state == RecoveryState.ASKED and not is_one,
        "can_hand_over": may_help and found.state == RecoveryState.READY and is_one,
        "can_withdraw": may_help and found.is_open,
    }
