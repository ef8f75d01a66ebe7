"""Fixtures of the terminal's tests."""

from .processes import bare, braid, built

__all__ = ["bare", "braid", "built"]
