"""What a file really is: asked of its content, never of its name or of what the browser says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from braid.kernel.enums import FileKind
from braid.kernel.errors import BadInput

from .documents import is_packed, is_pdf, office_kind
from .images import Picture, picture_of

_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
LONGEST_NAME = 100


@dataclass(frozen=True)
class Proven:
    """A file that may be kept: what it is, its bytes (a picture's are made anew), and the name it is saved under."""

    kind: FileKind
    name: str
    data: bytes
    picture: Picture | None = None


def prove(file: UploadedFile[bytes], *, only_pictures: bool = False) -> Proven:
    """What `file` is and what of it is kept.

    `BadInput`, with the reason beside the field `file`, for what is not on the list, is not what it says it is, is damaged, or
    is larger than the settings allow.
    """
    try:
        return _proven(file, only_pictures=only_pictures)
    except BadInput as refusal:
        raise BadInput(refusal.message, fields={"file": refusal.message}) from refusal


def accepted(*, only_pictures: bool = False) -> str:
    """The `accept` attribute of a field for files."""
    pictures = "image/jpeg,image/png,image/webp,image/gif"
    return pictures if only_pictures else f"{pictures},.pdf,.docx,.xlsx,.odt"


def kinds_in_words(*, only_pictures: bool = False) -> str:
    """What may come in and how large, for people."""
    sizes = {"image": settings.MOST_IMAGE_MB, "file": settings.MOST_FILE_MB}
    if only_pictures:
        return _("JPEG, PNG, WebP or GIF, at most %(image)d MB.") % sizes
    return _("Pictures (JPEG, PNG, WebP, GIF) up to %(image)d MB; PDF, DOCX, XLSX and ODT up to %(file)d MB.") % sizes


def _proven(file: UploadedFile[bytes], *, only_pictures: bool) -> Proven:
    source = _within(file, max(settings.MOST_IMAGE_MB, settings.MOST_FILE_MB))
    if _is_picture(source):
        _within(file, settings.MOST_IMAGE_MB)
        picture = picture_of(source)
        return Proven(FileKind.JPEG, _name(file, FileKind.JPEG), picture.large, picture)
    if only_pictures:
        raise BadInput(_("This is no picture. Choose a JPEG, PNG, WebP or GIF."))
    _within(file, settings.MOST_FILE_MB)
    kind = _document(source)
    source.seek(0)
    return Proven(kind, _name(file, kind), source.read())


def _within(file: UploadedFile[bytes], megabytes: int) -> IO[bytes]:
    """The file itself, if it is not empty and not larger than `megabytes`."""
    if not file.size:
        raise BadInput(_("This file is empty."))
    if file.size > megabytes * 1_000_000:
        raise BadInput(_("This file is too large: at most %(number)d MB.") % {"number": megabytes})
    file.seek(0)
    return file


def _is_picture(source: IO[bytes]) -> bool:
    source.seek(0)
    head = source.read(12)
    source.seek(0)
    return head.startswith(_MARKS) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")


def _document(source: IO[bytes]) -> FileKind:
    if is_pdf(source):
        return FileKind.PDF
    if is_packed(source):
        return office_kind(source)
    raise BadInput(_("This kind of file is not taken. Choose a picture, PDF, DOCX, XLSX or ODT."))


def _name(file: UploadedFile[bytes], kind: FileKind) -> str:
    """The name people save it under: what came, without signs that mislead, with the ending of what it is."""
    shown = PurePosixPath((file.name or "").replace("\\", "/")).name
    stem = _UNSAFE_IN_NAMES.sub("", shown.rpartition(".")[0] or shown).strip(" .")[:LONGEST_NAME]
    return f"{stem or 'file'}.{kind.value}"
