"""Templates of notices: what a unit and those below it begin from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.people.models import Person
from braid.units.models import OwnedByUnit

from .audience import AudienceKind
from .wording import LANGUAGE_KNOWN, Wording


class NoticeTemplate(Wording, AudienceKind, OwnedByUnit):
    """Words, recipients and wishes to begin a notice from, for a unit and all below it. `{unit}` and `{date}` are filled then."""

    is_public = models.BooleanField(_("public"), default=False)
    asks_acknowledgement = models.BooleanField(_("asks to be acknowledged"), default=False)
    asks_done = models.BooleanField(_("asks to report when done"), default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    """From then on nobody begins from it."""

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="notice_template_titled"),
            models.CheckConstraint(condition=LANGUAGE_KNOWN, name="notice_template_language_known"),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="notice_template_unit", condition=Q(retired_at=None))]
