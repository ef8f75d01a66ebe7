"""Page: one's access keys for programs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from braid.kernel.forms import said_in
from braid.people.actions import make_token, revoke_token
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.enums import API_PERMISSIONS
from braid.people.forms import TokenForm
from braid.people.queries.tokens import token_for, tokens_of


@page
@signed_in
def tokens(request: PersonRequest) -> HttpResponse:
    """My keys; make one. Its secret is shown once, here."""
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            _token, secret = make_token(request.person, by=request.person, at=timezone.now(), **form.cleaned_data)
            form = TokenForm()
    rows = [(token, [API_PERMISSIONS[name] for name in token.permissions]) for token in tokens_of(request.person)]
    context = {"form": form, "secret": secret, "rows": rows, "now": timezone.now()}
    return render(request, "people/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a key back."""
    revoke_token(token_for(request.person, pk), by=request.person, at=timezone.now())
    messages.success(request, _("Taken back. It opens nothing any more."))
    return redirect("tokens")
