"""Words that a unit writes in up to three languages, and which of them a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from braid.kernel.writing import aside

Words = Mapping[str, str]
"""A text by language: `{"zh-hans": "...", "en": "..."}`; what was not written is left out."""

LANGUAGES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))
"""The languages of the product in the order in which they stand in for each other, each by its own name."""


def _name_of(language: str) -> str:
    return dict(LANGUAGES).get(language, "")


@dataclass(frozen=True)
class Said:
    """A text as one reader sees it: in her language, or in another where nobody wrote it in hers."""

    text: str
    language: str
    is_other: bool

    @property
    def language_name(self) -> str:
        """The language's own name."""
        return _name_of(self.language)

    def __str__(self) -> str:
        """The text; with the language it is in where that is not the reader's."""
        return f"{self.text}{aside(self.language_name)}" if self.is_other else self.text


def said(words: Words) -> Said:
    """`words` for the reader of this page."""
    wanted = readers_language()
    written = [code for code, _name in LANGUAGES if words.get(code)]
    if not written:
        return Said("", wanted, is_other=False)
    code = nearest(written, wanted)
    return Said(words[code], code, is_other=code != wanted)


def said_below(heading: Words, words: Words) -> Said:
    """`words` for the reader where they stand below `heading`: their language is named only if it is not that of `heading`."""
    above, found = said(heading), said(words)
    return replace(found, is_other=found.is_other and found.language != above.language)


def readers_language() -> str:
    """The language of this page."""
    return get_language() or settings.LANGUAGE_CODE


def usual_language() -> str:
    """The federation's own: that of a text of which nobody said it."""
    return str(settings.LANGUAGE_CODE)


def nearest(codes: Iterable[str], wanted: str, *, first: str = "") -> str:
    """Of the languages `codes` the one to show to who reads `wanted`: that one, else the other Chinese script, else `first`."""
    order = [code for code, _name in LANGUAGES]
    return min(codes, key=lambda code: (code != wanted, code[:2] != wanted[:2], code != first, order.index(code)))


@dataclass(frozen=True)
class Text:
    """A title and a text in one language."""

    language: str
    title: str
    body: str = ""

    @property
    def language_name(self) -> str:
        """The language's own name."""
        return _name_of(self.language)


Translations = Mapping[str, Mapping[str, str]]
"""The other languages of a text: `{"en": {"title": "...", "body": "..."}}`."""


def field_of(name: str, language: str) -> str:
    """What the field for `name` in one of the other languages is called."""
    return f"{name}_{language.replace('-', '_')}"


def why_not_translated(body: str, language: str, translations: Translations) -> dict[str, str]:
    """By field, what stands in the way of a text in `language` that has these `translations`: each must be whole."""
    names, wrong = dict(LANGUAGES), {}
    if language not in names:
        wrong["language"] = _("Choose one of the languages.")
    for code, text in translations.items():
        said = {"language": names.get(code, code)}
        if code == language or code not in names:
            wrong[field_of("title", code)] = _("%(language)s stands above already, or is no language here.") % said
        elif not text.get("title", "").strip():
            wrong[field_of("title", code)] = _("Write a title in %(language)s too.") % said
        elif body.strip() and not text.get("body", "").strip():
            wrong[field_of("body", code)] = _("Write the text in %(language)s too, or leave this language out.") % said
    return wrong
