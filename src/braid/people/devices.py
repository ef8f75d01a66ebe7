"""What is kept of a device somebody is signed in on: the name of its browser and system, and nothing that places it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

NOWHERE = "0.0.0.0"  # noqa: S104 (an address that is none)
SLICE = 500

_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("HuaweiBrowser", "Huawei"),
    ("MiuiBrowser", "Mi"),
    ("UCBrowser", "UC"),
    ("MQQBrowser", "QQ"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
"""Marks in what a browser says of itself, the more telling ones first, and what people call the thing."""


def named(user_agent: str) -> str:
    """`user_agent` as a person would say it: "Chrome, Android"."""
    names = [next((name for mark, name in table if mark in user_agent), None) for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in names if name) or _("a device")


def forget_place(sender: type[UserSession], instance: UserSession, **kwargs: Any) -> None:
    """Before a session is listed: its address is not kept (members are not watched), nor more of the browser than its name."""
    instance.ip = NOWHERE


def forget_devices(at: datetime) -> int:
    """The sweep: delete what was listed of sessions that are gone; returns how many."""
    forgotten = 0
    there = Session.objects.values("session_key")
    while gone := list(UserSession.objects.exclude(session_key__in=there).values_list("pk", flat=True)[:SLICE]):
        forgotten += UserSession.objects.filter(pk__in=gone).delete()[0]
    return forgotten
