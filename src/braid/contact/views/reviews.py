"""Second readers: the rule of a unit, asking for one, reading."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from braid.contact.actions import agree_to, ask_review, send_back, set_review_rule
from braid.contact.forms import OverBudgetForm, ReviewRuleForm, SendBackForm
from braid.contact.models import ReviewRule
from braid.contact.queries import draft_for, size_of
from braid.contact.queries.attachments import attachments_of
from braid.contact.queries.reviews import can_review, review_of, rule_above, seal_of
from braid.contact.rules import SET_REVIEW_RULES
from braid.kernel.access import require
from braid.kernel.forms import said_in
from braid.people.decorators import PersonRequest, signed_in
from braid.units.queries import unit_for

from .drafts import in_html, rules_in_words
from .sending import exceeding, foreseen_of, send_page


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review_rule(request: PersonRequest, code: str) -> HttpResponse:
    """Which notices of a unit and below need a second reader."""
    unit = unit_for(request.person, code, SET_REVIEW_RULES)
    form = ReviewRuleForm(request.POST or None, initial=_initial(ReviewRule.objects.filter(unit=unit).first()))
    if request.method == "POST" and form.is_valid():
        set_review_rule(unit, form.asked, by=request.person, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("review_rule", code=unit.code)
    words = {"unit": unit, "form": form, "above": rule_above(unit)}
    return render(request, "contact/review_rule.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def notice_review_ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for a second reader, with the reason for going beyond budgets where one is needed."""
    at = timezone.now()
    notice = draft_for(request.person, pk, at=at)
    said = foreseen_of(notice, at)
    form = OverBudgetForm(request.POST, exceeds=exceeding(said))
    if form.is_valid():
        with said_in(form, request):
            ask_review(notice, over_budget_why=form.why, by=request.person, at=at)
            messages.success(request, _("Asked. Others who may send for this unit find it on Today."))
            return redirect("notice_send", pk=pk)
    return send_page(request, notice, form, said, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_review(request: PersonRequest, pk: int) -> HttpResponse:
    """The draft as it would go out, for its second reader; POST sends it back."""
    at = timezone.now()
    notice = draft_for(request.person, pk, at=at)
    review = review_of(notice)
    if review is None:
        raise Http404
    require(can_review(request.person, notice, review))
    form = SendBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            send_back(notice, **form.cleaned_data, by=request.person, at=at)
            messages.success(request, _("Sent back, with your reason."))
            return redirect("notice", pk=pk)
    rules = list(notice.audience.select_related("unit").order_by("pk"))
    words = {
        "notice": notice,
        "unit": notice.unit,
        "review": review,
        "form": form,
        "texts": in_html(notice),
        "attachments": attachments_of(notice),
        "rules": rules_in_words(rules),
        "size": size_of(rules, on=timezone.localdate()),
        "seal": seal_of(notice),
    }
    return render(request, "contact/review.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def notice_review_agree(request: PersonRequest, pk: int) -> HttpResponse:
    """Agree to what was shown."""
    at = timezone.now()
    notice = draft_for(request.person, pk, at=at)
    agree_to(notice, seal=request.POST.get("seal", ""), by=request.person, at=at)
    messages.success(request, _("You agreed. Its author can send it now."))
    return redirect("notice", pk=pk)


def _initial(rule: ReviewRule | None) -> dict[str, object]:
    if rule is None:
        return {"which": "none"}
    return {"which": "above", "above": rule.above} if rule.above else {"which": "all"}
