"""Everything that happens to a directive from sending on: undo, going out, correcting, closing, withdrawing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.actions.drafts import check_due, check_open
from braid.contact.actions.wording import check_words
from braid.contact.enums import UNDO_WINDOW
from braid.contact.queries.audience import addresses_any
from braid.contact.rules import can_address
from braid.contact.words import Translations
from braid.kernel import search
from braid.kernel.access import OPERATOR, Actor, require
from braid.kernel.errors import BadInput, Refused, WrongState
from braid.kernel.ledger import Strand, record
from braid.kernel.outbox import owe, task
from braid.people.models import Person
from braid.work.enums import DIRECTIVE, DIRECTIVE_FLOW, DirectiveState, Step
from braid.work.models import Directive, DirectiveRule, DirectiveVersion, Period, Rollup, Telling
from braid.work.queries.late import escalations_that_hold
from braid.work.queries.time_taken import learned_for
from braid.work.rules import SEND_DIRECTIVES, can_send_directives_of, can_undo_directive, is_directive_out, takes_work

from .budgets import check_budget
from .directive_reviews import check_directive_correctable, check_directive_read, check_reason_read
from .directives import check_form, clean_steps
from .periods import open_period


@transaction.atomic
def send_directive(directive: Directive, *, over_budget_why: str = "", by: Actor, at: datetime) -> Directive:
    """Send a draft to the units it asks; it goes out `UNDO_WINDOW` after `at`, and until then can be undone.

    However many it asks, this writes the directive, its rules, an empty roll-up and one owed piece of work. Refused when `by`
    may not send for its unit, reach all it asks or ask for its form, when its unit is closed, when it asks no unit, when its
    day is past, without a second reader where one is needed, when it puts units over their budget of time without a reason
    (`over_budget_why`), which they read, for another reason than the second reader read, and when it is no draft.
    """
    check_directive_can_go(directive, by=by, at=at)
    why, rules = over_budget_why.strip() or directive.over_budget_why, list(directive.audience.all())
    check_reason_read(directive, rules, why)
    learned = learned_for(directive)
    check_budget(rules, sender=directive.unit, minutes=learned or directive.minutes, why=why, at=at)
    sent_at = at + UNDO_WINDOW
    DIRECTIVE_FLOW.move(
        directive,
        DirectiveState.SENT,
        sent_at=sent_at,
        sent_by=by if isinstance(by, Person) else None,
        rollup=Rollup.objects.create(opened_at=sent_at),
        over_budget_why=why,
        learned_minutes=learned,
        not_sent_why="",
    )
    directive.audience.update(sent_at=sent_at, is_open=True)
    owe(announce_directive, directive.pk, sent_at.isoformat(), due=sent_at)
    return directive


def check_directive_can_go(directive: Directive, *, by: Actor, at: datetime) -> None:
    """Refused when `by` may not send `directive` as it is now, or when it cannot go out."""
    check_due(directive.due_on, at=at)
    check_directive_read(directive, _check_receivers(directive, by=by, at=at), by=by)


def _check_receivers(directive: Directive, *, by: Actor, at: datetime) -> list[DirectiveRule]:
    """The rules of `directive`. Refused when `by` may not send for its unit, ask them or ask for its form, or when they ask
    nobody."""
    rules = list(directive.audience.select_related("unit"))
    require(can_send_directives_of(by, directive.unit_path) and can_address(by, rules, SEND_DIRECTIVES))
    check_open(directive.unit)
    if not any(map(addresses_any, rules)):
        raise BadInput(_("Choose which units it asks first."))
    if directive.form:
        check_form(directive.form, by=by, at=at)
    return rules


@transaction.atomic
def undo_directive(directive: Directive, *, by: Actor, at: datetime) -> Directive:
    """Make a directive that has not gone out yet a draft again, as if it had never been sent.

    Undoing what is a draft again already changes nothing. Refused when `by` may not send for its unit, or when `UNDO_WINDOW`
    is over.
    """
    require(can_send_directives_of(by, directive.unit_path))
    if directive.state == DirectiveState.DRAFT:
        return directive
    if not can_undo_directive(directive, at):
        raise WrongState(_("It has gone out already. You can still correct it or withdraw it."))
    _make_draft(directive)
    return directive


def _make_draft(directive: Directive, not_sent_why: str = "") -> None:
    """As if it had never been sent."""
    rollup = directive.rollup
    never = {"sent_at": None, "sent_by": None, "rollup": None, "not_sent_why": not_sent_why}
    DIRECTIVE_FLOW.move(directive, DirectiveState.DRAFT, **never)
    directive.audience.update(sent_at=None, is_open=False)
    if rollup:
        rollup.delete()


@task
def announce_directive(pk: int, sent_at: str, *, at: datetime) -> None:
    """Do what is owed when a directive goes out: journal it, make it findable, open its form, begin to tell its units.

    Who sent it is asked for her rights once more, so the form is opened in the operator's name. If she lost them since, it does
    not go out: it is a draft again that says why, or, if a unit opened it before the worker came, withdrawn for that reason.
    Undone: nothing to do.
    """
    found = Directive.objects.select_related("unit", "form", "rollup", "sent_by")
    directive = found.filter(pk=pk, sent_at=datetime.fromisoformat(sent_at)).first()
    if directive is None or directive.sent_at is None:
        return
    by = directive.sent_by or OPERATOR
    why_not = _why_not_out(directive, by=by, at=directive.sent_at) if directive.state == DirectiveState.SENT else ""
    if why_not and not directive.handlings.exists():
        _make_draft(directive, why_not)
        return
    record(directive.unit, Strand.WORK, "directive.sent", by=by, at=directive.sent_at)
    if why_not:
        _withdraw(directive, why_not, at=at)
    elif directive.state == DirectiveState.SENT:
        search.index(DIRECTIVE, directive.pk, words_of(directive))
        _open_form(directive, sent_at=directive.sent_at)
        Telling.objects.get_or_create(
            directive=directive, passing=None, step=Step.SENT, defaults={"begun_at": directive.sent_at}
        )


def _why_not_out(directive: Directive, *, by: Actor, at: datetime) -> str:
    """Why `by` may not send `directive` any more; empty when she may."""
    try:
        _check_receivers(directive, by=by, at=at)
    except Refused as refusal:  # her answer, where she is no longer there to read it: it is kept for her
        return str(refusal.message)
    return ""


@transaction.atomic
def correct_directive(
    directive: Directive,
    *,
    title: str,
    body: str,
    why: str,
    basis: str,
    due_on: date,
    steps: tuple[str, ...],
    replaced_why: str,
    translations: Translations | None = None,
    by: Actor,
    at: datetime,
) -> Directive:
    """Give a directive that went out new words, steps or another day, for the reason `replaced_why`, which its readers see.

    What it said before stays readable. What units did stands. Refused without a reason or a title, for a new day that is past,
    where a second reader is needed, before it has gone out, when it is closed or withdrawn, and when somebody corrected it a
    moment ago.
    """
    require(can_send_directives_of(by, directive.unit_path))
    _check_reason(replaced_why, "replaced_why")
    others = directive.translations if translations is None else translations
    check_words(title.strip(), body, directive.language, others)
    if not takes_work(directive, at):
        raise WrongState(_("Only a directive that has gone out and goes on can be corrected."))
    check_directive_correctable(directive)
    if due_on != directive.due_on:
        check_due(due_on, at=at)
    before = DirectiveVersion(
        directive=directive, number=directive.version, **{name: getattr(directive, name) for name in _KEPT}
    )
    values = {"title": title.strip(), "body": body, "translations": others, "why": why, "basis": basis}
    _give_words(directive, {**values, "due_on": due_on, "steps": clean_steps(steps)}, at=at)
    if due_on != before.due_on:
        _change_day(directive, before.due_on, at=at)
    _keep_version(before, replaced_why=replaced_why, by=by, at=at)
    search.index(DIRECTIVE, directive.pk, words_of(directive))
    record(directive.unit, Strand.WORK, "directive.corrected", by=by, at=at)
    return directive


@transaction.atomic
def close_directive(directive: Directive, *, by: Actor, at: datetime) -> Directive:
    """End a directive: what units did stays, nobody is reminded any more. Refused before it has gone out, and twice."""
    require(can_send_directives_of(by, directive.unit_path))
    _check_out(directive, at=at)
    DIRECTIVE_FLOW.move(directive, DirectiveState.CLOSED, ended_at=at)
    _end(directive, at=at)
    record(directive.unit, Strand.WORK, "directive.closed", by=by, at=at)
    return directive


@transaction.atomic
def withdraw_directive(directive: Directive, *, why: str, by: Actor, at: datetime) -> Directive:
    """Take a directive back for the reason `why`, which its readers see first; nobody has to do anything any more.

    Refused without a reason, before it has gone out (undo that instead), and when it ended already.
    """
    require(can_send_directives_of(by, directive.unit_path))
    _check_reason(why, "why")
    _check_out(directive, at=at)
    _withdraw(directive, why.strip(), at=at)
    record(directive.unit, Strand.WORK, "directive.withdrawn", by=by, at=at)
    return directive


def _withdraw(directive: Directive, why: str, *, at: datetime) -> None:
    DIRECTIVE_FLOW.move(directive, DirectiveState.WITHDRAWN, ended_at=at, ended_why=why)
    _end(directive, at=at)
    search.forget(DIRECTIVE, directive.pk)


def words_of(directive: Directive) -> str:
    """Everything a directive says, for the search."""
    return " ".join([directive.all_words, directive.why, directive.basis])


def _end(directive: Directive, *, at: datetime) -> None:
    """Nothing waits for anybody any more; its form takes no more reports."""
    DirectiveRule.objects.filter(directive=directive).update(is_open=False)
    for period in Period.objects.filter(directive=directive, closed_at=None):
        Period.objects.filter(pk=period.pk).update(closed_at=at)
        period.audience.update(is_open=False)


def _open_form(directive: Directive, *, sent_at: datetime) -> None:
    """Ask for its form, for the days from sending until it is due."""
    if directive.form is None:
        return
    first_on = timezone.localdate(sent_at)
    open_period(
        directive.form,
        first_on=first_on,
        last_on=max(first_on, directive.due_on),
        due_on=directive.due_on,
        by=OPERATOR,
        at=sent_at,
        directive=directive,
        rules=directive.audience.all(),
    )


_KEPT = ("title", "body", "language", "translations", "why", "basis", "due_on", "steps")


def _keep_version(before: DirectiveVersion, *, replaced_why: str, by: Actor, at: datetime) -> None:
    before.replaced_at, before.replaced_why = at, replaced_why.strip()
    before.replaced_by = by if isinstance(by, Person) else None
    before.save()


def _give_words(directive: Directive, words: dict[str, Any], *, at: datetime) -> None:
    seen = Directive.objects.filter(pk=directive.pk, state=DirectiveState.SENT, version=directive.version)
    values = {**words, "changed_at": at, "version": directive.version + 1}
    if not seen.update(**values):
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    for name, value in values.items():
        setattr(directive, name, value)


def _change_day(directive: Directive, before: date, *, at: datetime) -> None:
    """Its form is due on the new day too, and what was said of the day `before` is said anew; only who has late units still
    by a day that a unit set on the way stays told of them."""
    Period.objects.filter(directive=directive).update(due_on=directive.due_on)
    directive.tellings.filter(passing=None).exclude(step=Step.SENT).delete()
    if directive.due_on > before:
        still = escalations_that_hold(directive, on=timezone.localdate(at))
        directive.escalations.exclude(pk__in=still).delete()


def _check_out(directive: Directive, *, at: datetime) -> None:
    if not is_directive_out(directive, at):
        raise WrongState(_("It has not gone out yet: undo the sending instead."))


def _check_reason(why: str, name: str) -> None:
    if not why.strip():
        raise BadInput(_("Say why: the readers will see it."), fields={name: _("Write a reason.")})
