"""Paths: a unit's path is the numbers from the root to itself, five base-36 characters each, compared bytewise."""

from __future__ import annotations

from .enums import STEP

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def step_of(number: int) -> str:
    """The five characters that stand for unit `number` in a path."""
    if not 0 < number < 36**STEP:
        raise ValueError(f"unit number {number} does not fit a path step")
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text.rjust(STEP, "0")


def numbers_of(path: str) -> list[int]:
    """The unit numbers along `path`, root first, the unit itself last."""
    return [int(path[i : i + STEP], 36) for i in range(0, len(path), STEP)]


def number_of(path: str) -> int:
    """The number of the unit at `path`: also at a path it has left long ago."""
    return int(path[-STEP:], 36)


def ancestor_paths(path: str) -> list[str]:
    """The paths of all ancestors, root first, without the unit itself."""
    return [path[:end] for end in range(STEP, len(path), STEP)]
