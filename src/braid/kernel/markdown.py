"""Markdown as people write it, turned into safe HTML."""

from __future__ import annotations

import html
import re

import nh3
import pyromark
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "strong", "em", "del", "a", "ul", "ol", "li", "blockquote"),
    *("code", "pre", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel"}

_markdown = pyromark.Markdown(
    options=pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH,
)


def render(text: str) -> SafeString:
    """`text` (Markdown) as HTML: paragraphs, lists, tables, links; no images, no scripts, no styles, no other markup.

    Headings begin at `h2`, because the page has its own `h1`. A single line end is a line break, as people mean it.
    """
    made = _markdown.html(_with_breaks(text))
    for level in (3, 2, 1):
        made = made.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    clean = nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="nofollow noopener")
    return mark_safe(clean)  # noqa: S308 (cleaned in the line above)


def plain(rendered: SafeString) -> str:
    """The words alone of what `render` made, for where no markup can stand: not safe, the template escapes it."""
    return html.unescape(strip_tags(_CELL_END.sub(" ", rendered)))


_CELL_END = re.compile("</t[dh]>")
"""All other words that markup keeps apart stand on lines of their own."""


def _with_breaks(text: str) -> str:
    """Two spaces at the end of a line make Markdown break it; lines of tables, lists and code do not mind them."""
    return "\n".join(line + "  " if line.strip() else line for line in text.splitlines())
