"""What members send in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import NameShown, SubmissionKind, SubmissionState
from braid.people.models import Person
from braid.units.models import OwnedByUnit


class Submission(OwnedByUnit):
    """A story, an idea or a photo of a member. An editor of the unit's Home answers it; she takes it back whenever she wants."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="submissions", db_index=False)
    kind = models.CharField(_("what it is"), max_length=10, choices=SubmissionKind)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=5_000)
    name_shown = models.CharField(_("name to appear"), max_length=10, choices=NameShown)
    shown_name = models.CharField(max_length=80, default="", blank=True)
    """The name as it appears; empty when she chose none."""
    shows_people = models.BooleanField(_("people can be recognised in it"), default=False)
    consent_text = models.CharField(max_length=300, default="", blank=True)
    """What she confirmed of the people who can be recognised, in the words she read."""
    state = models.CharField(_("state"), max_length=10, choices=SubmissionState, default=SubmissionState.SENT)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.CharField(_("answer"), max_length=500, default="", blank=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="submission_says_something"),
            models.CheckConstraint(
                condition=Q(shows_people=False) | ~Q(consent_text=""), name="submission_people_agreed"
            ),
            models.CheckConstraint(
                condition=Q(name_shown=NameShown.NONE, shown_name="")
                | (~Q(name_shown=NameShown.NONE) & ~Q(shown_name="")),
                name="submission_name_as_chosen",
            ),
            models.CheckConstraint(
                condition=~Q(state=SubmissionState.DECLINED) | ~Q(answer=""), name="submission_declined_has_reason"
            ),
            models.CheckConstraint(condition=Q(kind__in=SubmissionKind.values), name="submission_kind_known"),
            models.CheckConstraint(condition=Q(state__in=SubmissionState.values), name="submission_state_known"),
            models.CheckConstraint(condition=Q(name_shown__in=NameShown.values), name="submission_name_shown_known"),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "-id"], name="submission_unit"),
            models.Index(fields=["person", "-id"], name="submission_person"),
            models.Index(fields=["unit_path"], name="submission_path"),
            models.Index(
                fields=["unit_path", "id"], name="submission_waiting", condition=Q(state=SubmissionState.SENT)
            ),
        ]

    def __str__(self) -> str:
        return self.title
