"""Paths: a unit's path is the numbers from the root to itself, five base-36 characters each, compared bytewise."""

from __future__ import annotations

from django.db.models import CharField, Func, Transform

from braid.kernel.fields import BytewiseField

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


class LastStep(Transform):
    """`path__last_step` in constraints: the five characters that stand for the unit itself."""

    lookup_name = "last_step"
    template = f"substr(%(expressions)s, length(%(expressions)s) - {STEP - 1})"


class StepOf(Func):
    """`step_of` a column of numbers, in the database."""

    output_field = CharField()
    template = " || ".join(
        f"substr('{_DIGITS}', CAST(%(expressions)s / {36**place} %%%% 36 AS integer) + 1, 1)"
        for place in reversed(range(STEP))
    )


BytewiseField.register_lookup(LastStep)
