"""Pages of the burden meter and of complaints."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from braid.contact.models import Audience
from braid.insight.ground.burden import COLUMNS
from braid.insight.queries.branches import branches_of
from braid.kernel.access import OPERATOR
from braid.people.enums import Office
from braid.people.models import Person
from braid.units.models import Level
from braid.work.actions import add_field, answer_complaint, complain, note_minutes
from braid.work.enums import Grievance, Verdict
from braid.work.models import Budget, Complaint, DirectiveRule, ReportFormRule
from tests import factories
from tests.factories import directive_rows
from tests.factories.reports import form_draft, number

from .test_complaints import overseer

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Any:
    return timezone.now()


@pytest.fixture
def levels(db: None) -> None:
    for level, name in enumerate(("Nation", "Province", "County", "Township", "Village"), start=1):
        Level.objects.create(number=level, name=name)


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def page(person: Person, path: str, status: int = 200) -> str:
    answer = client_of(person).get(path)
    assert answer.status_code == status, answer.content[:2_000]
    return answer.content.decode()


def test_both_sides_open_the_page_of_a_unit(world: SimpleNamespace, levels: None, now: Any) -> None:
    directive_rows.directive(world.county, sent_at=now, minutes=300, over_budget_why="After the flood.")
    for reader in (world.heads["village"], world.liaisons["village"], world.heads["county"], world.heads["nation"]):
        body = page(reader, "/burden/village/")
        assert "300 of 240 minutes" in body
        assert "After the flood." in body
    assert "Complain about it" in page(world.liaisons["village"], "/burden/village/")
    page(world.heads["other"], "/burden/village/", 404)
    assert "Count the wells" in page(world.heads["county"], "/burden/county/")
    assert "Nothing was asked" in page(world.heads["village"], "/burden/village/?month=2025-01")
    page(world.heads["village"], "/burden/village/?month=2999-01", 422)


def test_the_view_of_a_subtree_leads_to_the_units_over_budget(world: SimpleNamespace, levels: None, now: Any) -> None:
    directive_rows.directive(world.nation, DirectiveRule(unit=world.county), sent_at=now, minutes=300)
    head = world.heads["province"]
    body = page(head, "/burden/province/below/")
    assert "/burden/province/over/?month=" in body
    assert "Who asks most" in body
    assert "village" in page(head, "/burden/province/over/?level=5")
    assert "No unit is over its budget" in page(head, "/burden/province/over/?level=2")
    page(head, "/burden/province/over/?level=x", 422)
    for part in ("same-questions", "forms"):
        page(head, f"/burden/province/{part}/")


def test_both_forms_stand_side_by_side(world: SimpleNamespace) -> None:
    factories.report_form(world.nation, title={"en": "School"}, fields=(number("How many lessons were held?"),))
    factories.report_form(world.province, title={"en": "Training"}, fields=(number("Number of lessons held"),))
    body = page(world.heads["nation"], "/burden/nation/same-questions/")
    assert all(text in body for text in ("School", "Training", "How many lessons", "Number of lessons"))


def test_a_head_sets_budgets_of_her_levels(world: SimpleNamespace, levels: None) -> None:
    client = client_of(world.heads["county"])
    assert client.get("/burden/county/budgets/").status_code == 200
    given = {"level_3": "", "level_4": "", "level_5": "120"}
    assert client.post("/burden/county/budgets/", given).status_code == 302
    assert list(Budget.objects.values_list("level", "minutes")) == [(5, 120)]
    assert client.post("/burden/county/budgets/", given | {"level_5": "241"}).status_code == 422


def test_the_sender_sees_whom_a_notice_burdens(world: SimpleNamespace, levels: None, now: Any) -> None:
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), sent_at=now, minutes=240)
    draft = factories.notice(world.county, Audience(unit=world.county), sent_at=None, body="字" * 600)
    body = page(world.heads["county"], f"/notices/{draft.pk}/send/")
    assert "It takes each unit 3 minutes" in body
    assert "It puts 1 unit over its budget of time." in body
    assert f"/burden/effect-of/notice/{draft.pk}/" in body
    effect = page(world.heads["county"], f"/burden/effect-of/notice/{draft.pk}/")
    assert "village" in effect
    assert f'href="/notices/{draft.pk}/send/"' in effect, "she finds back to where it is sent from"


def test_asking_more_units_shows_the_effect_first(world: SimpleNamespace, levels: None, now: Any) -> None:
    made = factories.report_form(world.nation, ReportFormRule(unit=world.other, is_subtree=False), minutes=100)
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), sent_at=now, minutes=200)
    client, address = client_of(world.heads["nation"]), f"/forms/{made.pk}/asked/"
    said = {"unit": "township", "reach": "subtree", "levels": [str(world.village.level)]}
    answer = client.post(address, said)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "It puts 1 unit over its budget of time." in body
    link = f"/burden/effect-of/form/{made.pk}/?unit=township&amp;reach=subtree&amp;levels={world.village.level}"
    assert link in body
    assert "village" in page(world.heads["nation"], link.replace("&amp;", "&"))
    assert made.audience.count() == 1
    assert client.post(address, {**said, "over_budget_why": "The census."}).status_code == 302
    assert made.audience.count() == 2
    assert client.post(address, {"unit": "county", "reach": "unit"}).status_code == 302, "within its budget"


def test_more_minutes_of_a_form_in_use_show_the_effect_first(world: SimpleNamespace, levels: None, now: Any) -> None:
    rule = ReportFormRule(unit=world.township, levels=1 << world.village.level)
    made = factories.report_form(world.nation, rule, minutes=100)
    client, address = client_of(world.heads["nation"]), f"/forms/{made.pk}/edit/"
    assert "over_budget_why" not in client.get(address).content.decode()
    said = {f"{name}_en": getattr(made, name)["en"] for name in ("title", "purpose", "basis")}
    said |= {"every": made.every, "due_days": made.due_days, "ends_on": made.ends_on.isoformat()}
    answer = client.post(address, {**said, "minutes": 300})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "It takes each unit 300 minutes" in body
    assert "It puts 1 unit over its budget of time." in body
    assert "Why may it take more time than their budget?" in body
    link = f"/burden/effect-of/form/{made.pk}/?minutes=300"
    assert link in body
    assert "village" in page(world.heads["nation"], link)
    assert "village" not in page(world.heads["nation"], link.replace("300", "200")), "it is within its budget"
    assert client.post(address, {**said, "minutes": 300, "over_budget_why": "The census."}).status_code == 302
    made.refresh_from_db()
    assert (made.minutes, made.over_budget_why) == (300, "The census.")
    body = client.post(address, {**said, "minutes": 301, "over_budget_why": ""}).content.decode()
    assert "The census." not in body, "she took it away"
    assert client.post(address, {**said, "minutes": 200}).status_code == 302, "less needs no reason"


def test_passing_on_shows_the_effect_first(world: SimpleNamespace, levels: None, now: Any) -> None:
    alone = DirectiveRule(unit=world.county, is_subtree=False)
    sent_at, due_on = now - timedelta(days=2), timezone.localdate(now) + timedelta(days=20)
    made = factories.directive(world.province, alone, sent_at=sent_at, due_on=due_on, minutes=300)
    client, address = client_of(world.heads["county"]), f"/directives/{made.pk}/at/county/pass/"
    assert "over_budget_why" not in client.get(address).content.decode()
    said = {
        "due_on": due_on.isoformat(),
        "levels": [world.village.level],
        "units": [world.township.pk],
        "note": "Ours.",
    }
    answer = client.post(address, said)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "It takes each unit 300 minutes" in body
    assert "It puts 1 unit over its budget of time." in body
    assert "Why may it take more time than their budget?" in body
    link = f"{address}effect/?levels={world.village.level}&amp;units={world.township.pk}"
    assert link in body
    effect = page(world.heads["county"], link.replace("&amp;", "&"))
    assert "village" in effect
    assert "township" not in effect, "it is within its budget"
    assert f'href="{address}"' in effect, "she finds back"
    page(world.heads["county"], f"{address}effect/", 404)
    assert not made.passings.exists()
    assert client.post(address, {**said, "over_budget_why": "The river rises."}).status_code == 302
    assert made.passings.get().over_budget_why == "The river rises."
    factories.directives.count(now)
    for reader in (world.liaisons["village"], world.heads["county"]):
        for where in (f"/directives/{made.pk}/at/village/", "/burden/village/"):
            assert "The river rises." in page(reader, where)
    lines = client.get("/burden/village/file/").getvalue().decode()
    assert ",county,county,300,300,,The river rises." in lines
    things = client.get("/api/v1/burden/village").json()["things"]
    assert [each["over_budget_why"] for each in things] == ["The river rises."]
    assert client.post(address, {**said, "note": ""}).status_code == 302, "it asks nothing more of them"


def test_what_the_last_one_took_is_offered_while_a_draft_is_changed(world: SimpleNamespace, levels: None) -> None:
    before = factories.report_form(world.nation, title={"en": "Lessons held in 2026"})
    note_minutes([(None, minutes) for minutes in (5, 5, 5, 7, 1_200, 9, 9, 30, 30, 8)], form=before)
    said = "really took about 8 minutes, say 10 units."
    draft, other = (
        form_draft(world.nation, title={"zh-hans": "课", "en": title}) for title in ("Lessons held", "Wells")
    )
    add_field(draft, number(), by=OPERATOR, at=timezone.now())
    sent = directive_rows.directive(world.nation, title="Lessons held", sent_at=None)
    head = world.heads["nation"]
    addresses = [f"/forms/{draft.pk}/edit/", f"/forms/{draft.pk}/publish/"]
    addresses += [f"/directives/{sent.pk}/edit/", f"/directives/{sent.pk}/send/"]
    for address in addresses:
        assert said in page(head, address)
    assert said not in page(head, f"/forms/{other.pk}/edit/")
    new = client_of(head).post(
        "/directives/new/?unit=nation", {"unit": "nation", "title": "Lessons held", "minutes": "2"}
    )
    assert new.status_code == 422
    assert said in new.content.decode()


def test_what_units_say_counts_and_the_pages_say_so(world: SimpleNamespace, levels: None, now: Any) -> None:
    directive = directive_rows.directive(world.county, sent_at=now, minutes=20)
    form = factories.period(factories.report_form(world.county, minutes=15), at=now).form
    note_minutes([(None, 35)] * 34, directive=directive)
    note_minutes([(None, 4_000)] * 10, form=form)
    said = "34 units say 35, and that counts"
    body = page(world.liaisons["village"], "/burden/village/")
    assert "635 of 240 minutes" in body
    assert f"estimated 20 minutes · {said}" in body
    assert "estimated 15 minutes · 10 units say 600 or more" in body
    for address in (f"/directives/{directive.pk}/", f"/directives/{directive.pk}/at/village/"):
        assert f"About 20 minutes of work for one unit · {said}" in page(world.liaisons["village"], address)
    assert "15 minutes · 10 units say 600 or more" in page(world.heads["county"], f"/forms/{form.pk}/")
    lines = client_of(world.heads["county"]).get("/burden/village/file/").getvalue().decode()
    assert ",county,county,35,20,35," in lines
    things = {
        each["kind"]: each for each in client_of(world.heads["county"]).get("/api/v1/burden/village").json()["things"]
    }
    assert [things["directive"][name] for name in ("minutes", "estimated_minutes", "took")] == [35, 20, 35]
    due_on = timezone.localdate() + timedelta(days=9)
    again = directive_rows.directive(world.county, sent_at=None, minutes=20, due_on=due_on)
    sending = page(world.heads["county"], f"/directives/{again.pk}/send/")
    assert "It takes each unit 35 minutes" in sending
    assert "This counts in the burden meter, and not the estimate" in sending
    why = {"over_budget_why": "The flood."}
    assert client_of(world.heads["county"]).post(f"/directives/{again.pk}/send/", why).status_code == 302
    shown = page(world.heads["county"], f"/directives/{again.pk}/")
    assert "the last one like it took 35, and that counts" in shown


def test_the_tables_are_files(world: SimpleNamespace, levels: None, now: Any) -> None:
    directive_rows.directive(world.nation, title="=cmd()", sent_at=now, minutes=300, over_budget_why="=1+1")
    head = client_of(world.heads["county"])
    lines = head.get("/burden/county/file/").getvalue().decode().splitlines()
    day = timezone.localdate(now).isoformat()
    assert lines[1:] == [f"{day},directive,'=cmd(),nation,nation,300,300,,'=1+1"]
    lines = head.get("/burden/county/below/file/?month=2025-01").getvalue().decode().splitlines()
    assert lines[1:] == ["County,1,0,0", "Township,1,0,0", "Village,1,0,0"]
    answer = head.get("/burden/county/below/file/", {"form": "xlsx"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0)
    assert sheet.to_python()[3] == ["Village", "1", "1", "300"]
    for name in ("file", "below/file"):
        assert f"/burden/county/{name}/" in page(world.heads["county"], f"/burden/county/{name.removesuffix('file')}")
        page(world.heads["other"], f"/burden/county/{name}/", 404)


def test_the_subtree_says_how_many_are_over_their_time(world: SimpleNamespace, levels: None, now: Any) -> None:
    directive_rows.directive(world.nation, DirectiveRule(unit=world.village), sent_at=now, minutes=241)
    table = client_of(world.heads["province"]).get("/subtree/province/").context["table"]
    place = [column.name for column in table.columns].index("burden")
    found = {line.row.unit.code: (line.cells[place].value, line.cells[place].href) for line in table.lines}
    assert found == {"county": (1, "/burden/county/over/"), "other": (0, "")}
    assert (table.own.cells[place].value, table.together.cells[place].value) == (0, 1)
    page_sorted = client_of(world.heads["province"]).get("/subtree/province/?sort=burden&down=0")
    assert [line.row.unit.code for line in page_sorted.context["table"].lines] == ["county", "other"], (
        "nobody is ranked by it"
    )
    plain = page(world.heads["province"], "/subtree/province/")
    assert "sort=people" in plain
    assert "sort=burden" not in plain
    member = factories.member(world.province, Office.COMMITTEE)
    (column,) = COLUMNS
    cells = column.cells(branches_of(member, world.province, at=now))
    assert {cell.value for cell in cells} == {None}, "she sees the work of one unit, not that of all below"


def test_the_effect_of_a_form(world: SimpleNamespace, levels: None) -> None:
    made = form_draft(world.county, minutes=241)
    assert "village" in page(world.heads["county"], f"/burden/effect-of/form/{made.pk}/")
    page(world.heads["other"], f"/burden/effect-of/form/{made.pk}/", 404)
    page(world.heads["county"], f"/burden/effect-of/story/{made.pk}/", 404)


def test_a_complaint_from_tap_to_answer(world: SimpleNamespace, now: Any) -> None:
    who = overseer(world.province)
    directive = directive_rows.directive(world.county, sent_at=now)
    her = client_of(world.liaisons["village"])
    address = f"/complaints/new/directive/{directive.pk}/village/"
    assert "Somebody independent at province hears it, not county." in her.get(address).content.decode()
    assert her.post(address, {"about": "too_much", "words": ""}).status_code == 422
    assert her.post(address, {"about": "too_much", "words": "Two days of walking."}).status_code == 302
    made = Complaint.objects.get()
    assert "Answer the complaint" in page(who, "/today/")
    assert "Two days of walking." in page(who, f"/complaints/{made.pk}/")
    assert "Count the wells" in page(who, "/complaints/heard/")
    answer = client_of(who).post(f"/complaints/{made.pk}/answer/", {"verdict": "right", "answer": "It is withdrawn."})
    assert answer.status_code == 302
    assert "Your complaint was answered" in page(world.liaisons["village"], "/today/")
    assert "It is withdrawn." in her.get(f"/complaints/{made.pk}/").content.decode()
    assert "Your complaint was answered" not in page(world.liaisons["village"], "/today/")
    told = page(world.heads["county"], "/complaints/about/county/")
    assert "It is withdrawn." in told
    assert "Two days" not in told
    assert "Count the wells" in page(who, "/complaints/heard/?show=answered")


def test_nothing_is_promised_while_nobody_hears(world: SimpleNamespace, now: Any) -> None:
    directive = directive_rows.directive(world.county, sent_at=now)
    her = client_of(world.liaisons["village"])
    address = f"/complaints/new/directive/{directive.pk}/village/"
    before = her.get(address).content.decode()
    assert "Nobody hears complaints yet." in before
    assert "You get an answer within" not in before
    kept = her.post(address, {"about": "too_much", "words": "Two days of walking."}, follow=True).content.decode()
    assert "It waits until somebody independent is named" in kept
    assert "Sent to whoever hears complaints." not in kept


def test_she_takes_it_back(world: SimpleNamespace, now: Any) -> None:
    overseer(world.province)
    directive = directive_rows.directive(world.county, sent_at=now)
    her = world.liaisons["village"]
    made = complain(directive, unit=world.village, about=Grievance.OTHER, words="Hm.", by=her, at=now)
    assert client_of(her).post(f"/complaints/{made.pk}/take-back/").status_code == 302
    assert "taken back" in page(her, "/complaints/")


def test_lists_take_a_fixed_number_of_queries(world: SimpleNamespace, levels: None, now: Any) -> None:
    who = overseer(world.province)
    head, her = world.heads["province"], world.liaisons["village"]

    def fill(number: int) -> None:
        for _ in range(number):
            directive = directive_rows.directive(world.county, sent_at=now, minutes=1)
            directive_rows.passing(directive, world.township, at=now, over_budget_why="Harvest.")
            factories.notice(world.province, sent_at=now - timedelta(minutes=1))
            made = complain(directive, unit=world.village, about=Grievance.OTHER, words="Hm.", by=her, at=now)
            answered = complain(
                directive, unit=world.village, about=Grievance.OTHER, words="Hm.", by=world.heads["village"], at=now
            )
            answer_complaint(answered, verdict=Verdict.NOT, answer="No.", by=Person.objects.get(pk=who.pk), at=now)
            assert made.pk

    def queries(person: Person, path: str) -> int:
        client = client_of(person)
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    pages = [
        (her, "/burden/village/"),
        (head, "/burden/province/below/"),
        (head, "/burden/province/over/"),
        (her, "/complaints/"),
        (who, "/complaints/heard/"),
        (world.heads["county"], "/complaints/about/county/"),
        (who, "/today/"),
    ]
    fill(3)
    few = [queries(*each) for each in pages]
    fill(27)
    assert [queries(*each) for each in pages] == few
