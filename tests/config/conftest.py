"""Fixtures of the terminal's tests."""

from .processes import braid

__all__ = ["braid"]
