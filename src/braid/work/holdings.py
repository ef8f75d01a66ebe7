"""What work keeps of people: who wrote, sent, passed on, answered or approved something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import ERASED, SLICE, Audience, Holding, SeenBy, Traces, delete_rows, unlink

from .models import (
    ApprovalEvent,
    Budget,
    Complaint,
    Directive,
    DirectiveQuestion,
    DirectiveReview,
    DirectiveVersion,
    DutyNote,
    Handling,
    HandlingEvent,
    Passing,
    Report,
    ReportForm,
    ReportVersion,
    Visit,
)
from .rules import HEAR_COMPLAINTS, VIEW_WORK

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_UNTIL_ERASED = _("until she is erased; the work is the unit's and stays")
_ANSWERS = _("to know who answers for it")


def _named(model: type[models.Model], link: str, what: StrOrPromise, seen_by: SeenBy = VIEW_WORK) -> Holding:
    """Rows about the work of a unit, which only name who did it."""
    return Holding(model, link, what, _ANSWERS, seen_by, _UNTIL_ERASED, unlink(link))


def _erase_visits(rows: models.QuerySet[Any], traces: Traces) -> int:
    """The visits stay counted for the unit; her note goes with her name."""
    numbers = list(rows.values_list("pk", flat=True)[:SLICE])
    return Visit.objects.filter(pk__in=numbers).update(by=None, words="")


def _forget_complainant(rows: models.QuerySet[Any], traces: Traces) -> int:
    """The answer stays for those who asked; who complained, for which unit and in what words goes."""
    numbers = list(rows.values_list("pk", flat=True)[:SLICE])
    rows.model._base_manager.filter(pk__in=numbers).update(said_by=None, said_from=None, words=ERASED)
    return len(numbers)


HOLDINGS = (
    _named(Directive, "author", _("directives I began"), Audience.ADDRESSED),
    _named(Directive, "sent_by", _("directives I sent"), Audience.ADDRESSED),
    _named(DirectiveVersion, "replaced_by", _("directives I corrected"), Audience.ADDRESSED),
    _named(DirectiveReview, "asked_by", _("second readings of directives I asked for"), Audience.ADDRESSED),
    _named(DirectiveReview, "read_by", _("directives I read as second reader"), Audience.ADDRESSED),
    _named(DirectiveQuestion, "asked_by", _("questions I asked about directives, for my unit")),
    _named(DirectiveQuestion, "answered_by", _("questions about directives I answered")),
    _named(Passing, "passed_by", _("directives I passed on"), Audience.ADDRESSED),
    _named(Handling, "assigned_to", _("directives I was given to do")),
    _named(Handling, "changed_by", _("directives I answered for my unit")),
    _named(HandlingEvent, "by", _("steps I took on a directive")),
    _named(ReportForm, "author", _("forms I began")),
    _named(Report, "changed_by", _("reports I changed")),
    _named(Report, "filed_by", _("reports I filed")),
    _named(ReportVersion, "filed_by", _("earlier versions of reports that I filed")),
    _named(ApprovalEvent, "by", _("reports I approved or reopened")),
    Holding(
        Visit,
        "by",
        _("visits I logged"),
        _("to fill in reports and my record of duty"),
        Audience.HERSELF,
        _("until she is erased; the visit stays counted, without her and her note"),
        _erase_visits,
        fields=("unit", "on", "kind", "topic", "people", "words", "logged_at"),
    ),
    Holding(
        DutyNote,
        "person",
        _("what I set right in my record of duty"),
        _("to show it in my record"),
        Audience.HERSELF,
        _("until she takes it out or is erased"),
        delete_rows,
        fields=("on", "kind", "amount", "words", "noted_at"),
    ),
    _named(Budget, "changed_by", _("budgets of time I set")),
    _named(Complaint, "answered_by", _("complaints I answered"), HEAR_COMPLAINTS),
    Holding(
        Complaint,
        "said_by",
        _("complaints I made"),
        _("to answer them; those who asked read only the answer"),
        HEAR_COMPLAINTS,
        _("until you are erased; the answer stays"),
        _forget_complainant,
        ("about", "words", "said_at", "due_on", "state", "verdict", "answer", "answered_at"),
    ),
)
