"""Who may do what in the work network: pure questions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, Scope, may, scope
from braid.people.enums import Role
from braid.people.roles import allow
from braid.units.models import Unit
from braid.units.paths import ancestor_paths

from .enums import ComplaintState
from .models import Complaint, Directive, Handling, Period, Report, ReportForm

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
SET_BUDGETS = allow(
    "budgets.set", Role.LEAD, words=_("say how much time a month the levels above may ask of the units")
)
HEAR_COMPLAINTS = allow("complaints.hear", Role.OVERSEE, words=_("hear complaints about directives and forms"))
APPROVE_REPORTS = allow(
    "reports.approve", Role.LEAD, Role.MANAGE, words=_("approve the reports below, or send them back")
)


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


def can_approve_at(by: Actor, unit: Unit) -> bool:
    """Whether `by` may approve, for `unit`, what the units right below it reported."""
    return may(by, APPROVE_REPORTS, unit.path)


def can_send_back(by: Actor, period: Period, report: Report) -> bool:
    """Whether `by` may send `report` back: for a unit above it, up to the one whose form it is."""
    above = [path for path in ancestor_paths(report.unit_path) if path.startswith(period.unit_path)]
    return any(scope(by, APPROVE_REPORTS).covers(path) for path in above)


def can_set_budgets_of(by: Actor, unit: Unit) -> bool:
    """Whether `by` may say how much time may be asked of the units below `unit`."""
    return scope(by, SET_BUDGETS).covers_below(unit.path)


def asks_for(by: Actor) -> Scope:
    """Where `by` could have asked herself: what is complained of there is not hers to hear."""
    sends, runs = scope(by, SEND_DIRECTIVES), scope(by, RUN_FORMS)
    return Scope(subtrees=sends.subtrees + runs.subtrees, units=sends.units + runs.units)


def can_complain_from(by: Actor, unit: Unit) -> bool:
    """Whether `by` may complain about what `unit` was asked: whoever would have to do it."""
    return may(by, HANDLE_DIRECTIVES, unit.path) or may(by, FILE_REPORTS, unit.path)


def can_hear(by: Actor, complaint: Complaint) -> bool:
    """Whether `by` may read `complaint` and answer it: she hears complaints there, has not made it, and could not have asked."""
    return (
        may(by, HEAR_COMPLAINTS, complaint.unit_path)
        and by.pk != complaint.said_by_id
        and not asks_for(by).covers(complaint.thing.unit_path)
    )


def can_read_outcome(by: Actor, complaint: Complaint) -> bool:
    """Whether `by` may read, without a name, how `complaint` was answered: whoever asks for the unit it was about."""
    return complaint.state == ComplaintState.ANSWERED and asks_for(by).covers(complaint.thing.unit_path)


def is_open(period: Period) -> bool:
    """Whether reports of `period` may still be filed and corrected."""
    return period.closed_at is None


def is_form_open(form: ReportForm) -> bool:
    """Whether `form` is in use."""
    return bool(form.state == "open")
