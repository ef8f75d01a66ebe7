"""The rows of the work network, one file per noun."""

from .burden import Budget, TimeSaid
from .complaints import Complaint
from .directives import Directive, DirectiveRule, DirectiveVersion, Handling, HandlingEvent, Passing
from .report_forms import Field, FormVersion, Period, PeriodRule, ReportForm, ReportFormRule
from .reports import Approval, ApprovalEvent, Report, ReportVersion
from .rollups import Change, Rollup, Total

__all__ = [
    "Approval",
    "ApprovalEvent",
    "Budget",
    "Change",
    "Complaint",
    "Directive",
    "DirectiveRule",
    "DirectiveVersion",
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
    "TimeSaid",
    "Total",
]
