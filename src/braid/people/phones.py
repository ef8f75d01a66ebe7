"""Phone numbers as they are kept: with country code, digits only, so that one number is one text."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.translation import gettext as _

from braid.kernel.errors import BadInput

_CALLED = re.compile(r"[\d\s+().,/#*-]*((转|轉|分机|分機|ext\.?|x)[\s.]*\d+)?", re.IGNORECASE)


def may_be_called(text: str) -> bool:
    """Whether `text` may be a number of any kind: also a landline with an extension or a short one within a house, but at
    least three digits. Nothing is one, too."""
    return not text or (sum(map(str.isdigit, text)) >= 3 and bool(_CALLED.fullmatch(text)))


def clean_phone(text: str) -> str:
    """`text` as `+8613912345678`; numbers without a country code get the federation's. Empty stays empty.

    Raises `BadInput` for what is no phone number.
    """
    digits = re.sub(r"[\s().\-/]", "", text)
    if not digits:
        return ""
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not digits.startswith("+"):
        digits = f"+{settings.PHONE_COUNTRY_CODE}{digits.lstrip('0')}"
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
        raise BadInput(_("This is not a phone number."), fields={"phone": _("not a phone number")})
    return digits


def clean_or_empty(text: str) -> str:
    """A number that can be sent to; what officers typed and is none is passed over."""
    try:
        return clean_phone(text)
    except BadInput:
        return ""
