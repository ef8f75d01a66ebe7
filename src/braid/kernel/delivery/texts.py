"""Text messages as a channel: the port of `kernel.sms`, by whatever gateway `BRAID_SMS_BACKEND` names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext_lazy

from braid.kernel.addresses import address_of
from braid.kernel.sms import CONSOLE, NotSent, sms

from .channels import SENT, Channel, Message, Outcome, Result, Send


class TextMessage(Channel):
    """SMS. Gateways rarely offer a key, so none is relied on."""

    name = "sms"
    words = gettext_lazy("text message")
    icon = "message-square"
    settings = ("BRAID_SMS_BACKEND",)

    def is_ready(self) -> bool:
        return bool(settings.SMS_BACKEND != CONSOLE)

    @contextmanager
    def opened(self) -> Iterator[Send]:
        gateway = sms()

        def send(to: str, message: Message, key: str) -> Outcome:
            try:
                gateway.send(to, _text(message))
            except NotSent as error:
                return Outcome(Result.REFUSED if error.is_final else Result.LATER, str(error))
            return SENT

        yield send


def _text(message: Message) -> str:
    """One text: direct messages are their body; others begin with what they are about and end with where it stands."""
    if not message.path:
        return message.body
    return f"{message.subject}\n{address_of(message.path)}"
