"""What approvals show: reports that wait for hers, how far the reports below each unit are, and lines of the record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from braid.insight.hooks import Cell, Column, Counted, Waiting
from braid.insight.queries.branches import Branches
from braid.insight.queries.shares import Share
from braid.insight.queries.units import own_units
from braid.insight.words import n_of_n
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.models import Period
from braid.work.queries.approvals import Awaited, approvals_waiting_for
from braid.work.queries.progress import Progress, open_periods_around, progress_of
from braid.work.rules import can_approve_at, can_view_work_at

RECORD = (Counted("reports.approved", gettext_lazy("Parts of reports approved"), Strand.WORK),)


def waiting_approvals(person: Person, at: datetime) -> Iterator[Waiting]:
    """Reports and approved parts right below her units that wait for her approval."""
    units = [unit for unit in own_units(person, at=at) if can_approve_at(person, unit)]
    for one in approvals_waiting_for(units):
        title = one.period.form.said_title
        page = reverse("approval", args=[one.period.pk, one.unit.code])
        yield Waiting(title.text, page, what_waits(one), Strand.WORK, str(one.unit), language=title.language)


def what_waits(one: Awaited) -> str:
    """How much of a period waits for an approval, in words."""
    if one.reports:
        said = ngettext("%(n)d report waits for your approval", "%(n)d reports wait for your approval", one.reports)
        return said % {"n": one.reports}
    said = ngettext("%(n)d part approved below waits for you", "%(n)d parts approved below wait for you", one.parts)
    return said % {"n": one.parts}


def _reports(branches: Branches) -> Sequence[Cell]:
    """How many of the reports that open periods ask for are there; the link leads to the roll-up."""
    if not can_view_work_at(branches.person, branches.unit.path):
        return [Cell(None)] * len(branches.rows)
    periods = open_periods_around(branches.unit)
    found = progress_of(periods, [row.unit for row in (*branches.children, branches.own)])
    href = _one_rollup(periods)
    cells = [_cell(_whole(found[row.unit.pk]), href(row.unit)) for row in branches.children]
    own = found[branches.unit.pk]
    return [*cells, _cell(Share(own.own, own.own_asked), href(branches.unit)), _cell(_whole(own), href(branches.unit))]


def _whole(progress: Progress) -> Share:
    return Share(progress.own + progress.below, progress.own_asked + progress.below_asked)


def _one_rollup(periods: Sequence[Period]) -> Callable[[Unit], str]:
    """Where a number leads: to the roll-up of the only open period, else to the list of them."""
    if len(periods) == 1:
        return lambda unit: reverse("rollup_unit", args=[periods[0].pk, unit.code])
    return lambda unit: reverse("rollups")


def _cell(share: Share, href: str) -> Cell:
    if share.percent is None:
        return Cell(None)
    return Cell(share.percent, text=f"{share.percent} %", href=href, note=n_of_n(share))


COLUMNS = (
    Column(
        "reports",
        pgettext_lazy("how many", "Reports"),
        _reports,
        gettext_lazy("Of the reports that open periods ask for, those that were filed."),
    ),
)
