"""The port text messages leave by: which class sends them is a setting, so that core code names no gateway."""

from __future__ import annotations

import json
import sys
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from .outside import NotReached, post

CONSOLE = "braid.kernel.sms.ConsoleSms"


class NotSent(Exception):
    """The gateway surely did not take the message; `is_final`: and never will."""

    def __init__(self, why: str, *, is_final: bool = False) -> None:
        super().__init__(why)
        self.is_final = is_final


class Sms(Protocol):
    """Hands text messages to a gateway."""

    def send(self, number: str, text: str) -> None:
        """Send `text` to `number` (`+8613912345678`).

        Raises `NotSent` when it surely was not taken: then it is tried again. Whatever else it raises counts as uncertain,
        and is not repeated.
        """


class ConsoleSms:
    """Writes text messages to the terminal: for one machine without a gateway."""

    def send(self, number: str, text: str) -> None:
        sys.stdout.write(f"SMS to {number}: {text}\n")


class HttpSms:
    """Posts `{"to": number, "text": text}` as JSON to `BRAID_SMS_URL`, with `BRAID_SMS_TOKEN` as bearer token.

    Any answer of 200 to 299 means taken, 429 and 503 come again later, 400 to 499 never; anything else is uncertain.
    """

    def send(self, number: str, text: str) -> None:
        headers = {"Content-Type": "application/json"}
        if settings.SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
        try:
            answer = post(settings.SMS_URL, json.dumps({"to": number, "text": text}).encode(), headers)
        except NotReached as error:
            raise NotSent(str(error)) from error
        if answer.status in (429, 503):
            raise NotSent(str(answer.status))
        if 400 <= answer.status < 500:
            raise NotSent(f"{answer.status} {answer.text[:100]}", is_final=True)
        if not 200 <= answer.status < 300:
            raise RuntimeError(f"the gateway answered {answer.status}")


def sms() -> Sms:
    """What `BRAID_SMS_BACKEND` names."""
    return cast("Sms", import_string(settings.SMS_BACKEND)())
