"""Making forms: their register entry, whom they ask, their questions in versions, putting them to use and ending them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from braid.contact.actions.drafts import MOST_RULES, check_open
from braid.contact.models.audience import RULE
from braid.contact.rules import can_address
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.bindings import binding_meant_by, binding_of
from braid.work.calendar import next_first_day
from braid.work.checking import LARGEST, Check
from braid.work.enums import REPORT_FORM_FLOW, Every, FieldKind, ReportFormState, RollUp
from braid.work.models import Field, FormVersion, ReportForm, ReportFormRule
from braid.work.queries.effects import minutes_a_month
from braid.work.queries.time_taken import counts_more, learned_for, minutes_of_thing
from braid.work.rules import RUN_FORMS, can_run_forms_of

from .budgets import check_budget

MOST_FIELDS = 60
MOST_CHOICES = 30
MOST_CELLS = 200
LONGEST_QUESTION, LONGEST_HELP = 300, 500


@dataclass(frozen=True)
class FormPlan:
    """What a form is to be; its texts by language."""

    title: Mapping[str, str]
    purpose: Mapping[str, str]
    basis: Mapping[str, str]
    minutes: int
    ends_on: date
    every: Every = Every.ONCE
    due_days: int = 7


@dataclass(frozen=True)
class FieldPlan:
    """What a question is to be; texts by language."""

    kind: FieldKind
    text: Mapping[str, str]
    help: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = True
    measure: str = ""
    places: int = 0
    low: int | None = None
    high: int | None = None
    roll_up: RollUp = RollUp.SUM
    choices: Any = ()
    bound_to: str = ""


@transaction.atomic
def draft_form(
    unit: Unit, plan: FormPlan, *, by: Actor, at: datetime, audience: Iterable[ReportFormRule] = ()
) -> ReportForm:
    """Register a form of `unit`; nobody is asked before it is put to use. `audience` are unsaved rules, or none yet.

    Refused when `by` may not run forms of the unit or address the audience, when the unit is closed, and for a plan that
    cannot be: without title, purpose or basis (rules of 2024 for 整治形式主义: a form without a registered source is not
    asked), or ending in the past.
    """
    require(can_run_forms_of(by, unit.path))
    check_open(unit)
    _check_plan(plan, on=timezone.localdate(at))
    rules = list(audience)
    require(can_address(by, rules, RUN_FORMS))
    person = by if isinstance(by, Person) else None
    form = ReportForm.objects.create(
        unit=unit, unit_path=unit.path, author=person, created_at=at, changed_at=at, **asdict(plan)
    )
    FormVersion.objects.create(form=form)
    for rule in rules:
        rule.form = form
    ReportFormRule.objects.bulk_create(rules)
    return form


@transaction.atomic
def change_form(form: ReportForm, plan: FormPlan, *, over_budget_why: str = "", by: Actor, at: datetime) -> ReportForm:
    """Give a form another register entry. Refused as in `draft_form`, and once it has ended; how often it is asked stays
    once it is in use, and more minutes than units have need a reason then (`over_budget_why`)."""
    require(can_run_forms_of(by, form.unit_path))
    _check_plan(plan, on=timezone.localdate(at))
    if form.state != ReportFormState.DRAFT and plan.every != form.every:
        raise WrongState(_("How often it is asked cannot change any more. End this form and begin another one."))
    why = over_budget_why.strip() or form.over_budget_why
    if form.state == ReportFormState.OPEN and counts_more(form, plan.minutes):
        _check_time(form, why, minutes=minutes_of_thing(form, estimate=plan.minutes), at=at)
    seen = ReportForm.objects.filter(pk=form.pk, changed_at=form.changed_at).exclude(state=ReportFormState.ENDED)
    values = {**asdict(plan), "changed_at": at, "over_budget_why": why, "held_on": None}
    if not seen.update(**values):
        raise WrongState(_("Somebody else changed this a moment ago. Open it again to see how it is now."))
    for name, value in values.items():
        setattr(form, name, value)
    return form


@transaction.atomic
def ask_units(
    form: ReportForm, rule: ReportFormRule, *, over_budget_why: str = "", by: Actor, at: datetime
) -> ReportForm:
    """Ask also the units that the unsaved `rule` means, from the next period on; the same again changes nothing.

    Refused when the form has ended, when the rule lies beyond the reach of `by`, beyond `MOST_RULES`, and when a form in use
    would put units that are new over their budget of time without a reason: the one given before, or `over_budget_why`,
    which all its units read.
    """
    require(can_run_forms_of(by, form.unit_path) and can_address(by, [rule], RUN_FORMS))
    _check_not_ended(form)
    why = over_budget_why.strip() or form.over_budget_why
    if form.state == ReportFormState.OPEN:
        _check_time(form, why, minutes=minutes_of_thing(form), at=at, more=[rule])
    form.audience.get_or_create(**{name: getattr(rule, name) for name in RULE})
    if why != form.over_budget_why:
        ReportForm.objects.filter(pk=form.pk).update(over_budget_why=why)
        form.over_budget_why = why
    if form.audience.count() > MOST_RULES:
        raise BadInput(_("This is a very long list of recipients. Choose a level or a whole subtree instead."))
    return form


@transaction.atomic
def ask_units_no_longer(form: ReportForm, rule: int, *, by: Actor) -> ReportForm:
    """Take the rule numbered `rule` away; one that is gone already changes nothing. Refused as in `ask_units`."""
    require(can_run_forms_of(by, form.unit_path))
    _check_not_ended(form)
    form.audience.filter(pk=rule).delete()
    return form


@transaction.atomic
def add_field(form: ReportForm, plan: FieldPlan, *, by: Actor, at: datetime) -> Field:
    """Put a question at the end of the version that is being written; a form in use gets a new version for it.

    Refused when the form has ended, beyond `MOST_FIELDS`, and for a question that cannot be asked (`fields` says why).
    """
    require(can_run_forms_of(by, form.unit_path))
    version = _hold_draft(form, at=at)
    _check_field(plan)
    if version.fields.count() >= MOST_FIELDS:
        raise BadInput(_("A form has at most %(most)d questions. Ask less.") % {"most": MOST_FIELDS})
    last = version.fields.aggregate(last=Max("place"))["last"]
    place = 0 if last is None else last + 1
    return Field.objects.create(version=version, place=place, key=_new_key(form), **_columns(plan))


@transaction.atomic
def change_field(form: ReportForm, key: str, plan: FieldPlan, *, by: Actor, at: datetime) -> Field:
    """Ask the question `key` otherwise, in the version that is being written. Refused as in `add_field`, and for another kind:
    numbers of one kind do not add up with those of another."""
    require(can_run_forms_of(by, form.unit_path))
    version = _hold_draft(form, at=at)
    _check_field(plan)
    question = _field(version, key)
    if why := why_not_replaced(question, plan):
        raise BadInput(why)
    for name, value in _columns(plan).items():
        setattr(question, name, value)
    question.save()
    _keep_checks(version)
    return question


@transaction.atomic
def bind_field(form: ReportForm, key: str, *, by: Actor, at: datetime) -> Field:
    """Fill the question `key` of the version that is being written from what its words say the journal counts.

    Refused as in `change_field`, and where its words name nothing that is counted. Where small counts are not shown, the
    question cannot be demanded any more.
    """
    require(can_run_forms_of(by, form.unit_path))
    question = _field(_hold_draft(form, at=at), key)
    binding = binding_meant_by([*question.text.values(), *question.help.values()])
    if binding is None:
        raise BadInput(_("The journal does not count this."))
    names = [each.name for each in dataclass_fields(FieldPlan)]
    plan = FieldPlan(**{name: getattr(question, name) for name in names})
    is_required = question.is_required and not binding.fewest
    return change_field(form, key, replace(plan, bound_to=binding.kind, is_required=is_required), by=by, at=at)


@transaction.atomic
def replace_fields(form: ReportForm, plans: Sequence[tuple[str, FieldPlan]], *, by: Actor, at: datetime) -> FormVersion:
    """Let the version that is being written ask exactly `plans`, in their order; the key of a question that stays comes with
    it, a new one has none. All or nothing: refused as in `add_field` and `change_field`, with what is wrong by line.
    """
    require(can_run_forms_of(by, form.unit_path))
    version = _hold_draft(form, at=at)
    if not 0 < len(plans) <= MOST_FIELDS:
        raise BadInput(_("A form has at most %(most)d questions. Ask less.") % {"most": MOST_FIELDS})
    known = {question.key: question for question in version.fields.all()}
    for key, plan in plans:
        _check_field(plan)
        if key and why_not_replaced(known.get(key), plan):
            raise BadInput(why_not_replaced(known.get(key), plan))
    first = int(_new_key(form)[1:])
    version.fields.all().delete()
    fresh = iter(range(first, first + len(plans)))
    Field.objects.bulk_create(
        Field(version=version, place=place, key=key or f"f{next(fresh)}", **_columns(plan))
        for place, (key, plan) in enumerate(plans)
    )
    _keep_checks(version)
    return version


@transaction.atomic
def remove_field(form: ReportForm, key: str, *, by: Actor, at: datetime) -> None:
    """Take the question `key` out of the version that is being written, and the checks that name it."""
    require(can_run_forms_of(by, form.unit_path))
    version = _hold_draft(form, at=at)
    _field(version, key).delete()
    _keep_checks(version)


@transaction.atomic
def move_field(form: ReportForm, key: str, *, up: bool, by: Actor, at: datetime) -> None:
    """Let the question `key` change places with the one above it (or below); at an end nothing changes."""
    require(can_run_forms_of(by, form.unit_path))
    version = _hold_draft(form, at=at)
    fields = list(version.fields.order_by("place"))
    here = fields.index(_field(version, key))
    there = here - 1 if up else here + 1
    if 0 <= there < len(fields):
        fields[here].place, fields[there].place = fields[there].place, fields[here].place
        Field.objects.bulk_update([fields[here], fields[there]], ["place"])


@transaction.atomic
def add_check(form: ReportForm, check: Check, *, by: Actor, at: datetime) -> FormVersion:
    """Demand `check` of answers to the version that is being written. Refused where it does not fit the questions of it
    (`Check.fits`), and without words that say what is wrong."""
    require(can_run_forms_of(by, form.unit_path))
    version = _hold_draft(form, at=at)
    if not check.fits(_fields_of(version)):
        raise BadInput(_("A check compares numbers of this form."), fields={"left": _("Choose numbers of this form.")})
    if not _is_said(check.words):
        raise BadInput(_("Say what is wrong when it does not hold."), fields={"words": _("Write a sentence.")})
    version.checks = [*version.checks, check.as_json]
    version.save(update_fields=["checks"])
    return version


@transaction.atomic
def remove_check(form: ReportForm, place: int, *, by: Actor, at: datetime) -> FormVersion:
    """Demand the check at `place` no more; one that is gone already changes nothing."""
    require(can_run_forms_of(by, form.unit_path))
    version = _hold_draft(form, at=at)
    version.checks = [check for number, check in enumerate(version.checks) if number != place]
    version.save(update_fields=["checks"])
    return version


@transaction.atomic
def publish_version(form: ReportForm, *, over_budget_why: str = "", by: Actor, at: datetime) -> FormVersion:
    """Ask what is being written from the next period on; a draft form is put to use with it.

    Refused without questions, when nothing new was written, when the form has ended, and when a draft would put units over their
    budget of time without a reason (`over_budget_why`), which they read.
    """
    require(can_run_forms_of(by, form.unit_path))
    _check_not_ended(form)
    version = form.versions.filter(published_at=None).first()
    if version is None:
        raise WrongState(_("Nothing has changed since the last version."))
    if not version.fields.exists():
        raise BadInput(_("Ask something first."))
    learned = learned_for(form) if form.state == ReportFormState.DRAFT else None
    if form.state == ReportFormState.DRAFT:
        _check_time(form, over_budget_why or form.over_budget_why, minutes=learned or form.minutes, at=at)
    version.published_at = at
    version.save(update_fields=["published_at"])
    if form.state == ReportFormState.DRAFT:
        first = next_first_day(Every(form.every), timezone.localdate(at))
        why = over_budget_why.strip() or form.over_budget_why
        known = {"over_budget_why": why, "learned_minutes": learned}
        REPORT_FORM_FLOW.move(form, ReportFormState.OPEN, next_on=first, changed_at=at, **known)
        record(form.unit, Strand.WORK, "form.opened", by=by, at=at)
    return version


@transaction.atomic
def end_form(form: ReportForm, *, by: Actor, at: datetime) -> ReportForm:
    """Ask a form no more. Periods that are open stay open until they are closed; all answers stay."""
    require(can_run_forms_of(by, form.unit_path))
    REPORT_FORM_FLOW.move(form, ReportFormState.ENDED, next_on=None, changed_at=at)
    record(form.unit, Strand.WORK, "form.ended", by=by, at=at)
    return form


@transaction.atomic
def delete_form(form: ReportForm, *, by: Actor) -> None:
    """Throw a draft away. Refused once it was put to use: then it can only end."""
    require(can_run_forms_of(by, form.unit_path))
    gone, _rows = ReportForm.objects.filter(pk=form.pk, state=ReportFormState.DRAFT).delete()
    if not gone:
        raise WrongState(_("This form is in use. You can end it."))


def _check_time(
    form: ReportForm, why: str, *, minutes: int, at: datetime, more: Sequence[ReportFormRule] | None = None
) -> None:
    """Refuse to ask so many minutes of all the form asks, or only of those that the rules `more` add, without a reason."""
    a_month, asked = minutes_a_month(minutes, Every(form.every)), list(form.audience.all())
    rules, beside = (asked, []) if more is None else (more, asked)
    check_budget(rules, sender=form.unit, minutes=a_month, why=why, at=at, beside=beside)


def _hold_draft(form: ReportForm, *, at: datetime) -> FormVersion:
    """The version that is being written; where the last one was published, a copy of it under the next number."""
    _check_not_ended(form)
    ReportForm.objects.filter(pk=form.pk).update(changed_at=at)  # holds the row: one version is written at a time
    form.changed_at = at
    last = form.versions.order_by("-number")[0]
    if last.published_at is None:
        return last
    new = FormVersion.objects.create(form=form, number=last.number + 1, checks=last.checks)
    fields = list(last.fields.order_by("place"))
    for question in fields:
        question.pk, question.version = None, new
    Field.objects.bulk_create(fields)
    return new


def _keep_checks(version: FormVersion) -> None:
    """Take out the checks that do not fit the questions any more."""
    fields = _fields_of(version)
    version.checks = [check for check in version.checks if Check.of(check).fits(fields)]
    version.save(update_fields=["checks"])


def _fields_of(version: FormVersion) -> dict[str, Field]:
    return {question.key: question for question in version.fields.all()}


def _field(version: FormVersion, key: str) -> Field:
    question = version.fields.filter(key=key).first()
    if question is None:
        raise WrongState(_("This question is not in the form any more."))
    return question


def _new_key(form: ReportForm) -> str:
    """A key that no version of the form has used: answers of long ago must not become those of another question."""
    used = Field.objects.filter(version__form=form).values_list("key", flat=True)
    return f"f{max((int(key[1:]) for key in used), default=0) + 1}"


def _columns(plan: FieldPlan) -> dict[str, Any]:
    choices = list(plan.choices) if isinstance(plan.choices, (list, tuple)) else plan.choices
    return {**asdict(plan), "choices": choices}


def _check_not_ended(form: ReportForm) -> None:
    if form.state == ReportFormState.ENDED:
        raise WrongState(_("This form has ended."))


def _check_plan(plan: FormPlan, *, on: date) -> None:
    wrong: dict[str, Any] = {}
    if not _is_said(plan.title):
        wrong["title"] = _("Write a title.")
    if not _is_said(plan.purpose):
        wrong["purpose"] = _("Say what the answers are for.")
    if not _is_said(plan.basis):
        wrong["basis"] = _("Say on what basis you ask. Without one, nobody has to answer.")
    if plan.minutes < 1:
        wrong["minutes"] = _("Say how many minutes it takes.")
    if plan.ends_on < on:
        wrong["ends_on"] = _("The last day lies in the past.")
    if wrong:
        raise BadInput(_("The form cannot be registered like this."), fields=wrong)


def _is_said(words: Mapping[str, str]) -> bool:
    return any(text.strip() for text in words.values())


def _check_field(plan: FieldPlan) -> None:
    if wrong := why_not_asked(plan):
        raise BadInput(_("This question cannot be asked like this."), fields=wrong)


def why_not_asked(plan: FieldPlan) -> dict[str, Any]:
    """What stands in the way of a question, by the field of `plan`; empty when nothing does."""
    wrong: dict[str, Any] = {}
    if not _is_said(plan.text):
        wrong["text"] = _("Write a question.")
    for name, longest in (("text", LONGEST_QUESTION), ("help", LONGEST_HELP)):
        if any(len(text) > longest for text in getattr(plan, name).values()):
            wrong[name] = _("This is too long.")
    for name in ("low", "high"):
        if abs(getattr(plan, name) or 0) > LARGEST:
            wrong[name] = _("This number is too large.")
    if plan.kind == FieldKind.CHOICE and not 2 <= len(plan.choices) <= MOST_CHOICES:
        wrong["choices"] = _("Give at least two answers to choose from.")
    if plan.kind == FieldKind.TABLE and not _is_table(plan.choices):
        wrong["choices"] = _("A table needs rows and columns, and at most 200 cells.")
    if plan.low is not None and plan.high is not None and plan.low > plan.high:
        wrong["high"] = _("The highest is less than the lowest.")
    if plan.bound_to and (why := _why_not_bound(plan)):
        wrong["bound_to"] = why
    return wrong


def why_not_replaced(question: Field | None, plan: FieldPlan) -> Any:
    """Why `plan` cannot take the place of `question`; nothing when it can."""
    if question is None:
        return _("This question is not in the form any more.")
    if question.kind != plan.kind or question.places != plan.places:
        return _("A question keeps its kind and its decimals. Take it away and add another one.")
    return None


def _why_not_bound(plan: FieldPlan) -> Any:
    binding = binding_of(plan.bound_to)
    if plan.kind != FieldKind.NUMBER or plan.places:
        return _("Only a whole number can be filled from the journal.")
    if binding is None:
        return _("The journal does not count this.")
    if binding.fewest and plan.is_required:
        return _("Small counts of this are not shown, so an answer cannot be demanded.")
    return None


def _is_table(choices: Any) -> bool:
    if not isinstance(choices, dict):
        return False
    rows, columns = choices.get("rows"), choices.get("columns")
    return bool(rows and columns and len(rows) * len(columns) <= MOST_CELLS)
