"""Passing a directive on: a unit that is asked asks units of its own, adds steps or an earlier day, and never changes a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.actions.drafts import MOST_RULES, check_open
from braid.contact.actions.wording import check_due
from braid.contact.models.audience import RULE
from braid.contact.queries.audience import addresses_any
from braid.contact.rules import can_address
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import HandlingState, Step
from braid.work.models import Directive, DirectiveRule, Passing, Period, PeriodRule, Rollup, Telling
from braid.work.queries.directives import chain_of, is_asked
from braid.work.queries.time_taken import minutes_of_thing
from braid.work.rules import SEND_DIRECTIVES, can_send_directives_of

from .budgets import check_budget
from .directives import clean_steps
from .handlings import begin_handlings, check_takes_work, move_handling


@transaction.atomic
def pass_on(
    directive: Directive,
    unit: Unit,
    rules: Iterable[DirectiveRule],
    *,
    due_on: date,
    note: str = "",
    steps: Sequence[str] = (),
    over_budget_why: str = "",
    by: Actor,
    at: datetime,
) -> Passing:
    """Ask, for `unit`, the units that the unsaved `rules` mean: with what it adds, and by `due_on`.

    It is in work at `unit` then, if it was not yet. The worker counts the new units next and tells them. No second reader is
    needed, whatever the unit asks for its own directives: no word of the text changes, and what is added stands below it under
    the name of the unit. Refused when `by` may not send directives for the unit, when `unit` is not asked itself, for units that
    are not below it, for a day later than its own or past, when the rules mean nobody, when it puts new units over their budget
    of time without a reason (`over_budget_why`), which they read, and when the directive is over.
    """
    rules = list(rules)
    require(can_send_directives_of(by, unit.path) and can_address(by, rules, SEND_DIRECTIVES))
    require(all(rule.unit.path.startswith(unit.path) for rule in rules))
    check_takes_work(directive, at=at)
    check_open(unit)
    if not is_asked(directive, unit):
        raise WrongState(_("This unit is not asked to do this."))
    _check_rules(rules)
    _check_day(directive, unit, due_on, at=at)
    asked = list(directive.audience.all())
    minutes = minutes_of_thing(directive)
    check_budget(rules, sender=unit, minutes=minutes, why=over_budget_why, at=at, beside=asked)
    passing = Passing.objects.create(
        directive=directive,
        unit=unit,
        unit_path=unit.path,
        note=note.strip(),
        steps=clean_steps(steps),
        due_on=due_on,
        over_budget_why=over_budget_why.strip(),
        passed_at=at,
        passed_by=by if isinstance(by, Person) else None,
    )
    for rule in rules:
        rule.directive, rule.passing, rule.sent_at, rule.is_open = directive, passing, at, True
    DirectiveRule.objects.bulk_create(rules)
    ask_also(directive, rules, at=at)
    Telling.objects.create(directive=directive, passing=passing, step=Step.SENT, begun_at=at)
    _take_on(directive, unit, by=by, at=at)
    record(unit, Strand.WORK, "directive.passed", by=by, at=at)
    return passing


def ask_also(directive: Directive, rules: Iterable[DirectiveRule], *, at: datetime) -> None:
    """Have the worker count whom `rules` add, for the directive and for its form. Part of the transaction that wrote them."""
    Rollup.objects.filter(directive=directive).update(frozen_at=None)
    period = Period.objects.filter(directive=directive, closed_at=None).first()
    if period:
        PeriodRule.objects.bulk_create(
            PeriodRule(period=period, opened_at=at, **{name: getattr(rule, name) for name in RULE}) for rule in rules
        )
        Rollup.objects.filter(period=period).update(frozen_at=None)


def _check_rules(rules: Sequence[DirectiveRule]) -> None:
    if len(rules) > MOST_RULES:
        raise BadInput(_("This is a very long list of recipients. Choose a level or a whole subtree instead."))
    if not any(map(addresses_any, rules)):
        raise BadInput(_("Choose which units it asks first."))


def _check_day(directive: Directive, unit: Unit, due_on: date, *, at: datetime) -> None:
    latest = chain_of(directive, unit).due_on
    if due_on > latest:
        wrong = _("Not later than the day your own unit has.")
        raise BadInput(_("It cannot be due later than at your own unit."), fields={"due_on": wrong})
    if due_on != latest:
        check_due(due_on, at=at)


def _take_on(directive: Directive, unit: Unit, *, by: Actor, at: datetime) -> None:
    """Whoever passes it on has taken it on; what was said before stands."""
    handling = directive.handlings.filter(unit=unit).first()
    if handling is None:
        begin_handlings(directive, [unit], HandlingState.IN_WORK, by=by, at=at)
    elif handling.state == HandlingState.OPENED:
        move_handling(directive, handling, HandlingState.IN_WORK, by=by, at=at)
