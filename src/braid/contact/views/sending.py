"""Sending a notice, and what can be done with it afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.contact import hooks
from braid.contact.actions import correct_notice, send_notice, undo_sending, withdraw_notice
from braid.contact.enums import ReviewState
from braid.contact.forms import CorrectionForm, ReasonForm
from braid.contact.models import Audience, Notice
from braid.contact.queries import draft_for, own_notice_for, size_of
from braid.contact.queries.attachments import attachments_of, in_version
from braid.contact.queries.reviews import can_review, is_agreed, needs_second_reader, review_of, seal_of
from braid.contact.rules import can_undo
from braid.people.decorators import PersonRequest, signed_in
from braid.people.models import Person

from .drafts import in_html


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_send(request: PersonRequest, pk: int) -> HttpResponse:
    """Say in words whom the notice will reach; then send it."""
    at = timezone.now()
    if can_undo(own_notice_for(request.person, pk, at=at), at):
        return redirect("notice", pk=pk)  # a second click: the first has sent it
    notice = draft_for(request.person, pk, at=at)
    if request.method == "POST":
        send_notice(notice, by=request.person, at=at)
        return redirect("notice", pk=pk)
    rules = list(notice.audience.select_related("unit"))
    words = {
        "notice": notice,
        "size": size_of(rules, on=timezone.localdate()),
        "unit": notice.unit,
        "attached": notice.attachments.count(),
        "said_before": [say(notice, at) for say in hooks.before_sending],
        "series": notice.repeats if notice.repeats and notice.repeats.is_running else None,
        **_second_reading(request.person, notice, rules),
    }
    return render(request, "contact/send.html", words)


def _second_reading(person: Person, notice: Notice, rules: list[Audience]) -> dict[str, Any]:
    """What the page says of a second reader, where one is needed."""
    if not needs_second_reader(notice, rules):
        return {"needs_reader": False, "agreed": True}
    review = review_of(notice)
    state = review.state if review is not None and review.seal == seal_of(notice) else None
    return {
        "needs_reader": True,
        "agreed": is_agreed(notice, by=person),
        "review": review,
        "is_asked": state == ReviewState.ASKED,
        "is_reader": state == ReviewState.AGREED and review is not None and review.read_by == person,
        "may_review": review is not None and can_review(person, notice, review),
    }


@require_POST
@signed_in
def notice_undo(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the sending back while nobody has seen it."""
    at = timezone.now()
    undo_sending(own_notice_for(request.person, pk, at=at), by=request.person, at=at)
    messages.success(request, _("Not sent. It is a draft again."))
    return redirect("notice_edit", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Withdraw a notice for a reason."""
    at = timezone.now()
    notice = own_notice_for(request.person, pk, at=at)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        withdraw_notice(notice, why=form.cleaned_data["why"], by=request.person, at=at)
        messages.success(request, _("Withdrawn. Readers see your reason in place of the text."))
        return redirect("notice", pk=pk)
    words = {"form": form, "notice": notice, "unit": notice.unit}
    return render(request, "contact/withdraw.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_correct(request: PersonRequest, pk: int) -> HttpResponse:
    """Correct a notice; what it said before stays readable."""
    at = timezone.now()
    notice = own_notice_for(request.person, pk, at=at)
    shown = in_version(attachments_of(notice), notice.version)
    form = CorrectionForm(request.POST or None, request.FILES or None, notice=notice, attachments=shown)
    if request.method == "POST" and form.is_valid():
        correct_notice(notice, **form.correction, by=request.person, at=at)
        messages.success(request, _("Corrected. What it said before stays readable below."))
        return redirect("notice", pk=pk)
    words = {"form": form, "notice": notice, "unit": notice.unit, "texts": in_html(notice)}
    return render(request, "contact/correct.html", words, status=422 if form.errors else 200)
