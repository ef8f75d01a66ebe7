"""What search engines read: robots.txt and the sitemap of all Homes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from braid.home.queries.sitemaps import homes_in, parts

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

OPEN_TO_ROBOTS = (
    *("$", "?lang=", "u/", "groups/", "notices/", "stories/", "r/"),
    *("static/", "sitemap", "manifest.webmanifest", "theme.css"),
)
"""What search engines and previews of links may read, as RFC 9309 writes it; all else needs an account or costs a search."""


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Homes may be listed by everybody; nothing else is open unless it is named."""
    lines = ["User-agent: *", *(f"Allow: /{name}" for name in OPEN_TO_ROBOTS)]
    lines += ["Disallow: /", "", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@gzip_page
def index(request: HttpRequest) -> HttpResponse:
    """The parts of the sitemap."""
    rows = (
        _entry("sitemap", request.build_absolute_uri(reverse("sitemap_part", args=[part])), changed)
        for part, changed in parts()
    )
    return _xml("sitemapindex", rows)


@require_safe
@gzip_page
def part(request: HttpRequest, number: int) -> HttpResponse:
    """The Homes of one range of unit numbers."""
    if number < 1 or number > len(parts()):
        raise Http404
    start = request.build_absolute_uri("/u/")
    return _xml("urlset", (_entry("url", f"{start}{quote(code)}/", at) for code, at in homes_in(number)))


def _entry(tag: str, address: str, changed: datetime | None) -> str:
    when = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
    return f"<{tag}><loc>{escape(address)}</loc>{when}</{tag}>\n"


def _xml(tag: str, rows: Iterable[str]) -> HttpResponse:
    body = f"{_HEAD}<{tag} {_SPACE}>\n{''.join(rows)}</{tag}>\n"
    return HttpResponse(body, content_type="application/xml; charset=utf-8")
