"""Input about forms and their questions into clean values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from braid.contact.forms import OverBudgetForm, RuleForm, UnitInReach
from braid.contact.forms.surveys import InThreeLanguages
from braid.contact.words import LANGUAGES, Words
from braid.kernel.forms import DayInput, offer
from braid.work import hooks
from braid.work.actions import FieldPlan, FormPlan, why_not_asked, why_not_replaced
from braid.work.answers import conditions_of
from braid.work.checking import ANSWERED, COMPARISONS, SUMMED, Check, number_from, number_in_words
from braid.work.enums import Every, FieldKind, RollUp
from braid.work.models import Field, ReportForm, ReportFormRule

REGISTERED = ("every", "due_days", "minutes", "ends_on")
"""What the register says of a form besides its texts."""


def _title() -> forms.Field:
    return forms.CharField(label=_("Title"), max_length=120, required=False)


def _purpose() -> forms.Field:
    return forms.CharField(
        label=_("What the answers are for"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who fills it in reads this."),
    )


def _basis() -> forms.Field:
    return forms.CharField(
        label=_("Legal or other basis"),
        max_length=300,
        required=False,
        help_text=_("Which plan, rule or decision lets you ask. Without one, nobody has to answer."),
    )


def _text() -> forms.Field:
    return forms.CharField(label=_("Question"), max_length=300, required=False)


def _help() -> forms.Field:
    return forms.CharField(label=_("Help for who fills it in"), max_length=500, required=False)


def _lines(label: Any, help_text: Any = "") -> forms.Field:
    lines = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=4_000, required=False, widget=lines, help_text=help_text)


def _words() -> forms.Field:
    return forms.CharField(label=_("What is said when it does not hold"), max_length=300, required=False)


class MinutesForm(forms.Form):
    """How long a form takes."""

    minutes = forms.IntegerField(
        label=_("Minutes it takes a unit to answer"),
        min_value=1,
        max_value=10_000,
        help_text=_("It counts in the burden of each unit that is asked. Say it honestly."),
    )


class RegisterForm(OverBudgetForm, MinutesForm, InThreeLanguages):
    """The register entry of a form; with a reason where more minutes of a form in use would put units over their budget."""

    texts = {"title": _title, "purpose": _purpose, "basis": _basis}
    needed = ("title", "purpose", "basis")

    every = forms.TypedChoiceField(label=_("How often it is asked"), choices=Every.choices, coerce=Every)
    due_days = forms.IntegerField(
        label=_("Days to answer"), min_value=1, max_value=365, initial=7, help_text=_("After the end of each period.")
    )
    ends_on = forms.DateField(
        label=_("Last day in use"), widget=DayInput(), help_text=_("After this day it is asked no more.")
    )

    def __init__(self, *args: Any, report_form: ReportForm | None = None, **kwargs: Any) -> None:
        if report_form:
            given = {name: getattr(report_form, name) for name in (*REGISTERED, "over_budget_why")}
            texts = {name: getattr(report_form, name) for name in self.texts}
            kwargs["initial"] = self.initial_of(**texts) | given
        super().__init__(*args, **kwargs)
        if report_form and report_form.state != "draft":
            self.fields["every"].disabled = True  # its periods are counted already

    @property
    def plan(self) -> FormPlan:
        """What was filled in, once the form is valid."""
        values = {name: self.cleaned_data[name] for name in REGISTERED}
        return FormPlan(**values | {name: self.words(name) for name in self.texts})


class NewRegisterForm(UnitInReach, RegisterForm):
    """A new form: also says of which unit."""


class AskedForm(OverBudgetForm, RuleForm):
    """One rule of which units a form asks; with a reason where a form in use would put new ones over their budget."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].help_text = _("Groups are asked only if you tick them, or choose the group itself.")

    @property
    def asked(self) -> ReportFormRule:
        """The unsaved rule, once the form is valid but for a reason."""
        return ReportFormRule(**self.said)

    @property
    def query(self) -> str:
        """The rule as the end of an address, to be read by this form again."""
        data = cast("QueryDict", self.data)
        return urlencode(
            [(name, value) for name in ("unit", "reach", "levels", "kinds") for value in data.getlist(name)]
        )


class QuestionForm(InThreeLanguages):
    """One question; what belongs to another kind of answer is left out."""

    texts = {
        "text": _text,
        "help": _help,
        "choices": lambda: _lines(_("Choices, one a line"), _("For a choice.")),
        "rows": lambda: _lines(_("Rows, one a line"), _("For a table of numbers.")),
        "columns": lambda: _lines(_("Columns, one a line")),
    }
    needed = ("text",)

    kind = forms.TypedChoiceField(label=_("What is answered"), choices=FieldKind.choices, coerce=FieldKind)
    is_required = forms.BooleanField(label=_("It must be answered"), required=False, initial=True)
    measure = forms.CharField(
        label=_("Unit of the number"), max_length=30, required=False, help_text=_("Such as people, yuan, hours.")
    )
    places = forms.TypedChoiceField(
        label=_("Decimals"), choices=[(place, str(place)) for place in range(4)], coerce=int, initial=0
    )
    low = forms.CharField(label=_("Lowest number"), max_length=20, required=False)
    high = forms.CharField(label=_("Highest number"), max_length=20, required=False)
    roll_up = forms.TypedChoiceField(
        label=_("How the numbers of many units become one"),
        choices=RollUp.choices,
        coerce=RollUp,
        initial=RollUp.SUM,
    )
    bound_to = forms.ChoiceField(
        label=_("Filled from the journal"),
        required=False,
        help_text=_("The system counts it for each unit, who may correct it with a reason. Nobody counts by hand."),
    )

    def __init__(self, *args: Any, question: Field | None = None, **kwargs: Any) -> None:
        self._question = question
        if question:
            kwargs["initial"] = _initial_of(question)
        super().__init__(*args, **kwargs)
        known = [(each.kind, each.words) for each in hooks.bindings]
        offer(self, "bound_to", [("", _("no, the unit types it")), *known])
        if question:
            self.fields["kind"].disabled = self.fields["places"].disabled = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.errors:
            return values
        for name in ("low", "high"):
            if values[name].strip() and self._number(name) is None:
                self.add_error(name, _("Write a number with at most so many decimals as the answer."))
        wrong = {} if self.errors else why_not_asked(self.plan)
        for name, why in wrong.items():
            self.add_error(self._place_of(name), why)
        if self._question and not self.errors and (why := why_not_replaced(self._question, self.plan)):
            self.add_error(None, why)
        return values

    @property
    def plan(self) -> FieldPlan:
        """What was filled in, once the form is valid."""
        values, kind = self.cleaned_data, self.cleaned_data["kind"]
        is_number = kind in (FieldKind.NUMBER, FieldKind.TABLE)
        is_single = kind == FieldKind.NUMBER
        return FieldPlan(
            kind=kind,
            text=self.words("text"),
            help=self.words("help"),
            is_required=values["is_required"],
            measure=values["measure"].strip() if is_number else "",
            places=values["places"] if is_number else 0,
            low=self._number("low") if is_number else None,
            high=self._number("high") if is_number else None,
            roll_up=values["roll_up"] if is_single else RollUp.SUM,
            choices=self._choices(kind),
            bound_to=values["bound_to"] if is_single else "",
        )

    def _number(self, name: str) -> int | None:
        return number_from(self.cleaned_data[name], self.cleaned_data["places"]) if self.cleaned_data[name] else None

    def _choices(self, kind: FieldKind) -> Any:
        if kind == FieldKind.TABLE:
            return {name: texts_of(self.words(name)) for name in ("rows", "columns")}
        return texts_of(self.words("choices")) if kind == FieldKind.CHOICE else []

    def _place_of(self, name: str) -> str:
        """The field of this form beside which a reason about `name` of the plan belongs."""
        if name == "choices" and self.cleaned_data["kind"] == FieldKind.TABLE:
            name = "rows"
        return str(self.own_and_others()[0][list(self.texts).index(name)].name) if name in self.texts else name


def texts_of(lines: Words) -> list[dict[str, str]]:
    """Texts by language out of lines by language: the first line of each is the same thing, and so on."""
    split = {code: [line.strip() for line in text.splitlines()] for code, text in lines.items()}
    longest = max(map(len, split.values()), default=0)
    texts = (
        {code: some[place] for code, some in split.items() if place < len(some) and some[place]}
        for place in range(longest)
    )
    return [text for text in texts if text]


def _initial_of(question: Field) -> dict[str, Any]:
    tables = question.choices if question.kind == FieldKind.TABLE else {"choices": question.choices}
    lines = {
        name: {code: "\n".join(text.get(code, "") for text in texts).rstrip() for code, _name in LANGUAGES}
        for name, texts in tables.items()
    }
    texts = InThreeLanguages.initial_of(text=question.text, help=question.help, **lines)
    names = ("kind", "is_required", "measure", "places", "roll_up", "bound_to")
    bounds = {
        name: "" if bound is None else number_in_words(bound, question.places)
        for name, bound in (("low", question.low), ("high", question.high))
    }
    return texts | bounds | {name: getattr(question, name) for name in names}


class CheckForm(InThreeLanguages):
    """A check across fields: what some add up to, compared with what others do and a number; or that some are answered."""

    texts = {"words": _words}
    needed = ("words",)
    before = ("left", "compare", "right", "plus", "when")
    compared = " ".join(COMPARISONS)
    """The values of `compare` that compare something."""

    when = forms.ChoiceField(label=_("When it is looked at"), required=False)
    left = forms.MultipleChoiceField(label=_("These questions"), widget=forms.CheckboxSelectMultiple)
    compare = forms.ChoiceField(
        label=_("must be"),
        choices=list(
            zip(
                (*COMPARISONS, ANSWERED),
                (
                    _("at most"),
                    _("at least"),
                    _("equal to"),
                    _("less than"),
                    _("more than"),
                    pgettext_lazy("a question", "answered"),
                ),
                strict=True,
            )
        ),
        help_text=_("Several numbers are added up, and so are the cells of a table."),
    )
    right = forms.MultipleChoiceField(label=_("the sum of"), required=False, widget=forms.CheckboxSelectMultiple)
    plus = forms.CharField(label=_("and this number"), max_length=20, required=False)

    def __init__(self, *args: Any, questions: Sequence[Field], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fields = {each.key: each for each in questions}
        named = [(each.key, f"{each.place + 1}. {each.said_text}") for each in questions]
        offer(self, "when", [("", _("always")), *conditions_of(questions).items()])
        offer(self, "left", named)
        offer(self, "right", [(key, words) for key, words in named if self._fields[key].kind in SUMMED])

    def clean_plus(self) -> str:
        typed = self.cleaned_data["plus"]
        number = number_from(typed, 3) if typed else None
        if typed and number is None:
            raise forms.ValidationError(_("Write a number with at most three decimals."))
        return "" if number is None else f"{Decimal(number).scaleb(-3).normalize():f}"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and values["compare"] == ANSWERED:
            values |= {"right": [], "plus": ""}
        if not self.errors and not self.check.fits(self._fields):
            self.add_error("left", _("Compare numbers and tables, with others or with a number."))
        return values

    @property
    def check(self) -> Check:
        """What was filled in, once the form is valid."""
        values = self.cleaned_data
        left, right = (tuple(values[name]) for name in ("left", "right"))
        return Check(left, values["compare"], right, self.words("words"), plus=values["plus"], when=values["when"])


class PeriodForm(OverBudgetForm):
    """A period to open by hand."""

    first_on = forms.DateField(label=_("What happened from"), widget=DayInput())
    last_on = forms.DateField(label=_("until and including"), widget=DayInput())
    due_on = forms.DateField(label=_("Due on"), widget=DayInput())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and values["last_on"] < values["first_on"]:
            self.add_error("last_on", _("The last day lies before the first."))
        return values


class SheetForm(forms.Form):
    """A table as a file."""

    file = forms.FileField(label=_("File (XLSX or CSV)"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}))
