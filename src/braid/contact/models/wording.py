"""A title and a text in a first language, and the same in others: what notices, their versions and templates say."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from braid.contact.words import LANGUAGES, Text, nearest, readers_language, usual_language

LANGUAGE_KNOWN = Q(language__in=[code for code, _name in LANGUAGES])
"""What the constraints of a table of `Wording` say of its first language."""


class Wording(models.Model):
    """What something says. All languages stand in its row: a list in any of them costs no query more."""

    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), default="", blank=True)
    language = models.CharField(_("first language"), max_length=10, choices=LANGUAGES, default=usual_language)
    translations = models.JSONField(_("other languages"), default=dict, blank=True)
    """`contact.words.Translations`."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.said.title

    @property
    def texts(self) -> list[Text]:
        """In each of its languages, the first one first."""
        others = [Text(code, **self.translations[code]) for code, _name in LANGUAGES if code in self.translations]
        return [Text(self.language, self.title, self.body), *others]

    @property
    def said(self) -> Text:
        """For the reader of this page."""
        return self.text_in(readers_language())

    def text_in(self, wanted: str) -> Text:
        """In `wanted`, else in the nearest language, else in the first."""
        texts = {text.language: text for text in self.texts}
        return texts[nearest(texts, wanted, first=self.language)]

    @property
    def all_words(self) -> str:
        """Everything it says, for the search."""
        return " ".join(f"{text.title} {text.body}" for text in self.texts)
