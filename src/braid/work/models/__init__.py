"""The rows of the work network, one file per noun."""

from .burden import Budget, TimeSaid
from .complaints import Complaint
from .directives import (
    Directive,
    DirectiveQuestion,
    DirectiveReview,
    DirectiveRule,
    DirectiveVersion,
    Escalation,
    Handling,
    HandlingEvent,
    Passing,
    Telling,
)
from .report_forms import Field, FormVersion, Period, PeriodRule, ReportForm, ReportFormRule
from .reports import Approval, ApprovalEvent, Report, ReportVersion
from .rollups import Change, Rollup, Total
from .visits import DutyNote, Visit

__all__ = [
    "Approval",
    "ApprovalEvent",
    "Budget",
    "Change",
    "Complaint",
    "Directive",
    "DirectiveQuestion",
    "DirectiveReview",
    "DirectiveRule",
    "DirectiveVersion",
    "DutyNote",
    "Escalation",
    "Field",
    "FormVersion",
    "Handling",
    "HandlingEvent",
    "Passing",
    "Period",
    "PeriodRule",
    "Report",
    "ReportForm",
    "ReportFormRule",
    "ReportVersion",
    "Rollup",
    "Telling",
    "TimeSaid",
    "Total",
    "Visit",
]
