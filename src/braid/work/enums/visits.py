"""Visits: how somebody met people, and what about. No names and no case: those stand elsewhere, sealed."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MOST_MET = 10_000
"""People one visit can be with: a fair counts as one."""


class VisitKind(TextChoices):
    HOME = "home", _("at her home")
    PHONE = "phone", _("by phone")
    DESK = "desk", _("she came to us")
    OUTSIDE = "outside", _("elsewhere")


class VisitTopic(TextChoices):
    """What it was about, in the coarsest words: nothing here may point at somebody's troubles."""

    NEWS = "news", _("passing on news")
    NEEDS = "needs", _("asking what is needed")
    WORK = "work", _("work and income")
    FAMILY = "family", _("family and children")
    HELP = "help", _("where to find help")
    OTHER = "other", _("something else")
