"""What somebody chose to be told by, and where she is reached by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import Http404

from braid.kernel.delivery import CHANNELS, Channel
from braid.people.models import Account, ChosenChannel, Person, Wish
from braid.people.phones import clean_or_empty


def channels_to_choose() -> list[Channel]:
    """The channels that are set up here, in the order of the ladder."""
    return [channel for channel in CHANNELS.values() if channel.is_ready()]


def chosen_of(person: Person) -> QuerySet[ChosenChannel]:
    """The channels `person` chose, in the order in which she did."""
    return ChosenChannel.objects.filter(person=person).order_by("pk")


def chosen_for(person: Person, pk: int) -> ChosenChannel:
    """The chosen channel numbered `pk` if it is hers; else `Http404`."""
    found = chosen_of(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def wish_of(person: Person) -> Wish:
    """Her wish, or what holds without one."""
    return Wish.objects.filter(person=person).first() or Wish(person=person)


def addresses_by(channel: str, numbers: Iterable[int]) -> dict[int, list[str]]:
    """Where the persons numbered `numbers` are reached by `channel` now: the address book of deliveries. Two queries.

    Who took the channel back after a message was owed has no address any more.
    """
    found: dict[int, list[str]] = defaultdict(list)
    own: list[int] = []
    chosen = ChosenChannel.objects.filter(channel=channel, person__in=list(numbers)).order_by("pk")
    for person, address in chosen.values_list("person_id", "address"):
        found[person].append(address) if address else own.append(person)
    for account in Account.objects.filter(person__in=own).select_related("person") if own else ():
        if address := own_address(account, channel):
            found[account.person_id].append(address)
    return found


def own_address(account: Account, channel: str) -> str:
    """The address she signs in with, else the one her unit knows."""
    if channel == "email":
        return (account.email or account.person.email).strip()
    return account.phone or clean_or_empty(account.person.phone)


def forget_address(channel: str, address: str) -> None:
    """Take away an address that is no more: a browser that was uninstalled."""
    ChosenChannel.objects.filter(channel=channel, address=address).delete()
