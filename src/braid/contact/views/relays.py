"""Carrying a call into chat groups elsewhere: asking for it, passing it on, the pyramid of its reach, and its short links."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from braid.contact.actions import answer_call, ask_relay, stop_relay
from braid.contact.enums import CarryAnswer
from braid.contact.forms import RelayForm, level_choices
from braid.contact.middleware import LINK_HEADERS
from braid.contact.models import Notice
from braid.contact.queries import notice_for, reached_for, top_of_reach
from braid.contact.queries.relays import (
    Carriable,
    Pyramid,
    PyramidRow,
    carriable_for,
    carriable_one,
    prepared_text,
    pyramid_of,
    relays_of,
    units_to_ask_in,
)
from braid.contact.relay_links import Link, code_of, follow
from braid.kernel.errors import BadInput
from braid.kernel.forms import said_in
from braid.kernel.offline import once
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.models import Person

HOUR = 60
DAY = 24 * HOUR

Marked = Sequence[int | None]
"""A number for each mark; None is not told."""


@page
@signed_in
def notice_relay(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask that a notice be carried into chat groups; change the words for it; ask no longer."""
    notice = notice_for(request.person, pk, at=timezone.now())
    asked = relays_of(notice, units_to_ask_in(request.person, notice))
    form = RelayForm(request.POST or None, initial={"words": asked[0].words if asked else ""})
    if request.method == "POST" and "stop" in request.POST:
        stop_relay(notice, by=request.person)
        messages.success(request, _("You ask for it no longer. What was passed on stays where it is."))
        return redirect("notice", pk)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request):
            ask_relay(notice, words=form.cleaned_data["words"], by=request.person, at=timezone.now())
            messages.success(
                request, _("Asked. Whoever looks after a chat group sees it on her page, and nobody has to.")
            )
            return redirect("notice", pk)
    words = {"form": form, "notice": notice, "unit": notice.unit, "asked": asked}
    return render(request, "contact/relay.html", words, status=422 if form.errors else 200)


@require_POST
@signed_in
@once
def notice_carry(request: PersonRequest, pk: int) -> HttpResponse:
    """Note what she did with a call in one of her chat groups."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    call = carriable_one(request.person, notice, request.POST.get("chat", ""), at=at)
    answer_call(notice, call.chat, _answer(request.POST.get("answer", "")), by=request.person, at=at)
    return redirect(f"{reverse('notice', args=[pk])}#carry")


def _answer(value: str) -> CarryAnswer:
    try:
        return CarryAnswer(value)
    except ValueError as error:
        raise BadInput(_("Choose one of the buttons on the page.")) from error


def calls_on(request: HttpRequest, person: Person, notice: Notice, *, at: datetime) -> list[tuple[Carriable, str]]:
    """For each chat group of hers into which she may carry `notice`: what was said of it, and the text that is prepared."""
    return [(one, prepared_text(one, _address(request, one))) for one in carriable_for(person, at=at, notice=notice)]


def _address(request: HttpRequest, one: Carriable) -> str:
    code = code_of(Link(one.notice.pk, one.chat.pk))
    return request.build_absolute_uri(reverse("relay_link", args=[code]))


@require_safe
@signed_in
def notice_pyramid_top(request: PersonRequest, pk: int) -> HttpResponse:
    """Begin at the highest unit of the notice that she may see."""
    notice = notice_for(request.person, pk, at=timezone.now())
    return redirect("notice_pyramid_unit", pk=pk, code=top_of_reach(request.person, notice))


@require_safe
@signed_in
def notice_pyramid(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """How far a notice came, level by level and minute by minute; the live part of the page alone when htmx asks."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    part = reached_for(request.person, notice, code, at=at)
    pyramid = pyramid_of(notice, part, at=at)
    words = {
        "notice": notice,
        "unit": part.unit,
        "at": at,
        "pyramid": pyramid,
        "since": _words_of(pyramid.minutes),
        "marks": [_words_of(mark) for mark in pyramid.marks],
        "rows": _named(pyramid),
    }
    is_part = getattr(request, "htmx", False)
    return render(request, "contact/pyramid_live.html" if is_part else "contact/pyramid.html", words)


def _named(pyramid: Pyramid) -> list[tuple[str, PyramidRow, Marked, Marked, Marked]]:
    """Each row with the name of its level, and its units that saw it, opens and chat groups up to each mark that is over."""
    names, over = dict(level_choices()), len(pyramid.marks)
    return [
        (names.get(row.level, str(row.level)), row, row.seen_by[:over], row.opens_by[:over], row.chats_by[:over])
        for row in pyramid.rows
    ]


def _words_of(mark: int) -> str:
    """A mark of minutes as one says it."""
    if mark < HOUR:
        return ngettext("%(n)s minute", "%(n)s minutes", mark) % {"n": mark}
    if mark < DAY:
        return ngettext("%(n)s hour", "%(n)s hours", mark // HOUR) % {"n": mark // HOUR}
    return ngettext("%(n)s day", "%(n)s days", mark // DAY) % {"n": mark // DAY}


@require_safe
def relay_link(request: HttpRequest, code: str) -> HttpResponse:
    """Where a short link leads. Web processes answer it before Django (`middleware.with_short_links`)."""
    agent = request.headers.get("User-Agent", "")
    address = follow(code, method=request.method or "", agent=agent, seconds=time.time())
    if address is None:
        raise Http404
    answer = redirect(request.META.get("SCRIPT_NAME", "") + address)
    for name, value in LINK_HEADERS.items():
        answer[name] = value
    return answer
