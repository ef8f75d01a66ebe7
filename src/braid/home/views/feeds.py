"""Public notices of a Home as RSS and Atom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from braid.contact.models import Notice
from braid.contact.queries import notices_behind, public_headlines
from braid.home.enums import MOST_IN_FEED
from braid.home.hot import keep_while
from braid.home.queries.pages import chain_to, shown_above
from braid.kernel.markdown import render
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit
from braid.units.queries.history import unit_by_code

from .pages import closed_page, language_of


class Dated(SyndicationFeed):
    """A feed without entries has a date too, and always the same, not that of the moment it is asked for."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else datetime(2000, 1, 1, tzinfo=UTC)


class Atom(Dated, Atom1Feed):
    """Atom 1.0 (RFC 4287)."""


class Rss(Dated, Rss201rev2Feed):
    """RSS 2.0."""


CONTENT: dict[type[SyndicationFeed], str] = {Atom: "application/atom+xml", Rss: "application/rss+xml"}


@require_safe
def atom(request: HttpRequest, code: str) -> HttpResponse:
    """`/u/<code>/feed.atom`"""
    return _feed(request, code, Atom)


@require_safe
def rss(request: HttpRequest, code: str) -> HttpResponse:
    """`/u/<code>/feed.rss`"""
    return _feed(request, code, Rss)


def _feed(request: HttpRequest, code: str, kind: type[SyndicationFeed]) -> HttpResponse:
    """As the Home answers: where that leads to another the feed does, and where the unit was closed there is no feed."""
    unit = unit_by_code(code)
    if unit is None or unit.kind == UnitKind.GROUP:
        raise Http404
    name = str(request.resolver_match and request.resolver_match.url_name)
    if unit.code != code:
        return redirect(name, code=unit.code, permanent=True)
    if unit.status == UnitStatus.CLOSED:
        return closed_page(request, unit)
    if unit.is_placeholder and (above := shown_above(unit)):
        return redirect(name, code=above.code)
    with translation.override(language_of(request)):
        return _written(request, unit, kind)


def _written(request: HttpRequest, unit: Unit, kind: type[SyndicationFeed]) -> HttpResponse:
    chain = chain_to(unit.code)
    headlines = public_headlines(chain[-1], at=timezone.now(), most=MOST_IN_FEED)
    feed = kind(
        title=chain[-1].display_full_name,
        link=request.build_absolute_uri(reverse("home", args=[unit.code])),
        description=chain[-1].display_full_name,
        language=translation.get_language(),
        feed_url=request.build_absolute_uri(request.path),
        author_name=chain[-1].display_name,
    )
    for notice in notices_behind(headlines):
        feed.add_item(**_item(request, notice))
    response = HttpResponse(feed.writeString("utf-8"), content_type=f"{CONTENT[kind]}; charset=utf-8")
    response["Last-Modified"] = http_date(feed.latest_post_date().timestamp())
    named = {headline.unit: headline.unit_version for headline in headlines}
    return keep_while(response, named | {row.number: row.page_version for row in chain})


def _item(request: HttpRequest, notice: Notice) -> dict[str, Any]:
    """One entry; a correction keeps the address and is newer."""
    address, text = request.build_absolute_uri(f"/notices/{notice.pk}/"), notice.said
    return {
        "title": text.title,
        "link": address,
        "unique_id": address,
        "unique_id_is_permalink": True,
        "description": str(render(text.body)),
        "pubdate": notice.sent_at,
        "updateddate": max(notice.sent_at, notice.changed_at) if notice.sent_at else notice.changed_at,
        "author_name": notice.unit.display_name,
    }
