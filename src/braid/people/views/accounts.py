"""Pages: opening an account, the link to set a password, locking; and the sign-in links of the demo."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.actions import invitation_path, lock_account, open_account, unlock_account
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.forms import AccountForm
from braid.people.models import Account
from braid.people.phones import clean_or_empty
from braid.people.queries import paths_of, person_for
from braid.people.rules import can_open_account
from braid.people.signin_links import account_of, links_work_for

from .forms_page import form_page


@page
@signed_in
def account_open(request: PersonRequest, pk: int) -> HttpResponse:
    """Open an account for somebody."""
    on = timezone.localdate()
    found = person_for(request.person, pk, on=on)
    require(can_open_account(request.person, found, paths_of(found, on=on), was_used=False))
    initial = {"phone": found.phone if clean_or_empty(found.phone) else "", "email": found.email}
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            open_account(found, by=request.person, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The account is open. Now give her the link to set her password."))
            return redirect("person", found.pk)
    return form_page(request, form, _("Open an account"), person=found)


@require_POST
@signed_in
@sensitive_variables("path")
def account_invite(request: PersonRequest, pk: int) -> HttpResponse:
    """Show, once, the link with which the owner sets her password."""
    account = _account_for(request, pk)
    path = invitation_path(account, by=request.person, at=timezone.now())
    context = {"person": account.person, "account": account, "link": request.build_absolute_uri(path)}
    return render(request, "people/invitation.html", context)


@require_POST
@signed_in
def account_lock(request: PersonRequest, pk: int) -> HttpResponse:
    """Shut an account."""
    lock_account(_account_for(request, pk), by=request.person, at=timezone.now())
    messages.success(request, _("The account is locked. Nobody can use it now."))
    return redirect("person", pk)


@require_POST
@signed_in
def account_unlock(request: PersonRequest, pk: int) -> HttpResponse:
    """Open a locked account again."""
    unlock_account(_account_for(request, pk), by=request.person, at=timezone.now())
    messages.success(request, _("The account is open again."))
    return redirect("person", pk)


def _account_for(request: PersonRequest, pk: int) -> Account:
    account: Account | None = getattr(person_for(request.person, pk, on=timezone.localdate()), "account", None)
    if account is None:
        raise Http404
    return account


@require_safe
@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a link of the demo; everywhere else there is nothing here."""
    account = account_of(token, at=timezone.now()) if links_work_for(request) else None
    if account is None:
        raise Http404
    login(request, account)
    record_authentication(request, account, "demo_link")
    return redirect("today")
