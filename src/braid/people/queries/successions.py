"""Successions: those planned at a unit, one of them, and what would pass with an office."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, scope
from braid.people.enums import Reach, SuccessionState
from braid.people.hooks import handovers
from braid.people.models import Grant, Membership, Succession
from braid.people.rules import FILL_OFFICES, VIEW_PEOPLE
from braid.units.models import Unit

MOST_WAITING = 20


def succession_for(reader: Actor, pk: int) -> Succession:
    """The succession `pk` at a unit whose people `reader` sees; else 404."""
    rows = Succession.objects.filter(scope(reader, VIEW_PEOPLE).where("unit__path"), pk=pk)
    found = rows.select_related("unit", "held__person", "held__unit", "successor").first()
    if found is None:
        raise Http404
    return found


def planned_at(unit: Unit) -> QuerySet[Succession]:
    """What is planned for the offices of `unit`, the next day first."""
    rows = Succession.objects.filter(unit=unit, state=SuccessionState.PLANNED)
    return rows.select_related("held__person", "successor").order_by("on", "pk")


def refused_of(person: Actor, *, since: datetime) -> list[Succession]:
    """What `person` planned and was refused since the moment `since`, at units whose offices she still fills."""
    rows = Succession.objects.filter(
        scope(person, FILL_OFFICES).where("unit__path"),
        by_number=person.pk,
        state=SuccessionState.REFUSED,
        settled_at__gte=since,
    )
    return list(rows.select_related("unit", "held__person").order_by("-settled_at", "-pk")[:MOST_WAITING])


def grants_to_pass(held: Membership, *, at: datetime) -> QuerySet[Grant]:
    """What was granted to the holder at the unit of her office and holds at the moment `at`; cases stay with their worker."""
    rows = Grant.objects.valid(at).filter(person=held.person_id, unit=held.unit_id).exclude(reach=Reach.CASE)
    return rows.select_related("unit").order_by("pk")


def work_to_pass(held: Membership) -> list[tuple[str, int]]:
    """What open work would pass on with the office now: words and how many; kinds without any are left out."""
    counted = [(str(one.words), one.count(held.person, held.unit)) for one in handovers]
    return [(words, count) for words, count in counted if count]


def what_passed(done: Succession) -> list[tuple[str, int]]:
    """What passed when it was done: words and how many."""
    words = {"grants": str(_("rights given here")), **{one.name: str(one.words) for one in handovers}}
    passed: dict[str, int] = done.outcome.get("passed", {})
    return [(words.get(name, name), count) for name, count in passed.items() if count]
