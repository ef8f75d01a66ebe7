"""Putting pictures and files to notices, and taking them away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from braid.contact.enums import FILE_OWNER
from braid.contact.models import Attachment, Notice
from braid.contact.rules import can_send_for
from braid.kernel.access import Actor, require
from braid.kernel.errors import BadInput
from braid.kernel.files import Owner, Proven, discard_files, keep_file

from .drafts import hold_draft

MOST_ATTACHMENTS = 10
"""So many pictures and files one notice has at most: it is read on a phone."""


@dataclass(frozen=True)
class NewAttachment:
    """A proven file, and words for those who cannot see it."""

    file: Proven
    description: str


@transaction.atomic
def attach_file(notice: Notice, new: NewAttachment, *, by: Actor, at: datetime) -> Attachment:
    """Put a picture or file to a draft.

    Refused when `by` may not send for its unit, once it was sent (a correction adds it then), without a description, and beyond
    `MOST_ATTACHMENTS`.
    """
    require(can_send_for(by, notice.unit_path))
    hold_draft(notice)
    (made,) = put_attachments(notice, [new], by=by, at=at)
    return made


@transaction.atomic
def detach_file(notice: Notice, attachment: int, *, by: Actor) -> None:
    """Take the attachment numbered `attachment` from a draft; one that is gone already changes nothing. Refused as above."""
    require(can_send_for(by, notice.unit_path))
    hold_draft(notice)
    gone = list(notice.attachments.filter(pk=attachment).select_related("file"))
    notice.attachments.filter(pk=attachment).delete()
    discard_files(each.file for each in gone)


def put_attachments(notice: Notice, new: Iterable[NewAttachment], *, by: Actor, at: datetime) -> list[Attachment]:
    """Write `new` for the version `notice` has now. Refused without a description and beyond `MOST_ATTACHMENTS`."""
    made = [_put(notice, each, by=by, at=at) for each in new]
    if made and notice.attachments.filter(removed_in=None).count() > MOST_ATTACHMENTS:
        raise BadInput(_("A notice has at most 10 pictures and files."), fields={"file": _("too many")})
    return made


def drop_attachments(notice: Notice, numbers: Sequence[int]) -> None:
    """Take these from the version `notice` has now; earlier versions keep them."""
    notice.attachments.filter(pk__in=numbers, removed_in=None).update(removed_in=notice.version)


def _put(notice: Notice, new: NewAttachment, *, by: Actor, at: datetime) -> Attachment:
    words = new.description.strip()
    if not words:
        raise BadInput(
            _("Say what the picture shows or the file is."), fields={"description": _("Write a description.")}
        )
    file = keep_file(new.file, owner=Owner(FILE_OWNER, notice.pk), by=by, at=at)
    return Attachment.objects.create(notice=notice, file=file, description=words, added_in=notice.version)
