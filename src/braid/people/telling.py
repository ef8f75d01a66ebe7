"""The one way in which the product tells people something: each by the channels she chose, at the pace she wants.

What is about her own account goes to every address she has, whatever she chose (`tell`). Everything else begins with
`tell_chosen`: it writes rows only for persons who chose a channel beyond the inbox, and keeps quiet hours. Codes to sign in
are direct messages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.kernel.addresses import address_of
from braid.kernel.delivery import AT_ANY_HOUR, CHANNELS, Parcel, owe_deliveries, send_later

from .enums import Pace
from .models import Account, ChosenChannel, Wish
from .phones import clean_or_empty
from .queries.quiet_hours import quiet_until

EMAIL, SMS = "email", "sms"
OWN_ADDRESS = (EMAIL, SMS)
"""Channels that reach somebody where her data say, without an address of their own."""

CHANGES = {
    "password_changed": gettext_lazy("Your password was changed"),
    "password_reset": gettext_lazy("Your password was changed"),
    "password_set": gettext_lazy("Your password was set"),
    "totp_activated": gettext_lazy("A code app was added to your account"),
    "totp_deactivated": gettext_lazy("The code app was removed from your account"),
    "webauthn_added": gettext_lazy("A passkey was added to your account"),
    "webauthn_removed": gettext_lazy("A passkey was removed from your account"),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made for your account"),
    "account_connected": gettext_lazy("Another way to sign in was connected to your account"),
    "account_disconnected": gettext_lazy("A way to sign in was disconnected from your account"),
}
"""What allauth tells of, by the last part of its template's name."""


def tell_chosen(
    persons: Iterable[int], kind: str, thing: int, *, at: datetime, step: int = 0, covers: tuple[int, ...] = ()
) -> set[int]:
    """Owe each of the persons numbered `persons` word of a thing (`notice` 17) by one of the channels she chose.

    At step 0 that is the first of hers in the order of the ladder, at step 1 the second, and so on; who has no more is told by
    her last. Who wants a digest gets none of this: the thing waits for it. In her quiet hours it waits for their end.
    Returns who is told; asked again for the same it changes nothing. One query when nobody chose a channel, else five; part
    of the transaction.
    """
    ladders = _ladders(persons)
    quiet = quiet_until(ladders, at) if ladders and kind not in AT_ANY_HOUR else {}
    owe_deliveries(
        Parcel(kind, thing, person, ladder[min(step, len(ladder) - 1)], quiet.get(person, at), covers=covers)
        for person, ladder in sorted(ladders.items())
    )
    return set(ladders)


def has_channel(person: str) -> Exists:
    """A condition for rows whose column `person` is a person: she chose a channel. `tell_chosen` tells nobody else."""
    return Exists(ChosenChannel.objects.filter(person=OuterRef(person)))


def first_channels(persons: Iterable[int]) -> dict[int, str]:
    """The first channel of each of the persons who chose one, whatever pace she wants."""
    return {person: ladder[0] for person, ladder in _all_ladders(persons).items()}


def _ladders(persons: Iterable[int]) -> dict[int, list[str]]:
    """The channels of those of `persons` who want to be told at once, in the order of the ladder."""
    found = _all_ladders(persons)
    if not found:
        return found
    later = Wish.objects.filter(person__in=list(found)).exclude(pace=Pace.AT_ONCE).values_list("person_id", flat=True)
    for person in later:
        del found[person]
    return found


def _all_ladders(persons: Iterable[int]) -> dict[int, list[str]]:
    order = [channel.name for channel in CHANNELS.values() if channel.is_ready()]
    chosen: dict[int, set[str]] = defaultdict(set)
    rows = ChosenChannel.objects.filter(person__in=list(persons), channel__in=order, person__account__is_active=True)
    for person, channel in rows.values_list("person_id", "channel"):
        chosen[person].add(channel)
    return {person: [name for name in order if name in names] for person, names in chosen.items()}


def next_digest_at(pace: str, *, hour: int, weekday: int, after: datetime) -> datetime | None:
    """The first moment after `after` at which a digest of this `pace` is due, by the federation's clock; None for none."""
    if pace == Pace.AT_ONCE:
        return None
    day = timezone.localdate(after)
    for _day in range(9):
        moment = timezone.make_aware(datetime.combine(day, time(hour)), timezone.get_default_timezone())
        if moment > after and (pace == Pace.DAILY or day.weekday() == weekday):
            return moment
        day += timedelta(days=1)
    raise AssertionError("a week has every day")


def channels_of(account: Account) -> list[tuple[str, str]]:
    """Every address she has, each once: those she signs in with, and those her unit knows."""
    person = account.person
    mails = {mail.strip().lower(): None for mail in (account.email, person.email) if mail.strip()}
    numbers = {number: None for text in (account.phone or "", person.phone) if (number := clean_or_empty(text))}
    return [*((EMAIL, mail) for mail in mails), *((SMS, number) for number in numbers)]


def tell(account: Account, words: Callable[[], tuple[str, str]], *, at: datetime) -> None:
    """Send her subject and body, made by `words` in her language, to every address she has; part of the transaction."""
    with translation.override(account.person.language or settings.LANGUAGE_CODE):
        subject, body = words()
    for channel, to in channels_of(account):
        send_later(channel, to, subject=subject, body=body, at=at, person=account.person_id)


def tell_of_change(account: Account, change: object, *, at: datetime) -> None:
    """Say that something about how she signs in has changed, and what to do if it was not she."""

    def words() -> tuple[str, str]:
        link = address_of(reverse("devices"))
        body = _("%(change)s (%(name)s). If that was not you, sign out everywhere and tell your unit: %(link)s")
        return str(change), body % {"change": change, "name": settings.FEDERATION_NAME, "link": link}

    tell(account, words, at=at)
