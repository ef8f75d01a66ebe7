"""Limits: WSGI functions that answer with a page kept in memory after one query, and with a redirect after nothing.

The page is one of the product's, headers included: `bench.goal11_pages` leaves it in the data folder.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PAGE = Path(os.environ["BRAID_VAR"]) / "page.json"
_page = json.loads(PAGE.read_text()) if PAGE.exists() else {"body": "", "headers": []}
BODY = _page["body"].encode()
HEADERS = [(name, value) for name, value in _page["headers"]]
_local = threading.local()
URL = os.environ["DATABASE_URL"]
PROBE = "SELECT count(*) FROM units_unit WHERE number IN (1, 2, 3) AND page_version = 1"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    connection = getattr(_local, "connection", None) or _connect()
    connection.execute(PROBE).fetchone()
    start_response("200 OK", HEADERS)
    return [BODY]


def redirect(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Send on, and keep nothing of it."""
    start_response("302 Found", [("Location", "/notices/1/"), ("Content-Length", "0")])
    return [b""]


def _connect() -> Any:
    if URL.startswith("sqlite"):
        import sqlite3

        _local.connection = sqlite3.connect(urlsplit(URL).path, check_same_thread=False)
    else:
        import psycopg

        _local.connection = psycopg.connect(URL, autocommit=True)
    return _local.connection
