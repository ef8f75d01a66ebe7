"""Choices, states and constants of the work network, one file per noun."""

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
from .visits import MOST_MET, VisitKind, VisitTopic

__all__ = [
    "APPROVAL_FLOW",
    "DIRECTIVE_FLOW",
    "HANDLING_FLOW",
    "MOST_MET",
    "OPEN_HANDLINGS",
    "REPORT_FLOW",
    "REPORT_FORM_FLOW",
    "ROLLED_UP",
    "SETTLED_HANDLINGS",
    "ApprovalState",
    "DirectiveState",
    "Every",
    "FieldKind",
    "HandlingState",
    "ReportFormState",
    "ReportState",
    "RollUp",
    "VisitKind",
    "VisitTopic",
]
