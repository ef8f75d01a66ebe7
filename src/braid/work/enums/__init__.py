"""Choices, states and constants of the work network, one file per noun."""

from .burden import FEWEST_SAID, MOST_MINUTES, USUAL_BUDGETS, Asking
from .complaints import (
    ANSWER_ABOVE_WITHIN,
    ANSWER_WITHIN,
    COMPLAINT_FLOW,
    ComplaintState,
    Grievance,
    Verdict,
)
from .directives import (
    DIRECTIVE_FLOW,
    HANDLING_FLOW,
    OPEN_HANDLINGS,
    SETTLED_HANDLINGS,
    DirectiveState,
    HandlingState,
)
from .report_forms import (
    REPORT_FORM_FLOW,
    ROLLED_UP,
    Every,
    FieldKind,
    ReportFormState,
    RollUp,
)
from .reports import APPROVAL_FLOW, REPORT_FLOW, ApprovalState, ReportState

__all__ = [
    "ANSWER_ABOVE_WITHIN",
    "ANSWER_WITHIN",
    "APPROVAL_FLOW",
    "COMPLAINT_FLOW",
    "DIRECTIVE_FLOW",
    "FEWEST_SAID",
    "HANDLING_FLOW",
    "MOST_MINUTES",
    "OPEN_HANDLINGS",
    "REPORT_FLOW",
    "REPORT_FORM_FLOW",
    "ROLLED_UP",
    "SETTLED_HANDLINGS",
    "USUAL_BUDGETS",
    "ApprovalState",
    "Asking",
    "ComplaintState",
    "DirectiveState",
    "Every",
    "FieldKind",
    "Grievance",
    "HandlingState",
    "ReportFormState",
    "ReportState",
    "RollUp",
    "Verdict",
]
