"""One search over everything: every app's answers, in the order the apps were installed."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from braid.insight import hooks
from braid.insight.hooks import Answers, Found
from braid.people.models import Person

MOST_LENGTH = 100
MOST_ROWS = 8
"""Rows each group shows; more stand behind its link."""


def search_for(person: Person, text: str, *, at: datetime) -> list[Answers]:
    """What the apps find for `text` within what the person may see; groups without an answer are left out."""
    text = text.strip()[:MOST_LENGTH]
    if not text:
        return []
    groups = [source(person, text, at) for source in hooks.search_sources]
    return [group for group in groups if group and group.rows]


def find_pages(person: Person, text: str, at: datetime) -> Answers:
    """Pages of the product whose name has `text` in it."""
    pages = [
        (_("Today"), reverse("today"), _("what waits for you")),
        (_("My unit"), reverse("my_unit_first"), _("people, notices and record of your unit")),
        (_("Notices"), reverse("inbox"), _("everything that was sent to you")),
        (_("My details"), reverse("profile"), _("your name, phone and language")),
        (_("Roles"), reverse("roles"), _("who may do what")),
    ]
    wanted = text.casefold()
    rows = [Found(title, href, detail) for title, href, detail in pages if wanted in f"{title} {detail}".casefold()]
    return Answers(pgettext("found by searching", "Pages"), rows)
