"""What a record of duty counts: acts somebody did anyway, in words. No points, no targets, no ranking."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .hooks import DutyLine

LINES = (
    DutyLine("visit.logged", _("Visits and contacts")),
    DutyLine("visit.people", _("People met on them")),
    DutyLine("report.filed", pgettext_lazy("record of duty", "Reports filed")),
    DutyLine("reports.approved", _("Parts of reports approved")),
    DutyLine("directive.sent", _("Directives sent")),
    DutyLine("directive.reported", _("Directives carried out")),
    DutyLine("notice.sent", pgettext_lazy("record of duty", "Notices sent")),
    DutyLine("notice.answered", _("Questions answered for everybody")),
    DutyLine("notice.phoned", _("People reached by phone")),
    DutyLine("group.opened", _("Groups begun")),
    DutyLine("survey.opened", pgettext_lazy("record of duty", "Surveys opened")),
    DutyLine("submission.accepted", _("Stories and ideas published")),
    DutyLine("ballot.begun", _("Votes begun")),
    DutyLine("person.joined", _("People welcomed")),
)
