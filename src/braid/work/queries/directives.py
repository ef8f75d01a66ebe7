"""Directives in somebody's reach: one of them, those she sends, whom one asks, and by which day a unit is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from pyroaring import BitMap

from braid.contact.queries.audience import units_of_all
from braid.kernel.access import Actor, Scope, may, require, scope
from braid.kernel.errors import WrongState
from braid.kernel.keyset import Page, page_of
from braid.people.models import Membership, Person
from braid.units import snapshot
from braid.units.models import Unit
from braid.units.paths import number_of, numbers_of
from braid.units.queries.history import path_at
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveQuestion, Handling, Passing
from braid.work.rules import SEND_DIRECTIVES, VIEW_WORK, can_send_directives_of, is_directive_out

from .asked import counts_below, is_meant


def directive_for(person: Person, pk: int, *, at: datetime) -> Directive:
    """The directive numbered `pk` if `person` may see it at `at`; `Http404` otherwise, as if it did not exist.

    She may when she sends directives of its unit, and once it is out when she sees the work of a unit that it asks, or of one
    below which such a unit stood when it was asked.
    """
    found = _directives().filter(pk=pk).first()
    if found is None or not _may_see(person, found, at):
        raise Http404
    return found


def own_directive_for(person: Person, pk: int, *, at: datetime) -> Directive:
    """The same if `person` sends directives of its unit; `NotAllowed` for those who only see it."""
    found = directive_for(person, pk, at=at)
    require(can_send_directives_of(person, found.unit_path))
    return found


def draft_directive_for(person: Person, pk: int, *, at: datetime) -> Directive:
    """The same while it is a draft; `WrongState` once it was sent."""
    found = own_directive_for(person, pk, at=at)
    if found.state != DirectiveState.DRAFT:
        raise WrongState(_("This directive was sent already. You can correct or withdraw it."))
    return found


def directives_of(person: Person, *, cursor: str = "", size: int = 25) -> Page[Directive]:
    """A page of drafts and sent directives of all units `person` sends directives for, newest first."""
    rows = _directives().filter(scope(person, SEND_DIRECTIVES).where())
    return page_of(rows, order=("-pk",), cursor=cursor, size=size)


def unit_to_direct_from(person: Person, code: str) -> Unit:
    """The unit with `code`, or without one the highest, if `person` may send directives for it.

    `Http404` where she may not for that unit, `NotAllowed` where she may for none.
    """
    units = Unit.objects.active().filter(scope(person, SEND_DIRECTIVES).where("path"))
    found = (units.filter(code=code) if code else units.order_by("path")).first()
    if found is None and code:
        raise Http404
    require(found is not None)
    assert found is not None
    return found


def asked_unit_for(person: Person, directive: Directive, code: str) -> Unit:
    """The unit with `code` if `directive` asks it, and `person` sees its work or was given this to do there; else `Http404`."""
    unit = Unit.objects.filter(code=code).first()
    if unit is None or not (may(person, VIEW_WORK, unit.path) or is_given_to(person, directive, unit)):
        raise Http404
    if not is_asked(directive, unit):
        raise Http404
    return unit


def is_given_to(actor: Actor, directive: Directive, unit: Unit | None = None) -> bool:
    """Whether `actor` was given `directive` to do, for `unit` or any other, and is in that unit still. One query."""
    if actor.pk is None:
        return False
    given = Handling.objects.filter(still_hers(), directive=directive, assigned_to=actor.pk)
    return (given.filter(unit=unit) if unit else given).exists()


def still_hers() -> Exists:
    """Of a handling: whom it was given to is in its unit today."""
    current = Membership.objects.current(timezone.localdate())
    return Exists(current.filter(unit=OuterRef("unit"), person=OuterRef("assigned_to")))


def own_units_asked(person: Person, directive: Directive) -> list[Unit]:
    """The units `directive` asks of those `person` herself is in, not all below them, and those where it was given to her."""
    acted = Handling.objects.filter(directive=directive)
    given = list(Unit.objects.active().filter(pk__in=acted.filter(still_hers(), assigned_to=person).values("unit")))
    anchors = anchors_of(person)
    asked = units_addressed_by(directive) | BitMap(acted.filter(unit__in=anchors).values_list("unit_id", flat=True))
    hers = {unit.pk: unit for unit in [*(unit for unit in anchors if unit.pk in asked), *given]}
    return sorted(hers.values(), key=lambda unit: unit.path)


def anchors_of(person: Person) -> list[Unit]:
    """The open units whose work `person` sees because she is in them or was given them, highest first. One query."""
    reach = scope(person, VIEW_WORK)
    return list(Unit.objects.active().filter(path__in=[*reach.subtrees, *reach.units]).order_by("path"))


def is_asked(directive: Directive, unit: Unit) -> bool:
    """Whether `directive` asks `unit` itself. Who handled it is asked, also when whom it asks is being counted anew."""
    return unit.pk in units_addressed_by(directive) or _has_handling(directive, unit)


def units_addressed_by(directive: Directive) -> BitMap:
    """The numbers of the units that `directive` asks; until they are counted, by its rules. At most two queries."""
    rollup = directive.rollup
    known = BitMap.deserialize(bytes(rollup.addressed)) if rollup and rollup.addressed else BitMap()
    if rollup is None or rollup.frozen_at is None:
        known |= units_of_all(directive.audience.all())
    return known


def touches(units: BitMap, reach: Scope) -> bool:
    """Whether one of `units` lies within `reach`."""
    tree = snapshot.current()
    return any(number_of(path) in units for path in reach.units) or any(
        _is_below(tree, units, path) for path in reach.subtrees
    )


def _is_below(tree: snapshot.Snapshot, units: BitMap, path: str) -> bool:
    if not path:
        return bool(units)
    start, end = tree.span(number_of(path))
    return bool(tree.mask_of(units)[start:end].any())


@dataclass(frozen=True)
class Chain:
    """How a directive came to a unit: who passed it on, highest first; by which day it is due there, and all its steps.

    The day is the earliest of the directive's and of those of the passings that asked the unit itself."""

    passings: tuple[Passing, ...]
    due_on: date
    steps: tuple[str, ...]


def chain_of(directive: Directive, unit: Unit) -> Chain:
    """How `directive` came to `unit`. At most three queries."""
    rows = Passing.objects.filter(directive=directive, unit__in=numbers_of(unit.path))
    rows = rows.select_related("unit", "passed_by").prefetch_related("audience").order_by("-unit_path", "-pk")
    found: list[Passing] = []
    reached, due_on = [unit], directive.due_on
    for passing in rows:
        if passing.unit_id == unit.pk or not _means_any(passing, reached):
            continue
        found.insert(0, passing)
        reached.append(passing.unit)
        if _means_any(passing, [unit]):
            due_on = min(due_on, passing.due_on)
    steps = [*directive.steps, *(step for passing in found for step in passing.steps)]
    return Chain(tuple(found), due_on, tuple(dict.fromkeys(steps)))


def _means_any(passing: Passing, units: Sequence[Unit]) -> bool:
    rules = list(passing.audience.all())
    return any(is_meant(rules, unit, path_at(unit, passing.passed_at)) for unit in units)


def question_on_directive_for(person: Person, pk: int, *, at: datetime) -> DirectiveQuestion:
    """The question numbered `pk` if `person` sends directives of its directive's unit; refused as in `own_directive_for`."""
    question = DirectiveQuestion.objects.select_related("unit").filter(pk=pk).first()
    if question is None:
        raise Http404
    question.directive = own_directive_for(person, question.directive_id, at=at)
    return question


def _has_handling(directive: Directive, unit: Unit) -> bool:
    return Handling.objects.filter(directive=directive, unit=unit).exists()


def _may_see(person: Person, directive: Directive, at: datetime) -> bool:
    if can_send_directives_of(person, directive.unit_path):
        return True
    if not is_directive_out(directive, at):
        return False
    reach = scope(person, VIEW_WORK)
    if reach and touches(units_addressed_by(directive), reach):
        return True
    return counts_below(directive.rollup, map(number_of, filter(None, reach.subtrees))) or is_given_to(
        person, directive
    )


def _directives() -> QuerySet[Directive]:
    return Directive.objects.select_related("unit", "author", "sent_by", "rollup", "form")
