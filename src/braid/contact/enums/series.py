"""How notices repeat, and where a series stands."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from braid.kernel.states import Flow

LAST_DAY = 31
"""The day of the month that stands for the last one: it is the last one in every month that has it."""
MOST_TIMES = 100
LONGEST_SERIES = timedelta(days=5 * 366)
"""From the first day to the last. A series ends within the term of a congress: nobody is to be told for ever what nobody
looks at any more."""


class Every(TextChoices):
    """How often."""

    WEEK = "week", _("every week")
    MONTH = "month", _("every month")
    YEAR = "year", _("every year")


class SeriesState(TextChoices):
    RUNNING = "running", _("running")
    STOPPED = "stopped", _("stopped")
    ENDED = "ended", _("ended")


SERIES_FLOW = Flow(
    "series",
    {
        SeriesState.RUNNING: [SeriesState.RUNNING, SeriesState.STOPPED, SeriesState.ENDED],
        SeriesState.STOPPED: [SeriesState.RUNNING],
        SeriesState.ENDED: [SeriesState.RUNNING],
    },
)
