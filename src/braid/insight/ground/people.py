"""What people show: offices and vacancies of a unit, its grants, people by name, first steps, and lines of the record."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.insight.hooks import Answers, Counted, Found, Hint, Panel, Waiting
from braid.insight.queries.search import MOST_ROWS
from braid.kernel.access import may, scope
from braid.kernel.ledger import Strand
from braid.people.enums import OFFICES_TO_FILL, CameBy, Office, RecoveryState
from braid.people.models import Membership, Person
from braid.people.queries import grants_at, holders_at, people_named, refused_of
from braid.people.queries.recoveries import recoveries_waiting_for
from braid.people.rules import FILL_OFFICES, VIEW_GRANTS, VIEW_PEOPLE
from braid.units.models import Unit

MOST_GRANTS = 5
REFUSED_SHOWN = timedelta(days=14)
"""How long a succession that did not happen waits on Today of whoever planned it."""

RECORD = (
    Counted("person.joined", gettext_lazy("People joined"), Strand.CONTACT),
    Counted("person.left", gettext_lazy("People left"), Strand.CONTACT),
    Counted("office.taken", gettext_lazy("Offices filled"), Strand.CONTACT),
    Counted("office.ended", gettext_lazy("Offices given up"), Strand.CONTACT),
    Counted("term.begun", gettext_lazy("Congresses held"), Strand.CONTACT),
    Counted("account.opened", gettext_lazy("Accounts opened"), Strand.CONTACT),
    Counted("recovery.done", gettext_lazy("Accounts recovered"), Strand.CONTACT),
    Counted("grant.given", gettext_lazy("Rights given"), Strand.CONTACT),
    Counted("grant.revoked", gettext_lazy("Rights taken back"), Strand.CONTACT),
)


def offices(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """Who holds which office and which are vacant, for everybody in the unit; the rest for those who may see people here."""
    on = timezone.localdate(at)
    may_see = may(person, VIEW_PEOPLE, unit.path)
    held = list(holders_at(unit, on=on))
    filled = {row.office for row in held if row.came_by != CameBy.ACTING}
    context = {
        "held": held,
        "vacant": [office.label for office in OFFICES_TO_FILL if office not in filled],
        "may_see": may_see,
        "members": Membership.objects.current(on).filter(unit=unit, office=Office.MEMBER).count() if may_see else None,
        "people_href": reverse("people", args=[unit.code]),
        "offices_href": reverse("offices", args=[unit.code]),
        "may_fill": may(person, FILL_OFFICES, unit.path),
    }
    return Panel(_("People and offices"), "insight/panels/offices.html", context)


def grants(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """Rights given at this unit beyond what offices carry; for those who may see them."""
    if not may(person, VIEW_GRANTS, unit.path):
        return None
    context = {"grants": list(grants_at(unit, at=at)[:MOST_GRANTS]), "grants_href": reverse("grants", args=[unit.code])}
    return Panel(_("Rights given here"), "insight/panels/grants.html", context)


def waiting_recoveries(person: Person, at: datetime) -> list[Waiting]:
    """Accounts whose recovery waits for her as an officer: to agree, or to give its owner the link. Three queries."""
    return [
        Waiting(
            title=_("Account of %(name)s") % {"name": row.account.person},
            href=reverse("recovery", args=[row.pk]),
            what=_("Agree, or do not") if row.state == RecoveryState.ASKED else _("Give her the link"),
            strand=Strand.CONTACT,
            source=str(row.unit),
            due_on=timezone.localdate(row.until),
            since=row.asked_at,
        )
        for row in recoveries_waiting_for(person, at=at)
    ]


def refused_successions(person: Person, at: datetime) -> list[Waiting]:
    """Successions she planned that did not happen, lately."""
    return [
        Waiting(
            title=_("%(office)s of %(unit)s") % {"office": one.held.get_office_display(), "unit": one.unit},
            href=reverse("succession", args=[one.pk]),
            what=_("The office did not pass on"),
            strand=Strand.CONTACT,
            source=str(one.unit),
            due_on=one.on,
            since=one.settled_at,
        )
        for one in refused_of(person, since=at - REFUSED_SHOWN)
    ]


def first_steps(person: Person, at: datetime) -> list[Hint]:
    """Say how to reach me; name a liaison officer where I may and there is none. Two queries."""
    hints = []
    if not (person.phone or person.email):
        hints.append(
            Hint(
                _("How can your unit reach you?"),
                _("Add a phone number or an e-mail address. You decide, and you see who can see it."),
                reverse("profile"),
                _("Add it"),
            )
        )
    hints += [_name_liaison(unit) for unit in _units_without_liaison(person, at)]
    return hints


def _name_liaison(unit: Unit) -> Hint:
    return Hint(
        _("%(unit)s has no liaison officer") % {"unit": unit},
        _("She receives what is sent to the unit, and answers for it."),
        reverse("people", args=[unit.code]),
        _("Name one"),
    )


def _units_without_liaison(person: Person, at: datetime) -> list[Unit]:
    """Units she holds an office in herself, may fill offices of, and that have no liaison officer: one at most."""
    on, reach = timezone.localdate(at), scope(person, FILL_OFFICES)
    mine = Membership.objects.current(on).filter(person=person, office__lt=Office.MEMBER).select_related("unit")
    units = {row.unit_id: row.unit for row in mine if reach.covers(row.unit_path)}
    having = Membership.objects.current(on).filter(unit__in=units, office=Office.LIAISON).values_list("unit", flat=True)
    found = set(having) if units else set()
    return [unit for number, unit in units.items() if number not in found][:1]


def find_people(person: Person, text: str, at: datetime) -> Answers | None:
    """People in scope whose name begins with `text`."""
    reach = scope(person, VIEW_PEOPLE)
    if not reach:
        return None
    page = people_named(text, reach, on=timezone.localdate(at), size=MOST_ROWS)
    rows = [Found(found.name, reverse("person", args=[found.pk])) for found in page.rows]
    return Answers(_("People"), rows)
