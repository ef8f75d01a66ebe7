"""Page: how I am told of what is new; and the addresses at which a browser subscribes to notifications."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.delivery.webpush import public_key
from braid.people.actions import WishPlan, change_wish, choose_channel, drop_channel
from braid.people.decorators import PersonRequest, page, signed_in
from braid.people.devices import named
from braid.people.forms import WishForm
from braid.people.queries.channels import channels_to_choose, chosen_for, chosen_of, own_address, wish_of
from braid.people.telling import OWN_ADDRESS

PUSH = "push"


@page
@signed_in
def telling(request: PersonRequest) -> HttpResponse:
    """What I chose to be told by, and how often; change it."""
    wish = wish_of(request.person)
    form = WishForm(request.POST or None, initial={name: getattr(wish, name) for name in WishForm.base_fields})
    if request.method == "POST" and form.is_valid():
        change_wish(request.person, WishPlan(**form.cleaned_data), by=request.person, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("telling")
    chosen = list(chosen_of(request.person))
    channels = channels_to_choose()
    words = {channel.name: channel for channel in channels}
    taken = {one.channel for one in chosen}
    context = {
        "form": form,
        "chosen": [(one, words.get(one.channel), _shown(request, one.channel, one.address)) for one in chosen],
        "offered": [
            (one, _own(request, one.name)) for one in channels if one.name in OWN_ADDRESS and one.name not in taken
        ],
        "others": [one for one in channels if one.name not in (*OWN_ADDRESS, PUSH)],
        "push_is_ready": PUSH in words,
        "push_key": public_key(),
    }
    return render(request, "people/telling.html", context, status=422 if form.errors else 200)


def _own(request: PersonRequest, channel: str) -> str:
    """The address in her data."""
    return own_address(request.user, channel)  # type: ignore[arg-type]


def _shown(request: PersonRequest, channel: str, address: str) -> str:
    """Where a chosen channel reaches her; a device is told by its name."""
    if channel == PUSH:
        return ""
    return address or _own(request, channel)


@require_POST
@signed_in
def channel_choose(request: PersonRequest) -> HttpResponse:
    """Be told by a channel."""
    name, address = request.POST.get("channel", ""), request.POST.get("address", "")
    choose_channel(request.person, channel=name, address=address, by=request.person, at=timezone.now())
    messages.success(request, _("From now on you are told this way."))
    return redirect("telling")


@require_POST
@signed_in
def channel_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Be told by it no more."""
    drop_channel(chosen_for(request.person, pk), by=request.person)
    messages.success(request, _("You are not told this way any more."))
    return redirect("telling")


@require_safe
@signed_in
def push_key(request: PersonRequest) -> HttpResponse:
    """The key a browser subscribes with."""
    return JsonResponse({"key": public_key()})


@require_POST
@signed_in
def push_subscribe(request: PersonRequest) -> HttpResponse:
    """A browser subscribed: its person is told on this device."""
    label = named(request.headers.get("User-Agent", ""))
    address = json.dumps({name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")})
    choose_channel(request.person, channel=PUSH, address=address, label=label, by=request.person, at=timezone.now())
    return HttpResponse(status=204)


@require_POST
@signed_in
def push_unsubscribe(request: PersonRequest) -> HttpResponse:
    """A browser took it back; nothing happens for one that never subscribed."""
    endpoint = request.POST.get("endpoint", "")
    for one in chosen_of(request.person).filter(channel=PUSH):
        if json.loads(one.address)["endpoint"] == endpoint:
            drop_channel(one, by=request.person)
    return HttpResponse(status=204)
