"""Input into clean values, one file per noun."""

from .report_forms import (
    AskedForm,
    CheckForm,
    MinutesForm,
    NewRegisterForm,
    PeriodForm,
    QuestionForm,
    RegisterForm,
    SheetForm,
)
from .reports import FillForm

__all__ = [
    "AskedForm",
    "CheckForm",
    "FillForm",
    "MinutesForm",
    "NewRegisterForm",
    "PeriodForm",
    "QuestionForm",
    "RegisterForm",
    "SheetForm",
]
