"""Who gets the weekly mail."""

from __future__ import annotations

from dataclasses import dataclass

from braid.insight.models import WeeklyMail
from braid.people.models import ChosenChannel, Person
from braid.people.telling import EMAIL
from braid.units.models import Unit


@dataclass(frozen=True)
class MailState:
    """Of which unit somebody gets the weekly mail, if any, and whether she chose e-mail as a way to be told."""

    unit: Unit | None
    chose_email: bool


def mail_of(person: Person) -> MailState:
    """How it stands with the weekly mail of `person`. Two queries."""
    row = WeeklyMail.objects.filter(person=person).select_related("unit").first()
    return MailState(row.unit if row else None, ChosenChannel.objects.filter(person=person, channel=EMAIL).exists())
