"""What passes on with an office, and with a unit that is merged: directives given to do, drafts. Filled into hooks below."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from braid.kernel.access import OPERATOR
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.enums import OPEN_HANDLINGS, Because, DirectiveState, HandlingState
from braid.work.models import Directive, DirectiveRule, Handling
from braid.work.queries.directive_inbox import open_directives_of
from braid.work.queries.directives import is_asked

from .handlings import begin_handlings, move_handling
from .passing import ask_also


def count_given(holder: Person, unit: Unit) -> int:
    """How many directives of `unit` were given to her to do and wait."""
    return _given(holder, unit).count()


def hand_over_given(holder: Person, successor: Person, unit: Unit, at: datetime) -> int:
    """Give `successor` what `holder` was given to do for `unit`; returns how many."""
    return _given(holder, unit).update(assigned_to=successor, changed_at=at)


def count_directive_drafts(holder: Person, unit: Unit) -> int:
    """How many drafts of directives of `unit` she began."""
    return _drafts(holder, unit).count()


def hand_over_directive_drafts(holder: Person, successor: Person, unit: Unit, at: datetime) -> int:
    """Make `successor` the author of the drafts of `unit` that `holder` began; returns how many."""
    return _drafts(holder, unit).update(author=successor, changed_at=at)


def merge_handlings(unit: Unit, into: Unit, at: datetime) -> None:
    """In a merge of the tree: what `unit` had still to do is returned with that reason, and waits for the survivor.

    The survivor is asked for it, if it was not yet, and goes on where the unit stood; what was settled stays as it is.
    """
    for asked in open_directives_of([unit], at=at):
        if not asked.waits:
            continue
        directive = Directive.objects.select_related("rollup", "unit").get(pk=asked.directive.pk)
        if not is_asked(directive, into):
            _ask_survivor(directive, asked.handling, into, at=at)
        handling = asked.handling or begin_handlings(directive, [unit], HandlingState.OPENED, by=OPERATOR, at=at)[0]
        words = _("The unit was merged into %(unit)s.") % {"unit": into}
        because = {"words": words, "returned_because": Because.OTHER, "assigned_to": None}
        move_handling(directive, handling, HandlingState.RETURNED, by=OPERATOR, at=at, said=words, **because)


def _ask_survivor(directive: Directive, handling: Handling | None, into: Unit, *, at: datetime) -> None:
    rule = DirectiveRule(directive=directive, unit=into, is_subtree=False, sent_at=at, is_open=True)
    rule.save()
    ask_also(directive, [rule], at=at)
    if handling:
        (begun,) = begin_handlings(directive, [into], HandlingState(handling.state), by=OPERATOR, at=at)
        kept = {"assigned_to": handling.assigned_to, "done_steps": handling.done_steps}
        Handling.objects.filter(pk=begun.pk).update(**kept)


def _given(holder: Person, unit: Unit) -> QuerySet[Handling]:
    return Handling.objects.filter(unit=unit, assigned_to=holder, state__in=OPEN_HANDLINGS)


def _drafts(holder: Person, unit: Unit) -> QuerySet[Directive]:
    return Directive.objects.filter(unit=unit, author=holder, state=DirectiveState.DRAFT)
