"""Forms, periods and reports, made by the operator through the product's own actions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from braid.kernel.access import OPERATOR
from braid.units.models import Unit
from braid.work.actions import (
    FieldPlan,
    Filled,
    FormPlan,
    add_field,
    draft_form,
    file_report,
    freeze_rollups,
    open_period,
    publish_version,
)
from braid.work.enums import FieldKind, RollUp
from braid.work.models import Period, Report, ReportForm, ReportFormRule

OPENED = datetime(2026, 11, 2, 2, tzinfo=UTC)


def number(text: str = "How many lessons?", **plan: Any) -> FieldPlan:
    """A question for a whole number that adds up."""
    return FieldPlan(FieldKind.NUMBER, {"en": text}, **plan)


def choice(text: str = "How did it go?", *answers: str, **plan: Any) -> FieldPlan:
    """A question with answers to choose from."""
    return FieldPlan(
        FieldKind.CHOICE, {"en": text}, choices=[{"en": each} for each in answers or ("well", "badly")], **plan
    )


def form_draft(unit: Unit, *rules: ReportFormRule, **plan: Any) -> ReportForm:
    """A draft of `unit` that asks its whole subtree, with no questions yet."""
    made = FormPlan(
        plan.pop("title", {"en": "Lessons"}),
        plan.pop("purpose", {"en": "To know what was taught."}),
        plan.pop("basis", {"en": "Plan of 2026, no. 4"}),
        plan.pop("minutes", 10),
        plan.pop("ends_on", date(2027, 12, 31)),
        **plan,
    )
    return draft_form(unit, made, by=OPERATOR, at=OPENED, audience=rules or [ReportFormRule(unit=unit)])


def report_form(unit: Unit, *rules: ReportFormRule, fields: tuple[FieldPlan, ...] = (), **plan: Any) -> ReportForm:
    """A form in use: by default one number that adds up, one whose extremes are kept, and a choice."""
    why = plan.pop("over_budget_why", "")
    made = form_draft(unit, *rules, **plan)
    usual = (
        number(),
        number("How many came at most?", roll_up=RollUp.MAX, is_required=False),
        choice(is_required=False),
    )
    for each in fields or usual:
        add_field(made, each, by=OPERATOR, at=OPENED)
    publish_version(made, over_budget_why=why, by=OPERATOR, at=OPENED)
    return made


def period(form: ReportForm, *, at: datetime = OPENED, **days: Any) -> Period:
    """A period of `form` that is open, with its units counted."""
    made = open_period(
        form,
        first_on=days.pop("first_on", date(2026, 10, 1)),
        last_on=days.pop("last_on", date(2026, 10, 31)),
        due_on=days.pop("due_on", date(2026, 11, 15)),
        by=OPERATOR,
        at=at,
    )
    while freeze_rollups(at):
        pass
    return made


def report(period: Period, unit: Unit, *, seen: Report | None = None, at: datetime = OPENED, **values: Any) -> Report:
    """The report of `unit` with `values` by key, filed; again, with what it was before as `seen`."""
    why = "A slip." if seen else ""
    return file_report(period, unit, Filled(values), seen=seen, why=why, by=OPERATOR, at=at)
