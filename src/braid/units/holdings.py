"""What the tree keeps of people: who changed it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import Holding, unlink

from .models import TreeEvent
from .rules import VIEW_UNITS

HOLDINGS = (
    Holding(
        TreeEvent,
        "by_number",
        _("changes of the tree I made"),
        _("to know who answers for a change"),
        VIEW_UNITS,
        _("until she is erased; the change stays"),
        unlink("by_number"),
    ),
)
