"""Posting to strangers' servers: over TLS, to public addresses only, with little time and a short answer read.

The address is looked up once and the connection goes to what was looked up, so that a name cannot lead inside after it was
checked. `BRAID_PRIVATE_HOSTS` names hosts inside that are meant: a gateway or relay of one's own, also without TLS.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

TIMEOUT = 20.0
MOST_READ = 10_000


class NotReached(Exception):
    """Nothing was sent: the address is not allowed, unknown, or does not answer."""


class Uncertain(Exception):
    """Something was sent, and no answer came."""


class Answer(NamedTuple):
    """What came back: the status, and the beginning of the text."""

    status: int
    text: str


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post `body` to `url`; no redirect is followed. Raises `NotReached` or `Uncertain`."""
    parts = _checked(url)
    connection = _connected(parts)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path or "/", body, {**headers, "Connection": "close"})
        response = connection.getresponse()
        return Answer(response.status, response.read(MOST_READ).decode(errors="replace"))
    except (OSError, HTTPException) as error:
        raise Uncertain(type(error).__name__) from error
    finally:
        connection.close()


def is_allowed(url: str) -> bool:
    """Whether `url` is one we would post to, as far as can be told without looking it up."""
    try:
        _checked(url)
    except NotReached:
        return False
    return True


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port_is_plain = parts.port is None or parts.port > 0
    except ValueError as error:
        raise NotReached("this is no address") from error
    if not host or not port_is_plain or parts.username or (parts.scheme != "https" and not _is_ours(parts)):
        raise NotReached("only https:// addresses are posted to")
    return parts


def _is_ours(parts: SplitResult) -> bool:
    return parts.scheme in ("http", "https") and parts.hostname in settings.PRIVATE_HOSTS


def _connected(parts: SplitResult) -> HTTPConnection:
    """A connection to an address of the host that was checked."""
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        if not _is_ours(parts) and not all(ipaddress.ip_address(address).is_global for address in found):
            raise NotReached("the address is not a public one")
        plain = socket.create_connection((sorted(found)[0], port), timeout=TIMEOUT)
        connection = HTTPConnection(host, port, timeout=TIMEOUT)
        if parts.scheme == "https":
            connection = HTTPSConnection(host, port, timeout=TIMEOUT)
            plain = _tls().wrap_socket(plain, server_hostname=host)
        connection.sock = plain
    except (OSError, ValueError) as error:
        raise NotReached(type(error).__name__) from error
    return connection


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
