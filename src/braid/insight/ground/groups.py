"""What groups show: end dates and requests that wait, the groups of a unit, the search in them, and lines of the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from braid.contact.queries.affiliations import affiliations_of, affiliations_waiting_for, joined_of
from braid.contact.queries.chats import chats_of
from braid.contact.queries.groups import active_groups, groups_found, groups_led_by, waiting_at
from braid.contact.rules import VIEW_GROUPS, can_close_group, can_open_group, can_run_groups_of, ends_soon
from braid.insight.hooks import Act, Answers, Counted, Found, Panel, Waiting
from braid.insight.queries.units import own_units
from braid.kernel.access import may
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.enums import UnitKind
from braid.units.models import Unit

MOST_GROUPS = 5

RECORD = (
    Counted("group.opened", gettext_lazy("Groups begun"), Strand.CONTACT),
    Counted("group.extended", gettext_lazy("Groups extended"), Strand.CONTACT),
    Counted("group.closed", gettext_lazy("Groups closed"), Strand.CONTACT),
    Counted("affiliation.begun", gettext_lazy("Affiliations begun"), Strand.CONTACT),
    Counted("affiliation.ended", gettext_lazy("Affiliations ended"), Strand.CONTACT),
)


def waiting_groups(person: Person, at: datetime) -> Iterator[Waiting]:
    """Of groups she is responsible for: end dates near or past, and who asks to join; units that ask hers to belong together."""
    on = timezone.localdate(at)
    led = groups_led_by(person, on=on)
    asking = waiting_at(group.unit_id for group in led) if led else {}
    for group in led:
        page = reverse("group", args=[group.unit.code])
        if ends_soon(group, on):
            acts = [Act(_("Go on for a year"), reverse("group_extend", args=[group.unit.code]), "calendar-plus")]
            if can_close_group(person, group):
                acts.append(Act(_("Close it"), reverse("group_close", args=[group.unit.code]), "archive", "planned"))
            what = _("Extend or close")
            yield Waiting(
                str(group.unit), page, what, Strand.CONTACT, str(group.unit.parent), group.ends_on, acts=tuple(acts)
            )
        if number := asking.get(group.unit_id, 0):
            what = ngettext("%(n)s asks to join", "%(n)s ask to join", number) % {"n": number}
            yield Waiting(str(group.unit), page, what, Strand.CONTACT, str(group.unit.parent))
    for row in affiliations_waiting_for(person, on=on):
        mine, other = (row.unit, row.virtual) if row.asked_by_virtual else (row.virtual, row.unit)
        page = reverse("affiliations", args=[mine.code])
        yield Waiting(str(other), page, _("Asks to belong together"), Strand.CONTACT, str(mine), since=row.asked_at)


def groups_of_unit(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """The groups of a body, its chat groups elsewhere, and what it belongs together with; of a group the way to its page."""
    sees = may(person, VIEW_GROUPS, unit.path)
    if not sees and unit not in own_units(person, at=at):
        return None
    on = timezone.localdate(at)
    is_group = unit.kind == UnitKind.GROUP
    mine = [] if is_group else list(active_groups().filter(unit__parent=unit).order_by("unit_path")[: MOST_GROUPS + 1])
    context = {
        "is_group": is_group,
        "code": unit.code,
        "groups": mine[:MOST_GROUPS],
        "has_more": len(mine) > MOST_GROUPS,
        "register": reverse("groups", args=[unit.code]) if sees and not is_group else "",
        "may_open": can_open_group(person, unit),
        "may_run": can_run_groups_of(person, unit),
        "sees": sees,
        "chats": [] if is_group else chats_of(unit, on=on),
        "joined": joined_of(unit, affiliations_of(unit).rows),
    }
    return Panel(_("Groups"), "insight/panels/groups.html", context, Strand.CONTACT)


def find_groups(person: Person, text: str, at: datetime) -> Answers:
    """Groups with these words that she may open."""
    found = groups_found(person, text, on=timezone.localdate(at))
    rows = [Found(str(one.unit), reverse("group", args=[one.unit.code]), one.purpose) for one in found]
    return Answers(_("Groups"), rows)
