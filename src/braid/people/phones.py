"""Phone numbers as they are kept: with country code, digits only, so that one number is one text."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils.translation import gettext as _

from braid.kernel.errors import BadInput


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
