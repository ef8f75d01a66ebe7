"""Reports in a real browser at 360 px: found, filled in and filed in few taps; without a connection, too; the form being made."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from braid.kernel.files import path_of, prove
from braid.kernel.ledger import Strand, record
from braid.kernel.models import StoredFile
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.actions import FieldPlan, Filled, save_draft
from braid.work.enums import FieldKind
from braid.work.models import Period, Report, ReportForm
from tests.factories import member, person, tree
from tests.factories.files import PDF, picture_bytes
from tests.factories.reports import choice, number, period, report_form

from .conftest import Visit, assert_accessible, assert_accessible_at_night
from .test_notices import shoot
from .test_offline import left_once_online, marked, settled, waiting

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
FILES = "Array.from(document.querySelector('input[type=file]').files, (file) => file.name)"
"""The names of the files that stand in the form of a page."""
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
    assert left_once_online(page) == 0
    page.goto("/reports/")
    expect(page.get_by_role("link", name="1 waiting to send")).to_be_hidden()
    expect(page.get_by_text("Reported lately")).to_be_visible()
    assert Report.objects.get().values == {"f1": 3, "f2": 1, "f3": 12, "f4": 0}


def test_a_file_answered_offline_arrives_as_it_was_chosen(
    visit: Visit, officer: Person, units: dict[str, Unit], tmp_path: Path
) -> None:
    asking, chosen = _with_file(units), _paper(tmp_path)
    page = settled(visit("/today/", person=officer, worker=True))
    _fill_offline(page, asking, chosen, "Report it")
    item = page.locator("[data-waiting-list] > li")
    expect(item.get_by_text("waiting to send")).to_be_visible()
    expect(item.get_by_text("receipt.pdf")).to_be_visible()
    expect(item.get_by_label("What you wrote")).to_have_value("7")
    assert_accessible(page)
    shoot(page, "offline-file-waiting")
    page.goto(_address(asking))
    assert _files_in(page) == ["receipt.pdf"]
    page.get_by_label("2. People").fill("8")
    page.get_by_role("button", name="Report it").click()
    expect(item).to_have_count(1)
    assert not Report.objects.exists()

    assert left_once_online(page) == 0
    report, kept = Report.objects.get(), StoredFile.objects.get()
    assert (report.state, report.values) == ("filed", {"f1": kept.pk, "f2": 8})
    assert kept.name == "receipt.pdf"
    assert path_of(kept.digest).read_bytes() == chosen.read_bytes()


def test_a_picture_taken_offline_arrives_as_the_one_that_was_taken(
    visit: Visit, officer: Person, units: dict[str, Unit], tmp_path: Path
) -> None:
    asking, chosen = _with_file(units), tmp_path / "lantern.png"
    chosen.write_bytes(picture_bytes("PNG", (40, 30)))
    page = settled(visit("/today/", person=officer, worker=True))
    _fill_offline(page, asking, chosen, "Keep it for later")
    assert left_once_online(page) == 0
    kept = StoredFile.objects.get()
    assert Report.objects.get().values == {"f1": kept.pk, "f2": 7}
    assert kept.digest == _digest_here(chosen), "a picture is made anew, from the very same bytes"
    page.goto(_address(asking))
    expect(page.get_by_role("link", name="The file that was chosen")).to_be_visible()
    expect(page.get_by_text(kept.name)).to_be_visible()
    assert_accessible(page)
    shoot(page, "report-file-chosen")
    page.context.set_offline(True)
    page.reload()
    page.get_by_label("Leave this file out").check()
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")
    page.goto(_address(asking))
    expect(page.get_by_label("Leave this file out")).to_be_checked()
    assert left_once_online(page) == 0
    assert Report.objects.get().values == {"f2": 7}


def test_a_file_that_was_refused_is_still_there_to_be_sent(
    visit: Visit, officer: Person, units: dict[str, Unit], tmp_path: Path
) -> None:
    asking, chosen = _with_file(units), _paper(tmp_path)
    page = settled(visit("/today/", person=officer, worker=True))
    _fill_offline(page, asking, chosen, "Report it")
    deputy = member(units["village"], Office.DEPUTY, who=person("Li Na"))
    save_draft(asking, units["village"], Filled({"f2": 3}), seen=None, by=deputy, at=timezone.now())
    connections.close_all()
    assert left_once_online(page) == 1
    page.goto("/today/")
    page.get_by_role("link", name="1 could not be sent: please look").click()
    expect(page.get_by_text("somebody may have changed it meanwhile")).to_be_visible()
    expect(page.get_by_text("receipt.pdf")).to_be_visible()
    assert not StoredFile.objects.exists(), "the device has it"
    page.goto(_address(asking))
    expect(page.get_by_label("2. People")).to_have_value("7")
    assert _files_in(page) == ["receipt.pdf"]
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("heading", name="How it is now")).to_be_visible()
    expect(page.get_by_role("link", name="The file that was chosen")).to_be_visible()
    assert Report.objects.get().values == {"f2": 3}
    marked(page)
    page.get_by_role("button", name="Report it").click()
    expect(page.locator("#messages")).to_contain_text("Reported.")
    kept = StoredFile.objects.get()
    assert Report.objects.get().values == {"f1": kept.pk, "f2": 7}
    assert path_of(kept.digest).read_bytes() == chosen.read_bytes()
    expect(page.get_by_text("could not be sent")).to_be_hidden()


def test_an_old_browser_says_that_the_file_waits(
    visit: Visit, officer: Person, units: dict[str, Unit], tmp_path: Path
) -> None:
    asking = _with_file(units)
    page = settled(visit("/today/", person=officer, worker=True))
    page.context.add_init_script("delete window.DataTransfer;")
    _fill_offline(page, asking, _paper(tmp_path), "Report it")
    page.goto(_address(asking))
    expect(page.get_by_label("2. People")).to_have_value("7")
    expect(page.get_by_text("receipt.pdf is kept on this device and waits to be sent.")).to_be_visible()
    assert_accessible(page)


def test_a_device_without_room_says_so_and_all_stays_on_the_page(
    visit: Visit, officer: Person, units: dict[str, Unit], tmp_path: Path, live_server: LiveServer
) -> None:
    asking = _with_file(units)
    page = settled(visit("/today/", person=officer, worker=True))
    page.goto(_address(asking))
    tools = page.context.new_cdp_session(page)
    tools.send("Storage.overrideQuotaForOrigin", {"origin": live_server.url, "quotaSize": 1})
    page.goto("/reports/")  # no copy of it can be kept, and it is shown
    expect(page.get_by_role("heading", level=1)).to_have_text("Reports due")
    (worker,) = page.context.service_workers
    worker.evaluate("void (braidQueue.put = () => Promise.reject(new DOMException('', 'QuotaExceededError')))")
    _write_offline(page, asking, _paper(tmp_path), "Report it")
    words = page.get_by_role("alert").filter(has_text="This was neither sent nor kept")
    expect(words).to_be_focused()
    expect(page.get_by_label("2. People")).to_have_value("7")
    assert page.evaluate(FILES) == ["receipt.pdf"]
    assert waiting(page) == 0
    assert_accessible(page)
    shoot(page, "offline-no-room")


def _with_file(units: dict[str, Unit]) -> Period:
    return period(report_form(units["county"], fields=(FILE, number("People", low=0))), due_on=date(2030, 1, 4))


def _address(asking: Period) -> str:
    return f"/reports/{asking.pk}/village/fill/"


def _paper(folder: Path) -> Path:
    """A file that is kept as it is, so that its bytes can be compared."""
    chosen = folder / "receipt.pdf"
    chosen.write_bytes(PDF)
    return chosen


def _fill_offline(page: Page, asking: Period, chosen: Path, button: str) -> None:
    _write_offline(page, asking, chosen, button)
    expect(page.get_by_role("heading", level=1)).to_have_text("Without a connection")


def _write_offline(page: Page, asking: Period, chosen: Path, button: str) -> None:
    page.goto(_address(asking))
    page.context.set_offline(True)
    page.reload()
    page.get_by_label("1. A picture").set_input_files(chosen)
    page.get_by_label("2. People").fill("7")
    marked(page)
    page.get_by_role("button", name=button).click()


def _files_in(page: Page) -> list[str]:
    """The files that stand in the form, once the page has filled it again."""
    expect(page.get_by_text("You see what you wrote on this device.")).to_be_visible()
    names: list[str] = page.evaluate(FILES)
    return names


def _digest_here(chosen: Path) -> str:
    return hashlib.sha256(prove(SimpleUploadedFile(chosen.name, chosen.read_bytes())).data).hexdigest()


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
    assert left_once_online(page) == 1
    page.goto("/today/")
    page.get_by_role("link", name="1 could not be sent: please look").click()
    page.goto(address)
    expect(page.get_by_label("3. Lessons held")).to_have_value("12")
    page.get_by_role("button", name="Report it").click()
    expect(page.locator(".error-summary").get_by_text("Somebody changed this report meanwhile.")).to_be_visible()
    expect(page.get_by_role("heading", name="How it is now")).to_be_visible()
    assert Report.objects.get().values == {"f3": 7}
    assert_accessible(page)
    marked(page)
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
    page.get_by_label("What the answers are for · English").fill("To plan the next month.")
    page.get_by_label("Legal or other basis · English").fill("Plan of 2026, no. 4")
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
