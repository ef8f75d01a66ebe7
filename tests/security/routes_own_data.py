"""The routes of one's own data: seeing, saving, erasing, agreeing; guardians; other addresses to sign in with; the inventory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from braid.people.models import Erasure

from .routes import Route, cut, everybody
from .world import World

NOBODY = 999_999_999
HERS = everybody(404, anonymous=302, member=200)
"""Of the member, and of nobody else, however high."""
HERS_DONE = everybody(404, anonymous=302, member=302)


def extend(world: World) -> None:
    """The member's data is to be erased."""
    now = timezone.now()
    Erasure.objects.create(person=world.member, asked_by=world.member, asked_at=now, due_at=now + timedelta(days=7))


def member(world: World) -> dict[str, Any]:
    return {"pk": world.member.pk}


def nobody(world: World) -> dict[str, Any]:
    return {"pk": NOBODY}


def as_file(world: World) -> dict[str, Any]:
    return {**member(world), "form": "json"}


def no_file(world: World) -> dict[str, Any]:
    return {**nobody(world), "form": "json"}


def purpose(world: World) -> dict[str, Any]:
    return {**member(world), "key": "contacts"}


def no_purpose(world: World) -> dict[str, Any]:
    return {**nobody(world), "key": "contacts"}


ROUTES = [
    Route("my_data", HERS, kwargs=member, absent=nobody),
    Route("my_data_file", HERS, kwargs=as_file, absent=no_file),
    Route("my_data_correct", HERS_DONE, kwargs=member, absent=nobody, note="her own stands on the page Me"),
    Route("my_data_correct", HERS_DONE, method="POST", kwargs=member, absent=nobody, data=lambda w: {"name": "x"}),
    Route("my_data_erase", everybody(302), kwargs=member, note="nobody here has just signed in"),
    Route("my_data_erase", everybody(302), method="POST", kwargs=member),
    Route("my_data_keep", HERS_DONE, method="POST", kwargs=member, absent=nobody),
    Route("consents", HERS, kwargs=member, absent=nobody),
    Route("consent_give", HERS_DONE, method="POST", kwargs=purpose, absent=no_purpose),
    Route("consent_withdraw", {**HERS, "member": 409}, method="POST", kwargs=purpose, absent=no_purpose),
    Route("child_mark", cut(member=403, deputy=200, liaison=200), kwargs=member, absent=nobody),
    Route(
        "child_mark",
        cut(302, member=403, deputy=302, liaison=302),
        method="POST",
        kwargs=member,
        absent=nobody,
        data=lambda w: {"under_14_until": ""},
    ),
    Route("guardian_name", cut(member=403, deputy=200, liaison=200), kwargs=member, absent=nobody),
    Route(
        "guardian_name",
        cut(409, member=403, deputy=409, liaison=409),
        method="POST",
        kwargs=member,
        absent=nobody,
        data=lambda w: {"person": w.people["self"].pk},
        note="she is no child",
    ),
    Route(
        "inventory", everybody(200, stranger=403, anonymous=302, member=403, deputy=403, liaison=403), note="heads only"
    ),
    Route("email_change", everybody(302), note="nobody here has just signed in"),
    Route("email_change", everybody(302), method="POST", data=lambda w: {"address": "new@example.org"}),
    Route("phone_change", everybody(302)),
    Route("phone_change", everybody(302), method="POST", data=lambda w: {"address": "13900001111"}),
    Route("address_confirm", everybody(302), note="no code was sent"),
    Route("address_confirm", everybody(302), method="POST", data=lambda w: {"code": "1"}),
]
