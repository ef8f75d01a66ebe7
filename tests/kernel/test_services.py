"""The services of Apprise, with the library itself, against a server on this machine that keeps what it is given."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from braid.kernel import delivery
from braid.kernel.delivery import Message, Parcel, Result, owe_deliveries, send_due
from braid.kernel.delivery import services as module
from braid.kernel.delivery.services import Service, services
from braid.kernel.enums import DeliveryState
from braid.kernel.errors import BadInput
from braid.kernel.models import Delivery
from braid.people.actions import choose_channel
from tests import factories

needs_library = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
"""The library brings a module of its own where Python has dropped this one."""


class Server(BaseHTTPRequestHandler):
    """Keeps what is posted, by its path; has nobody who is called `nobody`."""

    kept: dict[str, dict[str, Any]] = {}

    def do_POST(self) -> None:
        self.kept[self.path] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(404 if "nobody" in self.path else 200)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Quietly."""


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.APPRISE_URL = f"json://127.0.0.1:{server.server_address[1]}/hook/{{to}}"
    settings.APPRISE_NAME = "Chirp"
    settings.SITE_URL = "https://home.example.org"
    Server.kept.clear()
    yield Service()
    server.shutdown()
    thread.join()
    server.server_close()


@needs_library
def test_it_hands_over_by_the_library(service: Service) -> None:
    pytest.importorskip("apprise")
    with service.opened() as send:
        assert send("li@x", Message("New notice", path="/notices/7/"), "key").result is Result.SENT
        assert send("nobody", Message("x"), "other").result is Result.UNKNOWN
    (path,) = [path for path in Server.kept if "nobody" not in path]
    assert path.rstrip("/") in ("/hook/li@x", "/hook/li%40x")
    assert Server.kept[path]["title"] == "New notice"
    assert Server.kept[path]["message"] == "https://home.example.org/notices/7/"


@needs_library
def test_logs_do_not_say_who_was_told(service: Service, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("apprise")
    settings.APPRISE_URL = "json://{to}.invalid/"
    with service.opened() as send:
        assert send("zqxjkv", Message("x"), "key").result is Result.UNKNOWN
    assert "zqxjkv" not in caplog.text


@needs_library
def test_who_is_away_or_no_service_at_all(service: Service, settings: Any) -> None:
    pytest.importorskip("apprise")
    settings.APPRISE_URL = "json://127.0.0.1:9/{to}"
    with service.opened() as send:
        assert send("li", Message("x"), "key").result is Result.UNKNOWN
    settings.APPRISE_URL = "nothing-of-that-name://{to}"
    with service.opened() as send:
        assert send("li", Message("x"), "key").result is Result.REFUSED


@needs_library
@pytest.mark.django_db
def test_who_chose_it_is_told_by_it(service: Service, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("apprise")
    monkeypatch.setitem(delivery.CHANNELS, service.name, service)
    monkeypatch.setitem(delivery.COMPOSERS, "test", lambda rows, at: {row.pk: Message("Hello") for row in rows})
    her, at = factories.person(), now
    client = Client()
    client.force_login(her.account)
    assert "Chirp" in client.get("/me/telling/").content.decode()
    choose_channel(her, channel=service.name, address=" li-42 ", by=her, at=at)
    owe_deliveries([Parcel("test", 1, her.pk, service.name, at)])
    assert send_due(at) == 1
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert [path.rstrip("/") for path in Server.kept] == ["/hook/li-42"]


@pytest.mark.parametrize("typed", ["", "x/../y", "x?to=y", "a b", "x@y:80/", "中", "x" * 101, "%2F", "{to}"])
def test_what_somebody_types_leads_nowhere_else(typed: str) -> None:
    with pytest.raises(BadInput):
        Service().clean_address(typed)
    assert Service().clean_address(" @li+x.y_z-1 ") == "@li+x.y_z-1"


def test_it_is_there_where_the_library_is(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.APPRISE_URL = ""
    monkeypatch.setattr(module, "find_spec", lambda name: object())
    assert [channel.is_ready() for channel in services()] == [False]
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert services() == []
    settings.APPRISE_URL = "json://127.0.0.1/{to}"
    with pytest.raises(ImproperlyConfigured, match="not installed"):
        services()
