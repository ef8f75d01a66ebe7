"""Who may do what in the work network: pure questions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from braid.kernel.access import Actor, Scope, may, scope
from braid.people.enums import Role
from braid.people.roles import allow
from braid.units.models import Unit
from braid.units.paths import ancestor_paths

from .enums import OPEN_HANDLINGS, ComplaintState, DirectiveState
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
    return any(scope(by, SEND_DIRECTIVES).covers(path) for path in (directive.unit_path, *between))


def is_directive_out(directive: Directive, at: datetime) -> bool:
    """Whether those it asks see it at `at`: sent, and the time to undo that is over."""
    return directive.state != DirectiveState.DRAFT and directive.sent_at is not None and directive.sent_at <= at


def can_undo_directive(directive: Directive, at: datetime) -> bool:
    """Whether the sending can still be taken back as if it had not happened."""
    return directive.state == DirectiveState.SENT and directive.sent_at is not None and at < directive.sent_at


def takes_work(directive: Directive, at: datetime) -> bool:
    """Whether units still do something with it: it is out, and neither closed nor withdrawn."""
    return directive.state == DirectiveState.SENT and is_directive_out(directive, at)


def is_late(handling: Handling | None, due_on: date, on: date) -> bool:
    """Whether a unit that is asked has let the day pass without a word, while the directive goes on. It has no handling while it
    has not opened it."""
    return on > due_on and (handling is None or handling.state in OPEN_HANDLINGS)


def is_past_due(directive: Directive, on: date) -> bool:
    """Whether the directive's own day is past on `on` while it goes on: whoever has not answered is late."""
    return directive.state == DirectiveState.SENT and on > directive.due_on


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


def is_form_past(form: ReportForm, on: date) -> bool:
    """Whether the last day of `form` in use is over on the day `on`: then it is asked no more."""
    return on > form.ends_on


def can_log_visits_for(by: Actor, unit: Unit) -> bool:
    """Whether `by` may log visits of `unit`."""
    return may(by, LOG_VISITS, unit.path)


def is_filed(report: Report | None) -> bool:
    """Whether `report` stands, so that filing again corrects it."""
    return report is not None and report.state != "draft"
