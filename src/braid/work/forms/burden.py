"""Input about budgets of time, and the reason for going beyond them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.writing import figure
from braid.work.queries.budgets import LevelBudget

MOST = 60_000


class OverBudgetForm(forms.Form):
    """A mixin for what asks many: a reason, asked for where units would be beyond their budget of time. Give it `exceeds`."""

    over_budget_why = forms.CharField(
        label=gettext_lazy("Why may it take more time than their budget?"),
        help_text=gettext_lazy("The units that are asked read this."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, exceeds: int = 0, **options: Any) -> None:
        super().__init__(*args, **options)
        if exceeds:
            self.fields["over_budget_why"].required = True
        else:
            del self.fields["over_budget_why"]

    @property
    def why(self) -> str:
        """The reason; empty where none is needed. Once the form is valid."""
        return str(self.cleaned_data.get("over_budget_why", ""))


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
