"""Complaints about a directive or a form: heard by somebody independent, never by whoever asked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.people.models import Person
from braid.units.models import OwnedByUnit, Unit
from braid.work.enums import ComplaintState, Grievance, Verdict

from .directives import Directive
from .report_forms import ReportForm


class Complaint(OwnedByUnit):
    """`unit` is where it is heard: above the unit it is about. Who said it, where and in what words, only they read there."""

    directive = models.ForeignKey(Directive, models.PROTECT, null=True, related_name="complaints", db_index=False)
    form = models.ForeignKey(ReportForm, models.PROTECT, null=True, related_name="complaints", db_index=False)
    said_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    said_from = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    """The unit that was asked; null once she was erased."""
    about = models.CharField(_("what is wrong"), max_length=10, choices=Grievance)
    words = models.TextField(_("in your words"))
    said_at = models.DateTimeField()
    due_on = models.DateField(_("to be answered by"))
    raise_on = models.DateField(editable=False)
    """Unanswered after this day it goes a level up."""
    state = models.CharField(_("state"), max_length=10, choices=ComplaintState, default=ComplaintState.WAITING)
    raised = models.PositiveSmallIntegerField(default=0)
    """How often it went a level up because nobody had answered in time."""
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict, default="", blank=True)
    answer = models.TextField(_("answer"), default="", blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    """When she who complained opened the answer."""

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.CheckConstraint(
                condition=Q(form=None, directive__isnull=False) | Q(form__isnull=False, directive=None),
                name="complaint_about_one",
            ),
            models.CheckConstraint(
                condition=~Q(state=ComplaintState.ANSWERED)
                | (Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(verdict="")),
                name="complaint_answered_whole",
            ),
            models.UniqueConstraint(
                fields=["said_by", "directive"],
                condition=Q(state=ComplaintState.WAITING, form=None),
                name="complaint_directive_once",
            ),
            models.UniqueConstraint(
                fields=["said_by", "form"],
                condition=Q(state=ComplaintState.WAITING, directive=None),
                name="complaint_form_once",
            ),
            models.CheckConstraint(condition=Q(about__in=Grievance.values), name="complaint_about_known"),
            models.CheckConstraint(condition=Q(state__in=ComplaintState.values), name="complaint_state_known"),
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="complaint_verdict_known"),
        ]
        indexes = [
            models.Index(fields=["unit_path", "-id"], name="complaint_heard_at"),
            models.Index(fields=["directive", "-id"], name="complaint_directive"),
            models.Index(fields=["form", "-id"], name="complaint_form"),
            models.Index(fields=["raise_on"], name="complaint_late", condition=Q(state=ComplaintState.WAITING)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def thing(self) -> Directive | ReportForm:
        """What it is about."""
        found = self.directive or self.form
        assert found is not None  # a constraint of the table
        return found
