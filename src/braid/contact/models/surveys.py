"""Surveys: what is asked, whom, what was answered, and the tables that were counted from it.

Of an anonymous survey no row leads from an answer to a person: see docs/explanation/anonymous-answers.md.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import Promise, QuestionKind, SurveyState
from braid.contact.words import Said, said, said_below
from braid.people.models import Person
from braid.units.models import OwnedByUnit, Unit

from .audience import AudienceRule


class Survey(OwnedByUnit):
    """What a unit asks many people. `title` and `intro` are texts by language (`contact.words`)."""

    title = models.JSONField(_("title"), default=dict)
    intro = models.JSONField(_("introduction"), default=dict, blank=True)
    promise = models.CharField(_("what is promised"), max_length=10, choices=Promise, default=Promise.ANONYMOUS)
    opens_on = models.DateField(_("first day"))
    closes_on = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=10, choices=SurveyState, default=SurveyState.DRAFT)
    author = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    answers = models.PositiveIntegerField(null=True, blank=True)
    """How many answers were counted; null before, and for ever where they were fewer than `FEWEST`."""
    roll_key = models.BinaryField(default=b"", editable=False)
    """Turns a person into her mark on the roll of an anonymous survey. Destroyed, with the roll, when it is counted."""
    roll_pages = models.PositiveIntegerField(default=0, editable=False)
    cells = models.BinaryField(null=True, editable=False)
    """The units answers are counted at, each of at least `FEWEST` answers: `pyroaring.BitMap.serialize()`."""

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="survey_days_in_order"),
            models.CheckConstraint(condition=Q(promise__in=Promise.values), name="survey_promise_known"),
            models.CheckConstraint(
                condition=Q(state=SurveyState.DRAFT, opened_at=None)
                | (~Q(state=SurveyState.DRAFT) & Q(opened_at__isnull=False)),
                name="survey_opened_has_time",
            ),
            models.CheckConstraint(
                condition=Q(counted_at=None) | Q(state=SurveyState.CLOSED, closed_at__isnull=False, roll_key=b""),
                name="survey_counted_has_no_roll",
            ),
            models.CheckConstraint(condition=Q(state__in=SurveyState.values), name="survey_state_known"),
        ]
        indexes = [
            models.Index(fields=["unit_path", "-id"], name="survey_path"),
            models.Index(fields=["closes_on"], name="survey_open", condition=Q(state=SurveyState.OPEN)),
            models.Index(
                fields=["closed_at"], name="survey_uncounted", condition=Q(state=SurveyState.CLOSED, counted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.said_title)

    @property
    def said_title(self) -> Said:
        """The title for the reader."""
        return said(self.title)

    @property
    def said_intro(self) -> Said:
        """The introduction for the reader."""
        return said(self.intro)

    @property
    def is_anonymous(self) -> bool:
        return self.promise == Promise.ANONYMOUS


class SurveyRule(AudienceRule):
    """One rule of whom a survey asks, like those of a notice."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="audience", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "survey"], name="survey_rule_unit"),
            models.Index(fields=["survey"], name="survey_rule_survey"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id} -> {self.unit_id}"


class Question(models.Model):
    """One question of a survey. `text` and each of `choices` are texts by language.

    `low` and `high` bound numbers and scales. Where `asked_if` is set it is asked only of those who gave one of
    `asked_if_choices` (places in its choices, or steps of its scale) as their answer to that earlier question.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="questions", db_index=False)
    place = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=QuestionKind)
    text = models.JSONField(_("question"), default=dict)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    low = models.IntegerField(_("lowest"), null=True, blank=True)
    high = models.IntegerField(_("highest"), null=True, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    asked_if = models.ForeignKey("self", models.RESTRICT, null=True, blank=True, related_name="+")
    asked_if_choices = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=[QuestionKind.NUMBER, QuestionKind.SCALE]) | Q(high__gt=F("low")),
                name="question_bounds_in_order",
            ),
        ]
        indexes = [models.Index(fields=["survey", "place"], name="question_place")]

    def __str__(self) -> str:
        return str(self.said_text)

    @property
    def said_text(self) -> Said:
        """The question for the reader."""
        return said(self.text)

    @property
    def said_choices(self) -> list[tuple[int, Said]]:
        """What can be chosen, for the reader: a choice's place or a step of the scale, and its words."""
        if self.kind == QuestionKind.SCALE:
            return [(step, Said(str(step), "", is_other=False)) for step in range(self.low or 0, (self.high or 0) + 1)]
        return [(place, said_below(self.text, words)) for place, words in enumerate(self.choices)]


class NamedAnswer(models.Model):
    """What somebody answered in a survey with names. It is hers: she sees, changes and erases it until the survey closes."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="named_answers", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    values = models.JSONField()
    """By the question's key: the place chosen, the places, a number, a day or a text."""
    keys = models.JSONField(default=list)
    """The keys of the forms that were taken in: one that comes again, from a phone that was offline, changes nothing."""
    from_paper = models.BooleanField(default=False)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "person"], name="named_answer_once")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.person_id}"


class RollPage(models.Model):
    """Who has taken part in an anonymous survey: marks that only the survey's key leads to, sorted, many on one row.

    All pages exist from the opening on and are rewritten as a whole, so neither their order nor their age says who came when.
    """

    pk = models.CompositePrimaryKey("survey_id", "number")
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    marks = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return f"{self.survey_id} {self.number}"


class SealedAnswer(models.Model):
    """An anonymous answer in the box: sealed, of rounded length, under a random number, until the survey has closed."""

    id = models.BigAutoField(primary_key=True)
    """Random, and in SQLite the place in the file: an automatic one would tell the order."""
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="+", db_index=False)
    sealed = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["survey", "id"], name="sealed_answer_survey")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.pk}"


class BlindAnswer(models.Model):
    """An anonymous answer out of the box: no person, no time, a random number, and a unit that at least nine others share."""

    id = models.BigAutoField(primary_key=True)
    """Random, as in `SealedAnswer`, and another one."""
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="blind_answers", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    values = models.JSONField()
    from_paper = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["survey", "id"], name="blind_answer_survey")]

    def __str__(self) -> str:
        return f"{self.survey_id} {self.pk}"


class SurveyTable(models.Model):
    """What was counted in a unit and its parts, with everything left out that would tell of fewer than `FEWEST`.

    Written once, after closing. `content` is a `contact.suppression.Table`, as JSON.
    """

    pk = models.CompositePrimaryKey("survey_id", "unit_id")
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="tables", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    content = models.JSONField()

    def __str__(self) -> str:
        return f"{self.survey_id} {self.unit_id}"
