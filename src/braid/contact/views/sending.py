"""Sending a notice, and what can be done with it afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.contact import hooks
from braid.contact.actions import correct_notice, send_notice, undo_sending, withdraw_notice
from braid.contact.enums import ReviewState
from braid.contact.forms import CorrectionForm, OverBudgetForm, ReasonForm
from braid.contact.hooks import Foreseen
from braid.contact.models import Audience, Notice
from braid.contact.queries import draft_for, own_notice_for, size_of
from braid.contact.queries.attachments import attachments_of, in_version
from braid.contact.queries.reviews import can_review, is_agreed, needs_second_reader, review_of, seal_of
from braid.contact.rules import can_undo
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in
from braid.people.models import Person

from .drafts import in_html

SHOWN = "contact.shown_within_budget"
"""The salt of what a page signs that has asked how much time a draft takes, so that sending need not ask again."""
SHOWN_FOR = timedelta(minutes=10)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_send(request: PersonRequest, pk: int) -> HttpResponse:
    """Say in words whom the notice will reach and how much time it takes; then send it.

    Where a second reader is needed, the reason for going beyond budgets is written when she is asked, for she reads it too.
    """
    at = timezone.now()
    if can_undo(own_notice_for(request.person, pk, at=at), at):
        return redirect("notice", pk=pk)  # a second click: the first has sent it
    notice = draft_for(request.person, pk, at=at)
    if request.method == "POST" and _was_shown(request.POST.get("shown", ""), notice):
        send_notice(notice, is_within_budget=True, by=request.person, at=at)
        return redirect("notice", pk=pk)
    said = foreseen_of(notice, at)
    form = OverBudgetForm(initial={"over_budget_why": notice.over_budget_why}, exceeds=exceeding(said))
    if request.method == "POST":
        is_read_first = needs_second_reader(notice, rules_of(notice))
        form = OverBudgetForm(request.POST, exceeds=0 if is_read_first else exceeding(said))
        if form.is_valid():
            with said_in(form, request):
                is_within = not exceeding(said)
                send_notice(notice, over_budget_why=form.why, is_within_budget=is_within, by=request.person, at=at)
                return redirect("notice", pk=pk)
    return send_page(request, notice, form, said, at=at)


def _was_shown(token: str, notice: Notice) -> bool:
    """Whether the draft, as it is, was shown a moment ago on a page that made `token`, and put nobody over budget."""
    try:
        return bool(signing.loads(token, salt=SHOWN, max_age=SHOWN_FOR) == _as_shown(notice))
    except signing.BadSignature:
        return False


def _as_shown(notice: Notice) -> list[int | str]:
    return [notice.pk, seal_of(notice)]


def foreseen_of(notice: Notice, at: datetime) -> list[Foreseen]:
    """What higher floors say of sending a draft."""
    return [say(notice, at) for say in hooks.before_sending]


def exceeding(said: list[Foreseen]) -> int:
    """How many units would be asked more than their budget of time."""
    return sum(each.exceeds for each in said)


def rules_of(notice: Notice) -> list[Audience]:
    """Whom a draft addresses, with the units."""
    return list(notice.audience.select_related("unit"))


def send_page(
    request: PersonRequest, notice: Notice, form: OverBudgetForm, said: list[Foreseen], *, at: datetime
) -> HttpResponse:
    """A draft, looked at once more, with what was `said` of sending it."""
    rules, lacks_why = rules_of(notice), bool(exceeding(said)) and not notice.over_budget_why
    words = {
        "notice": notice,
        "size": size_of(rules, on=timezone.localdate(at)),
        "unit": notice.unit,
        "attached": notice.attachments.count(),
        "foreseen": said,
        "shown": "" if exceeding(said) else signing.dumps(_as_shown(notice), salt=SHOWN),
        "form": form,
        "series": notice.repeats if notice.repeats and notice.repeats.is_running else None,
        **_second_reading(request.person, notice, rules, lacks_why=lacks_why),
    }
    return render(request, "contact/send.html", words, status=422 if form.errors else 200)


def _second_reading(person: Person, notice: Notice, rules: list[Audience], *, lacks_why: bool) -> dict[str, Any]:
    """What the page says of a second reader, where one is needed; `lacks_why`: units would be over budget without a reason."""
    if not needs_second_reader(notice, rules):
        return {"needs_reader": False, "may_send": True}
    review, agreed = review_of(notice), is_agreed(notice, by=person)
    state = review.state if review is not None and review.seal == seal_of(notice) else None
    is_asked = state == ReviewState.ASKED
    is_reader = state == ReviewState.AGREED and review is not None and review.read_by == person
    return {
        "needs_reader": True,
        "agreed": agreed,
        "may_send": agreed and not lacks_why,
        "may_ask": not is_reader and (lacks_why or not (agreed or is_asked)),
        "review": review,
        "is_asked": is_asked,
        "is_reader": is_reader,
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
        with said_in(form, request):
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
        with said_in(form, request):
            correct_notice(notice, **form.correction, by=request.person, at=at)
            messages.success(request, _("Corrected. What it said before stays readable below."))
            return redirect("notice", pk=pk)
    words = {"form": form, "notice": notice, "unit": notice.unit, "texts": in_html(notice)}
    return render(request, "contact/correct.html", words, status=422 if form.errors else 200)
