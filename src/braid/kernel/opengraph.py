"""What a public page says of itself where its address is listed or shared (https://ogp.me)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.text import Truncator

LOCALES = {"zh-hans": "zh_CN", "zh-hant": "zh_TW", "en": "en_GB"}
MOST_LETTERS = 160
PICTURE = "kernel/shared.png"
"""1200 x 630 dots, drawn from `docs/images/shared.svg`; asked for by who shows the address, never by the page itself."""


@dataclass(frozen=True)
class OpenGraph:
    """The words and addresses of `kernel/opengraph.html`; every address is whole."""

    kind: Literal["website", "article"]
    title: str
    description: str
    address: str
    picture: str
    locales: list[str]
    """Of this page first, then of the same page in other languages."""


def opengraph(
    request: HttpRequest,
    *,
    kind: Literal["website", "article"],
    title: str,
    text: str,
    path: str,
    languages: Sequence[str],
) -> OpenGraph:
    """What the page at `path` says of itself; only for a page that is open to everybody.

    Of `text`, which is plain, the first lines are told. `languages` are those it can be read in, that of this page first.
    """
    return OpenGraph(
        kind=kind,
        title=title,
        description=Truncator(" ".join(text.split())).chars(MOST_LETTERS),
        address=request.build_absolute_uri(path),
        picture=request.build_absolute_uri(static(PICTURE)),
        locales=[LOCALES[code] for code in languages],
    )
