"""Terms of a unit: which one a day falls into, and all of them."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.http import Http404

from braid.kernel.access import Actor, scope
from braid.people.models import Term
from braid.people.rules import VIEW_PEOPLE
from braid.units.models import Unit


def term_at(unit: Unit, *, on: date) -> Term | None:
    """The term of `unit` that had begun on the day `on`: it goes on beyond its planned end until the next one begins."""
    return Term.objects.filter(unit=unit, begins_on__lte=on).order_by("-number").first()


def terms_of(unit: Unit) -> QuerySet[Term]:
    """All terms of `unit`, the latest first."""
    return Term.objects.filter(unit=unit).order_by("-number")


def term_for(reader: Actor, pk: int) -> Term:
    """The term `pk` of a unit whose people `reader` sees; else 404."""
    found = Term.objects.filter(scope(reader, VIEW_PEOPLE).where("unit__path"), pk=pk).select_related("unit").first()
    if found is None:
        raise Http404
    return found
