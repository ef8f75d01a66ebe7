"""Handing a kept file out: as what it was proven to be, never as a page of ours."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from braid.kernel.enums import FileKind
from braid.kernel.models import StoredFile

from .store import path_of

MEDIA = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.ODT: "application/vnd.oasis.opendocument.text",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
"""A browser may keep it but has to ask each time, and whoever may not read it any more gets nothing."""


def file_answer(request: HttpRequest, file: StoredFile, *, small: bool = False) -> HttpResponseBase:
    """The bytes of `file` (a picture's small one if `small`): pictures to look at, all else to save. Asked of the gate before."""
    digest = file.small_digest if small else file.digest
    if not digest:
        raise Http404
    etag = f'"{digest[:32]}"'
    unchanged = get_conditional_response(request, etag=etag)
    answer = unchanged if isinstance(unchanged, HttpResponseNotModified) else _whole(file, digest)
    for name, value in HEADERS.items():
        answer[name] = value
    answer["ETag"] = etag
    return answer


def _whole(file: StoredFile, digest: str) -> FileResponse:
    kind = FileKind(file.kind)
    return FileResponse(
        path_of(digest).open("rb"),
        as_attachment=kind != FileKind.JPEG,
        filename=file.name,
        content_type=MEDIA[kind],
    )
