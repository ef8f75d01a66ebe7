"""The reason for asking more of units than their budget of time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy


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
