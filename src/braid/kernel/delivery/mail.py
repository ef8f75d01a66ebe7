"""E-mail by SMTP, in phases: what fails before the text is handed over surely did not arrive, what fails after may have."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from braid.kernel.addresses import address_of
from braid.kernel.errors import BadInput

from .channels import SENT, Channel, Message, Outcome, Result, Send


class Mail(Channel):
    """E-mail, by whatever `BRAID_EMAIL_URL` names. Its `Message-ID` is the key, but no server has to look at it."""

    name = "email"
    words = pgettext_lazy("way to be told", "e-mail")
    icon = "mail"
    settings = ("BRAID_EMAIL_URL", "BRAID_EMAIL_FROM")

    def clean_address(self, text: str) -> str:
        try:
            validate_email(text.strip())
        except ValidationError as error:
            raise BadInput(_("This is no e-mail address.")) from error
        return text.strip()

    @contextmanager
    def opened(self) -> Iterator[Send]:
        backend = get_connection()

        def send(to: str, message: Message, key: str) -> Outcome:
            mail = mail_of(to, message, key)
            return _by_smtp(backend, mail) if isinstance(backend, EmailBackend) else _by_other(backend, mail)

        try:
            yield send
        finally:
            with suppress(OSError, smtplib.SMTPException):
                backend.close()


def mail_of(to: str, message: Message, key: str) -> EmailMessage:
    """The mail: its text, the address of its page, and a `Message-ID` made of the key, the same each time it is sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    parts = [part for part in (message.body, address_of(message.path) if message.path else "") if part]
    headers = {"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(message.subject, "\n\n".join(parts), to=[to], headers=headers)


def _by_smtp(backend: EmailBackend, mail: EmailMessage) -> Outcome:
    """As `EmailBackend` sends, but telling apart what surely failed and what may have arrived."""
    try:
        backend.open()
        server: Any = backend.connection
        server.ehlo_or_helo_if_needed()
        _expect(server.mail(parseaddr(mail.from_email)[1]))
        _expect(server.rcpt(mail.to[0]))
    except smtplib.SMTPResponseException as answer:
        _drop(backend)
        return _outcome(answer.smtp_code, answer.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        _drop(backend)
        return Outcome(Result.LATER, type(error).__name__)
    text: Any = mail.message()
    try:
        code, words = server.data(text.as_bytes(linesep="\r\n"))
    except smtplib.SMTPDataError as answer:  # it did not want the text: nothing was handed over
        _drop(backend)
        return _outcome(answer.smtp_code, answer.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        _drop(backend)
        return Outcome(Result.UNKNOWN, type(error).__name__)
    return _outcome(code, words)


def _by_other(backend: Any, mail: EmailMessage) -> Outcome:
    """By the terminal, a folder, or a service's own back end, which does not say where it failed."""
    backend.send_messages([mail])
    return SENT


def _expect(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, words)


def _outcome(code: int, words: bytes | str) -> Outcome:
    """What an answer of the server means (RFC 5321, 4.2.1)."""
    if 200 <= code < 300:
        return SENT
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return Outcome(Result.REFUSED if code >= 500 else Result.LATER, f"{code} {text}")


def _drop(backend: EmailBackend) -> None:
    """Begin anew with the next mail: this conversation is out of step."""
    if backend.connection is not None:
        with suppress(OSError, smtplib.SMTPException):
            backend.connection.close()
        backend.connection = None
