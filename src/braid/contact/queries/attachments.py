"""Attachments of notices, and who may read their files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.http import Http404

from braid.contact.enums import NoticeState
from braid.contact.models import Attachment, Notice
from braid.contact.rules import can_send_for
from braid.kernel.access import Actor
from braid.people.models import Person

from .notices import notice_for


def attachments_of(notice: Notice) -> list[Attachment]:
    """Pictures and files of every version of `notice`, oldest first. One query."""
    return list(notice.attachments.select_related("file").order_by("pk"))


def in_version(attachments: Iterable[Attachment], number: int) -> list[Attachment]:
    """Those of `attachments` that the version numbered `number` has."""
    return [
        each
        for each in attachments
        if each.added_in <= number and (each.removed_in is None or number < each.removed_in)
    ]


def attachments_now(notices: Iterable[Notice]) -> dict[int, list[Attachment]]:
    """What each of `notices` has now, by its number. One query."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    rows = Attachment.objects.filter(notice__in=list(notices), removed_in=None).select_related("file")
    for row in rows.order_by("pk"):
        found[row.notice_id].append(row)
    return found


def may_read_files_of_notice(person: Actor | None, number: int, at: datetime) -> bool:
    """The gate of a notice's files: whoever may read the notice; of a withdrawn one only those who send for its unit."""
    reader = person if isinstance(person, Person) else None
    try:
        notice = notice_for(reader, number, at=at)
    except Http404:
        return False
    return notice.state != NoticeState.WITHDRAWN or (reader is not None and can_send_for(reader, notice.unit_path))
