"""What surveys show: those that wait for her answers, the surveys of a unit, and lines of the record."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.contact.models import Survey
from braid.contact.queries.surveys import surveys_waiting_for
from braid.contact.rules import RUN_SURVEYS, can_run_surveys_at, can_see_results_at
from braid.insight.hooks import Counted, Panel, Waiting
from braid.kernel.access import may
from braid.kernel.ledger import Strand
from braid.people.models import Person
from braid.units.models import Unit

MOST_SURVEYS = 5

RECORD = (
    Counted("survey.opened", gettext_lazy("Surveys opened"), Strand.CONTACT),
    Counted("survey.closed", gettext_lazy("Surveys closed"), Strand.CONTACT),
    Counted("survey.answered", gettext_lazy("Answers to surveys"), Strand.CONTACT),
)


def waiting_surveys(person: Person, at: datetime) -> list[Waiting]:
    """Open surveys that ask her and that she has not answered."""
    return [
        Waiting(
            title=str(row.survey),
            href=reverse("survey_answer", args=[row.survey.pk]),
            what=_("Answer the questions"),
            strand=Strand.CONTACT,
            source=str(row.survey.unit),
            due_on=row.survey.closes_on,
            since=row.survey.opened_at,
        )
        for row in surveys_waiting_for(person, at=at)
        if not row.has_answered
    ]


def surveys_of_unit(person: Person, unit: Unit, at: datetime) -> Panel | None:
    """The unit's latest surveys, for those who run them or see their results."""
    if not (can_run_surveys_at(person, unit.path) or can_see_results_at(person, unit.path)):
        return None
    found = Survey.objects.filter(unit=unit, unit_path=unit.path).order_by("-pk")
    context = {"surveys": list(found[:MOST_SURVEYS]), "may_run": may(person, RUN_SURVEYS, unit.path)}
    return Panel(_("Surveys"), "insight/panels/surveys.html", context, Strand.CONTACT)
