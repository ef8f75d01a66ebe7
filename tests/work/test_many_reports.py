"""Many reports filed in one act: each is known by its number, and one that was begun meanwhile refuses all."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from braid.kernel.access import OPERATOR
from braid.kernel.errors import WrongState
from braid.work.actions import Filing, Filled, file_reports
from braid.work.actions.reports import MANY
from braid.work.models import Report
from tests import factories
from tests.factories.reports import OPENED, period, report, report_form

pytestmark = pytest.mark.django_db


def test_many_are_filed_as_one_is(world: SimpleNamespace) -> None:
    asked = period(report_form(world.nation))
    units = [factories.unit(world.township) for _ in range(MANY + 5)]
    first = report(asked, world.village, f1=1)
    filed = file_reports(asked, [Filing(unit, Filled({"f1": 2})) for unit in units], by=OPERATOR, at=OPENED)
    kept = dict(Report.objects.values_list("unit_id", "pk"))
    assert {each.unit_id: each.pk for each in filed} == {unit.pk: kept[unit.pk] for unit in units}
    assert len({*kept.values(), first.pk}) == len(units) + 1
    later = report(asked, world.county, f1=3)
    assert later.pk not in {each.pk for each in filed}
    with pytest.raises(WrongState):
        file_reports(asked, [Filing(unit, Filled({"f1": 2})) for unit in units], by=OPERATOR, at=OPENED)
    assert Report.objects.count() == len(units) + 2
