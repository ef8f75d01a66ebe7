"""Proof that a notice came to units: a list by level, one page for each unit, and all of it as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from braid.contact.forms import level_choices
from braid.contact.models import Call, Notice, UnitSet
from braid.contact.queries import notice_for, reached_for
from braid.contact.queries.calls import has_phone_list, offices_in
from braid.contact.queries.proof import Proof, Step, all_proofs, levels_in, proofs_of, units_in
from braid.contact.queries.reach import sets_of
from braid.contact.queries.silence import awaited
from braid.contact.rules import can_call_at
from braid.kernel.downloads import table_answer
from braid.people.decorators import PersonRequest, signed_in
from braid.people.enums import Office

from .reach import above_in_reach


@require_safe
@signed_in
def notice_proofs(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """The addressed units here and below, of one level or all, each with what is known of it."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    part = reached_for(request.person, notice, code, at=at)
    levels, names = levels_in(notice, part), dict(level_choices())
    level = _level(request, levels)
    page = units_in(notice, part, level=level, cursor=request.GET.get("cursor", ""))
    words = {
        "notice": notice,
        "unit": part.unit,
        "above": above_in_reach(request, notice, part.unit),
        "levels": [(number, names.get(number, str(number))) for number in levels],
        "level": level,
        "page": page,
        "proofs": proofs_of(notice, page.rows),
        "awaited": awaited(notice),
    }
    return render(request, "contact/proofs.html", words)


@require_safe
@signed_in
def notice_proof(request: PersonRequest, pk: int, code: str) -> HttpResponse:
    """All that is known of one unit; made to be printed."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    unit = reached_for(request.person, notice, code, at=at).unit
    if unit.pk not in sets_of(notice).units[UnitSet.Meaning.ADDRESSED]:
        raise Http404
    (proof,) = proofs_of(notice, [unit])
    may_call = can_call_at(request.person, unit.path)
    words = {
        "notice": notice,
        "unit": unit,
        "above": above_in_reach(request, notice, unit),
        "proof": proof,
        "steps": [(step, by_whom(step)) for step in proof.steps],
        "calls": _calls(proof, names=may_call, at=at),
        "at": at,
        "may_call": may_call and has_phone_list(notice),
    }
    return render(request, "contact/proof.html", words)


def _calls(proof: Proof, *, names: bool, at: datetime) -> list[tuple[Call, str]]:
    """Each call with whom it was for: her name for who may telephone there, for others what she is."""
    offices = offices_in(proof.unit, [call.person_id for call in proof.calls if call.person_id], at=at)
    return [(call, _whom(call, offices, names=names)) for call in proof.calls]


def _whom(call: Call, offices: dict[int, Office], *, names: bool) -> str:
    if call.person is None:
        return _("the unit as a whole")
    if names:
        return str(call.person)
    office = offices.get(call.person.pk)
    if office is None:
        return _("somebody who has left")
    return str(office.label) if office != Office.MEMBER else _("a member")


@require_safe
@signed_in
def notice_proofs_file(request: PersonRequest, pk: int, code: str) -> HttpResponseBase:
    """The list as a CSV file, all of it, row by row."""
    at = timezone.now()
    notice = notice_for(request.person, pk, at=at)
    part = reached_for(request.person, notice, code, at=at)
    level = _level(request, levels_in(notice, part))
    rows = _rows(notice, all_proofs(notice, part, level=level))
    return table_answer(_header(notice), rows, name=f"proof-{pk}-{part.unit.number}", form="csv")


def _level(request: PersonRequest, levels: list[int]) -> int:
    """The level asked for, 0 for any."""
    asked = request.GET.get("level", "")
    if not asked:
        return 0
    for level in levels:
        if str(level) == asked:
            return level
    raise Http404


def _header(notice: Notice) -> list[str]:
    facts = [words for fact in awaited(notice) for words in (str(fact.label), _("by whom"))]
    ends = [_("told by"), _("reminded"), _("by phone"), _("recorded"), _("recorded by")]
    return [_("Unit code"), _("Unit"), _("Level"), _("sent"), _("reached"), *facts, *ends]


def _rows(notice: Notice, proofs: Iterator[Proof]) -> Iterator[list[Any]]:
    names, sent = dict(level_choices()), _minute(notice.sent_at)
    comma = pgettext("between words of a list", ", ")
    for proof in proofs:
        call = proof.call
        yield [
            proof.unit.code,
            proof.unit.name,
            names.get(proof.unit.level, proof.unit.level),
            sent,
            _("yes") if proof.is_reached else _("no"),
            *(cell for step in proof.steps for cell in (_minute(step.at) or step.on or "", by_whom(step))),
            comma.join(str(meaning.label) for meaning in proof.told),
            comma.join(_minute(row.begun_at) for row in proof.reminders),
            call.get_outcome_display() if call else "",
            _minute(call.at) if call else "",
            str(call.by or "") if call else "",
        ]


def by_whom(step: Step) -> str:
    """The office of whoever said something first."""
    if step.on is None:
        return ""
    if step.office is None:
        return _("somebody who has left")
    return str(step.office.label) if step.office != Office.MEMBER else _("a member")


def _minute(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
