"""States of a report and of the approval of a part of the tree."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.states import Flow


class ReportState(TextChoices):
    DRAFT = "draft", _("begun")
    FILED = "filed", _("reported")
    APPROVED = "approved", _("approved")


REPORT_FLOW = Flow(
    "report",
    {
        ReportState.DRAFT: [ReportState.FILED],
        ReportState.FILED: [ReportState.FILED, ReportState.APPROVED, ReportState.DRAFT],
        ReportState.APPROVED: [ReportState.FILED],
    },
)


class ApprovalState(TextChoices):
    IN_FORCE = "in_force", _("approved")
    REOPENED = "reopened", pgettext_lazy("reports", "reopened")


APPROVAL_FLOW = Flow(
    "approval",
    {
        ApprovalState.IN_FORCE: [ApprovalState.REOPENED],
        ApprovalState.REOPENED: [ApprovalState.IN_FORCE],
    },
)

FILE_OWNER = "report"
"""What the safe store calls the reports that files belong to."""
