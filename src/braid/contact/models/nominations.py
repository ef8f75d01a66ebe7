"""Nominations, and the jury that looks at them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.contact.enums import BEST_SCORE, WITH_CONSENT, NominationState
from braid.people.models import Person

from .votes import Ballot


class Nomination(models.Model):
    """Somebody is put forward in a vote. Nothing of hers is shown to voters before she agreed and a moderator accepted."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="nominations", db_index=False)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=80)
    words = models.TextField(_("why"), max_length=600)
    state = models.CharField(_("state"), max_length=10, choices=NominationState, default=NominationState.ASKED)
    nominee = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    """Herself, where she has an account and nominated herself or was signed in when she agreed."""
    nominated_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="nominations")
    nominated_at = models.DateTimeField()
    consent_key = models.CharField(max_length=32, editable=False)
    """The secret part of the link with which she agrees, and takes her consent back."""
    consented_at = models.DateTimeField(null=True, blank=True)
    consent_how = models.CharField(_("how she agreed"), max_length=200, default="", blank=True)
    """Empty: by herself, here. Else what the officer wrote who recorded it."""
    consent_recorded_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.CharField(_("answer"), max_length=300, default="", blank=True)

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(words=""), name="nomination_says_who_and_why"),
            models.CheckConstraint(condition=Q(state__in=NominationState.values), name="nomination_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=WITH_CONSENT) | Q(consented_at__isnull=False), name="nomination_has_consent"
            ),
            models.CheckConstraint(
                condition=~Q(state=NominationState.DECLINED) | ~Q(answer=""), name="nomination_declined_has_reason"
            ),
            models.UniqueConstraint(fields=["consent_key"], name="nomination_consent_key_once"),
            models.CheckConstraint(condition=Q(consent_key__length__gte=16), name="nomination_consent_key_is_long"),
        ]
        indexes = [
            models.Index(fields=["ballot", "state", "id"], name="nomination_ballot"),
            models.Index(fields=["nominated_by", "ballot"], name="nomination_by"),
        ]

    def __str__(self) -> str:
        return self.name


class Juror(models.Model):
    """Somebody on the jury of a vote."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="jurors", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ballot", "person"], name="juror_once")]

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.person_id}"


class Score(models.Model):
    """What a member of the jury gives a candidate; her latest word stands."""

    juror = models.ForeignKey(Juror, models.CASCADE, related_name="scores", db_index=False)
    nomination = models.ForeignKey(Nomination, models.CASCADE, related_name="scores")
    score = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["juror", "nomination"], name="score_once"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=BEST_SCORE), name="score_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.juror_id} {self.nomination_id} {self.score}"
