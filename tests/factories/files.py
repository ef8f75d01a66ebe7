"""Files as people bring them: pictures, a PDF, office files; and what was made to hurt."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from braid.kernel.access import OPERATOR, Actor
from braid.kernel.files import Owner, keep_file, prove
from braid.kernel.models import StoredFile

CANARY = b"CANARY-27.9881N-86.9250E"


def picture_bytes(form: str = "JPEG", size: tuple[int, int] = (800, 600), mode: str = "RGB", **save: object) -> bytes:
    """A picture of two halves, the upper red and the lower blue, so that one sees how it was turned."""
    image = Image.new(mode, size, (200, 30, 40, 255)[: len(mode)])
    image.paste((20, 40, 200, 255)[: len(mode)], (0, size[1] // 2, *size))
    made = io.BytesIO()
    image.save(made, form, **save)  # type: ignore[arg-type]
    return made.getvalue()


def tagged_picture(orientation: int = 1) -> bytes:
    """A JPEG that says where it was taken (`CANARY`), in EXIF with GPS, in XMP, in a comment and after its end."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (27.0, 59.0, 17.0), 3: "E", 4: (86.0, 55.0, 30.0), 29: CANARY.decode()})
    return picture_bytes(exif=exif, comment=CANARY, xmp=b"<x:xmpmeta>" + CANARY + b"</x:xmpmeta>") + CANARY


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def packed(parts: dict[str, bytes | str], *, stored: tuple[str, ...] = ()) -> bytes:
    """A packed file of `parts`, in their order; those in `stored` as they are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return made.getvalue()


_TYPES = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{}"/></Types>'
DOCX_PARTS = {
    "[Content_Types].xml": _TYPES.format("wordprocessingml.document.main+xml"),
    "word/document.xml": "<w:document/>",
}
XLSX_PARTS = {
    "[Content_Types].xml": _TYPES.format("spreadsheetml.sheet.main+xml"),
    "xl/workbook.xml": "<workbook/>",
}
ODT_PARTS = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office:document-content/>"}


def upload(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    """The file as a form brings it."""
    return SimpleUploadedFile(name, data)


def stored_file(
    data: bytes | None = None,
    name: str = "photo.jpg",
    *,
    owner: Owner | None = None,
    by: Actor = OPERATOR,
    at: datetime = datetime(2026, 11, 1, tzinfo=UTC),
) -> StoredFile:
    """A file that was brought and kept; by default a small picture."""
    return keep_file(prove(upload(picture_bytes() if data is None else data, name)), owner=owner, by=by, at=at)
