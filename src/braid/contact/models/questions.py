"""Questions on notices: asked by one, answered once, for all."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import QuestionState
from braid.people.models import Person

from .notices import Notice


class NoticeQuestion(models.Model):
    """What somebody a notice addresses asks about it. Who asked is never shown, neither to readers nor to who answers."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="questions", db_index=False)
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    text = models.CharField(_("question"), max_length=300)
    """In the words of whoever answers once it is answered; until then in her own."""
    state = models.CharField(_("state"), max_length=10, choices=QuestionState, default=QuestionState.WAITING)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("answer"), default="", blank=True)
    """What all readers read; of a declined one the reason, which she alone reads."""
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("question on a notice")
        verbose_name_plural = _("questions on notices")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="question_worded"),
            models.CheckConstraint(
                condition=Q(state=QuestionState.WAITING, answer="", answered_at=None)
                | (~Q(state=QuestionState.WAITING) & ~Q(answer="") & Q(answered_at__isnull=False)),
                name="question_answered_has_answer",
            ),
            models.CheckConstraint(condition=Q(state__in=QuestionState.values), name="question_state_known"),
        ]
        indexes = [
            models.Index(fields=["notice", "state", "id"], name="question_notice"),
            models.Index(fields=["notice"], name="question_waiting", condition=Q(state=QuestionState.WAITING)),
            models.Index(fields=["asked_by", "-id"], name="question_asker"),
        ]

    def __str__(self) -> str:
        return self.text
