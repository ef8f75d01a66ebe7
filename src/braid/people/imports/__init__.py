"""Giving offices as a file says."""

from .columns import OFFICERS
from .running import Options, apply_run, import_officers, look_over

__all__ = ["OFFICERS", "Options", "apply_run", "import_officers", "look_over"]
