"""Input about surveys, and answers to them, into clean values."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from braid.contact.actions import QuestionPlan, SurveyPlan
from braid.contact.branches import LONGEST, answers_to, asked
from braid.contact.enums import Promise, QuestionKind
from braid.contact.models import Question, Survey
from braid.contact.words import LANGUAGES, Words, said
from braid.kernel.forms import DayInput, PickerInput, offer
from braid.kernel.writing import colon
from braid.people.models import Person
from braid.units.models import Unit

from .groups import found
from .notices import RuleForm, UnitInReach

FindUnit = Callable[[str], Unit | None]
FindIn = Callable[[str, Unit], Person]
"""Who is meant by a name in a unit; raises `BadInput` in words when that is not clear."""


class InThreeLanguages(forms.Form):
    """Texts in up to three languages: the names in `texts` become a field for each language, the reader's first."""

    texts: Mapping[str, Any] = {}
    needed: tuple[str, ...] = ()
    """Of them those that must be there: in the reader's language, unless they are there in another."""
    before: tuple[str, ...] = ()
    """The fields that stand above them on the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, make in self.texts.items():
            for code, language in languages():
                field = make()
                field.label = f"{field.label} · {language}"
                field.required = name in self.needed and code == languages()[0][0] and not self._is_written(name)
                self.fields[_field(name, code)] = field
        own_first = [_field(name, code) for code, _language in languages() for name in self.texts]
        self.order_fields([*self.before, *own_first])  # as on the page, for the list of what is wrong

    def _is_written(self, name: str) -> bool:
        """Whether it stands there in some language already."""
        return any(self.initial.get(_field(name, code)) for code, _language in LANGUAGES)

    def words(self, name: str) -> dict[str, str]:
        """What was written as `name`, by language, once the form is valid."""
        texts = {code: str(self.cleaned_data[_field(name, code)]).strip() for code, _language in LANGUAGES}
        return {code: text for code, text in texts.items() if text}

    def own_and_others(self) -> tuple[list[Any], list[Any]]:
        """The fields of the reader's language, and those of the others."""
        (own, _name), *others = languages()
        return (
            [self[_field(name, own)] for name in self.texts],
            [self[_field(name, code)] for code, _language in others for name in self.texts],
        )

    @property
    def own_fields(self) -> dict[str, str]:
        """Where it stands what is wrong with a text as a whole: in the reader's language."""
        return {name: _field(name, languages()[0][0]) for name in self.texts}

    @staticmethod
    def initial_of(**texts: Words) -> dict[str, str]:
        """What stands in the fields of texts that are there already."""
        return {_field(name, code): words.get(code, "") for name, words in texts.items() for code, _l in LANGUAGES}


def languages() -> list[tuple[str, str]]:
    """The languages of the product, the reader's first."""
    return sorted(LANGUAGES, key=lambda each: each[0] != get_language())


def _field(name: str, code: str) -> str:
    return f"{name}_{code.replace('-', '_')}"


def _title() -> forms.Field:
    return forms.CharField(label=_("Title"), max_length=120, required=False)


def _intro() -> forms.Field:
    return forms.CharField(
        label=_("Introduction"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


def _text() -> forms.Field:
    return forms.CharField(label=_("Question"), max_length=300, required=False)


def _choices() -> forms.Field:
    return forms.CharField(
        label=_("Choices, one a line"), max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class SurveyForm(InThreeLanguages):
    """What a survey is to be."""

    texts = {"title": _title, "intro": _intro}
    needed = ("title",)

    promise = forms.TypedChoiceField(
        label=_("What you promise to those who answer"),
        choices=Promise.choices,
        coerce=Promise,
        widget=forms.RadioSelect,
        initial=Promise.ANONYMOUS,
        help_text=_("It stands above the first question, and cannot be changed once the survey is open."),
    )
    opens_on = forms.DateField(label=_("First day"), widget=DayInput())
    closes_on = forms.DateField(label=_("Last day"), widget=DayInput())

    def __init__(self, *args: Any, survey: Survey | None = None, **kwargs: Any) -> None:
        if survey:
            names = ("promise", "opens_on", "closes_on")
            texts = self.initial_of(title=survey.title, intro=survey.intro)
            kwargs["initial"] = texts | {name: getattr(survey, name) for name in names}
        super().__init__(*args, **kwargs)

    @property
    def plan(self) -> SurveyPlan:
        """What was filled in, once the form is valid."""
        values = self.cleaned_data
        return SurveyPlan(
            self.words("title"), values["opens_on"], values["closes_on"], values["promise"], self.words("intro")
        )


class NewSurveyForm(UnitInReach, SurveyForm):
    """A new survey: also says of which unit."""


class SurveyRuleForm(RuleForm):
    """One rule of whom a survey asks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].help_text = _("Groups are asked only if you tick them, or choose the group itself.")
        self.fields["offices"].help_text = _("Tick nothing to ask everybody.")


class QuestionForm(InThreeLanguages):
    """One question."""

    texts = {"text": _text, "choices": _choices}
    needed = ("text",)
    before = ("kind",)

    kind = forms.TypedChoiceField(label=_("What is answered"), choices=QuestionKind.choices, coerce=QuestionKind)
    low = forms.IntegerField(
        label=_("Lowest number"), required=False, help_text=_("For a scale or a number."), min_value=-1_000_000
    )
    high = forms.IntegerField(label=_("Highest number"), required=False, max_value=1_000_000_000)
    is_required = forms.BooleanField(label=_("It must be answered"), required=False)
    asked_if = forms.MultipleChoiceField(
        label=_("Ask it only of those who answered"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick answers to one earlier question. Tick nothing to ask everybody."),
    )

    def __init__(self, *args: Any, before: Sequence[Question], question: Question | None = None, **kwargs: Any) -> None:
        if question:
            kwargs["initial"] = _initial_of(question)
        super().__init__(*args, **kwargs)
        conditions = [
            (f"{one.pk}:{value}", f"{one.place}. {one.said_text}{colon(one.said_text)}{words}")
            for one in before
            for value, words in one.said_choices
            if value in answers_to(one)
        ]
        if conditions:
            offer(self, "asked_if", conditions)
        else:
            del self.fields["asked_if"]

    def clean_asked_if(self) -> tuple[int | None, tuple[int, ...]]:
        pairs = [tuple(map(int, pair.split(":"))) for pair in self.cleaned_data["asked_if"]]
        if len({question for question, _value in pairs}) > 1:
            raise forms.ValidationError(_("Tick answers to one question only."))
        return (pairs[0][0], tuple(value for _question, value in pairs)) if pairs else (None, ())

    @property
    def plan(self) -> QuestionPlan:
        """What was filled in, once the form is valid."""
        values = self.cleaned_data
        asked_if, asked_if_choices = values.get("asked_if", (None, ()))
        kind = values["kind"]
        is_choice = kind in (QuestionKind.ONE, QuestionKind.SEVERAL)
        is_number = kind in (QuestionKind.NUMBER, QuestionKind.SCALE)
        return QuestionPlan(
            kind=kind,
            text=self.words("text"),
            choices=self._choices() if is_choice else (),
            low=values["low"] if is_number else None,
            high=values["high"] if is_number else None,
            is_required=values["is_required"],
            asked_if=asked_if,
            asked_if_choices=asked_if_choices,
        )

    def _choices(self) -> tuple[dict[str, str], ...]:
        """The choices, line by line; the first line of each language is the same choice, and so on."""
        lines = {code: [line.strip() for line in text.splitlines()] for code, text in self.words("choices").items()}
        longest = max(map(len, lines.values()), default=0)
        choices = (
            {code: texts[place] for code, texts in lines.items() if place < len(texts) and texts[place]}
            for place in range(longest)
        )
        return tuple(choice for choice in choices if choice)


def _initial_of(question: Question) -> dict[str, Any]:
    lines = {code: "\n".join(choice.get(code, "") for choice in question.choices) for code, _language in LANGUAGES}
    texts = InThreeLanguages.initial_of(text=question.text, choices=lines)
    values = {name: getattr(question, name) for name in ("kind", "low", "high", "is_required")}
    return texts | values | {"asked_if": [f"{question.asked_if_id}:{value}" for value in question.asked_if_choices]}


class AnswerForm(forms.Form):
    """The questions of a survey to be answered on one page, those of all branches; what was not asked is left out."""

    form = forms.CharField(max_length=64, widget=forms.HiddenInput)
    """The key of this form: a phone that sends it twice is known by it."""

    def __init__(
        self, *args: Any, questions: Sequence[Question], units: Sequence[Unit] = (), values: Any = None, **kwargs: Any
    ) -> None:
        initial = {f"q{key}": value for key, value in (values or {}).items()}
        kwargs["initial"] = {"form": secrets.token_urlsafe(16), **initial}
        super().__init__(*args, **kwargs)
        self._questions = questions
        if len(units) > 1:
            self.fields["for_unit"] = forms.TypedChoiceField(
                label=_("For which of your units"), coerce=int, choices=[(unit.pk, str(unit)) for unit in units]
            )
        for question in questions:
            self.fields[f"q{question.pk}"] = _answer_field(question)

    def clean(self) -> dict[str, Any]:
        """What is wrong with answers to questions that were not asked does not matter."""
        were_asked = {question.pk for question in asked(self._questions, self.values)}
        for question in self._questions:
            if question.pk not in were_asked:
                self.errors.pop(f"q{question.pk}", None)
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """What was answered, by the key of the question."""
        return {
            str(question.pk): _plain(value)
            for question in self._questions
            if (value := self.cleaned_data.get(f"q{question.pk}")) not in (None, "", [])
        }

    def asked_with(self) -> list[tuple[Question, Any, str]]:
        """Each question with its field, and in words whom it is asked of where that is not everybody."""
        by_key = {question.pk: question for question in self._questions}
        return [
            (question, self[f"q{question.pk}"], condition_in_words(question, by_key)) for question in self._questions
        ]


def condition_in_words(question: Question, by_key: Mapping[int, Question]) -> str:
    """Whom a question is asked of: `2. Do you have children? yes`; empty where it is everybody."""
    before = by_key.get(question.asked_if_id or 0)
    if before is None:
        return ""
    answers = [str(words) for value, words in before.said_choices if value in question.asked_if_choices]
    return f"{before.place}. {before.said_text}{colon(before.said_text)}{' / '.join(answers)}"


def _answer_field(question: Question) -> forms.Field:
    label = f"{question.place}. {said(question.text)}"
    kind = QuestionKind(question.kind)
    choices = [(value, str(words)) for value, words in question.said_choices]
    if kind in (QuestionKind.ONE, QuestionKind.SCALE):
        return forms.TypedChoiceField(
            label=label,
            choices=choices,
            coerce=int,
            empty_value=None,
            required=question.is_required,
            widget=forms.RadioSelect,
        )
    if kind == QuestionKind.SEVERAL:
        return forms.TypedMultipleChoiceField(
            label=label, choices=choices, coerce=int, required=question.is_required, widget=forms.CheckboxSelectMultiple
        )
    if kind == QuestionKind.NUMBER:
        return forms.IntegerField(
            label=label, min_value=question.low, max_value=question.high, required=question.is_required
        )
    if kind == QuestionKind.DATE:
        return forms.DateField(label=label, widget=DayInput(), required=question.is_required)
    widget = forms.Textarea(attrs={"rows": 4}) if kind == QuestionKind.LONG else forms.TextInput()
    return forms.CharField(label=label, max_length=LONGEST[kind], widget=widget, required=question.is_required)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class PaperForm(AnswerForm):
    """An answer on paper: also in which unit, and, where the survey is with names, whose."""

    unit = forms.CharField(label=_("Unit"), max_length=40, widget=PickerInput)
    person = forms.CharField(label=_("Her name"), max_length=100)

    def __init__(
        self, *args: Any, survey: Survey, unit: Unit | None, find_unit: FindUnit, find: FindIn, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._find_unit, self._find = find_unit, find
        self.initial["unit"] = unit.code if unit else ""
        if survey.is_anonymous:
            del self.fields["person"]

    def clean_unit(self) -> Unit:
        unit: Unit | None = self._find_unit(self.cleaned_data["unit"].strip())
        if unit is None:
            raise forms.ValidationError(_("There is no such unit within your reach."))
        return unit

    def clean_person(self) -> Any:
        unit = self.cleaned_data.get("unit")
        return found(lambda name: self._find(name, unit), self.cleaned_data["person"]) if unit else None
