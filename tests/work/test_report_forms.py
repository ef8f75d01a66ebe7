"""Making forms on the page: registered, asked, checked, put to use, changed in a new version, ended; and in a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput
from braid.kernel.sheets import write_table
from braid.work.actions import add_field, bind_field, change_field, file_report, replace_fields
from braid.work.actions.reports import Filled
from braid.work.bindings import binding_meant_by
from braid.work.enums import FieldKind, RollUp
from braid.work.models import Period, ReportForm
from braid.work.queries.report_forms import newest_version
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories.reports import OPENED, choice, form_draft, number, period, report_form

pytestmark = pytest.mark.django_db

Post = Callable[..., HttpResponseBase]
ENTRY = {
    "title_en": "Work of the month",
    "title_zh_hans": "本月工作",
    "purpose_en": "To plan the next month.",
    "basis_en": "Plan of 2026",
    "every": "month",
    "due_days": "7",
    "minutes": "10",
    "ends_on": "2030-12-31",
}


@pytest.fixture
def head(world: SimpleNamespace) -> Client:
    return client_of(world.heads["county"])


@pytest.fixture
def post(head: Client) -> Post:
    def send(name: str, *args: object, **data: Any) -> HttpResponseBase:
        return head.post(reverse(name, args=args), data)

    return send


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def asked(kind: str = "number", text: str = "How many lessons?", **others: str) -> dict[str, str]:
    return {"kind": kind, "text_en": text, "places": "0", "roll_up": "sum", "is_required": "on", **others}


def test_a_form_is_made_step_by_step(world: SimpleNamespace, head: Client, post: Post) -> None:
    assert post("report_form_new", unit="county", **ENTRY | {"basis_en": ""}).status_code == 422
    assert post("report_form_new", unit="nation", **ENTRY).status_code == 422, "not hers"
    post("report_form_new", unit="county", **ENTRY)
    made = ReportForm.objects.get()
    assert made.title == {"en": "Work of the month", "zh-hans": "本月工作"}
    assert post("form_question_new", made.pk, **asked("choice")).status_code == 422
    post("form_question_new", made.pk, **asked(low="0", high="50", measure="lessons"))
    post("form_question_new", made.pk, **asked("choice", "How did it go?", choices_en="well\nbadly"))
    post("form_question_new", made.pk, **asked("table", "By age", rows_en="young\nold", columns_en="women\nmen"))
    first, second, third = newest_version(made).fields.order_by("place")
    assert (first.low, first.high, second.choices) == (0, 50, [{"en": "well"}, {"en": "badly"}])
    assert third.choices == {"rows": [{"en": "young"}, {"en": "old"}], "columns": [{"en": "women"}, {"en": "men"}]}
    post("form_question_edit", made.pk, first.key, **asked(text="How many lessons were held?"))
    post("form_question_move", made.pk, third.key, up="1")
    assert [each.key for each in newest_version(made).fields.order_by("place")] == ["f1", "f3", "f2"]
    assert post("form_question_edit", made.pk, "f9", **asked()).status_code == 404
    page = text_of(head, "report_form", made.pk)
    assert "How many lessons were held?" in page
    assert ">well</span>" in page
    trial = post("report_form_preview", made.pk, f1="x", f2="0")
    assert trial.status_code == 422
    assert "Write a whole number." in trial.content.decode()
    assert "1 is" not in text_of(head, "report_form_publish", made.pk)
    post("report_form_publish", made.pk)
    made.refresh_from_db()
    assert made.state == "open"
    assert "in use" in text_of(head, "report_form", made.pk)


def test_everybody_reads_what_for_and_on_what_basis_in_her_language(
    world: SimpleNamespace, head: Client, post: Post
) -> None:
    made = report_form(world.county)
    entry = ENTRY | {"every": "once", "purpose_zh_hans": "安排下月工作。", "basis_zh_hans": "2026年计划"}
    assert post("report_form_edit", made.pk, **entry | {"purpose_en": ""}).status_code == 302, "it stands in Chinese"
    assert post("report_form_edit", made.pk, **entry).status_code == 302
    there = period(ReportForm.objects.get()).pk
    key = {"Accept-Language": "zh-hant"}
    for path in (reverse("report_form", args=[made.pk]), reverse("report_fill", args=[there, "village"])):
        assert "To plan the next month." in head.get(path).content.decode()
        page = head.get(path, headers=key).content.decode()
        assert '<span lang="zh-hans">安排下月工作。</span>' in page
        assert "To plan" not in page
    assert "安排下月工作。" in head.get(reverse("report_form_paper", args=[made.pk]), headers=key).content.decode()
    told = head.get("/api/v1/forms", headers={"Accept-Language": "zh-hans"}).json()["rows"][0]
    assert (told["purpose"], told["basis"]) == ("安排下月工作。", "2026年计划")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportForm.objects.update(basis={})


def test_numbers_that_must_fit_together(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = form_draft(world.county)
    post("form_question_new", made.pk, **asked(text="People"))
    post("form_question_new", made.pk, **asked(text="Women"))
    rule = {"left": "f2", "compare": "<=", "right": "f1", "words_en": "There are not more women than people."}
    assert post("form_check_new", made.pk, **rule | {"words_en": ""}).status_code == 422
    post("form_check_new", made.pk, **rule)
    assert "Women ≤ People: There are not more women than people." in text_of(head, "report_form", made.pk)
    tried = post("report_form_preview", made.pk, f1="3", f2="4")
    assert "There are not more women than people." in tried.content.decode()
    post("form_check_remove", made.pk, 0)
    assert newest_version(made).checks == []


def test_checks_with_a_number_a_condition_or_a_demand(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = form_draft(world.county)
    cells = {"rows_en": "young\nold", "columns_en": "women\nmen"}
    post("form_question_new", made.pk, **asked(text="People"))
    post("form_question_new", made.pk, **asked("table", "By age", places="1", **cells) | {"is_required": ""})
    post("form_question_new", made.pk, **asked("choice", "How did it go?", choices_en="well\nbadly"))
    post("form_question_new", made.pk, **asked("text", "What was hard?") | {"is_required": ""})
    said = {"words_en": "Look again."}
    for rule in (
        {"left": "f1", "compare": "="},
        {"left": "f4", "compare": "=", "plus": "3"},
        {"compare": "answered"},
        {"left": "f1", "compare": "<", "plus": "many"},
    ):
        assert post("form_check_new", made.pk, **rule, **said).status_code == 422
    post("form_check_new", made.pk, left="f2", compare="=", right="f1", plus="-1.5", **said)
    post("form_check_new", made.pk, left="f1", compare="<=", plus="1,000", **said)
    post("form_check_new", made.pk, left=["f2", "f4"], compare="answered", right="f1", plus="2", when="f3#1", **said)
    page = text_of(head, "report_form", made.pk)
    assert "By age = People − 1.5: Look again." in page
    assert "People ≤ 1000: Look again." in page
    assert (
        "If “How did it go?” is “badly”: “By age” must be answered, “What was hard?” must be answered: Look again."
        in page
    )
    well, badly = {"f1": "10", "f3": "0"}, {"f1": "10", "f3": "1"}
    table = {"f2_0_0": "8.5"}
    for answers in (
        well,
        well | table,
        badly | table | {"f4": "The way."},
        badly | {"f2_0_0": "8.0", "f2_1_1": "0.5", "f4": "x"},
    ):
        assert post("report_form_preview", made.pk, **answers).status_code == 302, answers
    for answers, key in (
        (well | {"f2_0_0": "8.4"}, "f2_0_0"),
        (well | {"f1": "1001"}, "f1"),
        (badly | {"f4": "The way."}, "f2_0_0"),
        (badly | table, "f4"),
    ):
        tried = post("report_form_preview", made.pk, **answers)
        assert (tried.status_code, tried.context["form"].errors) == (422, {key: ["Look again."]}), answers


def test_a_check_goes_when_its_questions_or_answers_go(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = form_draft(world.county)
    post("form_question_new", made.pk, **asked(text="People"))
    post("form_question_new", made.pk, **asked("choice", "How?", choices_en="well\nso so\nbadly"))
    rule = {"left": "f1", "compare": ">", "plus": "2", "words_en": "More."}
    for when in ("f2#0", "f2#2", "f1>0", ""):
        post("form_check_new", made.pk, when=when, **rule)
    post("form_question_edit", made.pk, "f2", **asked("choice", "How?", choices_en="well\nbadly"))
    assert [check["when"] for check in newest_version(made).checks] == ["f2#0", "f1>0", ""]
    post("form_question_remove", made.pk, "f2")
    assert [check["when"] for check in newest_version(made).checks] == ["f1>0", ""]
    post("form_question_remove", made.pk, "f1")
    assert newest_version(made).checks == []


def test_whom_it_asks(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = form_draft(world.county)
    post("report_form_asked", made.pk, unit="township", reach="unit")
    assert post("report_form_asked", made.pk, unit="province", reach="unit").status_code == 422, "beyond her reach"
    assert "These are 3 units." in text_of(head, "report_form_asked", made.pk)
    whole, one = made.audience.order_by("pk")
    post("report_form_asked_remove", made.pk, whole.pk)
    assert made.audience.get() == one


def test_the_journal_is_proposed_and_bound(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = form_draft(world.county)
    post("form_question_new", made.pk, **asked(text="New members this month", text_zh_hans="本月新增成员"))
    page = text_of(head, "report_form", made.pk)
    assert "The system counts this already" in page
    assert "The system counts this already" in text_of(head, "report_form_publish", made.pk)
    post("form_question_bind", made.pk, "f1")
    question = newest_version(made).fields.get()
    assert question.bound_to == "person.joined"
    assert "The system counts this already" not in text_of(head, "report_form", made.pk)
    assert post("form_question_edit", made.pk, "f1", **asked(bound_to="no.such")).status_code == 422


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("本季度新增成員多少？", "person.joined"),
        ("How many ANSWERS TO SURVEYS came in?", "survey.answered"),
        ("发布通知数", "notice.sent"),
        ("How many hens are kept?", None),
    ],
)
def test_keywords_are_found_in_any_language(text: str, kind: str | None) -> None:
    found = binding_meant_by([text])
    assert (found.kind if found else None) == kind


def test_a_count_that_may_be_hidden_cannot_be_demanded(world: SimpleNamespace) -> None:
    made = form_draft(world.county)
    with pytest.raises(BadInput) as refused:
        report_form(world.county, fields=(number(bound_to="survey.answered"),))
    assert "bound_to" in refused.value.fields
    add_field(made, number("Answers to surveys"), by=OPERATOR, at=OPENED)
    assert not bind_field(made, "f1", by=OPERATOR, at=OPENED).is_required


def test_a_new_version_leaves_old_answers_as_they_were(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = report_form(world.county)
    file_report(period(made), world.village, Filled({"f1": 3}), by=OPERATOR, at=OPENED)
    post("form_question_edit", made.pk, "f1", **asked(text="How many hours?"))
    assert "You have changed the questions." in text_of(head, "report_form", made.pk)
    assert "How many lessons?" in text_of(head, "report_form_version", made.pk, 1)
    post("report_form_publish", made.pk)
    assert "How many hours?" in text_of(head, "report_form_version", made.pk, 2)
    assert "How many lessons?" in text_of(head, "report", Period.objects.get().pk, "village")
    assert head.get(reverse("report_form_version", args=[made.pk, 9])).status_code == 404


def test_it_is_asked_by_hand_closed_and_ended(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = report_form(world.county)
    days = {"first_on": "2026-11-01", "last_on": "2026-11-30", "due_on": "2026-12-07"}
    assert post("period_open", made.pk, **days | {"last_on": "2026-10-01"}).status_code == 422
    post("period_open", made.pk, **days)
    opened = Period.objects.get()
    assert (opened.first_on, opened.due_on) == (date(2026, 11, 1), date(2026, 12, 7))
    assert post("period_open", made.pk, **days).status_code == 422, "once for the same days"
    post("period_close", opened.pk)
    opened.refresh_from_db()
    assert opened.closed_at
    post("report_form_end", made.pk)
    assert "ended" in text_of(head, "report_form", made.pk)
    assert post("report_form_delete", made.pk).status_code == 409


def test_the_register_is_paged_and_its_queries_do_not_grow(world: SimpleNamespace, head: Client) -> None:
    for _ in range(3):
        report_form(world.county)
    report_form(world.other)
    page = text_of(head, "report_forms")
    assert page.count("Lessons") == 3
    few = queries_of(lambda: text_of(head, "report_forms"))
    for _ in range(27):
        form_draft(world.township)
    assert queries_of(lambda: text_of(head, "report_forms")) == few
    assert "cursor=" in text_of(head, "report_forms")
    assert "Lessons" not in text_of(head, "report_forms", unit="village")
    assert client_of(factories.person()).get(reverse("report_forms")).status_code == 403


def test_the_page_of_a_form_takes_the_same_queries_however_long_it_is(world: SimpleNamespace, head: Client) -> None:
    short, long = report_form(world.county), report_form(world.county, fields=tuple(number() for _ in range(30)))
    text_of(head, "report_form", short.pk)
    few = queries_of(lambda: text_of(head, "report_form", short.pk))
    assert queries_of(lambda: text_of(head, "report_form", long.pk)) == few


QUESTIONS = (
    number("How many?", low=-5, high=100, measure="people", roll_up=RollUp.MAX),
    number("How much?", places=2, is_required=False),
    choice("=How did it go?", "well", "badly"),
    number("New members", bound_to="person.joined"),
)


def sheet_of(client: Client, form: ReportForm, kind: str = "xlsx") -> list[list[str]]:
    body = client.get(reverse("form_questions_file", args=[form.pk]), {"form": kind}).getvalue()
    return [
        [str(cell) for cell in row]
        for row in CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    ]


def brought(tmp_path: Path, rows: list[list[str]], name: str = "q.csv") -> SimpleUploadedFile:
    path = tmp_path / name
    write_table(path, rows[0], [[cell.removeprefix("'") for cell in row] for row in rows[1:]])
    return SimpleUploadedFile(name, path.read_bytes())


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_questions_go_to_a_spreadsheet_and_back(
    world: SimpleNamespace, head: Client, post: Post, tmp_path: Path, language: str
) -> None:
    made = report_form(world.county, fields=QUESTIONS)
    before = [_said(each) for each in newest_version(made).fields.order_by("place")]
    head.cookies["django_language"] = language
    rows = sheet_of(head, made)
    assert post("form_questions_import", made.pk, file=brought(tmp_path, rows)).status_code == 302
    version = newest_version(made)
    assert version.number == 2
    assert [_said(each) for each in version.fields.order_by("place")] == before


def _said(question: Any) -> tuple[Any, ...]:
    names = ("key", "kind", "text", "is_required", "measure", "places", "low", "high", "roll_up", "choices", "bound_to")
    return tuple(getattr(question, name) for name in names)


def test_a_table_with_a_bad_cell_changes_nothing_and_says_where(
    world: SimpleNamespace, head: Client, post: Post, tmp_path: Path
) -> None:
    made = report_form(world.county, fields=QUESTIONS)
    rows = sheet_of(head, made)
    titles = rows[0]
    new = [""] * len(titles)
    new[titles.index("kind")], new[titles.index("question (English)")] = "number", "How old?"
    wrong = list(new)
    wrong[titles.index("kind")], wrong[titles.index("lowest")] = "shoe", "1"
    answer = post("form_questions_import", made.pk, file=brought(tmp_path, [*rows, new, wrong]))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Nothing was taken over." in page
    assert ">Line 7<" in page
    assert ">kind<" in page
    assert "shoe" in page
    assert newest_version(made).number == 1
    swapped = [rows[0], rows[2], new, rows[1]]
    post("form_questions_import", made.pk, file=brought(tmp_path, swapped))
    assert [each.key for each in newest_version(made).fields.order_by("place")] == ["f2", "f5", "f1"]
    assert post("form_questions_import", made.pk, file=SimpleUploadedFile("x.csv", b"a,b\n1,2\n")).status_code == 422


def test_titles_with_brackets_of_either_width_are_known_and_others_named(
    world: SimpleNamespace, head: Client, post: Post
) -> None:
    made = report_form(world.county)
    head.cookies["django_language"] = "zh-hans"
    assert "题目（简体中文）" in sheet_of(head, made)[0]
    for place, title in enumerate(("题目（简体中文）", "题目 (简体中文)", "题目(简体中文)")):
        file = SimpleUploadedFile("q.csv", f"类型,{title},备注\n数字,第{place}题,x\n".encode())
        answer = post("form_questions_import", made.pk, file=file)
        (question,) = newest_version(made).fields.all()
        assert question.text == {"zh-hans": f"第{place}题"}
        assert "这里用不到的列：备注" in head.get(answer.headers["Location"]).content.decode()


def test_a_question_keeps_its_kind_in_a_table_too(world: SimpleNamespace) -> None:
    made = report_form(world.county)
    with pytest.raises(BadInput):
        replace_fields(made, [("f1", choice())], by=OPERATOR, at=OPENED)
    with pytest.raises(BadInput):
        change_field(made, "f1", choice(), by=OPERATOR, at=OPENED)
    assert newest_version(made).fields.get(key="f1").kind == FieldKind.NUMBER


def test_what_cannot_be_kept_is_refused_in_words(world: SimpleNamespace) -> None:
    for plan, place in ((number("x" * 301), "text"), (number(low=-(10**16)), "low"), (number(high=10**16), "high")):
        with pytest.raises(BadInput) as refused:
            report_form(world.county, fields=(plan,))
        assert set(refused.value.fields) == {place}


def test_it_is_printed_and_made_a_pdf(world: SimpleNamespace, head: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("typst")
    made = report_form(world.county, fields=QUESTIONS, title={"zh-hans": "本月工作", "en": "Work"})
    assert "How many?" in text_of(head, "report_form_paper", made.pk)
    answer = head.get(reverse("report_form_pdf", args=[made.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    monkeypatch.setattr("braid.work.views.paper.can_make_pdf", lambda: False)
    assert "This machine cannot make PDF files." in text_of(head, "report_form_paper", made.pk)
    assert head.get(reverse("report_form_pdf", args=[made.pk])).status_code == 404


def test_strangers_and_those_below(world: SimpleNamespace, head: Client) -> None:
    made = report_form(world.county)
    for person in (factories.person(), world.heads["village"], world.heads["other"]):
        assert client_of(person).get(reverse("report_form", args=[made.pk])).status_code == 404
    liaison = client_of(world.liaisons["county"])
    assert liaison.get(reverse("report_form", args=[made.pk])).status_code == 200
    assert liaison.get(reverse("report_form_edit", args=[made.pk])).status_code == 403


def test_after_its_last_day_nobody_asks_it_by_hand(world: SimpleNamespace, head: Client, post: Post) -> None:
    made = report_form(world.county)
    days = {"first_on": "2026-10-01", "last_on": "2026-10-31", "due_on": "2026-12-15"}
    ReportForm.objects.update(ends_on=date(2026, 11, 28))
    page = text_of(head, "report_form", made.pk)
    assert "The last day of this form is over." in page
    assert "Ask it now" not in page
    assert post("period_open", made.pk, **days).status_code == 409
    ReportForm.objects.update(ends_on=timezone.localdate())
    assert "Ask it now" in text_of(head, "report_form", made.pk)
    assert post("period_open", made.pk, **days).status_code == 302
