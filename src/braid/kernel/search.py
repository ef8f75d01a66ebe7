"""Text search in any script: documents are kept as words, Chinese as its single characters and pairs of neighbours.

Both Chinese scripts are folded into one, Latin into small letters without accents, so that 會議, 会议 and Café, cafe find
each other; words of two characters are found, which SQLite's own trigram index cannot do. The index is FTS5 on SQLite and a
GIN index on PostgreSQL (migration `0002_search`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

import opencc
from django.db import connection

from .models import Document

MOST_WORDS = 20
"""Words of a question that are looked at."""

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+")


def index(kind: str, key: int, text: str) -> None:
    """Make the thing `key` of `kind` findable by `text`; what it was findable by before is forgotten."""
    words = " ".join(dict.fromkeys(words_of(text)))
    Document.objects.update_or_create(kind=kind, key=key, defaults={"words": words})


def forget(kind: str, key: int) -> None:
    """Make the thing `key` of `kind` unfindable."""
    Document.objects.filter(kind=kind, key=key).delete()


def keys_matching(kind: str, question: str) -> tuple[str, list[str]] | None:
    """SQL (and its parameters) that selects the keys of things of `kind` whose text holds all of `question`.

    The last Latin word may be the beginning of a word. None when the question holds nothing to look for.
    """
    asked = _asked(question)
    if not asked:
        return None
    if connection.vendor == "postgresql":
        match = " & ".join(f"'{word}'{':*' if is_open else ''}" for word, is_open in asked)
        return "SELECT key FROM kernel_document WHERE kind = %s AND vector @@ %s::tsquery", [kind, match]
    match = " AND ".join(f'"{word}"{"*" if is_open else ""}' for word, is_open in asked)
    return (
        # CROSS: the words first, whatever the statistics say; else all of a kind are asked for one by one
        "SELECT d.key FROM kernel_document_words CROSS JOIN kernel_document d ON d.id = kernel_document_words.rowid"
        " WHERE kernel_document_words MATCH %s AND d.kind = %s",
        [match, kind],
    )


def words_of(text: str) -> list[str]:
    """The words `text` is kept under: Latin words, Chinese characters, and pairs of neighbouring ones."""
    found: list[str] = []
    for run in _RUN.findall(fold(text)):
        found += [*run, *map("".join, pairwise(run))] if _is_chinese(run) else [run]
    return found


def fold(text: str) -> str:
    """`text` in one script, one case, one width, without accents."""
    plain = unicodedata.normalize("NFKD", _to_simplified().convert(unicodedata.normalize("NFKC", text)))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _asked(question: str) -> list[tuple[str, bool]]:
    """The words to look for, and whether more letters may follow; of Chinese the pairs, or the one character alone."""
    asked: list[tuple[str, bool]] = []
    for run in _RUN.findall(fold(question)):
        if _is_chinese(run):
            asked += [(pair, False) for pair in map("".join, pairwise(run))] or [(run, False)]
        else:
            asked.append((run, True))
    return asked[:MOST_WORDS]


def _is_chinese(run: str) -> bool:
    return run[0] >= "\u3400" and unicodedata.name(run[0], "").startswith("CJK")


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
