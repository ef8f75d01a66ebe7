"""What is asked of words, and of the day something is due, before they are kept."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from braid.contact.words import Translations, why_not_translated
from braid.kernel.errors import BadInput


def check_words(title: str, body: str, language: str, translations: Translations) -> None:
    """Refused without a title, and for a translation that is not whole: it would hide from its readers what others read."""
    if not title.strip():
        raise BadInput(_("Give the notice a title."), fields={"title": _("Write a title.")})
    wrong = why_not_translated(body, language, translations)
    if wrong:
        raise BadInput(" ".join(wrong.values()), fields=wrong)


def check_due(due_on: date | None, *, at: datetime) -> None:
    """Refused for a day that is past."""
    if due_on and due_on < timezone.localdate(at):
        raise BadInput(_("The day it is due is past."), fields={"due_on": _("Choose a later day.")})
