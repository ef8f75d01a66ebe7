"""Everything that changes the tree."""

from .moves import Part, merge_units, move_unit, split_unit
from .units import add_unit, change_unit, close_unit, rename_unit, reopen_unit

__all__ = [
    "Part",
    "add_unit",
    "change_unit",
    "close_unit",
    "merge_units",
    "move_unit",
    "rename_unit",
    "reopen_unit",
    "split_unit",
]
