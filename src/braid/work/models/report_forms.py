"""Forms: what is asked, in which version, how often, of whom; and each period in which it is asked."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from braid.contact.models import AudienceRule
from braid.contact.words import Said, said, said_below
from braid.people.models import Person
from braid.units.models import OwnedByUnit
from braid.work.enums import Every, FieldKind, ReportFormState, RollUp

from .rollups import Rollup


class ReportForm(OwnedByUnit):
    """A form as a registered thing: whose it is, what for, on what basis, how often, and until when."""

    title = models.JSONField(_("title"), default=dict)
    """A text by language (`contact.words`), as are the next two."""
    purpose = models.JSONField(_("purpose"), default=dict)
    basis = models.JSONField(_("legal or other basis"), default=dict)
    every = models.CharField(_("how often"), max_length=10, choices=Every, default=Every.ONCE)
    due_days = models.PositiveSmallIntegerField(_("days to answer"), default=7)
    """So many days after the end of a period its reports are due; for `once`, after it was opened."""
    minutes = models.PositiveIntegerField(_("expected minutes of work"))
    learned_minutes = models.PositiveIntegerField(_("what the last one like it really took"), null=True, blank=True)
    """When this one was put to use: it counts in place of `minutes` until enough units of its own have said how long it took."""
    ends_on = models.DateField(_("last day in use"))
    state = models.CharField(_("state"), max_length=10, choices=ReportFormState, default=ReportFormState.DRAFT)
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    next_on = models.DateField(null=True, blank=True)
    """The first day of the next period to open; null where none is to come."""
    over_budget_why = models.CharField(
        _("why it may exceed the budget of time"), max_length=500, default="", blank=True
    )
    held_on = models.DateField(null=True, blank=True, editable=False)
    """The day on which the worker did not open its next period: units would be over their budget, and nobody said why."""

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="report_form_takes_time"),
            models.CheckConstraint(condition=~Q(purpose={}) & ~Q(basis={}), name="report_form_registered"),
            models.CheckConstraint(condition=Q(every__in=Every.values), name="report_form_every_known"),
            models.CheckConstraint(condition=Q(state__in=ReportFormState.values), name="report_form_state_known"),
        ]
        indexes = [
            models.Index(fields=["unit_path", "-id"], name="report_form_path"),
            models.Index(fields=["next_on"], name="report_form_next", condition=Q(state=ReportFormState.OPEN)),
            models.Index(fields=["unit_path"], name="report_form_held", condition=Q(held_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.said_title)

    @property
    def said_title(self) -> Said:
        """The title for the reader."""
        return said(self.title)

    @property
    def said_purpose(self) -> Said:
        """What the answers are for."""
        return said_below(self.title, self.purpose)

    @property
    def said_basis(self) -> Said:
        """On what basis it is asked."""
        return said_below(self.title, self.basis)


class ReportFormRule(AudienceRule):
    """One rule of whom a form is for, every period again."""

    form = models.ForeignKey(ReportForm, models.CASCADE, related_name="audience", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["form"], name="report_form_rule")]

    def __str__(self) -> str:
        return f"{self.form_id} -> {self.unit_id}"


class FormVersion(models.Model):
    """The questions of a form at one time. Once it was asked it never changes: old answers stay readable."""

    form = models.ForeignKey(ReportForm, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField(null=True, blank=True)
    checks = models.JSONField(_("checks across fields"), default=list, blank=True)
    """`work.checking.Check` as JSON."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


class Field(models.Model):
    """One question of a version. `key` names it in answers and stays the same from version to version."""

    version = models.ForeignKey(FormVersion, models.CASCADE, related_name="fields", db_index=False)
    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind)
    text = models.JSONField(_("question"), default=dict)
    help = models.JSONField(_("help"), default=dict, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=True)
    measure = models.CharField(_("unit of the number"), max_length=30, default="", blank=True)
    places = models.PositiveSmallIntegerField(_("decimals"), default=0)
    low = models.BigIntegerField(_("lowest"), null=True, blank=True)
    high = models.BigIntegerField(_("highest"), null=True, blank=True)
    roll_up = models.CharField(_("adds up as"), max_length=10, choices=RollUp, default=RollUp.SUM)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    """Of a choice: texts by language. Of a table: `{"rows": [...], "columns": [...]}`, texts by language."""
    bound_to = models.CharField(_("filled from the journal"), max_length=60, default="", blank=True)
    """A kind of the journal (`work.bindings`); empty: the unit types it."""

    class Meta:
        verbose_name = _("field")
        verbose_name_plural = _("fields")
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="field_key_once"),
            models.CheckConstraint(condition=Q(kind__in=FieldKind.values), name="field_kind_known"),
            models.CheckConstraint(condition=Q(places__lte=3), name="field_places_few"),
            models.CheckConstraint(
                condition=Q(bound_to="") | Q(kind=FieldKind.NUMBER, places=0), name="field_bound_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | Q(high__gte=F("low")), name="field_bounds_in_order"
            ),
            models.CheckConstraint(condition=Q(roll_up__in=RollUp.values), name="field_roll_up_known"),
        ]
        indexes = [
            models.Index(fields=["version", "place"], name="field_place"),
            models.Index(fields=["bound_to"], name="field_bound", condition=~Q(bound_to="")),
        ]

    def __str__(self) -> str:
        return str(self.said_text)

    @property
    def said_text(self) -> Said:
        """The question for the reader."""
        return said(self.text)

    @property
    def said_help(self) -> Said:
        """What helps to answer it."""
        return said_below(self.text, self.help)

    @property
    def said_choices(self) -> list[Said]:
        """The answers of a choice, in their order."""
        return self._below(self.choices) if self.kind == FieldKind.CHOICE else []

    @property
    def said_rows(self) -> list[Said]:
        """What the rows of a table are about."""
        return self._below(self.choices["rows"]) if self.kind == FieldKind.TABLE else []

    @property
    def said_columns(self) -> list[Said]:
        """What its columns are about."""
        return self._below(self.choices["columns"]) if self.kind == FieldKind.TABLE else []

    @property
    def cells(self) -> list[tuple[int, int]]:
        """Row and column of each cell of a table, row by row."""
        columns = range(len(self.said_columns))
        return [(row, column) for row in range(len(self.said_rows)) for column in columns]

    def _below(self, texts: list[dict[str, str]]) -> list[Said]:
        return [said_below(self.text, words) for words in texts]


class Period(OwnedByUnit):
    """One time a form is asked: which version, for which days, until when, of whom. Its unit is the form's."""

    form = models.ForeignKey(ReportForm, models.PROTECT, related_name="periods", db_index=False)
    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+")
    directive = models.OneToOneField("work.Directive", models.PROTECT, null=True, related_name="period")
    """The directive that asks for it; null: it is asked by itself."""
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    """What happened on these days is reported, both included."""
    due_on = models.DateField(_("due on"))
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    rollup = models.OneToOneField(Rollup, models.PROTECT, related_name="period")

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="period_days_in_order"),
            models.UniqueConstraint(
                fields=["form", "first_on"], condition=Q(directive=None), name="period_opened_once"
            ),
        ]
        indexes = [
            models.Index(fields=["form", "-first_on", "-id"], name="period_form"),
            models.Index(fields=["unit_path", "-id"], name="period_unit_path"),
            models.Index(fields=["due_on"], name="period_open", condition=Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.first_on}"


class PeriodRule(AudienceRule):
    """One rule of whom a period asks, as it was when the period opened."""

    period = models.ForeignKey(Period, models.CASCADE, related_name="audience", db_index=False)
    opened_at = models.DateTimeField()
    is_open = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "period"], name="period_rule_open", condition=Q(is_open=True)),
            models.Index(fields=["unit", "-opened_at", "-period"], name="period_rule_newest"),
            models.Index(fields=["period"], name="period_rule_period"),
            models.Index(fields=["opened_at"], name="period_rule_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} -> {self.unit_id}"
