"""The weekly mail of a head: the numbers of her page, in her language. No name and no text of anybody stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from braid.kernel.addresses import address_of
from braid.kernel.delivery import Message, Skip
from braid.kernel.models import Delivery
from braid.kernel.writing import colon

from .models import WeeklyMail
from .queries.branches import branches_of
from .queries.head import Head, head_of
from .queries.units import can_look_below
from .words import GROUPS, of_n


def compose_weekly_mails(rows: Sequence[Delivery], at: datetime) -> dict[int, Message | Skip]:
    """What each of `rows`, weekly mails, says. Who stopped it, or may not see the page any more, gets none."""
    mails = WeeklyMail.objects.select_related("person", "unit").in_bulk({pk for row in rows for pk in row.covers})
    return {row.pk: _words(next((mails[pk] for pk in row.covers if pk in mails), None), at) for row in rows}


def _words(mail: WeeklyMail | None, at: datetime) -> Message | Skip:
    if mail is None:
        return Skip("she stopped it")
    if not can_look_below(mail.person, mail.unit):
        return Skip("she may not see it any more")
    page = reverse("head", args=[mail.unit.code])
    with translation.override(mail.person.language or settings.LANGUAGE_CODE):
        head = head_of(branches_of(mail.person, mail.unit, at=at))
        link = _("The page with the rows behind each number: %(link)s") % {"link": address_of(page)}
        body = "\n\n".join([*_lines(head), link])
        return Message(_("%(unit)s this week") % {"unit": mail.unit}, body, path=page, tag="weekly")


def _lines(head: Head) -> Iterator[str]:
    """A paragraph for each group that has numbers, and one for the series."""
    for group, figures in head.figures.items():
        said = [
            f"- {figure.label}{colon()}{figure.value:,}{'+' if figure.is_more else ''}"
            + (f" {of_n(figure.of)}" if figure.of else "")
            for figure in figures
            if figure.value is not None
        ]
        if said:
            yield "\n".join([str(GROUPS[group]), *said])
    for weeks in head.series:
        if weeks.total is not None:
            numbers = ", ".join(f"{week.amount:,}" for week in weeks.weeks[-4:])
            yield _("%(what)s, the last four weeks: %(numbers)s") % {"what": weeks.series.label, "numbers": numbers}
