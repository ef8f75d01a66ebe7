"""Words that a unit writes in up to three languages, and which of them a reader sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

Words = Mapping[str, str]
"""A text by language: `{"zh-hans": "...", "en": "..."}`; what was not written is left out."""

LANGUAGES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))
"""The languages of the product in the order in which they stand in for each other, each by its own name."""


@dataclass(frozen=True)
class Said:
    """A text as one reader sees it: in her language, or in another where nobody wrote it in hers."""

    text: str
    language: str
    is_other: bool

    @property
    def language_name(self) -> str:
        """The language's own name."""
        return dict(LANGUAGES).get(self.language, "")

    def __str__(self) -> str:
        """The text; with the language it is in where that is not the reader's."""
        return f"{self.text} ({self.language_name})" if self.is_other else self.text


def said(words: Words) -> Said:
    """`words` for the reader of this page."""
    wanted = get_language() or settings.LANGUAGE_CODE
    others = sorted((code for code, _name in LANGUAGES if code != wanted), key=lambda code: code[:2] != wanted[:2])
    for code in (wanted, *others):
        if words.get(code):
            return Said(words[code], code, is_other=code != wanted)
    return Said("", wanted, is_other=False)
