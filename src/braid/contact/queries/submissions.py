"""What members sent in: hers, what waits for an editor, and what everybody reads."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import QuerySet
from django.http import Http404

from braid.contact.enums import MOST_ON_HOME, SUBMISSION, SubmissionState
from braid.contact.models import Submission
from braid.contact.rules import ANSWER_SUBMISSIONS, can_answer_submissions_of
from braid.kernel.access import Actor, scope
from braid.kernel.keyset import Page, page_of
from braid.kernel.models import StoredFile
from braid.people.models import Membership, Person
from braid.units.enums import UnitKind, UnitStatus
from braid.units.models import Unit
from braid.units.paths import numbers_of
from braid.units.queries.history import unit_by_code

NEWEST = ("-pk",)
MOST_WAITING = 20


def submissions_of(person: Person, *, cursor: str = "", size: int = 25) -> Page[Submission]:
    """What `person` sent in, newest first. One query."""
    rows = Submission.objects.filter(person=person).select_related("unit")
    return page_of(rows, order=NEWEST, cursor=cursor, size=size)


def submissions_at(unit: Unit, state: SubmissionState, *, cursor: str = "", size: int = 25) -> Page[Submission]:
    """What was sent in for `unit` and is in one state, newest first. One query."""
    rows = Submission.objects.filter(unit=unit, state=state).select_related("person", "unit")
    return page_of(rows, order=NEWEST, cursor=cursor, size=size)


def submissions_waiting_for(person: Person) -> list[Submission]:
    """What waits for `person` to be answered, the oldest first. One query."""
    reach = scope(person, ANSWER_SUBMISSIONS)
    waiting = Submission.objects.filter(reach.where(), state=SubmissionState.SENT)
    return list(waiting.select_related("unit").order_by("unit_path", "pk")[:MOST_WAITING]) if reach else []


def public_submissions(unit: Unit, *, most: int = MOST_ON_HOME) -> list[Submission]:
    """The latest published ones, for the Home of `unit`. One query."""
    return list(_published().filter(unit=unit).order_by("-pk")[:most])


def published_at(code: str, *, cursor: str = "") -> tuple[Unit, Page[Submission]]:
    """Everything the unit with `code` has published, newest first; `Http404` where there is no such Home. Two queries."""
    unit = unit_by_code(code) if code.isprintable() else None
    if unit is None or unit.status != UnitStatus.ACTIVE or unit.is_placeholder or unit.kind == UnitKind.GROUP:
        raise Http404
    return unit, page_of(_published().filter(unit=unit), order=NEWEST, cursor=cursor, size=25)


def submission_for(person: Person | None, pk: int) -> Submission:
    """The submission `pk` if it is published, her own, or she answers it; else `Http404`."""
    found = Submission.objects.select_related("unit", "person").filter(pk=pk).first()
    if found is None or not _is_seen(person, found):
        raise Http404
    return found


def may_read_photos(person: Actor | None, number: int, at: datetime) -> bool:
    """The gate of its photos: whoever may open the submission sees them, as long as she may."""
    found = Submission.objects.select_related("unit").filter(pk=number).first()
    return found is not None and _is_seen(person, found)


def photos_of(submission: Submission) -> list[StoredFile]:
    """The photos that came with it. One query."""
    return list(StoredFile.objects.filter(owner=SUBMISSION, owner_number=submission.pk).order_by("pk"))


def is_published(found: Submission) -> bool:
    """Whether everybody can read it."""
    return found.state == SubmissionState.ACCEPTED and found.unit.status == UnitStatus.ACTIVE


def _is_seen(person: Actor | None, found: Submission) -> bool:
    if is_published(found):
        return True
    if person is None:
        return False
    if person.pk == found.person_id:
        return True
    return found.state != SubmissionState.TAKEN_BACK and can_answer_submissions_of(person, found.unit)


def _published() -> QuerySet[Submission]:
    return Submission.objects.filter(state=SubmissionState.ACCEPTED)


def units_to_send_to(person: Person, *, on: date) -> list[Unit]:
    """The bodies whose Home `person` may send something in for: those she is in, and all above. Two queries."""
    paths = Membership.objects.current(on).filter(person=person).values_list("unit_path", flat=True)
    numbers = {number for path in paths for number in numbers_of(path)}
    units = Unit.objects.filter(pk__in=numbers, is_placeholder=False, status=UnitStatus.ACTIVE)
    return list(units.exclude(kind=UnitKind.GROUP).order_by("-depth", "path"))


def unit_to_send_to(person: Person, code: str, *, on: date) -> Unit:
    """The one of them with `code`; else `Http404`."""
    found = next((unit for unit in units_to_send_to(person, on=on) if unit.code == code), None)
    if found is None:
        raise Http404
    return found
