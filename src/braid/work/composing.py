"""How people are told of directives, in their language: little, no internal text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from braid.kernel.addresses import address_of
from braid.kernel.delivery import Message, Skip
from braid.kernel.models import Delivery
from braid.people.models import Person, Wish

from .enums import OPEN_HANDLINGS, DirectiveState, Step
from .models import Directive, Escalation, Handling, Telling
from .queries.directives import units_addressed_by
from .queries.late import late_right_below, units_of_people


def compose_directives(rows: Sequence[Delivery], at: datetime) -> dict[int, Message | Skip]:
    """What each of `rows`, deliveries of directives and reminders of them, says. Whose units have settled it is not told.

    A fixed number of queries for the rows of one directive, however many.
    """
    numbers = {row.person_number for row in rows if row.person_number}
    persons = Person.objects.in_bulk(numbers)
    found = Telling.objects.select_related("directive__unit", "directive__rollup", "passing")
    tellings = found.in_bulk({row.thing for row in rows})
    waiting = _waiting(tellings.values(), numbers, at=at)
    hiding = _hiding(numbers)
    words: dict[int, Message | Skip] = {}
    for row in rows:
        number, telling = row.person_number or 0, tellings.get(row.thing)
        if telling is None or telling.directive.state != DirectiveState.SENT:
            words[row.pk] = Skip("it is over")
        elif number not in persons or not waiting[telling.directive_id].get(number):
            words[row.pk] = Skip("nothing of it waits for her")
        else:
            words[row.pk] = _told(persons[number], telling, row.channel, hides=number in hiding)
    return words


def compose_late(rows: Sequence[Delivery], at: datetime) -> dict[int, Message | Skip]:
    """What each of `rows`, deliveries to units above late ones, says: how many are late now. Seven queries, however many rows."""
    numbers = {row.person_number for row in rows if row.person_number}
    persons = Person.objects.in_bulk(numbers)
    found = Escalation.objects.select_related("directive__unit", "directive__rollup", "unit")
    escalations = found.in_bulk({row.thing for row in rows})
    late = late_right_below(((one.directive, one.unit_id) for one in escalations.values()), on=timezone.localdate(at))
    held = units_of_people(numbers, at=at)
    words: dict[int, Message | Skip] = {}
    for row in rows:
        number, one = row.person_number or 0, escalations.get(row.thing)
        count = late.get((one.directive_id, one.unit_id), 0) if one else 0
        if one is None or one.directive.state != DirectiveState.SENT or not count:
            words[row.pk] = Skip("none is late any more")
        elif number not in persons or one.unit_id not in held[number]:
            words[row.pk] = Skip("nothing of it waits for her")
        else:
            words[row.pk] = _late(persons[number], one, count, row.channel)
    return words


def _waiting(tellings: Iterable[Telling], persons: set[int], *, at: datetime) -> dict[int, dict[int, set[int]]]:
    """By directive and person, the units of hers that it asks and that have not settled it."""
    directives: dict[int, Directive] = {one.directive_id: one.directive for one in tellings}
    held = units_of_people(persons, at=at)
    units = {unit for found in held.values() for unit in found}
    rows = Handling.objects.filter(directive__in=directives, unit__in=units).exclude(state__in=OPEN_HANDLINGS)
    settled = set(rows.values_list("directive_id", "unit_id"))
    found: dict[int, dict[int, set[int]]] = {}
    for pk, directive in directives.items():
        asked = units_addressed_by(directive)
        found[pk] = {
            person: {unit for unit in mine if unit in asked and (pk, unit) not in settled}
            for person, mine in held.items()
        }
    return found


def _told(person: Person, telling: Telling, channel: str, *, hides: bool) -> Message:
    directive = telling.directive
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = _("%(title)s (%(unit)s)") % {"title": directive.said.title, "unit": directive.unit}
        if telling.step != Step.SENT:
            subject = _("Reminder: %(what)s") % {"what": subject}
        if hides and channel != "email":
            subject = _("Something new from %(name)s") % {"name": settings.FEDERATION_NAME}
        return Message(
            subject=subject,
            body=_body(telling) if channel == "email" else "",
            path=reverse("directive", args=[directive.pk]),
            tag=f"directive-{directive.pk}",
        )


def _body(telling: Telling) -> str:
    """What a mail says: what is asked stays here, since mail lies readable in many places."""
    directive = telling.directive
    due_on = min(directive.due_on, telling.passing.due_on) if telling.passing else directive.due_on
    day = date_format(due_on, "SHORT_DATE_FORMAT")
    said = {"unit": directive.unit, "title": directive.said.title, "day": day}
    lines = [_("%(unit)s asks your unit to do something by %(day)s: %(title)s") % said]
    if telling.step != Step.SENT:
        lines.append(_("Your unit has not reported yet. Once it does, or returns it, nobody is reminded any more."))
    return "\n\n".join([*lines, address_of(reverse("directive", args=[directive.pk])), _how()])


def _late(person: Person, one: Escalation, count: int, channel: str) -> Message:
    directive = one.directive
    with translation.override(person.language or settings.LANGUAGE_CODE):
        late = ngettext("%(count)d of your units is late", "%(count)d of your units are late", count) % {"count": count}
        subject = _("%(what)s: %(title)s") % {"what": late, "title": directive.said.title}
        page = reverse("directive_status_unit", args=[directive.pk, one.unit.code])
        body = "\n\n".join([subject, address_of(page), _how()]) if channel == "email" else ""
        return Message(subject=subject, body=body, path=page, tag=f"directive-late-{one.pk}")


def _how() -> str:
    return _("How you are told can be changed here: %(link)s") % {"link": address_of(reverse("telling"))}


def _hiding(persons: set[int]) -> set[int]:
    """Who wants no title on a locked screen."""
    return set(Wish.objects.filter(person__in=persons, hides_titles=True).values_list("person_id", flat=True))
