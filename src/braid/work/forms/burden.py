"""Input about budgets of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from braid.kernel.writing import figure
from braid.work.queries.budgets import LevelBudget

MOST = 60_000


class BudgetsForm(forms.Form):
    """For each level a number of minutes a month; left empty, what holds from above."""

    def __init__(self, *args: Any, levels: Sequence[LevelBudget], **options: Any) -> None:
        super().__init__(*args, **options)
        self.levels = levels
        for level in levels:
            self.fields[f"level_{level.level}"] = forms.IntegerField(
                label=level.name,
                help_text=_("Minutes a month. Empty: %(minutes)s, as it holds without a number of your own.")
                % {"minutes": figure(level.above)},
                min_value=1,
                max_value=_most(level),
                required=False,
                initial=level.own,
            )

    @property
    def minutes(self) -> dict[int, int | None]:
        """By level what was given. Once the form is valid."""
        return {level.level: self.cleaned_data[f"level_{level.level}"] for level in self.levels}


def _most(level: LevelBudget) -> int:
    return MOST if level.most is None else level.most
