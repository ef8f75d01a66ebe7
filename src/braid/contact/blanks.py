"""What stands in a template for what is known only later: `{unit}` and `{date}`."""

from __future__ import annotations

import re
from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from braid.units.models import Unit

from .words import Text

BLANKS = ("unit", "date")
"""The name of the unit that begins a notice, and the day on which it does."""

_BLANK = re.compile(r"\{([^{}\n]*)\}")


def why_not_filled(text: str) -> str:
    """A sentence about the first thing in braces that stands for nothing; empty where there is none."""
    for name in _BLANK.findall(text):
        if name not in BLANKS:
            return _("Nothing is known to put in place of {%(name)s}. You can write {unit} and {date}.") % {
                "name": name
            }
    return ""


def filled(text: Text, *, unit: Unit, on: date) -> Text:
    """`text` with what is known now, in its own language."""
    with translation.override(text.language):
        known = {"unit": str(unit), "date": date_format(on, "DATE_FORMAT")}
    return Text(text.language, _fill(text.title, known), _fill(text.body, known))


def _fill(text: str, known: dict[str, str]) -> str:
    return _BLANK.sub(lambda found: known.get(found[1], found[0]), text)
