"""Reads of the tree: as it is, as it was, and as a change would make it."""

from .history import UnitThen, tree_at, unit_as_of, unit_at_path, unit_by_code
from .units import children_of, events_of, first_day, level_names, root_unit, unit_for

__all__ = [
    "UnitThen",
    "children_of",
    "events_of",
    "first_day",
    "level_names",
    "root_unit",
    "tree_at",
    "unit_as_of",
    "unit_at_path",
    "unit_by_code",
    "unit_for",
]
