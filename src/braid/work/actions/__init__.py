"""Everything that writes in the work network."""

from .approvals import approve_part, reopen_part
from .budgets import check_budget, set_budgets
from .complaints import (
    answer_complaint,
    complain,
    note_answer_read,
    raise_overdue_complaints,
    take_back_complaint,
)
from .periods import close_period, open_due_periods, open_period
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
from .time_taken import fold_minutes, note_minutes

__all__ = [
    "FieldPlan",
    "Filing",
    "Filled",
    "FormPlan",
    "Note",
    "add_check",
    "add_field",
    "answer_complaint",
    "approve_part",
    "ask_units",
    "ask_units_no_longer",
    "change_field",
    "change_form",
    "check_budget",
    "close_period",
    "complain",
    "delete_form",
    "draft_form",
    "end_form",
    "expect",
    "file_report",
    "file_reports",
    "fold_all",
    "fold_changes",
    "fold_minutes",
    "freeze_rollups",
    "move_field",
    "note_answer_read",
    "note_changes",
    "note_minutes",
    "open_due_periods",
    "open_period",
    "publish_version",
    "raise_overdue_complaints",
    "remove_check",
    "remove_field",
    "reopen_part",
    "save_draft",
    "send_back",
    "set_budgets",
    "take_back_complaint",
]
