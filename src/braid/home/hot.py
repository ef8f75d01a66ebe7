"""Hot pages: a finished public page is kept with the versions of the units it depends on, and served on one SQL probe.

A view marks its answer with `keep_while()`. The middleware stands first, so that what it keeps is the answer as it left
all others, headers included; `with_hot_pages` serves what is kept before Django begins with the request, which alone costs
several times the probe. Nothing is ever dropped by hand: whoever changes what a page shows counts up `Unit.page_version` of
the unit it is about, in the same transaction, and the kept page no longer matches.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.http import HttpRequest, HttpResponse, parse_cookie
from django.utils.translation import get_language_from_request

Versions = dict[int, int]
"""Page versions by unit number."""

Key = tuple[str, ...]
Headers = list[tuple[str, str]]
Environ = dict[str, Any]
Respond = Callable[[HttpRequest], HttpResponse]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

ROOM = 48 * 1024 * 1024
"""Bytes of pages one process keeps; the longest unused go first."""


@dataclass(frozen=True)
class Form:
    """A kept page in one form, plain or packed, with its headers ready to be sent."""

    body: bytes
    etag: str
    headers: Headers
    headers_unchanged: Headers
    """For 304: she has it."""


@dataclass(frozen=True)
class Kept:
    """One finished page, plain and packed, what it depends on, and the statement that asks for that."""

    versions: Versions
    probe: str
    mark: str
    """Stands for what it says: the heart of its ETag."""
    headers: Headers
    plain: Form

    @property
    def size(self) -> int:
        """About how many bytes it takes, packed form included."""
        return 3 * len(self.plain.body) // 2 + 4000

    @cached_property
    def packed(self) -> Form:
        """Made when the first visitor takes it."""
        body = gzip.compress(self.plain.body, 6, mtime=0)
        return _form(body, f'"{self.mark}-gz"', [*self.headers, ("Content-Encoding", "gzip")])

    @property
    def is_current(self) -> bool:
        """Whether all its units still have the versions it was made with: the one probe of a hot page.

        On the driver's own connection, as Django's cursor takes longer than all else here together. It gives one row: for
        each, SQLite lets the other threads of the process go first.
        """
        connection = connections[DEFAULT_DB_ALIAS]
        if connection.connection is None:
            connection.ensure_connection()
        with connection.wrap_database_errors:
            return bool(connection.connection.execute(self.probe).fetchone()[0] == len(self.versions))


@dataclass
class Shelf:
    """The kept pages of this process, bounded by `room` bytes."""

    room: int = ROOM
    size: int = 0
    pages: OrderedDict[Key, Kept] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Key) -> Kept | None:
        """The page kept under `key`; it counts as used now."""
        with self.lock:
            kept = self.pages.get(key)
            if kept is not None:
                self.pages.move_to_end(key)
            return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keep a page, in place of an older one; makes room first."""
        with self.lock:
            self._drop(key)
            while self.pages and self.size + kept.size > self.room:
                self._drop(next(iter(self.pages)))
            if kept.size <= self.room:
                self.pages[key] = kept
                self.size += kept.size

    def clear(self) -> None:
        """Forget every page."""
        with self.lock:
            self.pages.clear()
            self.size = 0

    def _drop(self, key: Key) -> None:
        old = self.pages.pop(key, None)
        if old is not None:
            self.size -= old.size


SHELF = Shelf()
_STATUS = {status: f"{status.value} {status.phrase}" for status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)}


def keep_while(response: HttpResponse, versions: Versions) -> HttpResponse:
    """Mark `response` to be kept for as long as the units have these page versions (read before what it shows)."""
    response.hot_versions = versions  # type: ignore[attr-defined]
    response["Cache-Control"] = "public, no-cache"
    return response


def with_hot_pages(application: Application) -> Application:
    """The WSGI application, with pages that are kept answered before Django."""

    def answering(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        try:
            kept = kept_for(environ)
        except DatabaseError:  # a connection that broke: Django opens another one for its request
            kept = None
        if kept is None:
            return application(environ, start_response)
        status, headers, body = reply(kept, environ)
        start_response(_STATUS[status], headers)
        return [body]

    return answering


class HotPageMiddleware:
    """Keeps the pages that views marked, and answers with them; stands first, before anything that costs time."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        kept = kept_for(request.META)
        if kept is None:
            response = self.get_response(request)
            key = key_of(request.META)
            if key is None or not _is_kept(response):
                return response
            kept = _pack(response)
            SHELF.put(key, kept)
        status, headers, body = reply(kept, request.META)
        return HttpResponse(body, status=status, headers=dict(headers))


def kept_for(environ: Environ) -> Kept | None:
    """The kept page that answers this request, if there is one and nothing on it has changed."""
    key = key_of(environ)
    kept = SHELF.get(key) if key else None
    return kept if kept and kept.is_current else None


def key_of(environ: Environ) -> Key | None:
    """What a page is kept under: address, query and language. None: never kept (only `?lang=` is known)."""
    query = environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or (query and not _asks_language(query)):
        return None
    told_scheme, _secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    return (
        environ["wsgi.url_scheme"],
        environ.get(told_scheme, ""),
        environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""),
        environ.get("SCRIPT_NAME", ""),
        environ["PATH_INFO"],
        query or _language(_chosen_language(environ), environ.get("HTTP_ACCEPT_LANGUAGE", "")),
    )


def _asks_language(query: str) -> bool:
    return query in {f"lang={code}" for code, _name in settings.LANGUAGES}


def _chosen_language(environ: Environ) -> str:
    """What the cookie of this device says."""
    cookies = environ.get("HTTP_COOKIE", "")
    return (
        parse_cookie(cookies).get(settings.LANGUAGE_COOKIE_NAME, "") if settings.LANGUAGE_COOKIE_NAME in cookies else ""
    )


@lru_cache(maxsize=500)
def _language(chosen: str, accepted: str) -> str:
    """The language of whoever chose `chosen` and whose browser accepts `accepted`, as Django finds it."""
    request = HttpRequest()
    request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: chosen}
    request.META = {"HTTP_ACCEPT_LANGUAGE": accepted}
    return get_language_from_request(request)


def reply(kept: Kept, environ: Environ) -> tuple[HTTPStatus, Headers, bytes]:
    """A kept page as an answer to this request: packed if she takes it, nothing but headers if she has it."""
    form = kept.packed if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") else kept.plain
    if form.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return HTTPStatus.NOT_MODIFIED, form.headers_unchanged, b""
    return HTTPStatus.OK, form.headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else form.body


def _is_kept(response: HttpResponse) -> bool:
    """Whether a view marked it. Nothing of one visitor may be kept: no cookie."""
    return hasattr(response, "hot_versions") and response.status_code == 200 and not response.cookies


def _pack(response: HttpResponse) -> Kept:
    versions: Versions = response.hot_versions  # type: ignore[attr-defined]
    plain = response.content
    left_out = {"content-length", "etag", "vary"}
    headers = [(name, value) for name, value in response.items() if name.lower() not in left_out]
    headers.append(("Vary", "Accept-Encoding, Accept-Language, Cookie"))
    mark = blake2b(plain, digest_size=12).hexdigest()
    return Kept(
        versions=versions,
        probe=_probe(versions),
        mark=mark,
        headers=headers,
        plain=_form(plain, f'"{mark}"', headers),
    )


def _probe(versions: Versions) -> str:
    """The statement that counts the units which still have these versions."""
    numbers = ", ".join(map(str, versions))
    each = " ".join(f"WHEN {number} THEN {version}" for number, version in versions.items())
    return f"SELECT count(*) FROM units_unit WHERE number IN ({numbers}) AND page_version = CASE number {each} END"  # noqa: S608 (numbers)


def _form(body: bytes, etag: str, headers: Headers) -> Form:
    marked = [*headers, ("ETag", etag)]
    unchanged = [header for header in marked if header[0] not in ("Content-Type", "Content-Encoding")]
    return Form(body, etag, [*marked, ("Content-Length", str(len(body)))], unchanged)
