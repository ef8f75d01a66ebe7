"""The ways Braid says no: each carries words for the person who asked, and an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """What was asked cannot be done; `message` says why in words for the user.

    `status` is the HTTP status a page or the API answers with; `fields` maps a field's name to what is wrong with it.
    """

    status = 409

    def __init__(self, message: Any, *, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})

    @property
    def details(self) -> list[str]:
        """What is wrong with the fields, each once, as far as `message` does not say it."""
        words = list(dict.fromkeys(map(str, self.fields.values())))
        return [] if " ".join(words) == str(self.message) else [each for each in words if each != str(self.message)]


class NotAllowed(Refused):
    """In scope, but this person may not do it: 403."""

    status = 403


class WrongState(Refused):
    """The thing is no longer in the state the request was made for: 409."""

    status = 409


class BadInput(Refused):
    """What was sent cannot be used; `fields` says which part and why: 422."""

    status = 422
