"""The routes of offices: terms, successions, vacancies, history, roster."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from braid.kernel.access import OPERATOR
from braid.kernel.enums import ImportState
from braid.kernel.models import ImportRun
from braid.people.actions import begin_term, plan_succession
from braid.people.enums import CameBy, Office
from braid.people.models import Membership
from tests import factories

from .routes import OPEN, Route, cut, everybody
from .world import World

NOWHERE = 999_999_999


def extend(world: World) -> None:
    """A term of the unit, a communications officer, and her planned succession; a committee member without one."""
    now = timezone.now()
    world.things["term"] = begin_term(world.unit, number=1, begins_on=date(2024, 1, 1), by=OPERATOR, at=now)
    held = []
    for office in (Office.COMMUNICATIONS, Office.COMMITTEE):
        who = factories.member(world.unit, office, who=factories.person(office.name, with_account=False))
        held.append(Membership.objects.get(person=who))
    world.things["held"] = held[1]
    world.things["officers_run"] = ImportRun.objects.create(
        kind="officers",
        file_name="officers.csv",
        digest="x",
        state=ImportState.STAGED,
        by_number=world.people["self"].pk,
        started_at=now,
    )
    world.things["succession"] = plan_succession(
        held[0], world.member, on=timezone.localdate(now), came_by=CameBy.APPOINTED, by=OPERATOR, at=now
    )


def unit(world: World) -> dict[str, Any]:
    return {"code": world.unit.code}


def no_unit(world: World) -> dict[str, Any]:
    return {"code": "county_x"}


def sheet(world: World) -> dict[str, Any]:
    return {"code": world.unit.code, "form": "csv"}


def thing(name: str, **others: Any) -> Any:
    return lambda world: {"pk": world.things[name].pk, **others}


def held_and_person(world: World) -> dict[str, Any]:
    return {"pk": world.things["held"].pk, "person": world.member.pk}


def nothing(world: World) -> dict[str, Any]:
    return {"pk": NOWHERE}


def nothing_and_person(world: World) -> dict[str, Any]:
    return {"pk": NOWHERE, "person": world.member.pk}


def file(world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("officers.csv", b"unit_code,name,office\ncounty_a,Somebody,committee\n")}


def heads(status: int) -> dict[str, int]:
    """What those who enter people anywhere get; others may not, anonymous is sent to sign in."""
    return everybody(status, stranger=403, anonymous=302, member=403)


def own(status: int) -> dict[str, int]:
    """A file one has brought oneself: for others it is absent, and without the right to bring any, refused."""
    return everybody(404, self=status, stranger=403, anonymous=302, member=403)


SEEN = cut(member=404, deputy=200, liaison=200)
FILLED = cut(member=404, deputy=200, liaison=403)
DONE = cut(302, member=404, deputy=302, liaison=403)

ROUTES = [
    Route("offices", SEEN, kwargs=unit, absent=no_unit),
    Route("office_history", SEEN, kwargs=unit, absent=no_unit),
    Route("vacancies", SEEN, kwargs=unit, absent=no_unit),
    Route("roster", SEEN, kwargs=unit, absent=no_unit),
    Route("roster_sheet", SEEN, kwargs=sheet, absent=lambda w: {"code": "county_x", "form": "csv"}),
    Route("term_begin", FILLED, kwargs=unit, absent=no_unit),
    Route(
        "term_begin",
        DONE,
        method="POST",
        kwargs=unit,
        absent=no_unit,
        data=lambda w: {"number": 2, "begins_on": "2026-01-01"},
    ),
    Route("term_change", FILLED, kwargs=thing("term"), absent=nothing),
    Route(
        "term_change",
        DONE,
        method="POST",
        kwargs=thing("term"),
        absent=nothing,
        data=lambda w: {"ends_on": "2030-01-01"},
    ),
    Route("successor_choose", FILLED, kwargs=thing("held"), absent=nothing),
    Route("successor_choose", FILLED, kwargs=thing("held"), absent=nothing, query="q=mem", note="by name"),
    Route("succession_plan", FILLED, kwargs=held_and_person, absent=nothing_and_person),
    Route(
        "succession_plan",
        DONE,
        method="POST",
        kwargs=held_and_person,
        absent=nothing_and_person,
        data=lambda w: {"on": timezone.localdate().isoformat(), "came_by": CameBy.ELECTED.value},
    ),
    Route("succession", SEEN, kwargs=thing("succession"), absent=nothing),
    Route("succession_cancel", DONE, method="POST", kwargs=thing("succession"), absent=nothing),
    Route("officers_import", heads(200)),
    Route("officers_import", heads(302), method="POST", data=file),
    Route("officers_run", own(200), kwargs=thing("officers_run"), absent=nothing),
    Route("officers_problems", own(200), kwargs=thing("officers_run"), absent=nothing),
    Route("officers_apply", own(302), method="POST", kwargs=thing("officers_run"), absent=nothing),
    Route("officers_drop", own(302), method="POST", kwargs=thing("officers_run"), absent=nothing),
    Route("slips", cut(member=404, deputy=200, liaison=200), kwargs=unit, absent=no_unit),
    Route(
        "slips",
        cut(member=404, deputy=200, liaison=200),
        method="POST",
        kwargs=unit,
        absent=no_unit,
        data=lambda w: {"person": w.member.pk},
    ),
    Route(
        "slip",
        cut(200, member=403, deputy=200, liaison=200),
        method="POST",
        kwargs=lambda w: {"pk": w.member.pk},
        absent=nothing,
    ),
    Route("join", OPEN),
    Route("join", everybody(422), method="POST", data=lambda w: {"code": "AAAAA-AAAAA"}),
    Route("join_code", everybody(302), kwargs=lambda w: {"code": "AAAAA-AAAAA"}),
]
