"""Pages: another e-mail address or number to sign in with, and the code that proves it."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.forms import said_in
from braid.people.actions import ask_address, confirm_address
from braid.people.actions.addresses import Proof
from braid.people.decorators import PersonRequest, page, shown_again, signed_in
from braid.people.forms_signin import FORM_OF_ADDRESS, AddressCodeForm
from braid.people.models import Account
from braid.people.telling import EMAIL

_IN_SESSION = "address_proof"


@page
@shown_again
def address_change(request: PersonRequest, channel: str) -> HttpResponse:
    """Enter the new address; a code is sent there."""
    form = FORM_OF_ADDRESS[channel](request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        if not _is_within_limits(request, address):
            form.add_error(None, get_adapter().validation_error("too_many_login_attempts"))
        else:
            with said_in(form, request):
                proof = ask_address(_account(request), channel, address, by=request.person, at=timezone.now())
                request.session[_IN_SESSION] = proof.as_kept
                return redirect("address_confirm")
    words = {"form": form, "is_email": channel == EMAIL}
    return render(request, "people/address.html", words, status=422 if form.errors else 200)


@page
@signed_in
def address_confirm(request: PersonRequest) -> HttpResponse:
    """Enter the code."""
    proof = _proof(request)
    if proof is None:
        return redirect("mfa_index")
    form = AddressCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if proof.fits(form.cleaned_data["code"]):
            return _confirmed(request, proof, form.cleaned_data["code"])
        request.session[_IN_SESSION] = proof.after_a_try.as_kept
        form.add_error("code", _("This code does not fit, or it is too old."))
    words = {"form": form, "address": proof.address}
    return render(request, "people/address_code.html", words, status=422 if form.errors else 200)


def _confirmed(request: PersonRequest, proof: Proof, code: str) -> HttpResponse:
    del request.session[_IN_SESSION]
    account = confirm_address(_account(request), proof, code, by=request.person, at=timezone.now())
    update_session_auth_hash(request, account)
    messages.success(request, _("You sign in with it from now on. The address you had until now was told."))
    return redirect("mfa_index")


def _proof(request: PersonRequest) -> Proof | None:
    """What was sent from this session, while it can be tried; else it is forgotten."""
    kept = request.session.get(_IN_SESSION)
    proof = Proof(**kept) if kept else None
    if proof and proof.holds(timezone.now()):
        return proof
    request.session.pop(_IN_SESSION, None)
    return None


def _is_within_limits(request: PersonRequest, address: str) -> bool:
    """As for codes to sign in: three in ten minutes for her, and no flood for whoever has the address."""
    keys = {"request_login_code": f"address {request.person.pk}", "request_login_code_account": address}
    return all(
        ratelimit.consume(request, app="allauth.account", action=action, key=key) for action, key in keys.items()
    )


def _account(request: PersonRequest) -> Account:
    assert isinstance(request.user, Account)
    return request.user
