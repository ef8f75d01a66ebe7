"""Work as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "braid.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self) -> None:
        from braid.contact import hooks as contact
        from braid.kernel import personal, worker
        from braid.units import hooks

        from . import holdings
        from .actions import fold_changes, fold_minutes, freeze_rollups, open_due_periods, raise_overdue_complaints
        from .models import (
            Approval,
            Budget,
            Complaint,
            Directive,
            Handling,
            Passing,
            Period,
            Report,
            ReportForm,
        )
        from .shown import shown_before_notice

        contact.before_sending.append(shown_before_notice)
        hooks.owned_models += [Directive, Passing, Handling, ReportForm, Period, Report, Approval, Budget, Complaint]
        worker.rounds += [open_due_periods, freeze_rollups, fold_changes, fold_minutes, raise_overdue_complaints]
        personal.HOLDINGS += holdings.HOLDINGS
