"""What the tree shows: a unit's history, and units by name, initials or code."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.insight.hooks import Answers, Counted, Found, Panel
from braid.insight.queries.search import MOST_ROWS
from braid.insight.queries.units import own_units
from braid.insight.rules import VIEW_SUBTREE
from braid.kernel.access import EVERYWHERE, Scope, may, scope
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.models import TreeEvent, Unit
from braid.units.queries import picker
from braid.units.rules import VIEW_UNITS

MOST_EVENTS = 5
RECORD = (Counted("home.changed", gettext_lazy("Public Homes changed"), Strand.CONTACT),)


def history(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """What happened to the unit lately; all of it, and changes, on its page of the tree for those who see units."""
    events = list(TreeEvent.objects.filter(unit=unit).order_by("-recorded_at", "-pk")[:MOST_EVENTS])
    href = reverse("unit", args=[unit.code]) if may(person, VIEW_UNITS, unit.path) else ""
    return Panel(_("History of the unit"), "insight/panels/history.html", {"events": events, "href": href})


def find_units(person: Person, text: str, at: datetime) -> Answers:
    """Units by name, initials or code, nearest to her own first: every Home is public, so all are found. Groups are found beside.

    Where she may look, the answer leads to the unit's page; elsewhere to its public Home.
    """
    own = own_units(person, at=at)
    reach = scope(person, VIEW_SUBTREE)
    found = picker.find_units(text, EVERYWHERE, near=own[0] if own else None, most=MOST_ROWS, with_groups=False)
    return Answers(_("Units"), [_answer(unit, reach) for unit in found])


def _answer(found: picker.Found, reach: Scope) -> Found:
    page = "my_unit" if reach.covers(found.unit.path) else "home"
    above = " › ".join(str(unit) for unit in found.ancestors)
    return Found(str(found.unit), reverse(page, args=[found.unit.code]), above)
