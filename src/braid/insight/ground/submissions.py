"""What members sent in: what waits for an editor, and lines of the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from braid.contact.queries.submissions import submissions_waiting_for
from braid.insight.hooks import Counted, Waiting
from braid.kernel.ledger import Strand
from braid.people.models import Person

RECORD = (
    Counted("submission.accepted", gettext_lazy("Submissions published"), Strand.CONTACT),
    Counted("submission.declined", gettext_lazy("Submissions declined"), Strand.CONTACT),
)


def waiting_submissions(person: Person, at: datetime) -> Iterator[Waiting]:
    """What was sent in for units whose Home she edits and waits for an answer."""
    for one in submissions_waiting_for(person):
        page, what = reverse("submission", args=[one.pk]), _("Answer what a member sent in")
        yield Waiting(one.title, page, what, Strand.CONTACT, str(one.unit), since=one.sent_at)
