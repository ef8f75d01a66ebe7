"""One rule of whom something addresses; what is addressed (a notice, a survey) adds its own key."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from braid.units.models import Unit

RULE = ("unit", "is_subtree", "levels", "kinds", "offices")
"""The fields that make a rule."""


class AudienceKind(models.Model):
    """Which units at and below some unit a thing addresses, and which offices there.

    `levels`, `kinds` and `offices` are bit masks (`1 << value`); 0 means any. Groups are meant only where `kinds` names
    them or the rule is anchored at the group itself: whoever joins a choir does not come to hear what bodies are told.
    """

    is_subtree = models.BooleanField(_("and all units below"), default=True)
    levels = models.PositiveIntegerField(default=0)
    kinds = models.PositiveIntegerField(default=0)
    offices = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class AudienceRule(AudienceKind):
    """Such units, anchored at one unit."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
