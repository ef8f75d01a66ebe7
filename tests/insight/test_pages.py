"""The pages themselves: what they say, to whom, and that their queries do not grow with the rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from braid.contact.models import Notice
from braid.insight import hooks
from braid.insight.hooks import Hint, Waiting
from braid.kernel.ledger import Strand, record
from braid.kernel.sheets import read_table
from braid.people.enums import Office
from braid.people.models import Person
from braid.people.queries.headcounts import forget_headcounts
from braid.units import snapshot
from braid.units.models import Unit
from tests import factories
from tests.clients import client_of, queries_of

from .test_queries import notice_to

pytestmark = pytest.mark.django_db


def county(children: int) -> tuple[dict[str, Unit], Person]:
    """A county with that many townships of two villages each, and its head."""
    below = {f"township {n}": {f"village {n} a": {}, f"village {n} b": {}} for n in range(children)}
    units = factories.tree({"nation": {"county": below}})
    for n in range(children):
        factories.member(units[f"township {n}"], Office.HEAD)
        for name in ("a", "b"):
            factories.member(units[f"village {n} {name}"], Office.LIAISON)
    snapshot._snapshot.clear()
    forget_headcounts()
    return units, factories.member(units["county"], Office.HEAD)


def queries_at(client: Client, url: str) -> int:
    assert client.get(url).status_code == 200  # what a process keeps is kept now
    return queries_of(lambda: client.get(url))


PAGES = [
    ("today", False, ""),
    ("my_unit", True, ""),
    ("record", True, ""),
    ("record", True, "?kind=notice.sent"),
    ("subtree", True, ""),
    ("subtree", True, "?show=heads&sort=people&down=1"),
    ("head", True, ""),
    ("head", True, "?show=seen"),
    ("search", False, "?q=v"),
]


@pytest.mark.parametrize(("name", "of_unit", "query"), PAGES)
def test_queries_do_not_grow_with_the_rows(name: str, of_unit: bool, query: str) -> None:
    counts = []
    for size in (3, 30):
        head = county_again(size)
        url = reverse(name, args=["county"] if of_unit else []) + query
        counts.append(queries_at(client_of(head), url))
    assert counts[0] == counts[1]
    assert counts[0] <= 60


def county_again(children: int) -> Person:
    """Another county instead of the one before, with more notices where it has more children."""
    Notice.objects.all().delete()
    Person.objects.all().delete()
    for unit in Unit.objects.order_by("-depth"):
        unit.delete()
    units, head = county(children)
    for _ in range(children // 3):
        notice_to(units["county"], addressed=[*units.values()], seen=[], at=datetime.now(UTC) - timedelta(days=1))
    return head


def test_the_list_of_vacancies_takes_as_many_queries_for_any_number_of_rows() -> None:
    counts = []
    for size in (3, 30):
        head = county_again(size)
        counts.append(queries_at(client_of(head), reverse("subtree_without", args=["county", "head"])))
    assert counts[0] == counts[1]


@pytest.fixture
def small() -> tuple[dict[str, Unit], Person]:
    return county(3)


def get(person: Person, name: str, *args: str, **query: str) -> Any:
    return client_of(person).get(reverse(name, args=args), query)


def order_of(answer: Any) -> list[str]:
    return [line.row.unit.name for line in answer.context["table"].lines]


def test_sorting_by_a_column(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    factories.member(units["township 1"])
    assert order_of(get(head, "subtree", "county")) == ["township 0", "township 1", "township 2"]
    assert order_of(get(head, "subtree", "county", sort="people", down="1"))[0] == "township 1"
    assert order_of(get(head, "subtree", "county", sort="people"))[-1] == "township 1"
    assert order_of(get(head, "subtree", "county", sort="name", down="1")) == ["township 2", "township 1", "township 0"]
    assert order_of(get(head, "subtree", "county", sort="nonsense"))[0] == "township 0"


def test_a_single_unit_goes_without_shares(small: tuple[dict[str, Unit], Person]) -> None:
    _units, head = small
    client = client_of(head)
    assert "of 3</small>" in client.get(reverse("subtree", args=["county"])).content.decode()
    assert "of 1</small>" not in client.get(reverse("subtree", args=["township 0"])).content.decode()


def test_the_record_draws_only_what_was_counted(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    assert get(head, "record", "county").content.decode().count('class="bars"') == 0
    record(units["county"], Strand.CONTACT, "notice.sent", at=datetime.now(UTC))
    page = get(head, "record", "county").content.decode()
    assert page.count('class="bars"') == 1
    assert "Nothing counted in these days:" in page


def test_what_is_not_known_stays_last(small: tuple[dict[str, Unit], Person], now: datetime) -> None:
    units, head = small
    at = datetime.now(UTC)
    notice_to(units["county"], addressed=[units["township 1"]], seen=[], at=at)
    for down in ("0", "1"):
        answer = get(head, "subtree", "county", sort="seen", down=down)
        assert order_of(answer)[0] == "township 1"
    assert "<tr" in answer.content.decode()


def test_sums_of_the_children_and_the_unit_itself_are_the_total(small: tuple[dict[str, Unit], Person]) -> None:
    _, head = small
    table = get(head, "subtree", "county").context["table"]
    for place, column in enumerate(table.columns):
        if column.name in ("units", "people", "head", "liaison"):
            parts = [line.cells[place].value for line in (*table.lines, table.own)]
            assert sum(parts) == table.together.cells[place].value


def test_every_number_of_the_table_leads_to_a_page_that_opens(small: tuple[dict[str, Unit], Person]) -> None:
    _, head = small
    client = client_of(head)
    table = client.get(reverse("subtree", args=["county"])).context["table"]
    hrefs = {cell.href for line in (*table.lines, table.own, table.together) for cell in line.cells if cell.href}
    assert len(hrefs) > 10
    for href in hrefs:
        assert client.get(href).status_code == 200, href


def test_walking_down_and_no_further_up(small: tuple[dict[str, Unit], Person]) -> None:
    _, head = small
    page = get(head, "subtree", "township 1").content.decode()
    assert reverse("subtree", args=["county"]) in page
    assert "One level up" in page
    assert "One level up" not in get(head, "subtree", "county").content.decode()


def test_an_unknown_picture_is_not_found(small: tuple[dict[str, Unit], Person]) -> None:
    _, head = small
    assert get(head, "subtree", "county", show="secrets").status_code == 404
    assert client_of(head).get(reverse("record", args=["county"]), {"kind": "secrets"}).status_code == 404


def test_a_leaf_says_so_and_its_liaison_may_look(small: tuple[dict[str, Unit], Person]) -> None:
    units, _ = small
    liaison = factories.member(units["village 1 a"], Office.LIAISON)
    answer = get(liaison, "subtree", "village 1 a")
    assert answer.status_code == 200
    assert "No units below" in answer.content.decode()
    assert get(liaison, "subtree", "village 1 b").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_file_holds_what_the_page_shows(small: tuple[dict[str, Unit], Person], form: str, tmp_path: Any) -> None:
    units, head = small
    Unit.objects.filter(pk=units["township 0"].pk).update(name="=HYPERLINK(1)")
    answer = get(head, "subtree_sheet", "county", form, sort="name", down="1")
    path = tmp_path / f"table.{form}"
    path.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    lines = [cells for _, cells in read_table(path)]
    assert [cells[0] for cells in lines[1:4]] == ["township 2", "township 1", "township 0"]
    assert lines[3][1] == "'=HYPERLINK(1)"
    table = get(head, "subtree", "county").context["table"]
    assert lines[-1][2::2][:4] == [str(cell.value) for cell in table.together.cells[:4]]


def test_today_sorts_by_due_and_calms_when_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    who = factories.member(factories.tree({"nation": {}})["nation"], Office.HEAD)
    monkeypatch.setattr(hooks, "today_sources", [])
    assert "Nothing waits for you" in get(who, "today").content.decode()
    today = datetime.now(UTC).date()

    def waiting(person: Person, at: datetime) -> list[Waiting]:
        return [
            Waiting("no date, older", "/z", "Read", Strand.CONTACT, since=at - timedelta(days=9)),
            Waiting("no date", "/a", "Read", Strand.CONTACT, since=at),
            Waiting("waits now", "/e", "Approve", Strand.WORK),
            Waiting("next year", "/b", "Read", Strand.WORK, due_on=today + timedelta(days=300)),
            Waiting("soon", "/c", "Do", Strand.CONTACT, due_on=today + timedelta(days=3)),
            Waiting("late", "/d", "Do", Strand.SERVICE, due_on=today - timedelta(days=3)),
        ]

    monkeypatch.setattr(hooks, "today_sources", [waiting])
    found = get(who, "today").context["today"]
    assert [item.title for item in found.late] == ["late"]
    assert [item.title for item in found.soon] == ["soon"]
    assert [item.title for item in found.rest] == ["next year", "waits now", "no date", "no date, older"]


def test_first_steps_vanish_when_taken() -> None:
    units = factories.tree({"nation": {}})
    who = factories.member(units["nation"], Office.HEAD)
    titles = [hint.title for hint in get(who, "today").context["today"].hints]
    assert any("reach you" in title for title in titles)
    assert any("liaison" in title for title in titles)
    Person.objects.filter(pk=who.pk).update(phone="+8613800000000")
    factories.member(units["nation"], Office.LIAISON)
    titles = [hint.title for hint in get(who, "today").context["today"].hints]
    assert not any("reach you" in title or "liaison" in title for title in titles)


def test_hints_are_never_many(monkeypatch: pytest.MonkeyPatch) -> None:
    who = factories.person()
    monkeypatch.setattr(hooks, "first_steps", [lambda person, at: [Hint("a", "b", "/", "c")] * 9])
    assert len(get(who, "today").context["today"].hints) == 3


def test_my_unit_shows_vacancies_history_and_switches(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    factories.member(units["township 2"], Office.COMMITTEE, who=head)
    page = get(head, "my_unit", "county").content.decode()
    assert "Nobody is liaison officer." in page
    assert reverse("my_unit", args=["township 2"]) in page
    assert reverse("home", args=["county"]) in page
    first = client_of(head).get(reverse("my_unit_first"))
    assert first.headers["Location"] == reverse("my_unit", args=["county"])


def test_a_plain_member_sees_who_leads_but_no_numbers_below(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    member = factories.member(units["county"])
    page = get(member, "my_unit", "county").content.decode()
    assert head.name in page
    assert "30 days" not in page
    assert reverse("people", args=["county"]) not in page


def test_search_finds_pages_and_stays_in_scope(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    other = factories.member(factories.unit(units["nation"], name="elsewhere"), who=factories.person("Zora Far"))
    factories.member(units["village 0 a"], who=factories.person("Zora Near"))
    page = get(head, "search", q="Zora").content.decode()
    assert "Zora Near" in page
    assert "Zora Far" not in page
    assert "Zora Near" not in get(other, "search", q="Zora").content.decode()
    assert "Nothing found" in get(head, "search", q="qqqqqq").content.decode()
    assert reverse("today") in get(head, "search", q="waits").content.decode()


def test_the_code_of_a_merged_unit_leads_to_the_survivor(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    Unit.objects.filter(pk=units["village 0 a"].pk).update(
        status="closed", closed_on=date(2026, 1, 2), merged_into=units["village 0 b"]
    )
    assert get(head, "my_unit", "village 0 a").context["unit"] == units["village 0 b"]


def test_closed_units_and_placeholders_are_no_rows(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    for name in ("village 0 a", "village 0 b", "township 0"):
        Unit.objects.filter(pk=units[name].pk).update(status="closed", closed_on=date(2026, 1, 2))
    snapshot._snapshot.clear()
    assert order_of(get(head, "subtree", "county")) == ["township 1", "township 2"]


def test_search_finds_units_everywhere_and_leads_where_she_may_look(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    Unit.objects.filter(pk=units["village 0 a"].pk).update(name="Oakham")
    page = get(head, "search", q="oakh").content.decode()
    assert reverse("my_unit", args=["village 0 a"]) in page
    liaison = factories.member(units["village 1 a"], Office.LIAISON)
    page = get(liaison, "search", q="oakh").content.decode()
    assert reverse("home", args=["village 0 a"]) in page
    assert reverse("my_unit", args=["village 0 a"]) not in page


def test_the_subtree_is_offered_to_those_who_may_look_below(small: tuple[dict[str, Unit], Person]) -> None:
    units, head = small
    member = factories.member(units["county"])
    liaison = factories.member(units["county"], Office.LIAISON)
    for who, offered in ((head, True), (member, False), (liaison, False)):
        page = get(who, "today").content.decode()
        assert (f'href="{reverse("subtree", args=["county"])}"' in page) is offered
