"""Checks of the demo's great notice against a recount that shares nothing with the code that counted."""

from __future__ import annotations

from functools import cache

from braid.kernel.checks import Demo, Outcome, demo_check

from .demo.report import Reached, recount, said

Figures = dict[int, Reached]


@demo_check("contact.reached")
def reached_is_right(demo: Demo) -> Outcome:
    """On every level as many units are said to be addressed and reached as rows show."""
    shown, counted = _both(demo.notice)
    same = _of(shown, "units", "reached") == _of(counted, "units", "reached")
    return Outcome(
        same and _sum(counted, "reached") > 0,
        f"{_sum(shown, 'reached'):,} said, {_sum(counted, 'reached'):,} recounted",
    )


@demo_check("contact.seen")
def seen_is_right(demo: Demo) -> Outcome:
    """On every level as many units are said to have seen and acknowledged as receipts show."""
    shown, counted = _both(demo.notice)
    same = _of(shown, "seen", "acknowledged") == _of(counted, "seen", "acknowledged")
    return Outcome(
        same and _sum(counted, "seen") > 0, f"{_sum(shown, 'seen'):,} said, {_sum(counted, 'seen'):,} recounted"
    )


@cache
def _both(notice: int) -> tuple[Figures, Figures]:
    return said(notice), recount(notice)


def _of(figures: Figures, *names: str) -> dict[int, list[int]]:
    return {level: [getattr(row, name) for name in names] for level, row in figures.items()}


def _sum(figures: Figures, name: str) -> int:
    return sum(getattr(row, name) for row in figures.values())
