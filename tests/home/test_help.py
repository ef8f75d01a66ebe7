"""Help numbers: who says what, what is shown, what waits to be checked."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import translation

from braid.home.actions.help import check_help_line, drop_help_line, hide_help_line
from braid.home.actions.texts import change_home_text
from braid.home.models import HelpLine
from braid.home.queries.help import shipped
from braid.home.queries.pages import home_of
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import NotAllowed
from braid.people.enums import Office
from braid.units.models import Unit
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 1, 4, tzinfo=UTC)
LINE = "zh-CN:12338"


@pytest.fixture
def units() -> dict[str, Unit]:
    made = factories.tree({"nation": {"province": {"city": {}}, "other": {}}})
    change_home_text(made["nation"], {"country": "zh-CN"}, by=OPERATOR, at=AT)
    return made


def shown(unit: Unit) -> dict[str, str]:
    return {line.number: line.name for line in home_of(unit, at=AT).help_shown}


def values(number: str = "12338", name: str = "Women’s line") -> dict[str, str]:
    return {"number": number, "name": name}


def test_no_country_no_numbers() -> None:
    assert shown(factories.tree({"alone": {}})["alone"]) == {}


def test_every_shipped_row_has_an_own_key() -> None:
    for country in ("zh-CN", "en-GB", "en-US", "en-EU"):
        keys = [row["key"] for row in shipped(country)]
        assert keys
        assert len(keys) == len(set(keys))


def test_a_number_tells_which_unit_checked_it_and_when(units: dict[str, Unit], client: Client) -> None:
    assert "Checked on" not in client.get("/u/city/").content.decode()
    check_help_line(units["province"], values(), key=LINE, by=OPERATOR, at=AT)
    assert "Checked on Sun 1 Nov 2026 by province" in client.get("/u/city/").content.decode()
    assert "Checked on" not in client.get("/u/other/").content.decode()


def test_unsure_numbers_wait_for_a_person(units: dict[str, Unit]) -> None:
    lines = {line.number: line for line in home_of(units["city"], at=AT).help_lines}
    assert "110" in shown(units["city"])
    assert "12348" in lines
    assert "12348" not in shown(units["city"])
    check_help_line(units["province"], values("12348", "Legal aid"), key="zh-CN:12348", by=OPERATOR, at=AT)
    assert "12348" in shown(units["city"])
    assert "12348" not in shown(units["other"])


def test_emergencies_come_first(units: dict[str, Unit]) -> None:
    check_help_line(units["city"], values("1", "Ours") | {"is_emergency": True}, by=OPERATOR, at=AT)
    emergencies = [line.is_emergency for line in home_of(units["city"], at=AT).help_shown]
    assert emergencies == sorted(emergencies, reverse=True)


def test_the_nearest_unit_has_the_last_word(units: dict[str, Unit]) -> None:
    check_help_line(units["province"], values(name="Province says"), key=LINE, by=OPERATOR, at=AT)
    check_help_line(units["city"], values(name="City says"), key=LINE, by=OPERATOR, at=AT)
    assert shown(units["city"])["12338"] == "City says"
    assert shown(units["province"])["12338"] == "Province says"
    drop_help_line(HelpLine.objects.get(unit=units["city"]), by=OPERATOR, at=AT)
    assert shown(units["city"])["12338"] == "Province says"
    hide_help_line(units["city"], LINE, values(), by=OPERATOR, at=AT)
    assert "12338" not in shown(units["city"])
    assert "12338" in shown(units["province"])


def test_checking_says_who_and_when(units: dict[str, Unit]) -> None:
    head = factories.member(units["province"], Office.HEAD)
    line = check_help_line(units["province"], values(), key=LINE, by=head, at=AT)
    assert (line.owner, line.checked_on) == (head, date(2026, 11, 1))
    shown_line = next(found for found in home_of(units["city"], at=AT).help_shown if found.number == "12338")
    assert shown_line.checked_on == date(2026, 11, 1)
    assert not shown_line.is_due(date(2027, 1, 1))
    assert shown_line.is_due(date(2028, 1, 1))
    assert Entry.objects.filter(kind="home.changed", unit=units["province"], by_number=head.pk).count() == 1


def test_words_left_as_shipped_stay_translated(units: dict[str, Unit]) -> None:
    raw = next(row for row in shipped("zh-CN") if row["key"] == LINE)
    said = {"number": "12338", "name": raw["name"], "for_whom": raw["for_whom"], "hours": "工作日 8:30"}
    check_help_line(units["province"], said, key=LINE, by=OPERATOR, at=AT)
    with translation.override("en"):
        line = next(found for found in home_of(units["city"], at=AT).help_shown if found.number == "12338")
    assert line.name == "Women's rights service line"
    assert line.for_whom == raw["for_whom_en"]
    assert line.hours == "工作日 8:30"


def test_strangers_change_nothing(units: dict[str, Unit]) -> None:
    stranger = factories.member(units["other"], Office.HEAD)
    liaison = factories.member(units["province"], Office.LIAISON)
    for who in (stranger, liaison):
        with pytest.raises(NotAllowed):
            check_help_line(units["province"], values(), by=who, at=AT)
        with pytest.raises(NotAllowed):
            hide_help_line(units["province"], LINE, values(), by=who, at=AT)
        with pytest.raises(NotAllowed):
            change_home_text(units["province"], {"about": "x"}, by=who, at=AT)
    assert not HelpLine.objects.exists()
