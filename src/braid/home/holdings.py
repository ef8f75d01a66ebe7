"""What the public Homes keep of people: who keeps a help number right."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import Holding, unlink

from .models import HelpLine
from .rules import EDIT_HOME

HOLDINGS = (
    Holding(
        HelpLine,
        "owner",
        _("help numbers I keep right"),
        _("to know whom to ask about a number"),
        EDIT_HOME,
        _("until she is erased; the number stays"),
        unlink("owner"),
    ),
)
