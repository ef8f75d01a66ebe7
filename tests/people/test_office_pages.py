"""Pages of offices: contacts only for who may see them, refusals on Today, and queries that do not grow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from braid.kernel import outbox
from braid.kernel.access import OPERATOR
from braid.people.actions import begin_term, end_membership, plan_succession
from braid.people.enums import CameBy, Office
from braid.people.models import Membership, Person
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of


@pytest.fixture
def units(db: None) -> dict[str, Unit]:
    return factories.tree({"nation": {"county": {"village": {}}}})


def test_phone_numbers_on_the_roster(units: dict[str, Unit]) -> None:
    factories.member(units["county"], Office.DEPUTY, who=factories.person("Bea", phone="+8613900000001"))
    head = factories.member(units["county"], Office.HEAD)
    committee = factories.member(units["county"], Office.COMMITTEE)
    assert "+8613900000001" in client_of(head).get("/offices/county/roster/").content.decode()
    seen = client_of(committee).get("/offices/county/roster/").content.decode()
    assert "Bea" in seen
    assert "+8613900000001" not in seen
    assert "Phone" not in seen


def test_the_roster_as_a_file(units: dict[str, Unit]) -> None:
    head = factories.member(units["county"], Office.HEAD, who=factories.person("Head"))
    factories.member(units["village"], Office.LIAISON, who=factories.person("=cmd()", phone="+8613900000001"))
    answer = client_of(head).get("/offices/county/roster.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("Unit code,Unit,Name,Office")
    assert lines[1:] == [
        "county,county,Head,head,,2026-01-01,,,,",
        "village,village,'=cmd(),liaison officer,,2026-01-01,,,'+8613900000001,",
    ]
    sheet = client_of(head).get("/offices/county/roster.xlsx", {"office": Office.HEAD.value})
    assert b"".join(sheet.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert client_of(head).get("/offices/county/roster.exe").status_code == 404


def test_offices_of_a_unit(units: dict[str, Unit]) -> None:
    begin_term(units["county"], number=3, begins_on=date(2015, 1, 1), by=OPERATOR, at=timezone.now())
    head = factories.member(units["county"], Office.HEAD, came_by=CameBy.ACTING)
    page = client_of(head).get("/offices/county/").content.decode()
    assert "Vacant: head." in page, "an acting head leaves the office vacant"
    assert "congress due" in page
    assert "Vacant: liaison officer." in page
    assert "Vacant: deputy." not in page, "no unit is asked to have one"
    assert (
        "county" in client_of(head).get("/offices/county/vacancies/", {"office": Office.DEPUTY.value}).content.decode()
    )


def test_a_refused_succession_waits_on_today_of_its_planner(units: dict[str, Unit]) -> None:
    planner = factories.member(units["nation"], Office.DEPUTY)
    deputy = factories.member(units["county"], Office.DEPUTY)
    held, at = Membership.objects.get(person=deputy), timezone.now()
    plan_succession(
        held, factories.person("Eva"), on=timezone.localdate(at), came_by=CameBy.APPOINTED, by=planner, at=at
    )
    Unit.objects.filter(pk=units["county"].pk).update(status="closed", closed_on=date(2026, 1, 1))
    outbox.run_due(at=at)
    assert "The office did not pass on" in client_of(planner).get("/today/").content.decode()
    end_membership(Membership.objects.get(person=planner), by=OPERATOR, at=at)
    assert "did not pass on" not in client_of(planner).get("/today/").content.decode()


@pytest.mark.parametrize("address", ["", "history/", "vacancies/?office=4", "roster/"])
def test_queries_do_not_grow(units: dict[str, Unit], address: str) -> None:
    head, counts = factories.member(units["county"], Office.HEAD), []
    client = client_of(head)
    for _more in range(2):
        for _one in range(6):
            factories.member(units["county"], Office.COMMITTEE)
            factories.member(factories.unit(units["county"]), Office.LIAISON, came_by=CameBy.ACTING)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/offices/county/{address}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_successor_is_found_by_name(units: dict[str, Unit]) -> None:
    """Somebody found by name can be planned; the holder herself is not offered."""
    head = factories.member(units["county"], Office.HEAD, who=factories.person("Ada Head"))
    factories.member(units["village"], who=factories.person("Ada Villager"))
    held = Membership.objects.get(person=head)
    page = client_of(head).get(f"/memberships/{held.pk}/successor/", {"q": "Ada"}).content.decode()
    assert "Ada Villager" in page
    assert f"/successor/{head.pk}/" not in page
    on = (timezone.localdate() + timedelta(days=1)).isoformat()
    eva = Person.objects.get(name="Ada Villager")
    answer = client_of(head).post(
        f"/memberships/{held.pk}/successor/{eva.pk}/", {"on": on, "came_by": CameBy.ELECTED.value}, follow=True
    )
    assert "Planned. It happens by itself" in answer.content.decode()
