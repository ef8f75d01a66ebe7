"""Everything that happens to what members send in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from braid.contact.enums import (
    MOST_A_DAY,
    MOST_PHOTOS,
    SUBMISSION,
    SUBMISSION_FLOW,
    NameShown,
    SubmissionKind,
    SubmissionState,
)
from braid.contact.models import Submission
from braid.contact.queries.submissions import photos_of
from braid.contact.rules import can_answer_submissions_of
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput, WrongState
from braid.kernel.files import Owner, Proven, discard_files, keep_file
from braid.kernel.ledger import Strand, record
from braid.people.models import Person
from braid.people.telling import tell_chosen
from braid.units.models import Unit

from .groups import renew_pages


@dataclass(frozen=True)
class SubmissionPlan:
    """What she sends in, and how it may appear."""

    kind: SubmissionKind
    title: str
    text: str
    name_shown: NameShown = NameShown.REAL
    pen_name: str = ""
    shows_people: bool = False
    consent_text: str = ""
    """What she confirmed of the people who can be recognised; empty when she confirmed nothing."""


@transaction.atomic
def send_submission(
    unit: Unit, plan: SubmissionPlan, *, photos: Sequence[Proven] = (), by: Person, at: datetime
) -> Submission:
    """Send something in for the Home of `unit`; the caller has let `by` send it there.

    Refused without title or text, for a photo without one and beyond `MOST_PHOTOS`, without the pen name she chose, when people
    can be recognised and she has not confirmed that they agree, and beyond `MOST_A_DAY` within a day.
    """
    _check(plan, photos)
    if Submission.objects.filter(person=by, sent_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise WrongState(_("You have sent in %(most)s today. Send the next one tomorrow.") % {"most": MOST_A_DAY})
    names = {NameShown.REAL: by.name, NameShown.PEN: plan.pen_name.strip(), NameShown.NONE: ""}
    made = Submission.objects.create(
        unit=unit,
        unit_path=unit.path,
        person=by,
        kind=plan.kind,
        title=plan.title.strip(),
        text=plan.text.strip(),
        name_shown=plan.name_shown,
        shown_name=names[plan.name_shown],
        shows_people=plan.shows_people,
        consent_text=plan.consent_text if plan.shows_people else "",
        sent_at=at,
    )
    for photo in photos:
        keep_file(photo, owner=Owner(SUBMISSION, made.pk), by=by, at=at)
    return made


@transaction.atomic
def answer_submission(submission: Submission, *, accepts: bool, answer: str, by: Actor, at: datetime) -> Submission:
    """Publish it on the Home with thanks, or decline it with a reason, also after it was published; she is told.

    Refused when `by` does not answer submissions of the unit, and without a reason for declining.
    """
    require(can_answer_submissions_of(by, submission.unit))
    if not accepts and not answer.strip():
        raise BadInput(_("Say why not: she reads it."), fields={"answer": _("Write a reason.")})
    state = SubmissionState.ACCEPTED if accepts else SubmissionState.DECLINED
    said = {"answer": answer.strip(), "answered_at": at, "answered_by": by if isinstance(by, Person) else None}
    SUBMISSION_FLOW.move(submission, state, **said)
    kind = "submission.accepted" if accepts else "submission.declined"
    record(submission.unit, Strand.CONTACT, kind, by=by, at=at)
    renew_pages(submission.unit_id)
    tell_chosen([submission.person_id], SUBMISSION, submission.pk, at=at)
    return submission


@transaction.atomic
def take_back_submission(submission: Submission, *, by: Person, at: datetime) -> Submission:
    """Take it back, whatever became of it: gone from the Home at once, its photos for good. Refused for anybody but her."""
    require(submission.person_id == by.pk)
    SUBMISSION_FLOW.move(submission, SubmissionState.TAKEN_BACK)
    discard_files(photos_of(submission))
    renew_pages(submission.unit_id)
    return submission


def merge_submissions(unit: Unit, into: Unit, at: datetime) -> None:
    """In a merge of the tree: what was sent in goes on at the survivor."""
    Submission.objects.filter(unit=unit).update(unit=into, unit_path=into.path)


def _check(plan: SubmissionPlan, photos: Sequence[Proven]) -> None:
    if not plan.title.strip() or not plan.text.strip():
        raise BadInput(_("Write a title and a text."), fields={"title": _("Write a title.")})
    needs_one = plan.kind == SubmissionKind.PHOTO and not photos
    if needs_one or len(photos) > MOST_PHOTOS:
        words = _("Add a photo, at most %(most)s.") % {"most": MOST_PHOTOS}
        raise BadInput(words, fields={"photo_1": words})
    if plan.name_shown == NameShown.PEN and not plan.pen_name.strip():
        raise BadInput(
            _("Write the name that shall appear."), fields={"pen_name": _("Write the name that shall appear.")}
        )
    if plan.shows_people and not plan.consent_text:
        words = _("Ask them first, then confirm it here.")
        raise BadInput(words, fields={"consent": words})
