"""What insight keeps of people: who wants the head's page by mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import Audience, Holding, delete_rows

from .models import WeeklyMail

HOLDINGS = (
    Holding(
        WeeklyMail,
        "person",
        _("the weekly mail I asked for"),
        _("to send it"),
        Audience.HERSELF,
        _("until she stops it or is erased"),
        delete_rows,
        fields=("unit", "next_at"),
    ),
)
