"""Reports: what a unit answered in a period, what it said before, and who approved which part of the tree."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from braid.kernel.fields import BytewiseField
from braid.people.models import Person
from braid.units.enums import STEP
from braid.units.models import OwnedByUnit
from braid.work.enums import ApprovalState, ReportState

from .report_forms import FormVersion, Period


class Report(OwnedByUnit):
    """What one unit answers in one period. One row for each unit that began; corrections keep what was said before."""

    # No constraints of the database for these two: whoever files has just read both rows, and to check them again everybody who
    # files in one period would lock the same two rows together with all others.
    period = models.ForeignKey(Period, models.PROTECT, related_name="reports", db_index=False, db_constraint=False)
    form_version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    counted_path = BytewiseField(max_length=STEP * 40, editable=False)
    """Where it counts: where the unit stood when the period opened."""
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.DRAFT)
    values = models.JSONField(default=dict)
    """By key of a field: a number in its smallest decimal, the place of a choice, a text, a day, a file, rows of a table."""
    counted = models.JSONField(default=dict, blank=True)
    """By key of a bound field: what the journal had counted when it was filed."""
    reasons = models.JSONField(default=dict, blank=True)
    """By key of a bound field: why the unit gave another number than the journal's."""
    measures = models.JSONField(default=dict, blank=True)
    """What of it adds up (`work.measures`), as it was last filed; empty while it never was."""
    version = models.PositiveIntegerField(default=0)
    """How often it was filed: whoever approves says which version she saw."""
    note = models.CharField(_("note"), max_length=500, default="", blank=True)
    sent_back_why = models.CharField(_("why it was sent back"), max_length=500, default="", blank=True)
    minutes = models.PositiveIntegerField(_("minutes it really took"), null=True, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    filed_at = models.DateTimeField(null=True, blank=True)
    filed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["period", "unit"], name="report_once"),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT) | Q(filed_at__isnull=False), name="report_filed_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.APPROVED, approved_at__isnull=False)
                | (~Q(state=ReportState.APPROVED) & Q(approved_at=None)),
                name="report_approved_has_time",
            ),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
        ]
        indexes = [
            models.Index(fields=["period", "counted_path"], name="report_counted"),
            models.Index("period", Length("counted_path"), "counted_path", name="report_right_below"),
            models.Index(fields=["unit", "-id"], name="report_unit"),
            models.Index(fields=["unit_path", "-id"], name="report_unit_path"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.unit_id} {self.state}"


class ReportVersion(models.Model):
    """What a report said before it was filed again."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    values = models.JSONField()
    counted = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    was_approved = models.BooleanField(default=False)
    replaced_why = models.CharField(_("what was corrected"), max_length=500, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="report_version_once")]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.number}"


class Approval(OwnedByUnit):
    """A unit approved and locked its part of a period: the reports right below it, and the parts of the units there."""

    period = models.ForeignKey(Period, models.PROTECT, related_name="approvals", db_index=False)
    counted_path = BytewiseField(max_length=STEP * 40, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=ApprovalState, default=ApprovalState.IN_FORCE)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(fields=["period", "unit"], name="approval_once"),
            models.CheckConstraint(condition=Q(state__in=ApprovalState.values), name="approval_state_known"),
        ]
        indexes = [
            models.Index("period", Length("counted_path"), "counted_path", name="approval_counted"),
            models.Index(fields=["unit_path"], name="approval_unit_path"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.unit_id} {self.state}"


class ApprovalEvent(models.Model):
    """An approval was given or reopened: when, by whom, and why."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="events", db_index=False)
    state = models.CharField(max_length=10, choices=ApprovalState)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    why = models.CharField(max_length=500, default="", blank=True)
    """Of what was reopened; empty where a first report came late."""
    n = models.PositiveIntegerField(default=0)
    """How many reports its part held then."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ApprovalState.values), name="approval_event_state_known")
        ]
        indexes = [models.Index(fields=["approval", "id"], name="approval_event")]

    def __str__(self) -> str:
        return f"{self.approval_id} {self.state}"
