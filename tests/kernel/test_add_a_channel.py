"""The channel of `docs/how-to/add-a-channel.md`, as it stands there, against a server that keeps what it is given."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from braid.kernel.delivery import Channel, Message, Result

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/add-a-channel.md"


class Service(BaseHTTPRequestHandler):
    """Keeps messages by their key; does not answer one that says so."""

    kept: dict[str, bytes] = {}

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.kept[self.headers["Idempotency-Key"]] = text
        if text != b"silent":
            self.send_response(404 if self.path == "/nobody" else 204)
            self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Quietly."""


@pytest.fixture
def service() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def chat() -> Channel:
    (code,) = re.findall(r"```python\n(.+?)```", PAGE.read_text(), re.S)
    names: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), names)
    made: Channel = names["Chat"]()
    return made


def test_the_channel_of_the_page(chat: Channel, service: str, settings: Any) -> None:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with chat.opened() as send:
        for _ in range(2):
            assert send(f"{service}/hook", Message("hello"), "key").result is Result.SENT
        assert Service.kept == {"key": b"hello"}
        assert send(f"{service}/nobody", Message("x"), "other").result is Result.REFUSED
        assert send(f"{service}/hook", Message("silent"), "third").result is Result.UNKNOWN
        assert send("http://127.0.0.1:9/hook", Message("x"), "fourth").result is Result.LATER


def test_it_does_not_post_inside(chat: Channel, service: str) -> None:
    with chat.opened() as send:
        assert send(f"{service}/hook", Message("hello"), "inside").result is Result.LATER
    assert "inside" not in Service.kept
