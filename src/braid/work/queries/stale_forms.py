"""Forms past their last day, and forms nobody answers any more: what could be ended today."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import BooleanField, Exists, ExpressionWrapper, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from braid.kernel.access import AFTER_DESCENDANTS
from braid.kernel.keyset import Page, page_of
from braid.units.models import Unit
from braid.work.enums import Every, ReportFormState
from braid.work.models import Period, Report, ReportForm

QUIET = timedelta(days=100)
"""A form that asked nothing for so long is unused; a yearly one after `QUIET_YEARLY`."""
QUIET_YEARLY = timedelta(days=400)


def stale_forms_in(unit: Unit, *, at: datetime, cursor: str = "") -> Page[ReportForm]:
    """Forms of the units in the subtree of `unit` that are in use and should not be, the newest first.

    Each has `is_past` (its last day is over), `last_opened` (when it asked last) and `is_unanswered` (its last period is
    over and nobody reported). One query.
    """
    forms = ReportForm.objects.filter(
        unit_path__gte=unit.path, unit_path__lt=unit.path + AFTER_DESCENDANTS, state=ReportFormState.OPEN
    ).select_related("unit")
    return page_of(_stale(forms, at=at), order=("-pk",), cursor=cursor)


def _stale(forms: QuerySet[ReportForm], *, at: datetime) -> QuerySet[ReportForm]:
    today = timezone.localdate(at)
    newest = Period.objects.filter(form=OuterRef("pk")).order_by("-first_on", "-pk")
    answered = Report.objects.filter(period=OuterRef("last_period")).exclude(filed_at=None)
    due = newest.filter(due_on__lt=today)
    rows = forms.annotate(
        last_opened=Max("periods__opened_at"),
        last_period=Subquery(newest.values("pk")[:1]),
    )
    rows = rows.annotate(
        is_unanswered=Exists(due.filter(pk=OuterRef("last_period"))) & ~Exists(answered),
        is_past=ExpressionWrapper(Q(ends_on__lt=today), output_field=BooleanField()),
    )
    return rows.filter(Q(is_past=True) | Q(is_unanswered=True) | _quiet(at))


def _quiet(at: datetime) -> Q:
    """Nothing was asked for long, and it was there all that time."""

    def since(moment: datetime) -> Q:
        return Q(created_at__lt=moment) & (Q(last_opened=None) | Q(last_opened__lt=moment))

    return (since(at - QUIET) & ~Q(every=Every.YEAR)) | since(at - QUIET_YEARLY)
