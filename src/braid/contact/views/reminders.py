"""Reminding the silent, and telephoning where that did not help."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from braid.contact.actions import ask_calls, record_call, remind_silent
from braid.contact.enums import Fact
from braid.contact.forms import CallForm, RemindForm
from braid.contact.models import PhoneList
from braid.contact.queries.calls import calls_about, people_to_call, person_to_call, phone_list_for
from braid.contact.queries.notices import sent_notice_for
from braid.contact.queries.silence import reminding_of, silences_of
from braid.kernel.access import may
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.rules import VIEW_CONTACTS


@page
@signed_in
def notice_remind(request: PersonRequest, pk: int) -> HttpResponse:
    """How many are silent, what was done so far; POST reminds them."""
    at = timezone.now()
    notice = sent_notice_for(request.person, pk, at=at)
    silences = silences_of(notice, on=timezone.localdate(at))
    form = RemindForm(request.POST or None, silences=silences)
    if request.method == "POST" and form.is_valid():
        remind_silent(notice, form.cleaned_data["awaits"], by=request.person, at=at)
        messages.success(request, _("The silent are reminded now, outside their quiet hours."))
        return redirect("notice_remind", pk=pk)
    reminding = reminding_of(notice)
    words = {
        "notice": notice,
        "unit": notice.unit,
        "form": form,
        "is_silent": any(one.size.units for one in silences),
        "reminding": reminding,
        "may_now": at >= reminding.next_at,
        "phone_list": PhoneList.objects.filter(notice=notice).select_related("asked_by").first(),
        "strongest": silences[-1],
    }
    return render(request, "contact/remind.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def notice_call_ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask that the silent be telephoned."""
    at = timezone.now()
    notice = sent_notice_for(request.person, pk, at=at)
    ask_calls(notice, _fact(request.POST.get("awaits", "")), by=request.person, at=at)
    messages.success(request, _("Asked. The liaison officers of these units find it on Today."))
    return redirect("notice_remind", pk=pk)


@page
@signed_in
def notice_phone_list(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """Whom to telephone in one unit; POST records what came of it."""
    at = timezone.now()
    here = phone_list_for(request.person, pk, code)
    posted = CallForm(request.POST) if request.method == "POST" else None
    if posted and posted.is_valid():
        with said_in(posted, request):
            number = posted.cleaned_data["person"]
            person = person_to_call(here, number, at=at) if number else None
            outcome, note = posted.cleaned_data["outcome"], posted.cleaned_data["note"]
            record_call(here.phone_list, here.unit, person, outcome, note=note, by=request.person, at=at)
            messages.success(request, _("Noted."))
            return redirect("notice_phone_list", pk=pk, code=code)
    listed = people_to_call(here, at=at, cursor=request.GET.get("cursor", ""))
    calls = calls_about(here, listed.rows)
    sees = may(request.person, VIEW_CONTACTS, here.unit.path)
    words = {
        "here": here,
        "notice": here.phone_list.notice,
        "unit": here.unit,
        "page": listed,
        "rows": [(row, calls.get(row.person_id), _form(row.person_id, posted)) for row in listed.rows],
        "sees_contacts": sees,
        "whole": calls.get(None),
        "whole_form": _form(None, posted),
    }
    return render(request, "contact/phone_list.html", words, status=422 if posted else 200)


def _form(person: int | None, posted: CallForm | None) -> CallForm:
    """The form of one line; what was posted for it comes back with what is wrong."""
    where = f"call-{person or 'unit'}-%s"
    if posted is not None and posted.data.get("person", "") == str(person or ""):
        posted.auto_id = where
        return posted
    return CallForm(initial={"person": person}, auto_id=where)


def _fact(value: str) -> Fact:
    for fact in Fact:
        if str(fact.value) == value:
            return fact
    raise Http404
