"""Documents proven by what they hold: PDF by its marks, office files by what is packed in them. Their names prove nothing."""

from __future__ import annotations

import zipfile
from typing import IO

from django.utils.translation import gettext as _

from braid.kernel.enums import FileKind
from braid.kernel.errors import BadInput

MOST_ENTRIES = 2_000
MOST_UNPACKED = 200_000_000
"""An office file that unpacks to more than this was made to fill memory."""
BLOCK = 1 << 16

_MAIN_PARTS = {
    ("word/document.xml", "wordprocessingml.document.main+xml"): FileKind.DOCX,
    ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"): FileKind.XLSX,
}
_ODT = b"application/vnd.oasis.opendocument.text"


def is_pdf(source: IO[bytes]) -> bool:
    """Whether `source` is a whole PDF: its mark stands at the very beginning, and its end is there."""
    source.seek(0)
    starts = source.read(8).startswith(b"%PDF-1.") or _begins(source, b"%PDF-2.")
    source.seek(0, 2)
    source.seek(max(0, source.tell() - 2048))
    end = source.read()
    return starts and b"startxref" in end and b"%%EOF" in end


def is_packed(source: IO[bytes]) -> bool:
    """Whether `source` is packed as office files are, from the very first byte on."""
    return _begins(source, b"PK\x03\x04")


def office_kind(source: IO[bytes]) -> FileKind:
    """What the packed `source` is: DOCX, XLSX or ODT. All of it is unpacked once, and thrown away, to know that it can be.

    `BadInput` for any other packed file, for a damaged one, one with programs (macros) in it, and one that unpacks to more than
    `MOST_UNPACKED` or whose parts overlap.
    """
    try:
        with zipfile.ZipFile(source) as packed:
            _check_size(packed, source)
            _check_parts(packed)
            return _kind(packed)
    except BadInput:
        raise
    except Exception as error:  # as with pictures: what was made to hurt raises whatever it likes
        raise BadInput(
            _("This file is damaged, or locked by a password. Open it, save it again, and try once more.")
        ) from error


def _begins(source: IO[bytes], mark: bytes) -> bool:
    source.seek(0)
    return source.read(len(mark)) == mark


def _check_size(packed: zipfile.ZipFile, source: IO[bytes]) -> None:
    """As declared: more entries, more bytes or more packed bytes than there are in the file are a trap."""
    entries = packed.infolist()
    source.seek(0, 2)
    if (
        len(entries) > MOST_ENTRIES
        or sum(entry.file_size for entry in entries) > MOST_UNPACKED
        or sum(entry.compress_size for entry in entries) > source.tell()
    ):
        raise BadInput(_("This file unpacks to far more than it should, so it is not taken."))


def _check_parts(packed: zipfile.ZipFile) -> None:
    """As it really is: every part is unpacked in blocks (zipfile stops at the declared size and compares the checksum)."""
    for entry in packed.infolist():
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadInput(_("This file holds parts that do not belong into a document."))
        steps = entry.filename.replace("\\", "/").split("/")
        if ".." in steps or entry.filename.startswith(("/", "\\")):
            raise BadInput(_("This file holds parts that do not belong into a document."))
        if steps[-1].lower().startswith("vbaproject") or steps[0] in ("Basic", "Scripts"):
            raise BadInput(_("This file holds a program (macros). Save it without macros and try again."))
        with packed.open(entry) as part:
            while part.read(BLOCK):
                pass


def _kind(packed: zipfile.ZipFile) -> FileKind:
    names = packed.namelist()
    if names and names[0] == "mimetype" and packed.read("mimetype")[: len(_ODT) + 1] == _ODT and "content.xml" in names:
        return FileKind.ODT
    types = packed.read("[Content_Types].xml").decode("utf-8", "replace") if "[Content_Types].xml" in names else ""
    for (part, content), kind in _MAIN_PARTS.items():
        if part in names and content in types and "macroEnabled" not in types:
            return kind
    raise BadInput(_("This is a packed file, but no Word, Excel or OpenDocument text file."))
