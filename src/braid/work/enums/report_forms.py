"""What a form asks, how often, and how answers add up."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.kernel.states import Flow


class ReportFormState(TextChoices):
    DRAFT = "draft", _("draft")
    OPEN = "open", pgettext_lazy("form", "in use")
    ENDED = "ended", pgettext_lazy("form", "ended")


REPORT_FORM_FLOW = Flow(
    "form",
    {
        ReportFormState.DRAFT: [ReportFormState.OPEN],
        ReportFormState.OPEN: [ReportFormState.ENDED],
        ReportFormState.ENDED: [],
    },
)


class Every(TextChoices):
    """How often a form is asked. `once`: when a directive asks for it, or when somebody opens it by hand."""

    ONCE = "once", _("once")
    WEEK = "week", _("every week")
    MONTH = "month", _("every month")
    QUARTER = "quarter", _("every quarter")
    YEAR = "year", _("every year")


class FieldKind(TextChoices):
    NUMBER = "number", pgettext_lazy("kind of answer", "number")
    CHOICE = "choice", _("choice")
    TEXT = "text", pgettext_lazy("kind of answer", "text")
    DATE = "date", _("date")
    FILE = "file", _("file")
    TABLE = "table", _("table of numbers")


class RollUp(TextChoices):
    """How the numbers of many units become one."""

    SUM = "sum", _("sum")
    MIN = "min", _("lowest")
    MAX = "max", _("highest")
    MEAN = "mean", _("mean")
    LATEST = "latest", _("latest")


ROLLED_UP = (FieldKind.NUMBER, FieldKind.CHOICE, FieldKind.TABLE)
"""Kinds of fields that add up; the others are read one by one."""
