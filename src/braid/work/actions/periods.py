"""Opening and closing the periods in which a form is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.models import AudienceRule
from braid.contact.models.audience import RULE
from braid.kernel.access import OPERATOR, Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.work.calendar import last_day
from braid.work.enums import Every, FieldKind, ReportFormState, RollUp
from braid.work.models import Directive, Field, Period, PeriodRule, ReportForm, Rollup
from braid.work.queries.time_taken import minutes_of_thing
from braid.work.rules import can_run_forms_of, is_form_past

from .budgets import check_budget, lacks_reason

AT_ONCE = 20
"""Forms one round of the worker looks at."""


@transaction.atomic
def open_period(
    form: ReportForm,
    *,
    first_on: date,
    last_on: date,
    due_on: date,
    by: Actor,
    at: datetime,
    directive: Directive | None = None,
    rules: Iterable[AudienceRule] | None = None,
    over_budget_why: str = "",
) -> Period:
    """Ask the newest published version of `form` for the days from `first_on` to `last_on`, both included.

    Asked are the units of the form's own rules, or of `rules` (those of `directive`). Refused when `by` may not run forms of
    its unit, when it is not in use, when somebody opens it after its last day, when it asks nobody, and when somebody opens it
    without a directive and puts units over their budget of time without a reason: the one given when it was put to use, or
    `over_budget_why`.
    """
    require(can_run_forms_of(by, form.unit_path))
    if form.state != ReportFormState.OPEN:
        raise WrongState(_("This form is not in use."))
    if by is not OPERATOR:  # the worker asks for what happened before the last day, and what was sent before it
        check_form_goes_on(form, at=at)
    if directive is None and form.periods.filter(first_on=first_on, directive=None).exists():
        raise BadInput(_("This form was asked for these days already."), fields={"first_on": _("Choose another day.")})
    asked = list(form.audience.all()) if rules is None else list(rules)
    if not asked:
        raise BadInput(_("Choose which units fill in this form first."))
    if directive is None and by is not OPERATOR:  # a directive has its own reason; the worker has asked before
        _check_time(form, asked, over_budget_why, at=at)
    version = form.versions.exclude(published_at=None).order_by("-number")[0]
    rollup = Rollup.objects.create(opened_at=at, extremes=extremes_of(version.fields.all()))
    period = Period.objects.create(
        form=form,
        version=version,
        directive=directive,
        unit_id=form.unit_id,
        unit_path=form.unit_path,
        first_on=first_on,
        last_on=last_on,
        due_on=due_on,
        opened_at=at,
        rollup=rollup,
    )
    PeriodRule.objects.bulk_create(
        PeriodRule(period=period, opened_at=at, **{name: getattr(rule, name) for name in RULE}) for rule in asked
    )
    record(form.unit, Strand.WORK, "form.asked", by=by, at=at)
    return period


def check_form_goes_on(form: ReportForm, *, at: datetime) -> None:
    """Refused once the last day of `form` in use is over."""
    if is_form_past(form, timezone.localdate(at)):
        raise WrongState(_("The last day of this form is over. Give it a later one to ask it again."))


def _check_time(form: ReportForm, asked: Iterable[AudienceRule], why: str, *, at: datetime) -> None:
    why = why.strip() or form.over_budget_why
    check_budget(asked, sender=form.unit, minutes=minutes_of_thing(form), why=why, at=at)
    if why != form.over_budget_why:
        form.over_budget_why = why
        form.save(update_fields=["over_budget_why"])


@transaction.atomic
def give_reason(form: ReportForm, why: str, *, by: Actor, at: datetime) -> ReportForm:
    """Say why `form` may ask units for more time than they have: the period that was held back opens in the next round.

    Refused when `by` may not run forms of its unit, without a reason, and for a form that is not in use.
    """
    require(can_run_forms_of(by, form.unit_path))
    if not why.strip():
        raise BadInput(_("Say why."), fields={"over_budget_why": _("The units that are asked read it.")})
    known = {"over_budget_why": why.strip(), "held_on": None, "changed_at": at}
    if not ReportForm.objects.filter(pk=form.pk, state=ReportFormState.OPEN).update(**known):
        raise WrongState(_("This form is not in use."))
    for name, value in known.items():
        setattr(form, name, value)
    return form


@transaction.atomic
def close_period(period: Period, *, by: Actor, at: datetime) -> Period:
    """Take no more reports and corrections of `period`. Refused to whoever may not run its form, and when it is closed."""
    require(can_run_forms_of(by, period.unit_path))
    if not Period.objects.filter(pk=period.pk, closed_at=None).update(closed_at=at):
        raise WrongState(_("It is closed already."))
    period.closed_at = at
    period.audience.update(is_open=False)
    return period


def extremes_of(fields: Iterable[Field]) -> list[str]:
    """The measures of which the lowest, highest or latest value is asked for."""
    asked = (RollUp.MIN, RollUp.MAX, RollUp.LATEST)
    return [field.key for field in fields if field.kind == FieldKind.NUMBER and field.roll_up in asked]


def open_due_periods(at: datetime) -> int:
    """A round of the worker: open the periods whose last day is over, of forms in use. Returns how many forms moved on.

    A period is opened when it is over, since then what happened in it can be filled in from the journal. A form past its last
    day opens none any more. One that would put units over their budget and has no reason is held back: those who run it are
    told, and it is tried again the next day, when another month may have begun.
    """
    today = timezone.localdate(at)
    due = ReportForm.objects.filter(state=ReportFormState.OPEN, next_on__lte=today - timedelta(days=6))
    due = due.filter(Q(held_on=None) | Q(held_on__lt=today))
    moved = 0
    for form in due.select_related("unit").order_by("next_on")[:AT_ONCE]:
        moved += _open_next(form, today=today, at=at)
    return moved


@transaction.atomic
def _open_next(form: ReportForm, *, today: date, at: datetime) -> int:
    every, first = Every(form.every), form.next_on
    assert first is not None  # that is how it was found
    last = last_day(every, first)
    if last >= today:
        return 0
    asked = list(form.audience.all()) if first <= form.ends_on else []
    was_asked = form.periods.filter(first_on=first, directive=None).exists()  # by hand
    opens = bool(asked) and not was_asked
    untouched = ReportForm.objects.filter(
        pk=form.pk, changed_at=form.changed_at, next_on=first, state=ReportFormState.OPEN
    )
    minutes, why = minutes_of_thing(form), form.over_budget_why
    if opens and lacks_reason(asked, sender=form.unit, minutes=minutes, why=why, at=at):
        untouched.update(held_on=today)
        return 0
    after = last + timedelta(days=1)
    if not untouched.update(next_on=after if after <= form.ends_on else None, held_on=None):
        return 0
    if opens:
        due_on = max(today + timedelta(days=form.due_days - 1), today)  # no less time where it was opened late
        open_period(form, first_on=first, last_on=last, due_on=due_on, by=OPERATOR, at=at)
    return 1
