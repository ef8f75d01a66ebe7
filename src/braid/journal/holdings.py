"""What the journal keeps of people: who did what it counts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import Audience, Holding, unlink

from .models import Entry

HOLDINGS = (
    Holding(
        Entry,
        "by_number",
        _("entries of the journal about what I did"),
        _("to count what was done"),
        Audience.NOBODY,
        _("until she is erased; the count stays"),
        unlink("by_number"),
    ),
)
