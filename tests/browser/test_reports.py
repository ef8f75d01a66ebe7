"""Reports in a real browser at 360 px: found, filled in and filed in few taps; without a connection, too; the form being made."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect

from braid.kernel.ledger import Strand, record
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.actions import FieldPlan, Filled, save_draft
from braid.work.enums import FieldKind
from braid.work.models import Period, Report, ReportForm
from tests.factories import member, person, tree
from tests.factories.reports import choice, number, period, report_form

from .conftest import Visit, assert_accessible, assert_accessible_at_night
from .test_notices import shoot
from .test_offline import settled

pytestmark = pytest.mark.django_db(transaction=True)

MOST_TAPS = 8
"""A minute of an officer's time at a tap every few seconds, with what she types in between."""
TABLE = FieldPlan(
    FieldKind.TABLE,
    {"en": "Visitors by age", "zh-hans": "按年龄统计来访者"},
    is_required=False,
    choices={
        "rows": [{"en": "under 35", "zh-hans": "35岁以下"}, {"en": "35 and over", "zh-hans": "35岁及以上"}],
        "columns": [{"en": "women", "zh-hans": "女"}, {"en": "men", "zh-hans": "男"}],
    },
)
FILE = FieldPlan(FieldKind.FILE, {"en": "A picture", "zh-hans": "照片"}, is_required=False)


@pytest.fixture
def units() -> dict[str, Unit]:
    return tree({"nation": {"county": {"township": {"village": {}}}}})


@pytest.fixture
def officer(units: dict[str, Unit]) -> Person:
    return member(units["village"], Office.HEAD, who=person("Wang Xiuying"))


@pytest.fixture
def asked(units: dict[str, Unit]) -> Period:
    """What the village is asked: two numbers the journal counted, one to type, and a choice."""
    for kind, amount in (("person.joined", 3), ("group.opened", 1)):
        record(units["village"], Strand.CONTACT, kind, amount, at=datetime(2026, 10, 10, 4, tzinfo=UTC))
    fields = (
        _in_chinese(number("New members", bound_to="person.joined", measure="people"), "新增成员"),
        _in_chinese(number("Groups founded", bound_to="group.opened"), "成立小组"),
        _in_chinese(number("Lessons held", low=0), "上课次数"),
        FieldPlan(
            FieldKind.CHOICE,
            {"en": "How did it go?", "zh-hans": "开展得怎么样？"},
            choices=[{"en": "well", "zh-hans": "顺利"}, {"en": "badly", "zh-hans": "不顺利"}],
        ),
    )
    title = {"en": "Work of the month", "zh-hans": "本月工作情况"}
    return period(report_form(units["county"], fields=fields, title=title), due_on=date(2030, 1, 4))


def _in_chinese(plan: FieldPlan, text: str) -> FieldPlan:
    return FieldPlan(**{**plan.__dict__, "text": {**plan.text, "zh-hans": text}})


class Taps:
    """Counts what her thumb does: every tap on the page, whatever it is on."""

    def __init__(self, page: Page) -> None:
        self._page, self.count = page, 0

    def on(self, what: str, role: str = "link") -> None:
        self.count += 1
        self._page.get_by_role(role, name=what).first.click()  # type: ignore[arg-type]


def test_an_officer_finds_fills_and_files_a_report_in_few_taps(visit: Visit, officer: Person, asked: Period) -> None:
    page = visit("/today/", person=officer)
    taps = Taps(page)
    taps.on("Work of the month")
    expect(page.get_by_text("counted by the system").first).to_be_visible()
    expect(page.get_by_text("3 people")).to_be_visible()
    assert_accessible(page)
    shoot(page, "report-fill")
    taps.on("3. Lessons held", "textbox")
    page.keyboard.type("12")
    taps.on("well", "radio")
    taps.on("Report it", "button")
    expect(page.locator("#messages")).to_contain_text("Reported.")
    assert taps.count <= MOST_TAPS
    assert_accessible(page)
    shoot(page, "report")
    assert Report.objects.get().values == {"f1": 3, "f2": 1, "f3": 12, "f4": 0}


def test_wrong_answers_are_said_above_and_beside(visit: Visit, officer: Person, asked: Period) -> None:
    page = visit(f"/reports/{asked.pk}/village/fill/", person=officer, language="zh-hans")
    shoot(page, "zh-report-fill")
    page.get_by_label("3. 上课次数").fill("许多")
    page.locator('button[value="file"]').click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator('.error-summary a[href="#id_f3"]').click()
    expect(page.get_by_label("3. 上课次数")).to_be_focused()
    assert_accessible(page)
    assert_accessible_at_night(page)
    shoot(page, "zh-report-wrong")


def test_filed_without_a_connection_it_arrives_later(visit: Visit, officer: Person, asked: Period) -> None:
    address = f"/reports/{asked.pk}/village/fill/"
    page = settled(visit("/today/", person=officer, worker=True))
    page.goto(address)
    page.context.set_offline(True)
    page.goto(address)
    expect(page.get_by_text("No connection: you see this page as it was")).to_be_visible()
    page.get_by_label("3. Lessons held").fill("12")
    page.get_by_role("radio", name="well").check()
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    page.goto(address)
    expect(page.get_by_label("3. Lessons held")).to_have_value("12")
    assert not Report.objects.exists()
    page.context.set_offline(False)
    page.goto("/reports/")
    expect(page.get_by_role("link", name="1 waiting to send")).to_be_hidden()
    page.goto("/reports/")
    expect(page.get_by_text("Reported lately")).to_be_visible()
    assert Report.objects.get().values == {"f1": 3, "f2": 1, "f3": 12, "f4": 0}


def test_without_a_connection_a_file_field_says_so_and_the_rest_is_kept(
    visit: Visit, officer: Person, units: dict[str, Unit]
) -> None:
    asking = period(report_form(units["county"], fields=(FILE, number("People", low=0))), due_on=date(2030, 1, 4))
    address = f"/reports/{asking.pk}/village/fill/"
    page = settled(visit("/today/", person=officer, worker=True))
    page.goto(address)
    choose = page.get_by_role("button", name="Keep the rest and choose a file")
    words = page.get_by_text("Without a connection no file can be chosen.")
    expect(choose).to_be_visible()
    expect(words).to_be_hidden()
    page.context.set_offline(True)
    page.goto(address)
    expect(words).to_be_visible()
    expect(choose).to_be_hidden()
    assert_accessible(page)
    page.get_by_label("2. People").fill("7")
    page.get_by_role("button", name="Keep it for later").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    page.context.set_offline(False)
    page.goto("/today/")
    page.wait_for_function("window.braidQueue && braidQueue.all().then((all) => all.length === 0)")
    assert Report.objects.get().values == {"f2": 7}
    page.goto(address)
    expect(page.get_by_label("2. People")).to_have_value("7")
    expect(choose).to_be_visible()


def test_what_was_filed_offline_over_another_hand_is_shown_and_kept(
    visit: Visit, officer: Person, units: dict[str, Unit], asked: Period
) -> None:
    address = f"/reports/{asked.pk}/village/fill/"
    page = settled(visit("/today/", person=officer, worker=True))
    page.goto(address)
    page.context.set_offline(True)
    page.goto(address)
    page.get_by_label("3. Lessons held").fill("12")
    page.get_by_role("radio", name="well").check()
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    deputy = member(units["village"], Office.DEPUTY, who=person("Li Na"))
    save_draft(asked, units["village"], Filled({"f3": 7}), seen=None, by=deputy, at=timezone.now())
    connections.close_all()
    page.context.set_offline(False)
    page.goto("/today/")
    page.get_by_role("link", name="1 could not be sent: please look").click()
    page.goto(address)
    expect(page.get_by_label("3. Lessons held")).to_have_value("12")
    page.get_by_role("button", name="Report it").click()
    expect(page.locator(".error-summary").get_by_text("Somebody changed this report meanwhile.")).to_be_visible()
    expect(page.get_by_role("heading", name="How it is now")).to_be_visible()
    assert Report.objects.get().values == {"f3": 7}
    assert_accessible(page)
    page.get_by_role("button", name="Report it").click()
    expect(page.locator("#messages")).to_contain_text("Reported.")
    assert Report.objects.get().values["f3"] == 12
    expect(page.get_by_text("could not be sent")).to_be_hidden()


def test_a_form_is_made_and_put_to_use(visit: Visit, units: dict[str, Unit]) -> None:
    head = member(units["county"], Office.HEAD, who=person("Wang Xiuying"))
    page = visit("/forms/", person=head)
    assert_accessible(page)
    page.get_by_role("link", name="Make a form").first.click()
    page.get_by_label("Title · English").fill("Work of the month")
    page.get_by_label("What the answers are for").fill("To plan the next month.")
    page.get_by_label("Legal or other basis").fill("Plan of 2026, no. 4")
    page.get_by_label("How often it is asked").select_option("month")
    page.get_by_label("Minutes it takes").fill("5")
    page.get_by_label("Last day in use").fill("2030-12-31")
    assert_accessible(page)
    shoot(page, "form-new")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a question").click()
    expect(page.get_by_label("Choices, one a line · English")).to_be_hidden()
    page.get_by_label("Question · English").fill("How many new members?")
    assert_accessible(page)
    shoot(page, "form-question")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The system counts this already")).to_be_visible()
    assert_accessible(page)
    shoot(page, "form-draft")
    page.get_by_role("button", name="Fill it from the journal").click()
    page.get_by_role("link", name="Add a question").click()
    page.get_by_label("What is answered").select_option("choice")
    page.get_by_label("Question · English").fill("How did it go?")
    page.get_by_label("Choices, one a line · English").fill("well\nbadly")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Try it").click()
    assert_accessible(page)
    page.go_back()
    page.get_by_role("link", name="Check and put to use").click()
    assert_accessible(page)
    page.get_by_role("button", name="Put it to use").click()
    expect(page.locator("#messages")).to_contain_text("It is asked like this")
    assert ReportForm.objects.get().state == "open"


def test_the_other_pages_pass_axe(visit: Visit, units: dict[str, Unit], asked: Period) -> None:
    head = member(units["county"], Office.HEAD, who=person("Wang Xiuying"))
    big = report_form(units["county"], fields=(TABLE, FILE, number("People"), choice()), title={"zh-hans": "月度统计"})
    other = period(big, first_on=date(2026, 9, 1), due_on=date(2026, 11, 3))
    member(units["village"], Office.DEPUTY, who=head)
    here = f"/reports/{other.pk}"
    for path in (
        f"/forms/{big.pk}/asked/",
        f"/forms/{big.pk}/checks/new/",
        f"/forms/{big.pk}/questions/import/",
        f"/forms/{big.pk}/periods/new/",
        f"/forms/{big.pk}/versions/1/",
        f"/forms/{big.pk}/paper/",
        f"{here}/village/fill/",
        f"{here}/village/file/f2/",
        f"{here}/township/bulk/",
        f"/reports/{asked.pk}/village/counted/f1/",
        "/reports/",
    ):
        page = visit(path, person=head, language="zh-hans", dark="fill" in path)
        assert_accessible(page)
        shoot(page, "zh-" + path.strip("/").replace("/", "-"))
    page = visit(f"/forms/{big.pk}/", person=head, width="desktop")
    assert_accessible(page)
    shoot(page, "form-wide")
