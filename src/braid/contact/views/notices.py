"""One notice: reading it and answering it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import answer_notice
from braid.contact.enums import Fact, NoticeState
from braid.contact.models import Notice
from braid.contact.queries import is_addressed_within, notice_for, reading_of
from braid.contact.queries.attachments import attachments_of, in_version
from braid.contact.queries.questions import questions_on, questions_waiting_on
from braid.contact.queries.relays import can_ask_relay
from braid.contact.rules import VIEW_RECEIPTS, can_send_for, can_undo, is_out
from braid.contact.tokens import Shown, token_of
from braid.contact.words import LANGUAGES, Text, readers_language
from braid.kernel.access import scope
from braid.kernel.errors import BadInput
from braid.kernel.markdown import plain
from braid.kernel.markdown import render as markdown
from braid.kernel.offline import keep_offline, once
from braid.kernel.opengraph import opengraph
from braid.kernel.writing import colon
from braid.people.decorators import PersonRequest, signed_in
from braid.people.middleware import reader_of
from braid.people.models import Person

from .relays import calls_on


@keep_offline
@require_safe
@never_cache
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """A notice: for those it addresses, those who sent it, and everybody when it is public."""
    person = reader_of(request)
    at = timezone.now()
    try:
        found = notice_for(person, pk, at=at)
    except Http404:
        if person is None:
            return redirect_to_login(request.get_full_path())
        raise
    wanted = language_of(request)
    text = found.text_in(wanted)
    html, others = markdown(text.body), _other_texts(found, text)
    attachments = attachments_of(found)
    answered, asked = questions_on(found, person)
    words = {
        "notice": found,
        "text": text,
        "html": html,
        "others": others,
        "is_out": is_out(found, at),
        "attachments": in_version(attachments, found.version),
        "answered": answered,
        "asked": asked,
        "versions": [
            (version, said, markdown(said.body), in_version(attachments, version.number))
            for version in found.versions.select_related("replaced_by").order_by("-number")
            for said in [version.text_in(wanted)]
        ],
        **(_hers(person, found, at) if person else _public(request, found, [text, *others], html)),
        "calls": calls_on(request, person, found, at=at) if person else [],
    }
    return render(request, "contact/notice.html" if person else "contact/public_notice.html", words)


def language_of(request: HttpRequest) -> str:
    """The language in which a text is asked for: one of the links on its page, else that of the reader."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(LANGUAGES) else readers_language()


def _other_texts(found: Notice, text: Text) -> list[Text]:
    """What it says in other languages than that of `text`; nothing once it was withdrawn."""
    return [other for other in found.texts if other != text and found.state != NoticeState.WITHDRAWN]


def _public(request: HttpRequest, found: Notice, texts: Sequence[Text], html: SafeString) -> dict[str, object]:
    """What only the page for everybody has: what it says of itself where its address is shared, in the first of `texts`."""
    language, path = texts[0].language, reverse("notice", args=[found.pk])
    withdrawn = f"{_('This notice was withdrawn')}{colon()}{found.withdrawn_why}"
    shared = opengraph(
        request,
        kind="article",
        title=texts[0].title,
        text=withdrawn if found.state == NoticeState.WITHDRAWN else plain(html),
        path=f"{path}?language={language}" if request.GET.get("language") == language else path,
        languages=[text.language for text in texts],
    )
    return {"reading": None, "opengraph": shared}


@require_POST
@signed_in
@once
def notice_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Say that she has seen, acknowledged or done what a notice asks."""
    at = timezone.now()
    found = notice_for(request.person, pk, at=at)
    fact = _fact(request.POST.get("fact", ""))
    answer_notice(found, fact, by=request.person, at=at)
    messages.success(request, _THANKS[fact]())
    return redirect("notice", pk=pk)


_THANKS = {
    Fact.SEEN: lambda: _("Noted: you have read this."),
    Fact.ACKNOWLEDGED: lambda: _("Noted: you have acknowledged this."),
    Fact.DONE: lambda: _("Noted: you have reported this as done."),
}


def _fact(value: str) -> Fact:
    try:
        return Fact(int(value))
    except ValueError as error:
        raise BadInput(_("Choose one of the buttons on the page.")) from error


def _hers(person: Person, found: Notice, at: datetime) -> dict[str, object]:
    """What the page shows to a signed-in person: her own receipts, and what she may do."""
    reading = reading_of(person, found, at=at)
    is_sender = can_send_for(person, found.unit_path)
    takes = is_out(found, at) and found.state == "sent"
    return {
        "reading": reading,
        "seen_at": reading.said_at.get(Fact.SEEN),
        "acknowledged_at": reading.said_at.get(Fact.ACKNOWLEDGED),
        "done_at": reading.said_at.get(Fact.DONE),
        "facts": Fact,
        "may_answer": takes and bool(reading.units),
        "tokens": [token_of(Shown(person.pk, found.pk, unit), at=at) for unit in reading.unseen] if takes else [],
        "is_sender": is_sender,
        "waiting": questions_waiting_on(found) if is_sender else 0,
        "can_undo": is_sender and can_undo(found, at),
        "may_ask_relay": found.state == "sent" and can_ask_relay(person, found),
        "may_see_reach": is_out(found, at) and is_addressed_within(found, scope(person, VIEW_RECEIPTS)),
    }
