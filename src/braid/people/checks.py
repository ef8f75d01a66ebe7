"""What a finished demo must be true of, as far as people go."""

from __future__ import annotations

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from braid.kernel.access import Scope
from braid.kernel.checks import Demo, Outcome, demo_check
from braid.units.enums import UnitKind
from braid.units.models import Unit

from .enums import OPEN_RECOVERY, CameBy, Office
from .models import Account, Membership, Person, Recovery, Term
from .queries.offices import roster_in, vacancies_in


@demo_check("people.liaisons")
def every_unit_has_a_liaison_officer(demo: Demo) -> Outcome:
    """Every body that stands for somebody has exactly one; placeholders of the register have none."""
    liaisons = Membership.objects.filter(office=Office.LIAISON, until=None, unit__kind=UnitKind.BODY)
    counts = liaisons.aggregate(posts=Count("pk"), units=Count("unit", distinct=True))
    units = Unit.objects.shown().filter(kind=UnitKind.BODY).count()
    real = Person.objects.filter(is_synthetic=False, erased_at=None).count()
    ok = counts["posts"] == counts["units"] == units and real == 0
    left = Unit.objects.filter(kind=UnitKind.BODY).count() - units
    return Outcome(ok, f"{counts['units']:,} of {units:,} units ({left} placeholders aside); all people made up")


@demo_check("people.recovery")
def every_open_recovery_is_told(demo: Demo) -> Outcome:
    """The accounts whose owners see the banner are exactly those with an open recovery, and there has been one."""
    recovered = set(Recovery.objects.filter(state__in=OPEN_RECOVERY).values_list("account", flat=True))
    told = set(Account.objects.filter(is_being_recovered=True).values_list("pk", flat=True))
    ever = Recovery.objects.count()
    return Outcome(told == recovered and ever > 0, f"{len(recovered)} open of {ever}; {len(told)} owners see it")


@demo_check("people.vacancies")
def vacancies_are_those_without_a_holder(demo: Demo) -> Outcome:
    """Below a province, the list's pages together are the units that a recount finds without a head who is not acting.

    In a tree of two levels the root stands for the province.
    """
    below_it = Unit.objects.filter(parent=OuterRef("pk"), kind=UnitKind.BODY)
    provinces = Unit.objects.shown().filter(Exists(below_it), level=2).order_by("path")
    top = provinces.first() or Unit.objects.get(depth=0)
    listed, cursor = 0, ""
    while True:
        page = vacancies_in(Scope((top.path,)), Office.HEAD, on=timezone.localdate(), cursor=cursor, size=5_000)
        listed, cursor = listed + len(page.rows), page.next_cursor
        if not cursor:
            break
    below = Unit.objects.subtree(top.path).filter(status="active", is_placeholder=False)
    heads = Membership.objects.filter(office=Office.HEAD, until=None).exclude(came_by=CameBy.ACTING)
    counted = below.count() - heads.filter(unit__in=below).count()
    return Outcome(listed == counted > 0, f"{listed:,} listed, {counted:,} recounted below {top}")


@demo_check("people.terms")
def elected_officers_belong_to_a_term(demo: Demo) -> Outcome:
    """Whoever was elected belongs to a term of her unit that had begun on her first day; the roster shows them all."""
    elected = Membership.objects.filter(came_by=CameBy.ELECTED)
    amiss = elected.filter(Q(term=None) | ~Q(term__unit=F("unit")) | Q(since__lt=F("term__begins_on"))).count()
    root = Unit.objects.get(depth=0)
    own = Scope(units=(root.path,))
    shown = len(roster_in(own, on=timezone.localdate()).rows)
    counted = Membership.objects.filter(unit=root, office__lt=Office.MEMBER, until=None).count()
    total = elected.count()
    return Outcome(
        amiss == 0 and total > 0 and shown == counted,
        f"{total:,} elected in {Term.objects.count():,} terms, {amiss} amiss",
    )
