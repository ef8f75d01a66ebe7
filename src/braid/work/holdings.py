"""What work keeps of people: who wrote, sent, passed on, answered or approved something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import SLICE, Audience, Holding, SeenBy, Traces, delete_rows, unlink

from .models import (
    ApprovalEvent,
    Directive,
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
from .rules import VIEW_WORK

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


HOLDINGS = (
    _named(Directive, "author", _("directives I began"), Audience.ADDRESSED),
    _named(Directive, "sent_by", _("directives I sent"), Audience.ADDRESSED),
    _named(DirectiveVersion, "replaced_by", _("directives I corrected"), Audience.ADDRESSED),
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
)
