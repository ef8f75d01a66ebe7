"""Everything that writes in the work network."""

from .approvals import approve_part, reopen_part
from .periods import close_period, open_due_periods, open_period
from .pushes import MOST_PUSHED, Push, Pushed, push_reports
from .report_forms import (
    FieldPlan,
    FormPlan,
    add_check,
    add_field,
    ask_units,
    ask_units_no_longer,
    change_field,
    change_form,
    delete_form,
    draft_form,
    end_form,
    move_field,
    publish_version,
    remove_check,
    remove_field,
)
from .reports import Filing, Filled, file_report, file_reports, save_draft, send_back
from .rollups import Note, expect, fold_all, fold_changes, freeze_rollups, note_changes
from .visits import drop_duty_note, log_visit, note_duty, take_back_visit

__all__ = [
    "MOST_PUSHED",
    "FieldPlan",
    "Filing",
    "Filled",
    "FormPlan",
    "Note",
    "Push",
    "Pushed",
    "add_check",
    "add_field",
    "approve_part",
    "ask_units",
    "ask_units_no_longer",
    "change_field",
    "change_form",
    "close_period",
    "delete_form",
    "draft_form",
    "drop_duty_note",
    "end_form",
    "expect",
    "file_report",
    "file_reports",
    "fold_all",
    "fold_changes",
    "freeze_rollups",
    "log_visit",
    "move_field",
    "note_changes",
    "note_duty",
    "open_due_periods",
    "open_period",
    "publish_version",
    "push_reports",
    "remove_check",
    "remove_field",
    "reopen_part",
    "save_draft",
    "send_back",
    "take_back_visit",
]
