"""The short way for votes: on the last evening a whole province votes, and each page says so here.

It stands before sessions, sign-in and database: a ballot paper is checked, one line is written, the answer follows when the
line is on disk, and it leads back to the page of the vote. The worker puts the lines into the database (`actions.votes`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from .ballot_box import keep_vote
from .networks import network_of
from .tokens import read_paper

log = structlog.get_logger(__name__)

PATH = "/v/"
MOST_BYTES = 1000
MOST_KEY = 2**63

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class VoteMiddleware:
    """Answers `POST /v/`; everything else goes on to the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info != PATH or request.method != "POST":
            return self.get_response(request)
        status, address = receive(request.body, request.META)
        return HttpResponse(status=status, headers={"Location": address} if address else {})


def with_votes(application: Application) -> Application:
    """The WSGI application, with `POST /v/` answered before Django."""

    def answering(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "POST":
            return application(environ, start_response)
        status, address = receive(_body(environ), environ)
        headers = [("Content-Length", "0"), ("Cache-Control", "no-store")]
        start_response(f"{status.value} {status.phrase}", [*headers, ("Location", address)] if address else headers)
        return [b""]

    return answering


def receive(body: bytes, environ: dict[str, Any]) -> tuple[HTTPStatus, str]:
    """Keep the vote in `body` (`t`: a ballot paper, `c`: a candidate, as often as chosen); the status, and where to go on.

    303 to the page of the vote, which says in words what became of it; it says `kept` only when the vote is safe on disk.
    403: the paper was not made here. 413: too long.
    """
    if len(body) > MOST_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, ""
    fields = [part.partition(b"=")[::2] for part in body.split(b"&")]  # nothing in them is ever escaped
    paper = read_paper(next((value for name, value in fields if name == b"t"), b""))
    if paper is None:
        return HTTPStatus.FORBIDDEN, ""
    chosen = {int(value) for name, value in fields if name == b"c" and value.isdigit() and int(value) < MOST_KEY}
    now = time.time()
    said = _refused(chosen, most=paper.most, is_over=now >= paper.until)
    if not said:
        said = _kept(paper.ballot, paper.voter, paper.level, chosen, network_of(environ), now)
    prefix = environ.get("SCRIPT_NAME", "")
    return HTTPStatus.SEE_OTHER, f"{prefix}/votes/{paper.ballot}/?said={said}"


def _refused(chosen: set[int], *, most: int, is_over: bool) -> str:
    """Why this vote is not taken; empty when it is."""
    if is_over:
        return "late"
    if not chosen:
        return "none"
    return "many" if len(chosen) > most else ""


def _kept(ballot: int, voter: bytes, level: int, chosen: set[int], network: str, now: float) -> str:
    try:
        keep_vote(ballot, voter, level, sorted(chosen), network=network, seconds=now)
    except OSError as error:  # a full or broken disk: nothing was promised, and she may try again
        log.error("votes.not_kept", error=error.strerror)
        return "failed"
    return "kept"


def _body(environ: dict[str, Any]) -> bytes:
    """The body, or a little more than we take of it."""
    length = str(environ.get("CONTENT_LENGTH") or "0")
    read: bytes = environ["wsgi.input"].read(min(int(length), MOST_BYTES + 1) if length.isdigit() else 0)
    return read
