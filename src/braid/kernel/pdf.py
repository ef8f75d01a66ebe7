"""PDFs, made by the library typst where it is installed and the machine has a font with Chinese letters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

LIBRARY = "typst"
PAGE = Path(__file__).parent / "data" / "page.typ"
FONTS = {
    "zh-hans": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    "zh-hant": ("Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "Source Han Sans TW"),
}
"""Fonts with the letters of a language, the best first; what is missing in one is taken from the next."""


def can_make_pdf() -> bool:
    """Whether this machine can: the library is there, and a font with Chinese letters. Where not, offer the print view."""
    return bool(find_spec(LIBRARY) and _families())


def pdf_of(layout: Path, values: Mapping[str, Any], *, title: str) -> bytes:
    """A PDF in the language of the reader, tagged for who listens to it (PDF/UA-1).

    `layout` is typst source that reads `values` (what JSON can say) as `v`; nothing in them is run. Heading and page numbers
    come with the page (`data/page.typ`). Raises where `can_make_pdf` says no.
    """
    language = get_language() or "zh-hans"
    inputs = {
        "title": title,
        "language": language,
        "fonts": _families_for(language),
        "page": _("Page"),
        "values": values,
    }
    source = PAGE.read_text("utf-8") + layout.read_text("utf-8")
    made: bytes = import_module(LIBRARY).compile(
        source.encode(),
        font_paths=_fonts(),
        sys_inputs={"inputs": json.dumps(inputs, default=str)},
        pdf_standards="ua-1",
    )
    return made


def pdf_answer(layout: Path, values: Mapping[str, Any], *, title: str, name: str) -> HttpResponse:
    """The PDF of `pdf_of` as a download called `name`."""
    answer = HttpResponse(pdf_of(layout, values, title=title), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer


def _families_for(language: str) -> list[str]:
    """The fonts there are, those of `language` first."""
    known = _families()
    first = FONTS.get(language, FONTS["zh-hans"])
    return sorted(known, key=lambda family: family not in first)


@cache
def _families() -> tuple[str, ...]:
    there = set(_fonts().families())
    return tuple(family for fonts in FONTS.values() for family in fonts if family in there)


@cache
def _fonts() -> Any:
    """The fonts of the machine, looked up once."""
    return import_module(LIBRARY).Fonts()
