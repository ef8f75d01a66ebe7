"""Page: one's own data, offices and grants, and who sees what of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from braid.kernel.access import scope
from braid.kernel.forms import said_in
from braid.people.actions import change_person
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.forms import ProfileForm
from braid.people.queries import grants_of, memberships_of
from braid.people.queries.guardians import wards_of
from braid.people.rules import VIEW_INVENTORY
from braid.people.seen_by import own_fields_seen_by


@page
@signed_in
def profile(request: PersonRequest) -> HttpResponse:
    """Who I am here; change it."""
    me = request.person
    initial = {"name": me.name, "phone": me.phone, "email": me.email, "language": me.language}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            change_person(me, by=me, at=timezone.now(), **form.cleaned_data)
            return _saved(request)
    context = {
        "form": form,
        "memberships": memberships_of(me, on=timezone.localdate()),
        "grants": grants_of(me, at=timezone.now()),
        "fields": [(form[name], words) for name, words in own_fields_seen_by(me).items() if name in form.fields],
        "wards": wards_of(me, on=timezone.localdate()),
        "sees_inventory": bool(scope(me, VIEW_INVENTORY)),
    }
    return render(request, "people/profile.html", context, status=422 if form.errors else 200)


def _saved(request: PersonRequest) -> HttpResponse:
    """Back to the page, in the language she chose, which this device keeps."""
    language = request.person.language
    with translation.override(language or translation.get_language()):
        messages.success(request, _("Saved."))
    answer = redirect("profile")
    if language:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.BEHIND_TLS)
    else:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return answer
