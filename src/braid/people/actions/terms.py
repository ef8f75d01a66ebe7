"""Terms of a unit: the time from one congress to the next."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput
from braid.kernel.ledger import Strand, record
from braid.people.models import Term
from braid.people.rules import can_set_terms
from braid.units.models import Unit

from .memberships import lock_unit


@transaction.atomic
def begin_term(
    unit: Unit, *, number: int, begins_on: date, ends_on: date | None = None, by: Actor, at: datetime
) -> Term:
    """Begin term `number` of `unit` on the day `begins_on`; it ends `TERM_YEARS` later unless `ends_on` says otherwise.

    The term before it ends on that day, if it was planned to last longer. Refused when `by` may not set terms of the unit,
    and when the number or the day does not come after those of the term before.
    """
    unit = lock_unit(unit)
    require(can_set_terms(by, unit))
    last = Term.objects.filter(unit=unit).order_by("-number").first()
    if number < 1 or (last and number <= last.number):
        raise BadInput(_("The number must be greater than that of the term before."), fields={"number": _("too small")})
    if last and begins_on <= last.begins_on:
        raise BadInput(
            _("The day must come after the beginning of the term before."), fields={"begins_on": _("too early")}
        )
    term = Term(unit=unit, unit_path=unit.path, number=number, begins_on=begins_on, ends_on=begins_on)
    _end_on(term, ends_on or years_after(begins_on, settings.TERM_YEARS))
    term.save()
    if last and last.ends_on > begins_on:
        Term.objects.filter(pk=last.pk).update(ends_on=begins_on)
    record(unit, Strand.CONTACT, "term.begun", by=by, at=at)
    return term


@transaction.atomic
def change_term_end(term: Term, *, ends_on: date, by: Actor) -> Term:
    """Plan another end of `term`: the congress comes earlier or later. Refused unless `by` may set terms, and for all but the
    unit's last term."""
    term = Term.objects.select_related("unit").select_for_update(of=("self",)).get(pk=term.pk)
    require(can_set_terms(by, term.unit))
    if Term.objects.filter(unit=term.unit, number__gt=term.number).exists():
        raise BadInput(_("Only the end of the last term can be changed."), fields={"ends_on": _("fixed")})
    _end_on(term, ends_on)
    term.save(update_fields=["ends_on"])
    return term


def years_after(day: date, years: int) -> date:
    """The same day so many years later; the 28th for a 29th of February that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _end_on(term: Term, ends_on: date) -> None:
    if ends_on <= term.begins_on:
        raise BadInput(_("A term ends after it begins."), fields={"ends_on": _("too early")})
    term.ends_on = ends_on
