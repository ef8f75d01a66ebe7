"""What a unit tells the public about itself. What it leaves empty its page inherits from the units above."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.people.models import Person
from braid.units.models import Unit

from .enums import COUNTRIES


class HomeText(models.Model):
    """What a unit filled in for its public Home; a unit without a row inherits everything."""

    unit = models.OneToOneField(Unit, models.CASCADE, primary_key=True, related_name="home_text")
    about = models.TextField(_("what we do"), default="", blank=True)
    phone = models.CharField(_("phone"), max_length=40, default="", blank=True)
    email = models.EmailField(_("e-mail"), default="", blank=True)
    address = models.CharField(_("address"), max_length=200, default="", blank=True)
    hours = models.CharField(_("opening hours"), max_length=200, default="", blank=True)
    country = models.CharField(_("help numbers of"), max_length=10, choices=COUNTRIES, default="", blank=True)
    """Whose shipped help numbers hang at this unit, for itself and all below; empty: those of the units above."""
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("Home text")
        constraints = [
            models.CheckConstraint(
                condition=Q(country__in=["", *(code for code, _name in COUNTRIES)]), name="home_text_country_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.unit_id)


class HelpLine(models.Model):
    """A help number of a unit, for itself and all units below; or what it says instead of an inherited one (same `key`).

    Shown to the public only once a person has checked it. `is_hidden` takes an inherited number off this unit's page
    and those below.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="help_lines", db_index=False)
    key = models.CharField(max_length=60)
    number = models.CharField(_("number"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    name_zh_hant = models.CharField(_("name in Traditional Chinese"), max_length=80, default="", blank=True)
    name_en = models.CharField(_("name in English"), max_length=80, default="", blank=True)
    operator = models.CharField(_("run by"), max_length=120, default="", blank=True)
    for_whom = models.CharField(_("for what"), max_length=200, default="", blank=True)
    hours = models.CharField(_("hours"), max_length=120, default="", blank=True)
    is_emergency = models.BooleanField(_("for emergencies"), default=False)
    is_hidden = models.BooleanField(_("not shown here"), default=False)
    source = models.CharField(_("how it was checked"), max_length=300, default="", blank=True)
    owner = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who keeps it right")
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)

    class Meta:
        verbose_name = _("help number")
        verbose_name_plural = _("help numbers")
        constraints = [
            models.UniqueConstraint(fields=["unit", "key"], name="help_line_once"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(number="") & ~Q(name=""), name="help_line_named"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
