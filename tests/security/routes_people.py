"""The routes of people: signing in and out, lists of people, offices, grants, roles, one's own data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from braid.people.enums import Office, Reach, Role
from braid.people.models import Account, Grant, Membership, Person, Recovery
from braid.people.recovery_words import stop_token
from tests import factories

from .routes import OPEN, SIGNED_IN, Route, cut, everybody
from .world import World

NOWHERE = 999_999_999


def extend(world: World) -> None:
    """A helper with a grant in the unit, a member without an account, and recoveries of the accounts of two members."""
    helper = world.things["helper"] = factories.member(world.unit, who=factories.person("helper"))
    world.things["grant"] = Grant.objects.create(
        person=helper,
        unit=world.unit,
        unit_path=world.unit.path,
        role=Role.VIEW,
        reach=Reach.UNIT,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=timezone.now() + timedelta(days=30),
        why="helps with the survey",
    )
    world.things["newcomer"] = factories.member(world.unit, who=factories.person("newcomer", with_account=False))
    world.things["membership"] = Membership.objects.get(person=world.member)
    world.things["member_with_account"] = used(factories.member(world.unit, who=factories.person("used")))
    asked_for = used(factories.member(world.unit, who=factories.person("asked for")))
    now = timezone.now()
    world.things["recovery"] = Recovery.objects.create(
        account=asked_for.account,
        unit=world.unit,
        unit_path=world.unit.path,
        why="she came to the office",
        asked_by=world.people["ancestor"],
        asked_at=now,
        until=now + timedelta(days=7),
    )


def used(who: Person) -> Person:
    """She has signed in before."""
    Account.objects.filter(pk=who.account.pk).update(last_login=datetime(2026, 2, 1, tzinfo=UTC))
    return who


def unit(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def no_unit(world: World) -> dict[str, Any]:
    return {"code": "county_x"}


def member(world: World) -> dict[str, Any]:
    return {"pk": world.member.pk}


def newcomer(world: World) -> dict[str, Any]:
    return {"pk": world.things["newcomer"].pk}


def used_member(world: World) -> dict[str, Any]:
    return {"pk": world.things["member_with_account"].pk}


def a_recovery(world: World) -> dict[str, Any]:
    return {"pk": world.things["recovery"].pk}


def stop_link(world: World) -> dict[str, Any]:
    return {"token": stop_token(world.things["recovery"])}


def no_key(world: World) -> dict[str, Any]:
    return {"pk": 888_888}


def nobody(world: World) -> dict[str, Any]:
    return {"pk": NOWHERE}


def unit_and_member(world: World) -> dict[str, Any]:
    return {**unit(world), **member(world)}


def no_unit_and_member(world: World) -> dict[str, Any]:
    return {**no_unit(world), **member(world)}


def a_grant(world: World) -> dict[str, Any]:
    last_day = (timezone.localdate() + timedelta(days=7)).isoformat()
    return {"role": Role.VIEW.value, "reach": Reach.UNIT.value, "last_day": last_day, "why": "holidays"}


PASSWORD = "correct-horse-battery"

ROUTES = [
    Route("account_login", OPEN | dict.fromkeys(SIGNED_IN, 302) | {"anonymous": 200}),
    Route(
        "account_login", everybody(302, anonymous=200), method="POST", data=lambda w: {"login": "x", "password": "y"}
    ),
    Route("account_logout", everybody(200, anonymous=302)),
    Route("account_logout", everybody(302), method="POST"),
    Route("account_inactive", OPEN),
    Route("account_signup", everybody(302, anonymous=200)),
    Route("account_signup", everybody(302, anonymous=200), method="POST", data=lambda w: {"username": "new"}),
    Route("account_change_password", everybody(302)),  # nobody here has a password yet: on to setting one
    Route("account_change_password", everybody(302), method="POST", data=lambda w: {"oldpassword": "x"}),
    Route("account_set_password", everybody(302)),  # nobody here has just signed in
    Route(
        "account_set_password",
        everybody(302),
        method="POST",
        data=lambda w: {"password1": PASSWORD, "password2": PASSWORD},
    ),
    Route("account_reset_password", OPEN),
    Route("account_reset_password", everybody(302), method="POST", data=lambda w: {"email": "nobody@example.org"}),
    Route("account_reset_password_done", OPEN),
    Route("account_reset_password_from_key_done", OPEN),
    Route("account_reset_password_from_key", OPEN, kwargs=lambda w: {"uidb36": "1", "key": "wrong"}),
    Route(
        "account_reset_password_from_key",
        OPEN,
        method="POST",
        kwargs=lambda w: {"uidb36": "1", "key": "wrong"},
        data=lambda w: {"password1": PASSWORD, "password2": PASSWORD},
        note="wrong key",
    ),
    Route("account_reauthenticate", everybody(403, anonymous=302), note="nothing to ask for"),
    Route("account_reauthenticate", everybody(403, anonymous=302), method="POST", data=lambda w: {"password": "x"}),
    Route("mfa_reauthenticate", everybody(403, anonymous=302)),
    Route("mfa_reauthenticate", everybody(403, anonymous=302), method="POST", data=lambda w: {"code": "x"}),
    Route("mfa_reauthenticate_webauthn", everybody(403, anonymous=302)),
    Route(
        "mfa_reauthenticate_webauthn", everybody(403, anonymous=302), method="POST", data=lambda w: {"credential": "{}"}
    ),
    Route("account_request_login_code", everybody(302, anonymous=200)),
    Route("account_request_login_code", everybody(302), method="POST", data=lambda w: {"login": "nobody@example.org"}),
    Route("account_confirm_login_code", everybody(302), note="none asked for"),
    Route("account_confirm_login_code", everybody(302), method="POST", data=lambda w: {"code": "1"}),
    Route("mfa_authenticate", everybody(302), note="no first step taken"),
    Route("mfa_authenticate", everybody(302), method="POST", data=lambda w: {"code": "1"}),
    Route("mfa_login_webauthn", everybody(302)),
    Route("mfa_login_webauthn", everybody(302), method="POST", data=lambda w: {"credential": "{}"}),
    Route("socialaccount_login_cancelled", OPEN),
    Route(
        "openid_connect_login",
        everybody(302, anonymous=404),
        method="POST",
        kwargs=lambda w: {"provider_id": "federation"},
        absent=lambda w: {"provider_id": "nothing"},
        note="no provider set; whoever has not just signed in must do so first",
    ),
    Route("openid_connect_callback", everybody(404), kwargs=lambda w: {"provider_id": "federation"}),
    Route(
        "enter",
        everybody(404),
        kwargs=lambda w: {"token": "any"},
        absent=lambda w: {"token": "other"},
        note="links off",
    ),
    Route("people", cut(member=404, deputy=200, liaison=200), kwargs=unit, absent=no_unit),
    Route("people", cut(member=404), kwargs=unit, absent=no_unit, query="q=mem", note="by name"),
    Route("person", cut(member=200, deputy=200, liaison=200), kwargs=member, absent=nobody),
    Route("person_new", cut(member=404, deputy=200, liaison=200), kwargs=unit, absent=no_unit),
    Route(
        "person_new",
        cut(302, member=404, deputy=302, liaison=302),
        method="POST",
        kwargs=unit,
        absent=no_unit,
        data=lambda w: {"name": "Newcomer", "office": Office.MEMBER.value},
    ),
    Route("person_change", cut(member=200, deputy=200, liaison=200), kwargs=member, absent=nobody),
    Route(
        "person_change",
        cut(302, member=302, deputy=302, liaison=302),
        method="POST",
        kwargs=member,
        absent=nobody,
        data=lambda w: {"name": "Renamed"},
    ),
    Route("office_take", cut(member=404, deputy=200, liaison=200), kwargs=unit_and_member, absent=no_unit_and_member),
    Route(
        "office_take",
        cut(302, member=404, deputy=302, liaison=422),  # a liaison officer may not choose this office: the form says so
        method="POST",
        kwargs=unit_and_member,
        absent=no_unit_and_member,
        data=lambda w: {"office": Office.COMMITTEE.value, "since": "2026-02-01"},
    ),
    Route(
        "membership_end",
        cut(302, member=302, deputy=302, liaison=302),
        method="POST",
        kwargs=lambda w: {"pk": w.things["membership"].pk},
        absent=nobody,
    ),
    Route("grants", cut(member=404, deputy=200, liaison=404), kwargs=unit, absent=no_unit),
    Route("grant_give", cut(member=404, deputy=403, liaison=404), kwargs=unit_and_member, absent=no_unit_and_member),
    Route(
        "grant_give",
        cut(302, member=404, deputy=403, liaison=404),
        method="POST",
        kwargs=unit_and_member,
        absent=no_unit_and_member,
        data=a_grant,
    ),
    Route(
        "grant_revoke",
        cut(302, member=404, deputy=403, liaison=404),
        method="POST",
        kwargs=lambda w: {"pk": w.things["grant"].pk},
        absent=nobody,
    ),
    Route("account_open", cut(member=404, deputy=200, liaison=200), kwargs=newcomer, absent=nobody),
    Route(
        "account_open",
        cut(302, member=404, deputy=302, liaison=302),
        method="POST",
        kwargs=newcomer,
        absent=nobody,
        data=lambda w: {"username": "newcomer"},
    ),
    Route("account_invite", cut(200, member=403, deputy=200, liaison=200), method="POST", kwargs=member, absent=nobody),
    Route("account_lock", cut(302, member=403, deputy=302, liaison=403), method="POST", kwargs=member, absent=nobody),
    Route("account_unlock", cut(409, member=403, deputy=409, liaison=403), method="POST", kwargs=member, absent=nobody),
    Route("roles", SIGNED_IN),
    Route("profile", SIGNED_IN),
    Route("profile", everybody(302), method="POST", data=lambda w: {"name": "Me", "language": "zh-hant"}),
    Route("recovery_ask", cut(member=404, deputy=200, liaison=403), kwargs=used_member, absent=nobody),
    Route(
        "recovery_ask",
        cut(302, member=404, deputy=302, liaison=403),
        method="POST",
        kwargs=used_member,
        absent=nobody,
        data=lambda w: {"why": "she came to the office"},
    ),
    Route("recovery", cut(member=404, deputy=200, liaison=404), kwargs=a_recovery, absent=nobody),
    Route(
        "recovery_agree",
        cut(302, ancestor=403, member=404, deputy=302, liaison=404),
        method="POST",
        kwargs=a_recovery,
        absent=nobody,
        note="not twice the same officer",
    ),
    Route(
        "recovery_link",
        cut(403, ancestor=409, member=404, deputy=403, liaison=404),
        method="POST",
        kwargs=a_recovery,
        absent=nobody,
        note="not before its day",
    ),
    Route(
        "recovery_withdraw",
        cut(302, member=404, deputy=302, liaison=404),
        method="POST",
        kwargs=a_recovery,
        absent=nobody,
    ),
    Route("recovery_use", OPEN, kwargs=lambda w: {"token": "wrong"}),
    Route(
        "recovery_use",
        OPEN,
        method="POST",
        kwargs=lambda w: {"token": "wrong"},
        data=lambda w: {"password": PASSWORD, "again": PASSWORD},
    ),
    Route("recovery_refuse", OPEN, kwargs=stop_link),
    Route("recovery_refuse", OPEN, method="POST", kwargs=stop_link),
    Route("recovery_refuse", everybody(404), kwargs=lambda w: {"token": "1:wrong"}, note="wrong token"),
    Route("recovery_stop", everybody(302), note="none of mine"),
    Route("recovery_stop", everybody(302), method="POST"),
    Route("mfa_index", SIGNED_IN),
    Route("mfa_list_webauthn", SIGNED_IN),
    Route("mfa_add_webauthn", everybody(302)),
    Route("mfa_add_webauthn", everybody(302), method="POST", data=lambda w: {"credential": "{}"}),
    Route("mfa_remove_webauthn", everybody(404, anonymous=302), kwargs=nobody, absent=no_key),
    Route("mfa_remove_webauthn", everybody(404, anonymous=302), method="POST", kwargs=nobody, absent=no_key),
    Route("mfa_activate_totp", everybody(302)),
    Route("mfa_activate_totp", everybody(302), method="POST", data=lambda w: {"code": "1"}),
    Route("mfa_deactivate_totp", everybody(404, anonymous=302), note="none there"),
    Route("mfa_deactivate_totp", everybody(404, anonymous=302), method="POST"),
    Route("mfa_view_recovery_codes", everybody(404, anonymous=302), note="none there"),
    Route("mfa_generate_recovery_codes", SIGNED_IN, note="nothing to ask for again"),
    Route("mfa_generate_recovery_codes", SIGNED_IN, method="POST", note="refused: no second step set up"),
    Route("oidc_disconnect", everybody(404, anonymous=302), method="POST"),
    Route("devices", SIGNED_IN),
    Route("devices_end", everybody(302), method="POST"),
]
