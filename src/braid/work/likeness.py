"""Whether two questions ask the same: by the letters they share, in whatever script and with whatever marks they are written."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from braid.units.folding import fold

ALIKE = 0.75
"""From here on two questions count as the same. Tried on the pairs of `tests/work/test_likeness.py` in three languages: the
unlike ones reach 0.6, of the like ones none is below 0.8."""

_NUMBER = re.compile(r"\d+")
_FILLERS = re.compile(
    r"\b(?:how many|how much|number of|the|of|a|an|in|were|was|is|are|there|did|you|your|please|total|have|has|been)\b"
    r"|请问|请填|请|本月|本期|本年|今年|共计|总计|一共|总共|共有|多少|几|了|的|数量|总数|场次|人次"
)
"""Words that any such question has: they make none alike. Folded, so Traditional ones stand here as Simplified."""
_COUNTED = re.compile(r"(?<=[\u4e00-\u9fff])(?: *[个场次名位户件天人份有]?数| +[个场次名位户件天人份])(?= |$)")
"""What Chinese counts in, at the end of a phrase: 户数, 多少户."""
_WHO = re.compile(
    r"\b(?:women|men|girls|boys|children|elderly|members|volunteers)\b"
    r"|妇女|女性|男性|女童|男童|儿童|老人|会员|志愿者"
)
"""Whom a question is about. These few letters make it another question, however alike the rest is."""


def likeness(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same): the share of letter pairs that both have (Dice's coefficient)."""
    if who_in(one) != who_in(other):
        return 0.0
    first, second = pairs_of(one), pairs_of(other)
    whole = first.total() + second.total()
    return 2 * (first & second).total() / whole if whole else 0.0


@lru_cache(maxsize=20_000)
def pairs_of(text: str) -> Counter[str]:
    """The pairs of neighbouring letters of `text`, as it is compared."""
    words = normal(text)
    return Counter(words[place : place + 2] for place in range(len(words) - 1)) or Counter([words] if words else [])


@lru_cache(maxsize=20_000)
def who_in(text: str) -> frozenset[str]:
    """The people `text` speaks of."""
    return frozenset(_WHO.findall(fold(text)))


def normal(text: str) -> str:
    """`text` as it is compared: one script, one case, without marks, numbers and words that every question has."""
    folded = fold(unicodedata.normalize("NFKC", text))
    bare = _NUMBER.sub(" ", "".join(letter if letter.isalnum() else " " for letter in folded))
    kept = " ".join(_FILLERS.sub(" ", bare).split())
    return _COUNTED.sub("", kept).strip() or " ".join(bare.split())
