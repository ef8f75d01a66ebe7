"""What people keeps of people: who somebody is, what she is in units, what she may do, how she signs in.

Of the offices somebody held the unit keeps office and days, for its own history; the name there becomes that of a former
member. Plain memberships go: that there was one is counted in the journal.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _

from braid.kernel.personal import (
    ERASED,
    SLICE,
    Audience,
    Holding,
    Traces,
    delete_rows,
    nothing_to_erase,
    scrub,
    unlink,
)

from .actions.guardians import end_guardianships
from .enums import SUCCESSION_FLOW, Office, SuccessionState
from .models import (
    Account,
    ApiToken,
    ChosenChannel,
    Consent,
    Erasure,
    Grant,
    Guardianship,
    Invitation,
    Membership,
    Person,
    Recovery,
    Succession,
    Wish,
)
from .rules import CHANGE_PEOPLE, FILL_OFFICES, VIEW_CONTACTS, VIEW_GRANTS, VIEW_PEOPLE

_UNTIL_ERASED = _("until she is erased")
_TO_ANSWER = _("to know who answers for it")
_TO_SIGN_IN = _("to sign in")


def _leave_memberships(rows: models.QuerySet[Any], traces: Traces) -> int:
    return delete_rows(rows.filter(office=Office.MEMBER), traces)


def _call_off(rows: models.QuerySet[Any], traces: Traces) -> int:
    """Whom an office was to pass to is not here any more; what passed stays as it was."""
    planned = list(rows.filter(state=SuccessionState.PLANNED)[:SLICE])
    for one in planned:
        SUCCESSION_FLOW.move(one, SuccessionState.CANCELLED, settled_at=traces.at)
    return len(planned)


def _call_off_planned_by(rows: models.QuerySet[Any], traces: Traces) -> int:
    """What she planned would be done in her name. Without a name it would be the operator's, so it is called off."""
    called_off = _call_off(rows, traces)
    return called_off if called_off >= SLICE else unlink("by_number")(rows, traces)


def _scrub_refusals(rows: models.QuerySet[Any], traces: Traces) -> int:
    """The words of a refusal may name who stood in the way."""
    return scrub("outcome")(rows.filter(state=SuccessionState.REFUSED), traces)


def _end_sessions(rows: models.QuerySet[Any], traces: Traces) -> int:
    keys = list(rows.values_list("session_key", flat=True)[:SLICE])
    Session.objects.filter(session_key__in=keys).delete()
    return delete_rows(rows, traces)


def _leave_wards(rows: models.QuerySet[Any], traces: Traces) -> int:
    end_guardianships(rows.filter(ended_at=None), at=traces.at)
    return delete_rows(rows, traces)


def _forget_who(rows: models.QuerySet[Any], traces: Traces) -> int:
    return rows.update(
        name=ERASED, phone="", email="", language="", under_14_until=None, is_synthetic=False, erased_at=traces.at
    )


HOLDINGS = (
    Holding(
        Person,
        "pk",
        _("who I am"),
        _("to know and to reach her"),
        VIEW_PEOPLE,
        _UNTIL_ERASED,
        _forget_who,
        fields=("name", "phone", "email", "language", "under_14_until", "created_at"),
        apart={
            "phone": VIEW_CONTACTS,
            "email": VIEW_CONTACTS,
            "language": Audience.HERSELF,
            "under_14_until": CHANGE_PEOPLE,
            "is_synthetic": VIEW_PEOPLE,
        },
        is_last=True,
    ),
    Holding(
        Membership,
        "person",
        _("what I am and was in units"),
        _("to know who is who in a unit"),
        VIEW_PEOPLE,
        _("offices for the unit's history, without her name once she is erased; the rest until she is erased"),
        _leave_memberships,
        fields=("unit", "office", "since", "until", "came_by", "term"),
    ),
    Holding(
        Grant,
        "person",
        _("rights I was given"),
        _("to let her do what she was asked to"),
        VIEW_GRANTS,
        _UNTIL_ERASED,
        delete_rows,
        fields=("unit", "role", "reach", "since", "until", "why", "revoked_at"),
    ),
    Holding(Grant, "given_by", _("rights I gave"), _TO_ANSWER, VIEW_GRANTS, _UNTIL_ERASED, unlink("given_by")),
    Holding(Grant, "revoked_by", _("rights I took back"), _TO_ANSWER, VIEW_GRANTS, _UNTIL_ERASED, unlink("revoked_by")),
    Holding(
        Succession,
        "successor",
        _("offices that were to pass to me"),
        _("to pass an office on"),
        VIEW_PEOPLE,
        _("for the unit's history, without her name once she is erased"),
        _call_off,
        fields=("unit", "on", "came_by", "state"),
    ),
    Holding(
        Succession,
        "by_number",
        _("successions I planned"),
        _TO_ANSWER,
        FILL_OFFICES,
        _UNTIL_ERASED,
        _call_off_planned_by,
    ),
    Holding(
        Succession,
        "",
        _("why a succession did not happen"),
        _("to tell whoever planned it"),
        FILL_OFFICES,
        _UNTIL_ERASED,
        _scrub_refusals,
    ),
    Holding(
        Account,
        "person",
        _("my account"),
        _TO_SIGN_IN,
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("username", "email", "phone", "date_joined", "last_login", "is_active"),
        apart={
            "username": CHANGE_PEOPLE,
            "is_active": CHANGE_PEOPLE,
            "password": Audience.NOBODY,
            "session_round": Audience.NOBODY,
        },
        is_last=True,
    ),
    Holding(
        EmailAddress,
        "user__person",
        _("e-mail addresses I proved"),
        _TO_SIGN_IN,
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("email", "verified"),
    ),
    Holding(
        Authenticator,
        "user__person",
        _("my passkeys and code apps"),
        _TO_SIGN_IN,
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("type", "created_at", "last_used_at"),
        apart={"data": Audience.NOBODY},
    ),
    Holding(
        SocialAccount,
        "user__person",
        _("accounts elsewhere I sign in with"),
        _TO_SIGN_IN,
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("provider", "uid", "date_joined", "last_login"),
        apart={"extra_data": Audience.NOBODY},
    ),
    Holding(
        UserSession,
        "user__person",
        _("devices I am signed in on"),
        _("to let her sign out elsewhere"),
        Audience.HERSELF,
        _("until she signs out, two weeks at most"),
        _end_sessions,
        fields=("user_agent", "created_at"),
        apart={"session_key": Audience.NOBODY},
    ),
    Holding(
        Invitation,
        "account__person",
        _("invitations I was given"),
        _("to let her set her password"),
        Audience.NOBODY,
        _("14 days"),
        delete_rows,
        fields=("made_at", "until", "used_at"),
    ),
    Holding(
        Invitation,
        "by_number",
        _("invitations I made"),
        _TO_ANSWER,
        Audience.NOBODY,
        _("14 days"),
        unlink("by_number"),
    ),
    Holding(
        ApiToken,
        "person",
        _("my access keys for programs"),
        _("to let a program act for her"),
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("name", "permissions", "made_at", "until", "last_used_on", "revoked_at"),
        apart={"secret_hash": Audience.NOBODY},
    ),
    Holding(
        ChosenChannel,
        "person",
        _("channels I am told by"),
        _("to tell her what is new"),
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("channel", "address", "label", "since"),
    ),
    Holding(
        Wish,
        "person",
        _("how often I am told"),
        _("to tell her what is new"),
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("pace", "hour", "weekday", "hides_titles"),
    ),
    Holding(
        Recovery,
        "account__person",
        _("recoveries of my account"),
        _("to let her back into her account"),
        FILL_OFFICES,
        _UNTIL_ERASED,
        delete_rows,
        fields=("unit", "state", "why", "asked_at", "agreed_at", "ended_at"),
        apart={"secret_hash": Audience.NOBODY},
    ),
    Holding(
        Recovery,
        "asked_by",
        _("recoveries I asked for"),
        _TO_ANSWER,
        FILL_OFFICES,
        _UNTIL_ERASED,
        unlink("asked_by"),
    ),
    Holding(
        Recovery,
        "agreed_by",
        _("recoveries I agreed to"),
        _TO_ANSWER,
        FILL_OFFICES,
        _UNTIL_ERASED,
        unlink("agreed_by"),
    ),
    Holding(
        Consent,
        "person",
        _("what I agreed to"),
        _("to prove that she agreed"),
        Audience.HERSELF,
        _UNTIL_ERASED,
        delete_rows,
        fields=("purpose", "text", "language", "given_at", "withdrawn_at"),
    ),
    Holding(
        Consent,
        "given_by",
        _("what I agreed to for a child"),
        _("to prove that the guardian agreed"),
        Audience.HERSELF,
        _UNTIL_ERASED,
        unlink("given_by"),
    ),
    Holding(
        Guardianship,
        "child",
        _("my guardians"),
        _("an account of somebody under 14 needs a guardian"),
        CHANGE_PEOPLE,
        _("until she turns 14"),
        delete_rows,
        fields=("guardian", "named_at", "ended_at"),
    ),
    Holding(
        Guardianship,
        "guardian",
        _("children I am guardian of"),
        _("an account of somebody under 14 needs a guardian"),
        CHANGE_PEOPLE,
        _("until the child turns 14"),
        _leave_wards,
        fields=("child", "named_at", "ended_at"),
    ),
    Holding(
        Guardianship,
        "named_by",
        _("guardians I named"),
        _TO_ANSWER,
        CHANGE_PEOPLE,
        _UNTIL_ERASED,
        unlink("named_by"),
    ),
    Holding(
        Erasure,
        "person",
        _("my wishes to be erased"),
        _("to prove that it was done"),
        Audience.HERSELF,
        _("always, without her name"),
        nothing_to_erase,
        fields=("state", "asked_at", "due_at", "ended_at"),
    ),
    Holding(
        Erasure,
        "asked_by",
        _("erasures I asked for"),
        _TO_ANSWER,
        Audience.HERSELF,
        _UNTIL_ERASED,
        unlink("asked_by"),
    ),
)
