"""An SMS back end that keeps what it is given, for tests."""

from __future__ import annotations

sent: list[tuple[str, str]] = []


class KeptSms:
    """Keeps number and text in `sent`."""

    def send(self, number: str, text: str) -> None:
        sent.append((number, text))
