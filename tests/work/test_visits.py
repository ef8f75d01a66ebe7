"""Visits logged once, and the record of duty drawn from the journal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from braid.journal.queries import totals
from braid.kernel.errors import BadInput, NotAllowed
from braid.people.enums import Office
from braid.people.models import Grant, Person
from braid.units.models import Unit
from braid.work.actions import drop_duty_note, log_visit, note_duty, take_back_visit
from braid.work.bindings import binding_meant_by
from braid.work.enums import VisitKind
from braid.work.models import DutyNote, Visit
from braid.work.queries.duty import duty_of, term_began
from tests.clients import client_of, queries_of
from tests.factories import member, person, tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> Unit:
    return tree({"nation": {"village": {}}})["village"]


@pytest.fixture
def head(village: Unit) -> Person:
    return member(village, Office.HEAD, who=person("Li Na"))


def test_a_visit_is_counted_on_its_day_and_taken_back_whole(village: Unit, head: Person, now: datetime) -> None:
    on = timezone.localdate(now) - timedelta(days=3)
    visit = log_visit(village, kind=VisitKind.HOME, people=4, on=on, by=head, at=now)
    call = log_visit(village, kind=VisitKind.PHONE, people=1, on=on, by=head, at=now)
    kinds = ["visit.logged", "visit.home", "visit.people"]
    assert totals(village, kinds, since=on, until=on) == {"visit.logged": 2, "visit.home": 1, "visit.people": 5}
    take_back_visit(visit, by=head, at=now)
    assert Visit.objects.get() == call
    assert totals(village, kinds) == {"visit.logged": 1, "visit.home": 0, "visit.people": 1}


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("How many home visits did you make?", "visit.home"),
        ("入户走访次数", "visit.home"),
        ("走访次数", "visit.logged"),
    ],
)
def test_a_question_about_homes_is_filled_from_visits_at_homes(asked: str, kind: str) -> None:
    found = binding_meant_by([asked])
    assert found
    assert found.kind == kind


def test_a_question_about_households_is_not_filled_from_visits() -> None:
    assert binding_meant_by(["走访户数"]) is None


def test_what_cannot_be_logged(village: Unit, head: Person, now: datetime) -> None:
    today = timezone.localdate(now)
    with pytest.raises(NotAllowed):
        log_visit(village, kind=VisitKind.HOME, people=1, on=today, by=person("stranger"), at=now)
    for wrong in ({"people": 0}, {"people": 10_001}, {"on": today + timedelta(days=1)}):
        with pytest.raises(BadInput) as refusal:
            log_visit(village, kind=VisitKind.HOME, **({"people": 1, "on": today} | wrong), by=head, at=now)
        assert list(refusal.value.fields) == list(wrong)
    visit = log_visit(village, kind=VisitKind.DESK, people=1, on=today, by=head, at=now)
    with pytest.raises(NotAllowed):
        take_back_visit(visit, by=member(village, Office.DEPUTY), at=now)


def test_the_record_counts_her_own_acts_beside_her_notes(village: Unit, head: Person, now: datetime) -> None:
    today = timezone.localdate(now)
    other = member(village, Office.DEPUTY)
    log_visit(village, kind=VisitKind.HOME, people=2, on=today, by=head, at=now)
    log_visit(village, kind=VisitKind.HOME, people=9, on=today, by=other, at=now)
    corrected = note_duty(words="One was my neighbour's.", kind="visit.people", amount=-1, on=today, by=head, at=now)
    added = note_duty(words="Spoke at the school.", on=today, by=head, at=now)
    record = duty_of(head, since=today, until=today)
    assert {line.kind: (line.counted, line.together) for line in record.counts} == {
        "visit.logged": (1, 1),
        "visit.people": (2, 1),
    }
    assert list(record.notes.rows) == [added, corrected]
    assert not record.notes.next_cursor
    first = duty_of(head, since=today, until=today, size=1)
    rest = duty_of(head, since=today, until=today, size=1, cursor=first.notes.next_cursor)
    assert [list(first.notes.rows), list(rest.notes.rows)] == [[added], [corrected]]
    assert rest.counts == record.counts, "what notes come to does not hang on the page they stand on"
    assert [one.unit for one in record.held] == [village]
    assert duty_of(head, since=today - timedelta(days=9), until=today - timedelta(days=1)).counts == ()
    with pytest.raises(NotAllowed):
        drop_duty_note(added, by=other)
    drop_duty_note(added, by=head)
    assert DutyNote.objects.count() == 1


def test_a_note_without_words_or_for_nothing_is_refused(head: Person, now: datetime) -> None:
    with pytest.raises(BadInput) as refusal:
        note_duty(words=" ", amount=0, on=timezone.localdate(now) + timedelta(days=1), by=head, at=now)
    assert set(refusal.value.fields) == {"words", "amount", "on"}


def test_her_record_begins_with_the_office_she_holds(village: Unit, head: Person, now: datetime) -> None:
    today = timezone.localdate(now)
    assert term_began(head, on=today) == head.memberships.get().since
    assert term_began(person("member"), on=today).isoformat() == f"{today.year}-01-01"


def test_a_visit_in_three_taps(village: Unit, head: Person) -> None:
    client = client_of(head)
    page = client.get("/visits/")
    assert page.status_code == 200
    sent = {"kind": "home", **{name: page.context["form"][name].value() for name in ("people", "on", "topic", "unit")}}
    assert client.post("/visits/", sent).status_code == 302
    assert Visit.objects.get().people == 1
    assert "Take back" in client.get("/visits/").content.decode()
    assert client.post(f"/visits/{Visit.objects.get().pk}/take-back/").status_code == 302
    assert not Visit.objects.exists()


def test_the_form_says_what_is_missing(head: Person) -> None:
    page = client_of(head).post("/visits/", {"people": "0"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) >= {"kind", "people"}


def test_who_holds_no_office_is_told_so(village: Unit) -> None:
    page = client_of(member(village)).get("/visits/")
    assert "You hold no office now" in page.content.decode()


def test_the_pages_of_her_record(village: Unit, head: Person, now: datetime) -> None:
    client = client_of(head)
    today = timezone.localdate()
    log_visit(village, kind=VisitKind.PHONE, people=3, on=today, by=head, at=timezone.now())
    assert client.post("/me/duty/", {"words": "A talk.", "amount": "2", "on": today, "kind": ""}).status_code == 302
    page = client.get("/me/duty/").content.decode()
    assert "People met on them" in page
    assert "A talk." in page
    assert "A talk." in client.get("/me/duty/print/").content.decode()
    rows = client.get(f"/me/duty/visit.people/?since={today}&until={today}").context["page"].rows
    assert [row.amount for row in rows] == [3]
    assert client.get("/me/duty/person.erased/").status_code == 404
    assert client.post(f"/me/duty/notes/{DutyNote.objects.get().pk}/drop/").status_code == 302
    assert not DutyNote.objects.exists()


def test_a_committee_member_without_any_grant_keeps_her_record_too(village: Unit, head: Person) -> None:
    hers = member(village, Office.COMMITTEE, who=person("Zhao Min"))
    client, today = client_of(hers), timezone.localdate()
    log_visit(village, kind=VisitKind.HOME, people=7, on=today, by=head, at=timezone.now())
    links = client.get("/today/").content.decode()
    assert "/visits/" in links
    assert "/me/duty/" in links
    said = {"kind": "phone", "people": "3", "topic": "other", "on": today, "unit": village.code}
    for _ in range(2):
        assert client.post("/visits/", said).status_code == 302
    assert client.post(f"/visits/{Visit.objects.order_by('pk').last().pk}/take-back/").status_code == 302
    note = {"words": "Two were counted twice.", "amount": "-2", "on": today, "kind": "visit.people"}
    assert client.post("/me/duty/", note).status_code == 302
    record = client.get("/me/duty/").context["record"]
    assert [(one.kind, one.counted, one.together) for one in record.counts] == [
        ("visit.logged", 1, 1),
        ("visit.people", 3, 1),
    ]
    assert client.post("/me/duty/", {**note, "amount": "-9"}).status_code == 302
    assert client.get("/me/duty/").context["record"].counts[1].together == 0, "nobody did less than nothing"
    for path in ("/me/duty/", "/me/duty/print/"):
        page = client.get(path).content.decode()
        assert "committee member" in page
        assert "Two were counted twice." in page
        assert "Two were counted twice." not in client_of(head).get(path).content.decode()
    assert not Grant.objects.exists()


def test_queries_do_not_grow_with_what_she_did(village: Unit, head: Person, now: datetime) -> None:
    client, counts = client_of(head), []
    for more in (3, 30):
        for _ in range(more):
            log_visit(village, kind=VisitKind.HOME, people=1, on=timezone.localdate(now), by=head, at=now)
            note_duty(words="More.", kind="visit.logged", on=timezone.localdate(now), by=head, at=now)
        counts.append(
            [queries_of(lambda url=url: client.get(url)) for url in ("/visits/", "/me/duty/", "/me/duty/print/")]
        )
    assert counts[0] == counts[1]


@pytest.mark.parametrize("office", [Office.HEAD, Office.COMMITTEE])
def test_her_record_is_a_pdf_too(village: Unit, office: Office) -> None:
    pytest.importorskip("typst")
    head = member(village, office, who=person("Li Na"))
    today = timezone.localdate()
    log_visit(village, kind=VisitKind.PHONE, people=3, on=today, by=head, at=timezone.now())
    note_duty(words="A talk.", on=today, by=head, at=timezone.now())
    answer = client_of(head).get(f"/me/duty/record.pdf?since={today}&until={today}")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
