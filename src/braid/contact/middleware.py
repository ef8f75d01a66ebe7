"""The short way for receipts and short links: a million people open a notice at once, and each page says so here.

It stands before sessions, sign-in and database: a token is checked, one line is written, the answer follows when the line
is on disk. The worker folds the lines (`actions.receipts.fold_spool`, `actions.relays.fold_opens`) and asks there whether
the person still may.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from .enums import Fact
from .receiving import FACTS, keep_facts
from .relay_links import PREFIX, follow
from .tokens import read_token

log = structlog.get_logger(__name__)

PATH = "/r/"
MOST_BYTES = 1000

_SEEN = b"%d" % Fact.SEEN
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ReceiptMiddleware:
    """Answers `POST /r/`; everything else goes on to the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != PATH or request.method != "POST":
            return self.get_response(request)
        return HttpResponse(status=receive(request.body))


def with_receipts(application: Application) -> Application:
    """The WSGI application, with `POST /r/` answered before Django: its request alone costs more than the receipt."""

    def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return application(environ, start_response)
        start_response(_STATUS[receive(_body(environ))], [("Content-Length", "0"), ("Cache-Control", "no-store")])
        return [b""]

    return answering


def with_short_links(application: Application) -> Application:
    """The WSGI application, with the short links of chat groups (`GET /r/<code>/`) sent on before Django."""

    def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        code = code_in(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] in ("GET", "HEAD") else ""
        agent = environ.get("HTTP_USER_AGENT", "")
        address = code and follow(code, method=environ["REQUEST_METHOD"], agent=agent, seconds=time.time())
        if not address:
            return application(environ, start_response)
        where = ("Location", environ.get("SCRIPT_NAME", "") + address)
        start_response(_STATUS[302], [where, *LINK_HEADERS.items(), ("Content-Length", "0")])
        return [b""]

    return answering


LINK_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
"""A link is counted each time, stands in no search engine, and does not tell the notice's page what group it came from."""


def code_in(path: str) -> str:
    """The code in the path of a short link; empty for any other path."""
    return path.removeprefix(PREFIX).removesuffix("/") if path.startswith(PREFIX) else ""


def receive(body: bytes) -> int:
    """Keep the fact in `body` (fields `t`: a token, `f`: a fact, by default "seen"); returns the status to answer with.

    204: the fact is safe on disk. 400: no token or no fact. 403: forged, or too old. 413: too long. 503: no room on disk.
    """
    if len(body) > MOST_BYTES:
        return 413
    fields = dict(part.partition(b"=")[::2] for part in body.split(b"&"))  # nothing in them is ever escaped
    fact = FACTS.get(fields.get(b"f", _SEEN))
    token = fields.get(b"t")
    if fact is None or not token:
        return 400
    now = time.time()
    shown = read_token(token, seconds=now)
    if shown is None:
        return 403
    try:
        keep_facts([(*shown, fact)], seconds=now)
    except OSError as error:  # a full or broken disk: nothing was promised, and the page may try again
        log.error("receipts.not_kept", error=error.strerror)
        return 503
    return 204


def _body(environ: dict[str, Any]) -> bytes:
    """The body, or a little more than we take of it."""
    length = str(environ.get("CONTENT_LENGTH") or "0")
    read: bytes = environ["wsgi.input"].read(min(int(length), MOST_BYTES + 1) if length.isdigit() else 0)
    return read
