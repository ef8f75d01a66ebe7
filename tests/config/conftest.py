"""Fixtures of the terminal's tests."""

from .processes import braid, built

__all__ = ["braid", "built"]
