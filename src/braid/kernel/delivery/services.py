"""Services of others, by the library Apprise where it is installed: the operator names one, people give who they are there."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from braid.kernel.addresses import address_of
from braid.kernel.errors import BadInput

from .channels import SENT, Channel, Message, Outcome, Result, Send

LIBRARY = "apprise"
PLACE = "{to}"
"""Stands in `BRAID_APPRISE_URL` where what a person typed goes."""
ADDRESS = re.compile(r"[A-Za-z0-9@+._-]{1,100}")
"""What a person may type: nothing that could lead to another host or another service than the operator meant."""


def services() -> list[Channel]:
    """The channel, where the library is installed. Stops the start where one is asked for without it."""
    if find_spec(LIBRARY):
        return [Service()]
    if settings.APPRISE_URL:
        raise ImproperlyConfigured("BRAID_APPRISE_URL is set, but the package apprise is not installed.")
    return []


def _name_of_it() -> str:
    return settings.APPRISE_NAME or _("another service")


class Service(Channel):
    """One service that Apprise speaks to. It does not say where it failed, so what failed is not sent again."""

    name = LIBRARY
    words = lazy(_name_of_it, str)()
    icon = "message-circle"
    settings = ("BRAID_APPRISE_URL", "BRAID_APPRISE_NAME")

    def is_ready(self) -> bool:
        return bool(settings.APPRISE_URL)

    def clean_address(self, text: str) -> str:
        if not ADDRESS.fullmatch(text.strip()):
            raise BadInput(_("Write only letters, digits and @ + . _ -"))
        return text.strip()

    @contextmanager
    def opened(self) -> Iterator[Send]:
        library = import_module(LIBRARY)
        logging.getLogger(LIBRARY).disabled = True  # what it warns of names whom it told

        def send(to: str, message: Message, key: str) -> Outcome:
            service = library.Apprise()
            if not service.add(settings.APPRISE_URL.replace(PLACE, quote(to, safe=""))):
                return Outcome(Result.REFUSED, "BRAID_APPRISE_URL names no service")
            text = _text(message)
            if service.notify(title=message.subject if text else "", body=text or message.subject):
                return SENT
            return Outcome(Result.UNKNOWN, "the service did not say that it took it")

        yield send


def _text(message: Message) -> str:
    parts = (message.body, address_of(message.path) if message.path else "")
    return "\n\n".join(part for part in parts if part)
