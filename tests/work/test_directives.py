"""Directives: written, read by a second person, sent, undone, corrected, closed, withdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from braid.contact.actions import set_review_rule
from braid.contact.enums import UNDO_WINDOW
from braid.insight.ground.directives import waiting_of_directive_sender
from braid.journal.models import Entry
from braid.kernel.access import OPERATOR
from braid.kernel.errors import BadInput, NotAllowed, WrongState
from braid.kernel.outbox import run_due
from braid.people.enums import Office, Role
from braid.people.models import Grant, Person
from braid.work.actions import (
    add_receivers,
    agree_to_directive,
    ask_directive_review,
    change_directive,
    close_directive,
    correct_directive,
    delete_directive_draft,
    draft_directive,
    freeze_rollups,
    open_handling,
    remove_receivers,
    return_directive_draft,
    send_directive,
    undo_directive,
    withdraw_directive,
)
from braid.work.enums import DirectiveState
from braid.work.models import Directive, DirectiveRule, Period, ReportForm, Rollup
from braid.work.queries.directive_inbox import find_directives_of, older_directives_of, open_directives_of
from braid.work.queries.directive_reviews import seal_of_directive
from tests import factories
from tests.clients import client_of, queries_of
from tests.factories import directive_rows
from tests.factories.directives import DUE, SENT, text


def correction(directive: Directive, **more: object) -> dict[str, object]:
    names = ("title", "body", "why", "basis", "due_on")
    said = {name: getattr(directive, name) for name in names} | {"steps": tuple(directive.steps)}
    return {**said, "replaced_why": "A slip.", **more}


def sent_by_grant(world: SimpleNamespace) -> Directive:
    """Of a province, sent by somebody who may by a grant alone."""
    by = factories.person()
    place = {"unit": world.province, "unit_path": world.province.path}
    Grant.objects.create(person=by, role=Role.MANAGE, since=SENT - timedelta(days=1), **place)
    made = draft_directive(world.province, text(), by=by, at=SENT)
    add_receivers(made, DirectiveRule(unit=world.province), by=by)
    send_directive(made, by=by, at=SENT)
    Grant.objects.filter(person=by).update(revoked_at=SENT + timedelta(seconds=9))
    return made


def test_whose_right_ends_within_the_window_asks_nobody(world: SimpleNamespace) -> None:
    made, out = sent_by_grant(world), SENT + UNDO_WINDOW
    while freeze_rollups(out):  # another worker came first
        pass
    run_due(at=out)
    made.refresh_from_db()
    assert (made.state, made.sent_at, made.sent_by, made.rollup) == (DirectiveState.DRAFT, None, None, None)
    assert "Your role does not allow this" in made.not_sent_why
    assert not Entry.objects.exists()
    assert not Rollup.objects.exists()
    assert not open_directives_of([world.village], at=out)
    head = client_of(world.heads["province"])
    assert made.not_sent_why in head.get(f"/directives/{made.pk}/").content.decode()
    assert "did not go out" in head.get("/directives/sent/").content.decode()
    send_directive(made, by=world.heads["province"], at=out)
    run_due(at=out + UNDO_WINDOW)
    made.refresh_from_db()
    assert (made.state, made.not_sent_why) == (DirectiveState.SENT, "")


def test_what_a_unit_opened_before_the_worker_came_is_withdrawn(world: SimpleNamespace) -> None:
    made, out = sent_by_grant(world), SENT + UNDO_WINDOW
    open_handling(made, world.village, by=world.liaisons["village"], at=out)
    run_due(at=out + timedelta(minutes=1))
    made.refresh_from_db()
    assert (made.state, made.ended_at) == (DirectiveState.WITHDRAWN, out + timedelta(minutes=1))
    assert "Your role does not allow this" in made.ended_why
    assert not open_directives_of([world.village], at=out + timedelta(minutes=1))


def test_a_draft_is_sent_and_undone(world: SimpleNamespace) -> None:
    head = world.heads["county"]
    made = draft_directive(world.county, text(), by=head, at=SENT)
    change_directive(made, text("Visit all"), by=head, at=SENT + timedelta(minutes=1))
    with pytest.raises(BadInput):
        send_directive(made, by=head, at=SENT)
    add_receivers(made, DirectiveRule(unit=world.county), by=head)
    add_receivers(made, DirectiveRule(unit=world.county), by=head)
    assert made.audience.count() == 1
    send_directive(made, by=head, at=SENT)
    assert open_directives_of([world.village], at=SENT) == []
    undo_directive(made, by=head, at=SENT)
    assert (made.state, made.rollup, Rollup.objects.count()) == (DirectiveState.DRAFT, None, 0)
    run_due(at=SENT + UNDO_WINDOW)
    assert not Entry.objects.exists()
    send_directive(made, by=head, at=SENT)
    later = SENT + UNDO_WINDOW
    run_due(at=later)
    assert list(Entry.objects.values_list("kind", flat=True)) == ["directive.sent"]
    with pytest.raises(WrongState):
        undo_directive(made, by=head, at=later)
    freeze_rollups(later)
    (asked,) = open_directives_of([world.village], at=later)
    assert (asked.directive, asked.due_on, asked.waits, asked.state) == (made, DUE, True, None)
    assert find_directives_of([world.village], "visit", at=later, most=5) == [made]
    assert open_directives_of([world.other], at=later) == []


def test_what_a_draft_refuses(world: SimpleNamespace) -> None:
    head = world.heads["county"]
    made = draft_directive(world.county, text(), by=head, at=SENT, audience=[DirectiveRule(unit=world.county)])
    for by in (world.heads["other"], world.heads["village"], world.liaisons["county"]):
        with pytest.raises(NotAllowed):
            change_directive(made, text(), by=by, at=SENT)
        with pytest.raises(NotAllowed):
            send_directive(made, by=by, at=SENT)
        with pytest.raises(NotAllowed):
            delete_directive_draft(made, by=by)
    with pytest.raises(NotAllowed):
        add_receivers(made, DirectiveRule(unit=world.province), by=head)
    for wrong in (text(""), text(due_on=date(2026, 1, 1)), text(minutes=0), text(steps=["x" * 301])):
        with pytest.raises(BadInput):
            change_directive(made, wrong, by=head, at=SENT)
    stale = Directive.objects.get()
    change_directive(made, text("Again"), by=head, at=SENT + timedelta(minutes=1))
    with pytest.raises(WrongState):
        change_directive(stale, text("Mine"), by=head, at=SENT + timedelta(minutes=2))
    remove_receivers(made, made.audience.get().pk, by=head)
    delete_directive_draft(made, by=head)
    assert not Directive.objects.exists()


def test_a_second_reader_where_the_unit_asks_for_one(world: SimpleNamespace, now: datetime) -> None:
    author = factories.member(world.county, Office.DEPUTY)
    head = world.heads["county"]
    set_review_rule(world.county, 0, by=OPERATOR, at=SENT)
    made = draft_directive(world.county, text(), by=author, at=SENT, audience=[DirectiveRule(unit=world.county)])
    with pytest.raises(WrongState):
        send_directive(made, by=author, at=SENT)
    ask_directive_review(made, by=author, at=SENT)
    with pytest.raises(NotAllowed):
        agree_to_directive(made, seal=seal_of_directive(made), by=author, at=SENT)
    with pytest.raises(BadInput):
        return_directive_draft(made, why=" ", by=head, at=SENT)
    return_directive_draft(made, why="Shorter.", by=head, at=SENT)
    ask_directive_review(made, by=author, at=SENT)
    seal = seal_of_directive(made)
    change_directive(made, text("Other words"), by=author, at=SENT)
    with pytest.raises(WrongState):
        agree_to_directive(made, seal=seal, by=head, at=SENT)
    ask_directive_review(made, by=author, at=SENT)
    agree_to_directive(made, seal=seal_of_directive(made), by=head, at=SENT)
    page = client_of(head).get(reverse("directive_send", args=[made.pk])).content.decode()
    assert "You agreed to it as second reader" in page
    assert "Ask a second reader" not in page
    send_directive(made, by=author, at=SENT)
    with pytest.raises(WrongState):
        correct_directive(made, **correction(made), by=author, at=SENT + UNDO_WINDOW)  # type: ignore[arg-type]


def test_today_knows_which_directive_was_changed_since(world: SimpleNamespace, now: datetime) -> None:
    author, head = factories.member(world.county, Office.DEPUTY), world.heads["county"]
    set_review_rule(world.county, 0, by=OPERATOR, at=SENT)

    def told(person: Person) -> list[str]:
        return [each.what for each in waiting_of_directive_sender(person, now)]

    drafts = [
        draft_directive(world.county, text(), by=author, at=SENT, audience=[DirectiveRule(unit=world.county)])
        for _ in range(2)
    ]
    for made in drafts:
        ask_directive_review(made, by=author, at=SENT)
    assert (told(author), told(head)) == ([], ["Read as second reader"] * 2)
    agree_to_directive(drafts[0], seal=seal_of_directive(drafts[0]), by=head, at=SENT)
    assert told(author) == ["The second reader agreed"]
    add_receivers(drafts[0], DirectiveRule(unit=world.village), by=author)
    assert told(author) == ["It was changed since: ask again."]
    change_directive(drafts[1], text("Other words"), by=author, at=SENT)
    assert (told(author), told(head)) == (["It was changed since: ask again."] * 2, [])
    page = client_of(head).get(reverse("directive_send", args=[drafts[1].pk])).content.decode()
    assert "Read as second reader" not in page
    few = queries_of(lambda: told(author))
    for _ in range(9):
        rule = DirectiveRule(unit=world.county)
        made = draft_directive(world.county, text(), by=author, at=SENT, audience=[rule])
        ask_directive_review(made, by=author, at=SENT)
    assert queries_of(lambda: told(author)) == few


def test_the_second_reader_reads_the_reason_too(world: SimpleNamespace) -> None:
    author, head = factories.member(world.county, Office.DEPUTY), world.heads["county"]
    set_review_rule(world.county, 0, by=OPERATOR, at=SENT)
    rule, long = DirectiveRule(unit=world.county), text(minutes=60_000)
    made = draft_directive(world.county, long, by=author, at=SENT, audience=[rule])
    with pytest.raises(BadInput, match="budget"):
        ask_directive_review(made, by=author, at=SENT)
    ask_directive_review(made, over_budget_why=" The flood. ", by=author, at=SENT)
    made.refresh_from_db()
    agree_to_directive(made, seal=seal_of_directive(made), by=head, at=SENT)
    with pytest.raises(WrongState, match="reason"):
        send_directive(made, over_budget_why="The head wants it.", by=author, at=SENT)
    send_directive(made, by=author, at=SENT)
    made.refresh_from_db()
    assert (made.state, made.over_budget_why) == (DirectiveState.SENT, "The flood.")


def test_pages_of_a_reason_that_a_second_reader_reads(world: SimpleNamespace) -> None:
    now = timezone.now()  # whose pages do not send what was due before
    author, reader = (client_of(one) for one in (factories.member(world.county, Office.DEPUTY), world.heads["county"]))
    set_review_rule(world.county, 0, by=OPERATOR, at=now)
    rule, due_on = DirectiveRule(unit=world.county), timezone.localdate(now) + timedelta(days=9)
    long = text(minutes=60_000, due_on=due_on)
    made = draft_directive(world.county, long, by=OPERATOR, at=now, audience=[rule])
    send, ask = (reverse(name, args=[made.pk]) for name in ("directive_send", "directive_review_ask"))
    page = author.get(send).content.decode()
    assert page.count('name="over_budget_why"') == 1
    assert f'action="{ask}"' in page[: page.index('name="over_budget_why"')], "it is sent with the asking"
    refused = author.post(ask, {"over_budget_why": ""})
    assert refused.status_code == 422
    assert "There is a problem" in refused.content.decode()
    assert author.post(ask, {"over_budget_why": "The flood."}).status_code == 302
    page = author.get(send).content.decode()
    assert "The flood." in page
    assert 'name="over_budget_why"' not in page
    read = reader.get(reverse("directive_review", args=[made.pk])).content.decode()
    assert "The flood." in read
    assert "over their budget of time" in read
    made.refresh_from_db()
    reader.post(reverse("directive_review_agree", args=[made.pk]), {"seal": seal_of_directive(made)})
    assert author.post(send, {"over_budget_why": "Other words."}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.over_budget_why) == (DirectiveState.SENT, "The flood.")


def test_who_gets_over_budget_after_the_reading_needs_a_reason_and_a_new_one(world: SimpleNamespace) -> None:
    now = timezone.now()  # the page looks at the month that is
    author, reader = client_of(factories.member(world.county, Office.DEPUTY)), world.heads["county"]
    set_review_rule(world.county, 0, by=OPERATOR, at=now)
    rule, due_on = DirectiveRule(unit=world.county), timezone.localdate(now) + timedelta(days=9)
    made = draft_directive(world.county, text(due_on=due_on), by=OPERATOR, at=now, audience=[rule])
    send, ask = (reverse(name, args=[made.pk]) for name in ("directive_send", "directive_review_ask"))
    author.post(ask)
    made.refresh_from_db()
    agree_to_directive(made, seal=seal_of_directive(made), by=reader, at=now)
    assert "Send now" in author.get(send).content.decode()
    directive_rows.directive(world.county, sent_at=now, minutes=60_000)
    page = author.get(send).content.decode()
    assert "Send now" not in page
    assert "Ask a second reader" in page
    assert 'name="over_budget_why"' in page
    assert author.post(send).status_code == 422
    author.post(ask, {"over_budget_why": "The flood."})
    made.refresh_from_db()
    agree_to_directive(made, seal=seal_of_directive(made), by=reader, at=now)
    assert "Send now" in author.get(send).content.decode()


def test_a_correction_keeps_what_it_said(world: SimpleNamespace) -> None:
    made, head = factories.directive(world.county), world.heads["county"]
    later = SENT + timedelta(days=1)
    stale = Directive.objects.select_related("unit").get()
    with pytest.raises(BadInput):
        correct_directive(made, **correction(made, replaced_why=""), by=head, at=later)  # type: ignore[arg-type]
    changed = correction(made, title="Visit some", due_on=DUE + timedelta(days=2), steps=("One",))
    correct_directive(made, **changed, by=head, at=later)  # type: ignore[arg-type]
    with pytest.raises(WrongState):
        correct_directive(stale, **changed, by=head, at=later)  # type: ignore[arg-type]
    before = made.versions.get()
    assert (before.title, before.due_on, before.steps) == ("Visit every family", DUE, ["Make a list", "Visit"])
    assert (made.title, made.version, made.steps) == ("Visit some", 2, ["One"])
    with pytest.raises(NotAllowed):
        correct_directive(made, **changed, by=world.heads["village"], at=later)  # type: ignore[arg-type]


def test_it_ends_once(world: SimpleNamespace) -> None:
    closed, withdrawn = factories.directive(world.county), factories.directive(world.county)
    head, later = world.heads["county"], SENT + timedelta(days=1)
    close_directive(closed, by=head, at=later)
    with pytest.raises(BadInput):
        withdraw_directive(withdrawn, why=" ", by=head, at=later)
    withdraw_directive(withdrawn, why="Not needed.", by=head, at=later)
    for ended in (closed, withdrawn):
        with pytest.raises(WrongState):
            close_directive(ended, by=head, at=later)
        with pytest.raises(WrongState):
            open_handling(ended, world.village, by=world.heads["village"], at=later)
    assert open_directives_of([world.village], at=later) == []
    assert older_directives_of([world.village], at=later).rows == [withdrawn, closed]
    first = older_directives_of([world.village], at=later, size=1)
    assert first.rows == [withdrawn]
    assert older_directives_of([world.village], at=later, cursor=first.next_cursor, size=1).rows == [closed]


def test_its_form_opens_when_it_goes_out_and_ends_with_it(world: SimpleNamespace) -> None:
    form = factories.report_form(world.county)
    made = factories.directive(world.county, form=form)
    period = Period.objects.get()
    assert (period.directive, period.due_on, period.audience.count()) == (made, DUE, 1)
    correct_directive(  # type: ignore[arg-type]
        made, **correction(made, due_on=DUE + timedelta(days=1)), by=OPERATOR, at=SENT + timedelta(days=1)
    )
    period.refresh_from_db()
    assert period.due_on == DUE + timedelta(days=1)
    close_directive(made, by=OPERATOR, at=SENT + timedelta(days=2))
    period.refresh_from_db()
    assert period.closed_at is not None


def test_only_who_runs_forms_there_asks_for_one(world: SimpleNamespace) -> None:
    form = factories.report_form(world.province)
    with pytest.raises(NotAllowed):
        draft_directive(world.county, text(form=form), by=world.heads["county"], at=SENT)


def test_a_form_past_its_last_day_is_asked_no_more(world: SimpleNamespace) -> None:
    form, head = factories.report_form(world.county, ends_on=date(2026, 11, 2)), world.heads["county"]
    rule = DirectiveRule(unit=world.county)
    made = draft_directive(world.county, text(form=form), by=head, at=SENT, audience=[rule])
    later = SENT + timedelta(days=1)
    with pytest.raises(WrongState, match="last day"):
        send_directive(made, by=head, at=later)
    with pytest.raises(WrongState, match="last day"):
        draft_directive(world.county, text(form=form), by=head, at=later)
    send_directive(made, by=head, at=SENT)
    run_due(at=later)
    assert Period.objects.get().directive == made, "it was sent on its last day"
    ReportForm.objects.update(ends_on=date(2026, 11, 28))
    offered = client_of(head).get(reverse("directive_new")).content.decode()
    assert "Lessons" not in offered
    ReportForm.objects.update(ends_on=date(2027, 11, 28))
    assert "Lessons" in client_of(head).get(reverse("directive_new")).content.decode()
