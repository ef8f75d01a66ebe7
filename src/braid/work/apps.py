"""Work as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "braid.work"
    label = "work"
    verbose_name = _("Work")

    def ready(self) -> None:
        from braid.contact import hooks as contact
        from braid.kernel import delivery, files, personal, worker
        from braid.people import hooks as people
        from braid.units import hooks as units

        from . import bindings, duty, holdings, hooks
        from .actions import (
            begin_tellings,
            check_time_of_notice,
            fold_changes,
            fold_minutes,
            freeze_rollups,
            go_on_telling,
            open_due_periods,
            raise_overdue_complaints,
        )
        from .actions.handing import (
            count_directive_drafts,
            count_given,
            hand_over_directive_drafts,
            hand_over_given,
            merge_handlings,
        )
        from .composing import compose_directives, compose_late
        from .enums import DIRECTIVE, DIRECTIVE_LATE, DIRECTIVE_REMINDER, FILE_OWNER
        from .models import (
            Approval,
            Budget,
            Complaint,
            Directive,
            Escalation,
            Handling,
            Passing,
            Period,
            Report,
            ReportForm,
            Visit,
        )
        from .queries.reports import may_read_files_of_report
        from .shown import foreseen_of_notice

        units.owned_models += [Directive, Passing, Handling, Escalation, ReportForm, Period, Report, Approval]
        units.owned_models += [Budget, Complaint, Visit]
        units.before_merge.append(merge_handlings)
        people.handovers += [
            people.Handover("directives", _("directives given to do"), count_given, hand_over_given),
            people.Handover(
                "directive_drafts", _("draft directives"), count_directive_drafts, hand_over_directive_drafts
            ),
        ]
        delivery.COMPOSERS |= {
            DIRECTIVE: compose_directives,
            DIRECTIVE_REMINDER: compose_directives,
            DIRECTIVE_LATE: compose_late,
        }
        files.owners[FILE_OWNER] = may_read_files_of_report
        worker.rounds += [open_due_periods, freeze_rollups, fold_changes, begin_tellings, go_on_telling]
        worker.rounds += [fold_minutes, raise_overdue_complaints]
        contact.before_sending.append(foreseen_of_notice)
        contact.without_reason.append(check_time_of_notice)
        personal.HOLDINGS += holdings.HOLDINGS
        hooks.bindings += bindings.GROUND
        hooks.duty_lines += duty.LINES
