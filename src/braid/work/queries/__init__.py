"""Reads of the work network, limited by person or used twice."""

from .rollups import Part, answer_of, part_below, parts_below, reports_right_below

__all__ = ["Part", "answer_of", "part_below", "parts_below", "reports_right_below"]
