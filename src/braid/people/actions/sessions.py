"""Sessions: ending them, and with them whatever an open page elsewhere could still do."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from braid.people.models import Account


@transaction.atomic
def end_all_sessions(account: Account) -> Account:
    """Sign `account` out everywhere, at the next request of each session, whether or not it is in the list of devices.

    The session that asked goes on if the caller gives it the new hash (`update_session_auth_hash`).
    """
    Account.objects.filter(pk=account.pk).update(session_round=F("session_round") + 1)
    account.refresh_from_db(fields=["session_round"])
    listed = UserSession.objects.filter(user=account)
    Session.objects.filter(session_key__in=list(listed.values_list("session_key", flat=True))).delete()
    listed.delete()
    return account
