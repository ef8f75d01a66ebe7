"""Browsers of people who are signed in, and how many queries something takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from braid.people.models import Account, Person


class PlainClient(Client):
    """Keeps no copies of templates and contexts for the test to look at, and no cookies: half the cost of a request.

    A view that breaks is answered 500, as people are; the log has the error.
    """

    def request(self, **request: Any) -> Any:
        return self.handler(self._base_environ(**request))


def client_of(person: Person) -> Client:
    """A browser in which `person` is signed in."""
    client = Client()
    client.force_login(Account.objects.get(person=person))
    return client


def queries_of(call: Callable[[], object]) -> int:
    """How many queries `call` takes."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)
