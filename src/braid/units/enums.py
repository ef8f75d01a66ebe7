"""Choices and constants of the tree."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

STEP = 5
"""Characters of a path that one unit's number takes, in base 36: room for 60 million units."""


class UnitKind(IntegerChoices):
    """What a unit is. Numbers, so that sets of kinds are bit masks (`1 << kind`)."""

    BODY = 1, _("body")
    VIRTUAL = 2, _("online-only body")
    GROUP = 3, _("group")


class UnitStatus(TextChoices):
    ACTIVE = "active", _("active")
    CLOSED = "closed", _("closed")


class TreeEventKind(TextChoices):
    """What can happen to a unit of the tree."""

    ADDED = "added", _("added")
    RENAMED = "renamed", _("renamed")
    MOVED = "moved", _("moved")
    MERGED = "merged", _("merged")
    SPLIT = "split", _("split")
    CLOSED = "closed", _("closed")
    REOPENED = "reopened", _("reopened")
    CHANGED = "changed", _("details changed")
