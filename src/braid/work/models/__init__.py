"""The rows of the work network, one file per noun."""

from .directives import Directive, DirectiveRule, DirectiveVersion, Handling, HandlingEvent, Passing
from .report_forms import Field, FormVersion, Period, PeriodRule, ReportForm, ReportFormRule
from .reports import Approval, ApprovalEvent, Report, ReportVersion
from .rollups import Change, Rollup, Total
from .visits import DutyNote, Visit

__all__ = [
    "Approval",
    "ApprovalEvent",
    "Change",
    "Directive",
    "DirectiveRule",
    "DirectiveVersion",
    "DutyNote",
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
    "Total",
    "Visit",
]
