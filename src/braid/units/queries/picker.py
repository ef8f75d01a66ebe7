"""Finding units by what people type: a part of a name in either script, initials, or a code; nearest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from itertools import chain, islice

from braid.kernel.access import Scope
from braid.units.enums import STEP
from braid.units.folding import fold
from braid.units.index import Index, current_index
from braid.units.models import Unit
from braid.units.paths import number_of, numbers_of

MOST = 20
_LONGEST = 60
_ABOVE_TRIED = 50
"""Of a query of several words, so many units that the first words mean are looked into."""

_SHOWN = ("path", "depth", "level", "code", "name", "name_zh_hant", "name_en", "is_placeholder", "status")

_HITS_ABOVE = 300

Span = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """A unit that was found, and those above it that people see, top first."""

    unit: Unit
    ancestors: list[Unit] = field(default_factory=list)


def find_units(
    query: str,
    scope: Scope,
    *,
    near: Unit | None = None,
    within: Unit | None = None,
    most: int = MOST,
    with_groups: bool = True,
) -> list[Found]:
    """At most `most` units within `scope` (and below `within`) that `query` may mean, nearest to `near` first.

    A query is a part of a name in Simplified or Traditional Chinese or Latin letters (case and accents do not matter),
    pinyin initials, or the beginning of a code; the unit with exactly this code comes first. Nearest: the unit's own subtree,
    then the rest of that of the unit above it, and so on; tree order within. With several words all but one may name units
    above. Closed units and placeholders are not found, nor groups
    without `with_groups`. Always four small statements or less, whatever is asked.
    """
    words = fold(query[:_LONGEST]).split()
    if not words:
        return []
    index = current_index()
    rings = list(_rings(index, near, _spans(index, scope, within)))
    keep = index.snapshot.shown if with_groups else index.snapshot.bodies
    exact = _of_code(index, query.strip(), rings)
    matches = (ordinal for ordinal in _matches(index, words, rings) if ordinal not in exact)
    found = (ordinal for ordinal in chain(exact, matches) if keep[ordinal])
    numbers = [int(index.snapshot.numbers[ordinal]) for ordinal in islice(found, most)]
    return _with_ancestors(numbers, scope)


def unit_named(name: str) -> Unit | None:
    """The unit that alone has this whole name, short or full, in either script and any language; two small statements.

    None where nobody has it or several have, and for a group: not everybody may know of it.
    """
    if not name or not name.isprintable():
        return None
    index = current_index()
    shown = (ordinal for ordinal in index.names.find_whole(fold(name)) if index.snapshot.shown[ordinal])
    numbers: set[int] = set()
    for ordinal in shown:
        numbers.add(int(index.snapshot.numbers[ordinal]))
        if len(numbers) > 1:
            return None
    return Unit.objects.homes().filter(pk__in=numbers).first() if numbers else None


def _spans(index: Index, scope: Scope, within: Unit | None) -> list[Span]:
    """The stretches of tree order that may be searched."""
    spans = [_span(index, path) for path in (*scope.subtrees, *scope.units)]
    spans = [span if i < len(scope.subtrees) else (span[0], min(span[0] + 1, span[1])) for i, span in enumerate(spans)]
    if within:
        first, end = _span(index, within.path)
        spans = [(max(first, a), min(end, b)) for a, b in spans]
    return _outermost([span for span in spans if span[0] < span[1]])


def _span(index: Index, path: str) -> Span:
    if not path:
        return 0, len(index.snapshot.numbers)
    try:
        return index.snapshot.span(number_of(path))
    except KeyError:
        return 0, 0


def _rings(index: Index, near: Unit | None, spans: list[Span]) -> Iterator[list[Span]]:
    """The searchable stretches by nearness: the unit's subtree, what the next subtree up adds to it, and so on."""
    done = (0, 0)
    for path in [near.path[:end] for end in range(len(near.path), 0, -STEP)] if near else []:
        span = _span(index, path)
        yield _without(_cut(spans, span), done)
        done = span
    yield _without(spans, done)


def _cut(spans: list[Span], by: Span) -> list[Span]:
    return [(max(a, by[0]), min(b, by[1])) for a, b in spans if max(a, by[0]) < min(b, by[1])]


def _without(spans: list[Span], hole: Span) -> list[Span]:
    if hole[0] == hole[1]:
        return spans
    return [span for a, b in spans for span in ((a, min(b, hole[0])), (max(a, hole[1]), b)) if span[0] < span[1]]


def _of_code(index: Index, code: str, rings: list[list[Span]]) -> list[int]:
    """Whoever writes a whole code means that unit, however many codes near by begin so."""
    if not code.isprintable():
        return []
    paths = Unit.objects.shown().filter(code=code).values_list("path", flat=True)
    ordinals = [span[0] for span in (_span(index, path) for path in paths) if span[0] < span[1]]
    return [ordinal for ordinal in ordinals if any(a <= ordinal < b for ring in rings for a, b in ring)]


def _matches(index: Index, words: list[str], rings: list[list[Span]]) -> Iterator[int]:
    if len(words) == 1:
        return _shown(index, _search(index, words[0], rings))
    return _shown(index, _several(index, words, rings))


def _shown(index: Index, ordinals: Iterator[int]) -> Iterator[int]:
    return (ordinal for ordinal in ordinals if index.snapshot.shown[ordinal])


def _search(index: Index, word: str, rings: list[list[Span]]) -> Iterator[int]:
    """The ordinals that `word` may mean, ring by ring, each once."""
    for ring in rings:
        for first, end in ring:
            yield from _once(merge(*_ways(index, word, first, end)))


def _ways(index: Index, word: str, first: int, end: int) -> list[Iterator[int]]:
    ways = [index.names.find(word, first, end)]
    if re.fullmatch("[a-z]+", word):
        ways.append(index.initials.find(word, first, end))
    if index.code_letters.issuperset(word):
        ways.append(index.codes.find_beginning(word, first, end))
    return ways


def _once(ordinals: Iterator[int]) -> Iterator[int]:
    last = -1
    for ordinal in ordinals:
        if ordinal != last:
            yield ordinal
        last = ordinal


def _several(index: Index, words: list[str], rings: list[list[Span]]) -> Iterator[int]:
    """One word names the unit, the others units above it; people write them in either order."""
    seen: set[int] = set()
    ends = index.snapshot.ends
    for own, above in ((words[-1], words[:-1]), (words[0], words[1:])):
        spans = [(0, len(ends))]
        for word in above:
            tops = islice(_search(index, word, [spans]), _HITS_ABOVE)
            inner = [(top, int(ends[top])) for top in tops if ends[top] > top + 1]
            spans = _outermost(inner)[:_ABOVE_TRIED]
        for ring in rings:
            cut = sorted({piece for span in ring for piece in _cut(spans, span)})
            for ordinal in _search(index, own, [cut]):
                if ordinal not in seen:
                    seen.add(ordinal)
                    yield ordinal


def _outermost(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return found


def _with_ancestors(numbers: list[int], scope: Scope) -> list[Found]:
    """The units in the order of `numbers`. What left the scope since the index was built is left out."""
    rows = Unit.objects.only(*_SHOWN)
    units = rows.in_bulk(numbers)
    found = [units[number] for number in numbers if number in units and scope.covers(units[number].path)]
    above = rows.in_bulk({number for unit in found for number in numbers_of(unit.path)[:-1]})
    return [Found(unit, _seen_above(unit, above)) for unit in found]


def _seen_above(unit: Unit, above: dict[int, Unit]) -> list[Unit]:
    ancestors = (above[number] for number in numbers_of(unit.path)[:-1] if number in above)
    return [ancestor for ancestor in ancestors if not ancestor.is_placeholder]
