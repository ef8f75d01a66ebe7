"""Who may do what in the work network: pure questions."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, may, scope
from braid.people.enums import Role
from braid.people.roles import allow
from braid.units.models import Unit
from braid.units.paths import ancestor_paths

from .models import Directive, Handling, Period, Report, ReportForm

SEND_DIRECTIVES = allow(
    "directives.send",
    Role.LEAD,
    Role.MANAGE,
    words=_("write, send and withdraw directives, pass them on, and approve what was done"),
)
HANDLE_DIRECTIVES = allow(
    "directives.handle",
    Role.LEAD,
    Role.MANAGE,
    Role.LIAISE,
    words=_("take on directives for the unit, and report what was done"),
)
VIEW_WORK = allow("work.view", *Role, words=_("see what is asked of the unit, and what it answered"))
RUN_FORMS = allow("forms.run", Role.LEAD, Role.MANAGE, words=_("make forms, put them to use and end them"))
FILE_REPORTS = allow("reports.file", Role.LEAD, Role.MANAGE, Role.LIAISE, words=_("fill in and file reports"))
APPROVE_REPORTS = allow(
    "reports.approve", Role.LEAD, Role.MANAGE, words=_("approve the reports below, or send them back")
)
LOG_VISITS = allow("visits.log", *Role, words=_("log visits and contacts of the unit"))


def can_send_directives_of(by: Actor, path: str) -> bool:
    """Whether `by` may write, send, correct and withdraw directives of the unit at `path`, and pass on what came there."""
    return may(by, SEND_DIRECTIVES, path)


def can_handle_at(by: Actor, path: str) -> bool:
    """Whether `by` may take on a directive for the unit at `path`, return it, and report."""
    return may(by, HANDLE_DIRECTIVES, path)


def can_view_work_at(by: Actor, path: str) -> bool:
    """Whether `by` sees what is asked of the unit at `path` and what it answered."""
    return may(by, VIEW_WORK, path)


def can_judge(by: Actor, directive: Directive, handling: Handling) -> bool:
    """Whether `by` may approve what a unit reported, or send it back: for the sender, or for a unit between the two."""
    between = [path for path in ancestor_paths(handling.unit_path) if path.startswith(directive.unit_path)]
    if handling.unit_path == directive.unit_path:
        between = [directive.unit_path]
    return any(scope(by, SEND_DIRECTIVES).covers(path) for path in between)


def can_run_forms_of(by: Actor, path: str) -> bool:
    """Whether `by` may make forms of the unit at `path`, put them to use and end them."""
    return may(by, RUN_FORMS, path)


def can_file_for(by: Actor, unit: Unit) -> bool:
    """Whether `by` may fill in and file reports of `unit`."""
    return may(by, FILE_REPORTS, unit.path)


def can_file_for_all(by: Actor, units: Iterable[Unit]) -> bool:
    """Whether `by` may do so for each of `units`."""
    reach = scope(by, FILE_REPORTS)
    return all(reach.covers(unit.path) for unit in units)


def can_approve_at(by: Actor, unit: Unit) -> bool:
    """Whether `by` may approve, for `unit`, what the units right below it reported."""
    return may(by, APPROVE_REPORTS, unit.path)


def can_send_back(by: Actor, period: Period, report: Report) -> bool:
    """Whether `by` may send `report` back: for a unit above it, up to the one whose form it is."""
    above = [path for path in ancestor_paths(report.unit_path) if path.startswith(period.unit_path)]
    return any(scope(by, APPROVE_REPORTS).covers(path) for path in above)


def is_open(period: Period) -> bool:
    """Whether reports of `period` may still be filed and corrected."""
    return period.closed_at is None


def is_form_open(form: ReportForm) -> bool:
    """Whether `form` is in use."""
    return bool(form.state == "open")


def can_log_visits_for(by: Actor, unit: Unit) -> bool:
    """Whether `by` may log visits of `unit`."""
    return may(by, LOG_VISITS, unit.path)
