"""What reports show: those that wait to be filed, a panel of My unit, and lines of the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.insight.hooks import Counted, Panel, Waiting
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.models import Unit
from braid.work.queries.report_forms import held_forms_for
from braid.work.queries.reports import reports_due_for
from braid.work.rules import can_file_for, can_handle_at, can_run_forms_of, can_view_work_at

MOST_DUE = 5

RECORD = (
    Counted("form.asked", gettext_lazy("Forms asked"), Strand.WORK),
    Counted("report.filed", gettext_lazy("Reports filed"), Strand.WORK),
    Counted("report.corrected", gettext_lazy("Reports corrected"), Strand.WORK),
)


def waiting_reports(person: Person, at: datetime) -> Iterator[Waiting]:
    """What her units are asked and have not reported; but not once more what a directive asks that stands there already."""
    for place in reports_due_for(person, at=at):
        if place.period.directive_id and can_handle_at(person, place.unit.path):
            continue
        what = _("Change what was sent back") if place.was_sent_back else _("Fill in and report")
        yield Waiting(
            title=str(place.period.form),
            href=reverse("report_fill", args=[place.period.pk, place.unit.code]),
            what=what,
            strand=Strand.WORK,
            source=str(place.unit),
            due_on=place.period.due_on,
            since=place.period.opened_at,
        )


def forms_held(person: Person, at: datetime) -> Iterator[Waiting]:
    """Forms she runs that were not asked again: units would be over their budget of time, and there is no reason yet."""
    for form in held_forms_for(person):
        yield Waiting(
            title=str(form),
            href=reverse("report_form_reason", args=[form.pk]),
            what=_("Say why, or ask for less"),
            strand=Strand.WORK,
            source=str(form.unit),
        )


def reports_of_unit(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """What the unit has to report, for those who see its work."""
    if not can_view_work_at(person, unit.path):
        return None
    context = {
        "due": reports_due_for(person, at=at, only=unit)[:MOST_DUE],
        "today": timezone.localdate(at),
        "may_file": can_file_for(person, unit),
        "may_run": can_run_forms_of(person, unit.path),
    }
    return Panel(_("Reports"), "insight/panels/reports.html", context, Strand.WORK)
