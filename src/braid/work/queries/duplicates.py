"""The same question asked of the same units by two forms in use, found by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from braid.units import snapshot
from braid.units.models import Unit
from braid.work.enums import ReportFormState
from braid.work.likeness import ALIKE, likeness, normal, pairs_of
from braid.work.models import Field, FormVersion, ReportForm, ReportFormRule
from braid.work.spread import Ask, Piece, Spread

MOST = 100
"""Pairs of forms that are shown."""


@dataclass(frozen=True)
class Twin:
    """A question of one form and one of another that ask the same."""

    one: Field
    other: Field
    is_same_count: bool
    """Both are filled from the same count of the journal."""


@dataclass(frozen=True)
class FormPair:
    """Two forms that ask the same units the same."""

    one: ReportForm
    other: ReportForm
    twins: list[Twin]


def duplicates_in(unit: Unit) -> list[FormPair]:
    """Pairs of forms in use that ask units in the subtree of `unit` the same; those with most in common first. Three queries."""
    tree = snapshot.current()
    spread, within = Spread(tree), tree.span(unit.pk)
    forms = {form.pk: form for form in _in_use()}
    pieces = {pk: spread.pieces_of(asks, within=within) for pk, asks in _asks(forms.values()).items()}
    asked = {pk: found for pk, found in pieces.items() if found}
    twins: dict[tuple[int, int], list[Twin]] = defaultdict(list)
    for twin in twins_among(_questions(asked)):
        one, other = twin.one.version.form_id, twin.other.version.form_id
        if _meet(asked[one], asked[other]):
            twins[one, other].append(twin)
    pairs = [FormPair(forms[one], forms[other], found) for (one, other), found in twins.items()]
    return sorted(pairs, key=lambda pair: (-len(pair.twins), pair.one.pk, pair.other.pk))[:MOST]


def twins_among(fields: Iterable[Field]) -> list[Twin]:
    """The pairs of `fields` of different forms that ask the same: by the same count of the journal, or in like words for a
    number of the same measure. Each question meets only those it shares letters with."""
    found: list[Twin] = []
    by_letters: dict[str, list[tuple[Field, str]]] = defaultdict(list)
    by_count: dict[str, list[Field]] = defaultdict(list)
    for field in sorted(fields, key=lambda field: (field.version.form_id, field.place)):
        met: dict[int, Twin] = {}
        for other in by_count[field.bound_to] if field.bound_to else ():
            if other.version.form_id != field.version.form_id:
                met[other.pk] = Twin(other, field, is_same_count=True)
        for other in _like(field, by_letters):
            met.setdefault(other.pk, Twin(other, field, is_same_count=False))
        found += met.values()
        if field.bound_to:
            by_count[field.bound_to].append(field)
        for text in _texts(field):
            for letters in pairs_of(text):
                by_letters[letters].append((field, text))
    return found


def _like(field: Field, by_letters: dict[str, list[tuple[Field, str]]]) -> Iterable[Field]:
    """Those asked in like words: only of these that share enough letters is the likeness reckoned."""
    for text in _texts(field):
        mine = pairs_of(text)
        shared: Counter[tuple[int, str]] = Counter()
        known: dict[tuple[int, str], Field] = {}
        for letters in mine:
            for other, its in by_letters[letters]:
                if other.version.form_id != field.version.form_id and can_be_same(field, other):
                    shared[other.pk, its] += 1
                    known[other.pk, its] = other
        for (pk, its), count in shared.items():
            if 2 * count >= ALIKE * len(mine) and likeness(text, its) >= ALIKE:
                yield known[pk, its]


def can_be_same(one: Field, other: Field) -> bool:
    """Whether their answers could be the same: of one kind, and numbers of one measure, as far as both say it."""
    if one.kind != other.kind:
        return False
    measures = normal(one.measure), normal(other.measure)
    return not all(measures) or measures[0] == measures[1]


def _texts(field: Field) -> list[str]:
    """Its words in every language; both Chinese scripts are compared as one."""
    return sorted({text for text in field.text.values() if text.strip()})


def _in_use() -> list[ReportForm]:
    today = timezone.localdate()
    rows = ReportForm.objects.filter(state=ReportFormState.OPEN, ends_on__gte=today).select_related("unit")
    return list(rows.order_by("pk"))


def _asks(forms: Iterable[ReportForm]) -> dict[int, list[Ask]]:
    by_form = {form.pk: form for form in forms}
    found: dict[int, list[Ask]] = defaultdict(list)
    for rule in ReportFormRule.objects.filter(form__in=by_form).order_by("pk"):
        form = by_form[rule.form_id]
        ask = Ask(rule.unit_id, rule.is_subtree, rule.levels, rule.kinds, form.unit_id, form.created_at)
        found[form.pk].append(ask)
    return found


def _questions(forms: Iterable[int]) -> list[Field]:
    newest = FormVersion.objects.filter(form=OuterRef("form")).exclude(published_at=None).order_by("-number")
    versions = FormVersion.objects.filter(form__in=list(forms), pk=Subquery(newest.values("pk")[:1]))
    return list(Field.objects.filter(version__in=versions).select_related("version").order_by("pk"))


def _meet(some: Iterable[Piece], others: list[Piece]) -> bool:
    """Whether a unit is in both."""
    return any(
        one.sorts & other.sorts and one.start < other.end and other.start < one.end for one in some for other in others
    )
