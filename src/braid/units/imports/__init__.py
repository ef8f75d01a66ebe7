"""Bringing the tree to what a file says."""

from .columns import UNITS
from .running import Options, apply_run, import_units, look_over

__all__ = ["UNITS", "Options", "apply_run", "import_units", "look_over"]
