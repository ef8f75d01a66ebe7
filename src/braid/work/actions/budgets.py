"""Setting budgets of time, and holding those who ask to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.models import AudienceRule, Notice
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.models import Budget
from braid.work.queries.budgets import level_budgets
from braid.work.queries.effects import effect_of
from braid.work.reading import minutes_of_notice
from braid.work.rules import can_set_budgets_of


@transaction.atomic
def set_budgets(unit: Unit, minutes: Mapping[int, int | None], *, by: Actor, at: datetime) -> None:
    """Say how many minutes a month may be asked of the units below `unit`, by level; None: nothing is said here any more.

    Refused when `by` does not lead the subtree, for a level above the unit's, and for more than holds from above: nobody takes
    away what protects those below.
    """
    require(can_set_budgets_of(by, unit))
    known = {each.level: each for each in level_budgets(unit)}
    for level, given in minutes.items():
        if level not in known:
            raise BadInput(_("There is no such level below this unit."))
        most = known[level].most
        if given is not None and most is not None and given > most:
            raise BadInput(
                _("From above only %(most)d minutes may be asked of them.") % {"most": most},
                fields={f"level_{level}": _("At most what holds from above.")},
            )
    person = by if isinstance(by, Person) else None
    for level, given in minutes.items():
        if given is None:
            Budget.objects.filter(unit=unit, level=level).delete()
        else:
            said = {"minutes": given, "changed_at": at, "changed_by": person, "unit_path": unit.path}
            Budget.objects.update_or_create(unit=unit, level=level, defaults=said)
    record(unit, Strand.WORK, "budget.set", by=by, at=at)


def check_budget(
    rules: Iterable[AudienceRule],
    *,
    sender: Unit,
    minutes: int,
    why: str,
    at: datetime,
    beside: Iterable[AudienceRule] = (),
) -> None:
    """Refuse to ask `minutes` of the units that `rules` mean (without those that rules `beside` ask already) when that is more
    than the budget of some, without a reason `why`.

    The reason is kept by the caller (`over_budget_why`), and the units that are asked read it.
    """
    if lacks_reason(rules, sender=sender, minutes=minutes, why=why, at=at, beside=beside):
        raise BadInput(
            _("This is more than the budget of time of some units. Say why it may be."),
            fields={"over_budget_why": _("Write a reason. The units that are asked read it.")},
        )


def lacks_reason(
    rules: Iterable[AudienceRule],
    *,
    sender: Unit,
    minutes: int,
    why: str,
    at: datetime,
    beside: Iterable[AudienceRule] = (),
) -> bool:
    """Whether it would be more than the budget of some, and there is no reason `why`."""
    return not why.strip() and effect_of(rules, sender=sender, minutes=minutes, at=at, beside=beside).exceeds > 0


def check_time_of_notice(notice: Notice, at: datetime) -> None:
    """Refuse a notice that has no reason to take more time than the budget of some it addresses."""
    check_budget(notice.audience.all(), sender=notice.unit, minutes=minutes_of_notice(notice), why="", at=at)
