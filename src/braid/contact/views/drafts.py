"""Writing a notice and choosing whom it addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from braid.contact.actions import add_recipients, change_notice, delete_draft, draft_notice, remove_recipients
from braid.contact.forms import DraftForm, NewNoticeForm, RuleForm, level_choices
from braid.contact.models import Audience, AudienceRule, Notice, Wording
from braid.contact.queries import Size, draft_for, first_unit_to_send_for, size_of, unit_to_send_for
from braid.contact.rules import SEND_NOTICES
from braid.contact.words import Text
from braid.kernel.access import Scope, scope
from braid.kernel.markdown import render as markdown
from braid.kernel.offline import keep_offline, once
from braid.people.decorators import PersonRequest, signed_in
from braid.people.enums import Office
from braid.units.enums import UnitKind
from braid.units.models import Unit


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@once
@keep_offline
def notice_new(request: PersonRequest) -> HttpResponse:
    """Begin a notice; next she chooses its audience."""
    unit = _unit(request, request.GET.get("unit", ""))
    reach = scope(request.person, SEND_NOTICES)
    form = NewNoticeForm(request.POST or None, initial={"unit": unit.code}, reach=reach)
    if request.method == "POST" and form.is_valid():
        sender = form.cleaned_data["unit"]
        whole = Audience(unit=sender, is_subtree=_reaches_below(reach, sender))
        notice = draft_notice(sender, form.text, by=request.person, at=timezone.now(), audience=[whole])
        return redirect("notice_audience", pk=notice.pk)
    words = {"form": form, "unit": unit, "notice": None}
    return render(request, "contact/write.html", words, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@once
@keep_offline
def notice_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the words of a draft."""
    notice = draft_for(request.person, pk, at=timezone.now())
    form = DraftForm(request.POST or None, notice=notice)
    if request.method == "POST" and form.is_valid():
        change_notice(notice, form.text, by=request.person, at=timezone.now())
        return redirect("notice_audience", pk=pk)
    words = {"form": form, "unit": notice.unit, "notice": notice, "texts": in_html(notice)}
    return render(request, "contact/write.html", words, status=422 if form.errors else 200)


def in_html(notice: Wording) -> list[tuple[Text, SafeString]]:
    """What `notice` says in each of its languages, with the text as a page shows it."""
    return [(text, markdown(text.body)) for text in notice.texts]


@require_POST
@signed_in
def notice_preview(request: PersonRequest) -> HttpResponse:
    """What a text looks like; nothing is kept."""
    return render(request, "contact/preview.html", {"html": markdown(request.POST.get("body", "")[:50_000])})


@require_POST
@signed_in
def notice_delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    delete_draft(draft_for(request.person, pk, at=timezone.now()), by=request.person)
    messages.success(request, _("The draft was deleted."))
    return redirect("notices_sent")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def notice_audience(request: PersonRequest, pk: int) -> HttpResponse:
    """Whom a draft addresses: its rules in words, how many that is, and one more rule to add."""
    notice = draft_for(request.person, pk, at=timezone.now())
    form = _rule_form(request, notice)
    if form.is_bound and form.is_valid():
        is_only = add_recipients(notice, form.rule, by=request.person)
        messages.success(request, _("Now it goes only to these.") if is_only else _("Added to the recipients."))
        return redirect("notice_audience", pk=pk)
    rules = list(notice.audience.select_related("unit").order_by("pk"))
    words = {
        "notice": notice,
        "form": form,
        "rules": rules_in_words(rules),
        "size": size_of(rules, on=_today()),
        "unit": notice.unit,
    }
    return render(request, "contact/audience.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
def notice_audience_remove(request: PersonRequest, pk: int, rule: int) -> HttpResponse:
    """Take one rule away."""
    notice = draft_for(request.person, pk, at=timezone.now())
    remove_recipients(notice, rule, by=request.person)
    messages.success(request, _("Taken off the recipients."))
    return redirect("notice_audience", pk=pk)


@require_safe
@signed_in
def notice_size(request: PersonRequest, pk: int) -> HttpResponse:
    """How many units and people the rule being filled in would address, for the page that asks while she chooses."""
    draft_for(request.person, pk, at=timezone.now())
    form = RuleForm(request.GET, reach=scope(request.person, SEND_NOTICES))
    size: Size | None = size_of([form.rule], on=_today()) if form.is_valid() else None
    return render(request, "contact/size.html", {"size": size})


@dataclass(frozen=True)
class RuleInWords:
    """One rule as people read it."""

    rule: AudienceRule
    levels: list[str]
    kinds: list[str]
    offices: list[str]


def rules_in_words(rules: Iterable[Audience]) -> list[RuleInWords]:
    """Whom a notice addresses, for people. One query."""
    levels = dict(level_choices())
    return [in_words(rule, levels) for rule in rules]


def in_words(rule: AudienceRule, levels: dict[int, str]) -> RuleInWords:
    """`rule` in words; `levels` are the names of levels."""
    return RuleInWords(
        rule,
        [name for level, name in levels.items() if rule.levels >> level & 1],
        [str(kind.label) for kind in UnitKind if rule.kinds >> kind & 1],
        [str(office.label) for office in Office if rule.offices >> office & 1],
    )


def _rule_form(request: PersonRequest, notice: Notice) -> RuleForm:
    reach = scope(request.person, SEND_NOTICES)
    if request.method == "POST":
        return RuleForm(request.POST, reach=reach)
    return RuleForm(initial={"unit": notice.unit.code}, reach=reach)


def _unit(request: PersonRequest, code: str) -> Unit:
    return unit_to_send_for(request.person, code) if code else first_unit_to_send_for(request.person)


def _reaches_below(reach: Scope, unit: Unit) -> bool:
    """Whether she may address the units below too; one who may not begins with the unit alone."""
    return any(unit.path.startswith(top) for top in reach.subtrees)


def _today() -> date:
    return timezone.localdate()
