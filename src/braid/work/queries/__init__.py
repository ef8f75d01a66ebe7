"""Reads of the work network, limited by person or used twice."""

from .recounts import WrongTotal, wrong_approvals, wrong_totals
from .rollups import Part, answer_of, part_below, parts_below, reports_right_below

__all__ = [
    "Part",
    "WrongTotal",
    "answer_of",
    "part_below",
    "parts_below",
    "reports_right_below",
    "wrong_approvals",
    "wrong_totals",
]
