"""Numbers that are far from what a unit usually reports, by a rule that one wild month does not upset.

The modified z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, ASQC 1993, chapter 3): 0.6745 times the distance
from the median, in median absolute deviations; beyond 3.5 a number is an outlier. Beside it we ask for half as much or twice as
much, so that a unit that always reports about the same is not asked about a few more; and where a unit always reported the same
number, one whole is taken as its deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.utils.translation import gettext as _

FEWEST = 4
"""Earlier periods without which nothing is usual."""
FARTHEST = 3.5
_SCALE = 0.6745


@dataclass(frozen=True)
class Unusual:
    """A number that is far from the usual one (the median of those before); both in the smallest decimal."""

    value: int
    usual: float
    low: int
    high: int
    """The lowest and the highest of those before."""

    @property
    def words(self) -> str:
        """How far, as people say it."""
        if self.usual <= 0 or self.value < 0:
            return _("far from the usual number")
        if not self.value:
            return _("nothing at all, which is not usual")
        times = self.value / self.usual
        return _more(times) if times > 1 else _less(1 / times)


def unusual(value: int, before: Sequence[int], *, whole: int = 1) -> Unusual | None:
    """What is unusual about `value` after the numbers `before`; None if nothing is, or too little is known.

    `whole` is one whole in the smallest decimal: 100 for a number with two decimals.
    """
    if len(before) < FEWEST:
        return None
    usual = median(before)
    deviation = max(median(abs(each - usual) for each in before), whole)
    is_far = _SCALE * abs(value - usual) / deviation > FARTHEST
    is_other = value >= 2 * usual or 2 * value <= usual
    return Unusual(value, usual, min(before), max(before)) if is_far and is_other else None


def _more(times: float) -> str:
    rounded = round(times)
    if rounded <= 2:
        return _("twice as much as usual")
    if rounded == 3:
        return _("three times as much as usual")
    if rounded == 4:
        return _("four times as much as usual")
    return _("%(times)s times as much as usual") % {"times": f"{rounded:,}"}


def _less(times: float) -> str:
    rounded = round(times)
    if rounded <= 2:
        return _("half as much as usual")
    if rounded == 3:
        return _("a third of the usual")
    if rounded == 4:
        return _("a quarter of the usual")
    return _("less than a quarter of the usual")
