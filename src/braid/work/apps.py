"""Work as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "braid.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self) -> None:
        from braid.kernel import personal, worker
        from braid.units import hooks

        from . import holdings
        from .actions import fold_changes, freeze_rollups, open_due_periods
        from .duty import LINES
        from .hooks import duty_lines
        from .models import Approval, Directive, Handling, Passing, Period, Report, ReportForm, Visit

        hooks.owned_models += [Directive, Passing, Handling, ReportForm, Period, Report, Approval, Visit]
        worker.rounds += [open_due_periods, freeze_rollups, fold_changes]
        personal.HOLDINGS += holdings.HOLDINGS
        duty_lines.extend(LINES)
