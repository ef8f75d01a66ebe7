"""Recoveries: those an officer sees, those that wait for her, the one of an account, the one of a link."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from braid.kernel.access import scope
from braid.people.actions.tokens import hash_of
from braid.people.enums import OPEN_RECOVERY, RecoveryState
from braid.people.gate import carried_by_each
from braid.people.models import Account, Person, Recovery
from braid.people.rules import FILL_OFFICES, could_give

MOST_WAITING = 20


def recovery_for(reader: Person, pk: int) -> Recovery:
    """The recovery `pk`, if it is at a unit where the reader fills offices, or she is one of its two; else 404.

    Never her own: that she sees on her own page.
    """
    own = Q(asked_by=reader) | Q(agreed_by=reader)
    seen = Recovery.objects.filter(own | scope(reader, FILL_OFFICES).where("unit__path"), pk=pk)
    found = _whole(seen.exclude(account__person=reader)).first()
    if found is None:
        raise Http404
    return found


def recoveries_waiting_for(person: Person, *, at: datetime) -> list[Recovery]:
    """What waits for `person` as an officer: to agree, or to give the link to its owner. Newest first, three queries."""
    to_agree = Q(state=RecoveryState.ASKED) & scope(person, FILL_OFFICES).where("unit_path") & ~Q(asked_by=person)
    to_give = Q(state=RecoveryState.READY, secret_hash="") & (Q(asked_by=person) | Q(agreed_by=person))
    rows = Recovery.objects.filter(to_agree | to_give, until__gt=at).exclude(account__person=person)
    found = list(_whole(rows).order_by("-asked_at", "-pk")[:MOST_WAITING])
    held = carried_by_each([row.account.person for row in found])
    return [row for row in found if could_give(person, held[row.account.person_id])]


def open_recovery_of(account: Account) -> Recovery | None:
    """The recovery of `account` that is open, if there is one."""
    return _whole(Recovery.objects.filter(account=account, state__in=OPEN_RECOVERY)).first()


def recovery_with(secret: str, *, at: datetime) -> Recovery | None:
    """The recovery whose link carries `secret`, while it can be used."""
    rows = Recovery.objects.filter(secret_hash=hash_of(secret), state=RecoveryState.READY, until__gt=at)
    return _whole(rows).first()


def _whole(rows: QuerySet[Recovery]) -> QuerySet[Recovery]:
    return rows.select_related("account__person", "unit", "asked_by", "agreed_by")
