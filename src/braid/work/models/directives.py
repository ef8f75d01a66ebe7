"""Directives: what a unit asks of many, whom, what each of them does with it, and how it is passed on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import QuestionState
from braid.contact.models import AudienceRule, SecondReading
from braid.contact.models.wording import LANGUAGE_KNOWN, Wording
from braid.kernel.fields import BytewiseField
from braid.people.models import Person
from braid.units.enums import STEP
from braid.units.models import OwnedByUnit, Unit
from braid.work.enums import OPEN_HANDLINGS, Because, DirectiveState, HandlingState, Step

from .report_forms import ReportForm
from .rollups import Rollup


class Directive(Wording, OwnedByUnit):
    """What a unit asks the units of its audience to do. One row, however many it asks; who acts gets a `Handling`."""

    why = models.TextField(_("why"), default="", blank=True)
    basis = models.CharField(_("legal or other basis"), max_length=300, default="", blank=True)
    due_on = models.DateField(_("due on"))
    minutes = models.PositiveIntegerField(_("expected minutes of work"))
    """For one unit, without passing it on: what its author says."""
    learned_minutes = models.PositiveIntegerField(_("what the last one like it really took"), null=True, blank=True)
    """When this one was sent: it counts in place of `minutes` until enough units of its own have said how long it took."""
    steps = models.JSONField(_("steps"), default=list, blank=True)
    """Texts in the order in which they are done."""
    form = models.ForeignKey(ReportForm, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=DirectiveState, default=DirectiveState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    """From this moment its audience sees it; it lies `UNDO_WINDOW` after the button was pressed."""
    sent_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    over_budget_why = models.CharField(
        _("why it may exceed the budget of time"), max_length=500, default="", blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    not_sent_why = models.CharField(max_length=500, default="", blank=True)
    """Why a draft that was sent did not go out; empty once it is sent again."""
    ended_why = models.CharField(_("why it was withdrawn"), max_length=500, default="", blank=True)
    rollup = models.OneToOneField(Rollup, models.PROTECT, null=True, related_name="directive")
    """Of the states of its receivers; null while it is a draft."""

    class Meta:
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="directive_titled"),
            models.CheckConstraint(condition=Q(minutes__gte=1), name="directive_takes_time"),
            models.CheckConstraint(
                condition=Q(state=DirectiveState.DRAFT) | Q(sent_at__isnull=False), name="directive_sent_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=DirectiveState.WITHDRAWN) | ~Q(ended_why=""), name="directive_withdrawn_has_reason"
            ),
            models.CheckConstraint(condition=Q(state__in=DirectiveState.values), name="directive_state_known"),
            models.CheckConstraint(condition=LANGUAGE_KNOWN, name="directive_language_known"),
        ]
        indexes = [
            models.Index(fields=["unit", "-sent_at", "-id"], name="directive_unit_newest"),
            models.Index(fields=["unit_path", "-id"], name="directive_path"),
            models.Index(fields=["due_on"], name="directive_open_due", condition=Q(state=DirectiveState.SENT)),
        ]


class Passing(OwnedByUnit):
    """A unit passed a directive on to units of its own: what it added for them, never a word changed above."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="passings", db_index=False)
    note = models.TextField(_("what you add"), default="", blank=True)
    steps = models.JSONField(_("local steps"), default=list, blank=True)
    due_on = models.DateField(_("due on"))
    """Never later than the day it came with."""
    over_budget_why = models.CharField(
        _("why it may exceed the budget of time"), max_length=500, default="", blank=True
    )
    passed_at = models.DateTimeField()
    passed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("passing on")
        verbose_name_plural = _("passings on")
        indexes = [
            models.Index(fields=["directive", "unit_path"], name="passing_directive"),
            models.Index(fields=["unit_path"], name="passing_path"),
            models.Index(fields=["due_on"], name="passing_due"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} by {self.unit_id}"


class DirectiveRule(AudienceRule):
    """One rule of whom a directive asks, by its sender or by a unit that passed it on."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="audience", db_index=False)
    passing = models.ForeignKey(Passing, models.CASCADE, null=True, related_name="audience")
    sent_at = models.DateTimeField(null=True)
    """Since when it holds; null while it is a draft."""
    is_open = models.BooleanField(default=False)
    """Whether the directive is sent and neither closed nor withdrawn: lists of what is due read only such rows."""

    class Meta:
        indexes = [
            models.Index(fields=["unit", "-sent_at", "-directive"], name="directive_rule_newest"),
            models.Index(fields=["unit", "directive"], name="directive_rule_open", condition=Q(is_open=True)),
            models.Index(fields=["directive"], name="directive_rule_directive"),
            models.Index(fields=["sent_at"], name="directive_rule_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} -> {self.unit_id}"


class Handling(OwnedByUnit):
    """What one unit does with a directive. It exists from the moment somebody there opens it."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="handlings", db_index=False)
    counted_path = BytewiseField(max_length=STEP * 40, editable=False)
    """Where its state counts: the unit's path when the directive was sent."""
    counted_level = models.PositiveSmallIntegerField(editable=False)
    """At which level it counts: the unit's when it opened the directive."""
    state = models.CharField(_("state"), max_length=10, choices=HandlingState, default=HandlingState.OPENED)
    assigned_to = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    done_steps = models.JSONField(default=list, blank=True)
    """The texts of the steps that are done."""
    words = models.TextField(_("what was done"), default="", blank=True)
    """The report in words; of a returned one the reason."""
    returned_because = models.CharField(max_length=10, choices=Because, default="", blank=True)
    minutes = models.PositiveIntegerField(_("minutes it really took"), null=True, blank=True)
    sent_back_why = models.CharField(_("why it was sent back"), max_length=500, default="", blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("handling")
        verbose_name_plural = _("handlings")
        constraints = [
            models.UniqueConstraint(fields=["directive", "unit"], name="handling_once"),
            models.CheckConstraint(
                condition=~Q(state=HandlingState.RETURNED) | ~Q(words=""), name="handling_returned_has_reason"
            ),
            models.CheckConstraint(condition=Q(state__in=HandlingState.values), name="handling_state_known"),
            models.CheckConstraint(
                condition=Q(returned_because__in=["", *Because.values]), name="handling_returned_because_known"
            ),
        ]
        indexes = [
            models.Index(fields=["directive", "counted_path"], name="handling_counted"),
            models.Index(fields=["unit_path"], name="handling_unit_path"),
            models.Index(
                fields=["directive", "counted_path"],
                name="handling_reported",
                condition=Q(state=HandlingState.REPORTED),
            ),
            models.Index(fields=["unit", "-changed_at"], name="handling_unit"),
            models.Index(
                fields=["assigned_to"],
                name="handling_assigned",
                condition=Q(state__in=[str(s) for s in OPEN_HANDLINGS]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.unit_id} {self.state}"


class HandlingEvent(models.Model):
    """What happened to a handling: dated, by whom, with the words that were said."""

    handling = models.ForeignKey(Handling, models.CASCADE, related_name="events", db_index=False)
    state = models.CharField(max_length=10, choices=HandlingState)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    words = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=HandlingState.values), name="handling_event_state_known")
        ]
        indexes = [models.Index(fields=["handling", "id"], name="handling_event")]

    def __str__(self) -> str:
        return f"{self.handling_id} {self.state}"


class DirectiveVersion(Wording):
    """What a directive said before it was corrected."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    why = models.TextField(default="", blank=True)
    basis = models.CharField(max_length=300, default="", blank=True)
    due_on = models.DateField()
    steps = models.JSONField(default=list, blank=True)
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    replaced_why = models.CharField(_("what was corrected"), max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["directive", "number"], name="directive_version_once"),
            models.CheckConstraint(condition=LANGUAGE_KNOWN, name="directive_version_language_known"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} v{self.number}"


class DirectiveReview(SecondReading):
    """The second reading of a directive."""

    directive = models.OneToOneField(Directive, models.CASCADE, related_name="review")

    def __str__(self) -> str:
        return f"{self.directive_id}: {self.state}"


class DirectiveQuestion(models.Model):
    """What a unit that is asked wants to know about a directive: answered once, for all."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="questions", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    """Of which unit she asked; who answers sees the unit, other readers do not."""
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    text = models.CharField(_("question"), max_length=300)
    """In the words of whoever answers once it is answered; until then in her own."""
    state = models.CharField(_("state"), max_length=10, choices=QuestionState, default=QuestionState.WAITING)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), default="", blank=True)
    """What all readers read; of a declined one the reason, which her unit alone reads."""
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("question on a directive")
        verbose_name_plural = _("questions on directives")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="directive_question_worded"),
            models.CheckConstraint(
                condition=Q(state=QuestionState.WAITING, answer="", answered_at=None)
                | (~Q(state=QuestionState.WAITING) & ~Q(answer="") & Q(answered_at__isnull=False)),
                name="directive_question_answered",
            ),
            models.CheckConstraint(condition=Q(state__in=QuestionState.values), name="directive_question_state_known"),
        ]
        indexes = [
            models.Index(fields=["directive", "state", "id"], name="directive_question"),
            models.Index(
                fields=["directive"], name="directive_question_waits", condition=Q(state=QuestionState.WAITING)
            ),
            models.Index(fields=["asked_by", "-id"], name="directive_question_asker"),
        ]

    def __str__(self) -> str:
        return self.text


class Telling(models.Model):
    """Going through the units that a directive asks, to tell those it concerns: once for each step.

    The place it has come to moves in the transaction that owes the deliveries of a slice.
    """

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="tellings", db_index=False)
    passing = models.ForeignKey(Passing, models.CASCADE, null=True, related_name="tellings", db_index=False)
    """Whose units are told, where it set an earlier day; null: all the others."""
    step = models.PositiveSmallIntegerField(choices=Step)
    begun_at = models.DateTimeField()
    after_unit = models.BigIntegerField(default=0)
    """Units up to this number are done."""
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["directive", "step"], condition=Q(passing=None), name="telling_once"),
            models.UniqueConstraint(fields=["passing", "step"], name="telling_passing_once"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="telling_step_known"),
        ]
        indexes = [models.Index(fields=["id"], name="telling_open", condition=Q(finished_at=None))]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.step}"


class Escalation(OwnedByUnit):
    """A unit was told that some of the units right below it are late."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="escalations", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["directive", "unit"], name="escalation_once")]
        indexes = [
            models.Index(fields=["unit", "-id"], name="escalation_unit"),
            models.Index(fields=["unit_path"], name="escalation_path"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} {self.unit_id}"
