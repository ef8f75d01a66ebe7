"""The safe store: what comes in, what is kept of it, who reads it, and what goes by itself."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from braid.kernel import worker
from braid.kernel.enums import FileKind
from braid.kernel.errors import BadInput
from braid.kernel.files import (
    FileField,
    Owner,
    discard_files,
    file_for,
    owners,
    path_of,
    prove,
    sweep_files,
)
from braid.kernel.files import images as images_of_kernel
from braid.kernel.models import StoredFile
from tests.factories import files as made
from tests.factories import person, picture_bytes, stored_file, upload


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    """The folder where this test's files lie."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files" / "kept"


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> dict[int, set[int | None]]:
    """A kind of owner, `thing`: who may read it, by its number; None: everybody."""
    readers: dict[int, set[int | None]] = {}

    def gate(who: Any, number: int, at: datetime) -> bool:
        return None in readers.get(number, set()) or (who is not None and who.pk in readers.get(number, set()))

    monkeypatch.setitem(owners, "thing", gate)
    return readers


def kept(data: bytes, name: str = "photo.jpg") -> Image.Image:
    """What is kept of a picture, opened."""
    return Image.open(io.BytesIO(prove(upload(data, name)).data))


def refusal(data: bytes, name: str = "photo.jpg", **how: bool) -> str:
    with pytest.raises(BadInput) as refused:
        prove(upload(data, name), **how)
    assert refused.value.fields == {"file": refused.value.message}
    return str(refused.value.message)


@pytest.mark.parametrize(
    ("form", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "RGB"), ("WEBP", "RGB"), ("GIF", "RGB")]
)
def test_every_picture_becomes_a_plain_jpeg(form: str, mode: str) -> None:
    proven = prove(upload(picture_bytes(form, mode=mode), f"x.{form.lower()}"))
    assert (proven.kind, proven.name) == (FileKind.JPEG, "x.jpg")
    image = Image.open(io.BytesIO(proven.data))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (800, 600))


def test_where_a_picture_was_taken_is_gone() -> None:
    source = made.tagged_picture()
    assert source.count(made.CANARY) >= 4
    assert Image.open(io.BytesIO(source)).getexif().get_ifd(0x8825)
    proven = prove(upload(source))
    assert proven.picture is not None
    for data in (proven.data, proven.picture.small):
        assert made.CANARY not in data
        assert b"Exif" not in data
        image = Image.open(io.BytesIO(data))
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_a_planted_leak_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that kept what came, as many do, would not pass the test above."""
    monkeypatch.setattr(images_of_kernel, "_jpeg", lambda image, quality: made.tagged_picture())
    with pytest.raises(AssertionError):
        test_where_a_picture_was_taken_is_gone()


def test_a_picture_is_turned_as_the_camera_was_held() -> None:
    upright = kept(made.tagged_picture())
    assert upright.size == (800, 600)
    assert upright.getpixel((400, 20))[0] > 150  # type: ignore[index]
    turned = kept(made.tagged_picture(orientation=6))
    assert turned.size == (600, 800)
    assert turned.getpixel((580, 400))[0] > 150  # type: ignore[index]
    assert turned.getpixel((20, 400))[2] > 150  # type: ignore[index]


def test_pictures_are_bounded_and_the_small_one_is_small() -> None:
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    source = io.BytesIO()
    noise.save(source, "JPEG", quality=95)
    proven = prove(upload(source.getvalue()))
    assert proven.picture is not None
    assert (proven.picture.width, proven.picture.height) == (1600, 1067)
    assert len(proven.picture.small) <= images_of_kernel.SMALL_BYTES
    assert max(Image.open(io.BytesIO(proven.picture.small)).size) == images_of_kernel.SMALL


def test_what_one_could_see_through_is_on_white() -> None:
    source = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(source, "PNG")
    assert kept(source.getvalue()).getpixel((10, 10)) == (255, 255, 255)


def test_of_moving_pictures_the_first_is_kept() -> None:
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    for form in ("GIF", "WEBP", "PNG"):
        source = io.BytesIO()
        first.save(source, form, save_all=True, append_images=[second], duration=100)
        image = kept(source.getvalue())
        assert getattr(image, "n_frames", 1) == 1
        assert image.getpixel((10, 10))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_that_was_cut_off_is_refused(form: str) -> None:
    noise = io.BytesIO()
    Image.effect_noise((300, 300), 90).convert("RGB").save(noise, form)
    data = noise.getvalue()
    for part in (12, len(data) // 3, len(data) * 2 // 3):
        assert "damaged or cut off" in refusal(data[:part])


def test_a_picture_that_unpacks_to_too_much_is_refused() -> None:
    """A PNG of a few hundred bytes that says it has a hundred thousand million dots."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    for side in (8_000, 20_000, 300_000):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        assert "too many dots" in refusal(bomb + chunk(b"IEND", b""))


def test_documents_are_known_by_what_they_hold() -> None:
    for data, kind in (
        (made.PDF, FileKind.PDF),
        (made.packed(made.DOCX_PARTS), FileKind.DOCX),
        (made.packed(made.XLSX_PARTS), FileKind.XLSX),
        (made.packed(made.ODT_PARTS, stored=("mimetype",)), FileKind.ODT),
    ):
        proven = prove(upload(data, "list.exe"))
        assert (proven.kind, proven.name, proven.data) == (kind, f"list.{kind.value}", data)


HTML = b"<!doctype html><script>alert(1)</script>"
NO_DOCUMENTS = {
    "html": HTML,
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "program": b"\x7fELF" + b"\0" * 100,
    "words": b"a,b\n1,2\n",
    "html before pdf": HTML + made.PDF,
    "pdf without end": made.PDF[:40],
    "html before zip": HTML + made.packed(made.DOCX_PARTS),
    "plain zip": made.packed({"a.txt": "x"}),
    "jar": made.packed({"META-INF/MANIFEST.MF": "x", "A.class": b"\xca\xfe\xba\xbe"}),
    "macros": made.packed({**made.DOCX_PARTS, "word/vbaProject.bin": b"x"}),
    "macro type": made.packed(
        {
            **made.DOCX_PARTS,
            "[Content_Types].xml": made.DOCX_PARTS["[Content_Types].xml"] + "ms-word.document.macroEnabled.main+xml",
        }
    ),
    "odt with a program": made.packed({**made.ODT_PARTS, "Basic/Standard/x.xml": "x"}, stored=("mimetype",)),
    "climbs out": made.packed({**made.DOCX_PARTS, "../../etc/passwd": "x"}),
    "nothing in it": made.packed({}),
    "odd packing": None,
}


@pytest.mark.parametrize("what", NO_DOCUMENTS)
def test_what_is_not_on_the_list_is_refused_whatever_it_is_called(what: str) -> None:
    data = NO_DOCUMENTS[what]
    if data is None:
        source = io.BytesIO()
        with zipfile.ZipFile(source, "w", zipfile.ZIP_LZMA) as file:
            for name, content in made.DOCX_PARTS.items():
                file.writestr(name, content)
        data = source.getvalue()
    for name in ("photo.jpg", "list.pdf", "list.docx"):
        assert refusal(data, name)


def test_a_packed_file_that_unpacks_to_too_much_is_refused() -> None:
    zeros = made.packed({**made.DOCX_PARTS, "word/media/a.bin": b"\0" * 210_000_000})
    assert len(zeros) < 300_000
    assert "unpacks to far more" in refusal(zeros, "a.docx")
    lies = bytearray(made.packed({**made.DOCX_PARTS, "z.bin": b"\0" * 1_000_000}))
    entry = lies.rfind(b"PK\x01\x02")
    lies[entry + 24 : entry + 28] = struct.pack("<I", 10)  # the list says 10 bytes; the part holds a million
    assert "damaged" in refusal(bytes(lies), "a.docx")
    many = made.packed({**made.DOCX_PARTS, **{f"word/{number}": "" for number in range(2_001)}})
    assert "unpacks to far more" in refusal(many, "a.docx")


def test_parts_that_share_their_bytes_are_refused() -> None:
    """The better zip bomb: many entries of the list point at the same packed bytes."""
    source = bytearray(made.packed({**made.DOCX_PARTS, "z.bin": os.urandom(5_000)}))
    central = source.rfind(b"PK\x01\x02")
    end = source.rfind(b"PK\x05\x06")
    entry = bytes(source[central:end])
    size, count = struct.unpack("<I", source[end + 12 : end + 16])[0], 3
    bomb = source[:end] + entry * 50 + source[end:]
    place = bomb.rfind(b"PK\x05\x06")
    bomb[place + 8 : place + 12] = struct.pack("<HH", count + 50, count + 50)
    bomb[place + 12 : place + 16] = struct.pack("<I", size + 50 * len(entry))
    assert refusal(bytes(bomb), "a.docx")


def test_a_picture_with_a_page_behind_it_loses_the_page() -> None:
    for form in ("JPEG", "PNG", "GIF", "WEBP"):
        proven = prove(upload(picture_bytes(form) + HTML + made.packed(made.DOCX_PARTS), "x.html"))
        assert (proven.kind, proven.name) == (FileKind.JPEG, "x.jpg")
        assert b"<script" not in proven.data
        assert b"PK\x03\x04" not in proven.data


def test_sizes_are_settings(settings: Any) -> None:
    settings.MOST_IMAGE_MB, settings.MOST_FILE_MB = 2, 1
    big = made.PDF[:9] + b" " * 1_000_000 + made.PDF[9:]
    assert "at most 1 MB" in refusal(big, "a.pdf")
    assert "at most 2 MB" in refusal(big * 3, "a.pdf")
    assert prove(upload(picture_bytes() + b"\0" * 1_500_000)).kind == FileKind.JPEG
    assert "at most 2 MB" in refusal(picture_bytes() + b"\0" * 2_000_000)
    assert "empty" in refusal(b"")
    assert "no picture" in refusal(made.PDF, only_pictures=True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\Li\\名单 2026.PDF", "名单 2026.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.pdf"),
        ('a";\r\nSet-Cookie: x=1.pdf', "a;Set-Cookie x=1.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_cannot_mislead(name: str, shown: str) -> None:
    file = SimpleUploadedFile("x", made.PDF)
    file._name = name  # type: ignore[attr-defined]  # as a hostile client sends it
    assert prove(file).name == shown


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    source=st.sampled_from(
        [picture_bytes(form, (64, 48)) for form in ("JPEG", "PNG", "WEBP", "GIF")]
        + [made.PDF, made.packed(made.DOCX_PARTS), made.packed(made.ODT_PARTS, stored=("mimetype",))]
    ),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=12)), max_size=6),
    before=st.binary(max_size=4),
)
def test_whatever_comes_is_refused_in_words_or_kept_as_one_of_the_kinds(
    source: bytes, cuts: list[tuple[float, bytes]], before: bytes
) -> None:
    data = bytearray(before + source)
    for place, put in cuts:
        at = int(place * len(data))
        data[at : at + len(put)] = put
    try:
        proven = prove(upload(bytes(data)))
    except BadInput:
        return
    if proven.kind == FileKind.JPEG:
        assert Image.open(io.BytesIO(proven.data)).format == "JPEG"
    else:
        assert proven.data == bytes(data)


def test_a_form_says_what_may_come_in_and_why_not() -> None:
    field = FileField(only_pictures=True)
    assert "image/jpeg" in field.widget.attrs["accept"]
    with pytest.raises(Exception, match="no picture"):
        field.clean(upload(made.PDF))
    assert FileField(required=False).clean(None) is None


@pytest.mark.django_db
class TestKept:
    def test_bytes_lie_under_their_digest_once(self, store: Path) -> None:
        one, other = stored_file(made.PDF, "a.pdf"), stored_file(made.PDF, "b.pdf")
        assert one.digest == other.digest
        assert path_of(one.digest).read_bytes() == made.PDF
        assert [path.name for path in store.rglob("*") if path.is_file()] == [one.digest]

    def test_a_file_of_nothing_is_its_bringers_alone(self, now: datetime) -> None:
        her, other = person(), person()
        file = stored_file(by=her)
        assert file_for(her, file.pk, at=now) == file
        for who in (other, None):
            with pytest.raises(Http404):
                file_for(who, file.pk, at=now)
        operators = stored_file()
        with pytest.raises(Http404):
            file_for(None, operators.pk, at=now)

    def test_a_file_of_something_is_read_through_its_gate_each_time(
        self, now: datetime, things: dict[int, set[int | None]]
    ) -> None:
        her, other = person(), person()
        things[7] = {her.pk}
        file = stored_file(owner=Owner("thing", 7), by=other)
        assert file_for(her, file.pk, at=now) == file
        with pytest.raises(Http404):
            file_for(other, file.pk, at=now)  # bringing it gives no right to what it became part of
        things[7] = {None}
        assert file_for(None, file.pk, at=now) == file
        things[7] = set()
        with pytest.raises(Http404):
            file_for(her, file.pk, at=now)

    def test_a_kind_of_owner_without_a_gate_raises(self, now: datetime) -> None:
        file = stored_file(owner=Owner("nobody", 1))
        with pytest.raises(KeyError):
            file_for(person(), file.pk, at=now)

    def test_it_is_handed_out_as_what_it_is_and_never_as_a_page(
        self, client: Client, things: dict[int, set[int | None]]
    ) -> None:
        things[7] = {None}
        picture = stored_file(name='照片 "a".png', owner=Owner("thing", 7))
        document = stored_file(made.PDF, "名单.pdf", owner=Owner("thing", 7))
        for url, kind, shown in (
            (reverse("stored_file", args=[picture.pk]), "image/jpeg", "inline"),
            (reverse("stored_file_small", args=[picture.pk]), "image/jpeg", "inline"),
            (reverse("stored_file", args=[document.pk]), "application/pdf", "attachment"),
        ):
            answer = client.get(url)
            assert (answer.status_code, answer["Content-Type"]) == (200, kind)
            assert answer["Content-Disposition"].startswith(shown)
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert answer["Cache-Control"] == "private, no-cache"
            assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
            again = client.get(url, headers={"if-none-match": answer["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            things[7] = set()
            assert client.get(url, headers={"if-none-match": answer["ETag"]}).status_code == 302
            things[7] = {None}
        assert client.get(reverse("stored_file_small", args=[document.pk])).status_code in (302, 404)

    def test_what_never_came_to_belong_to_anything_goes(self, store: Path, now: datetime) -> None:
        owned = stored_file(owner=Owner("thing", 7), at=now - timedelta(days=9))
        fresh = stored_file(made.PDF, at=now - timedelta(hours=23))
        lost = stored_file(made.packed(made.DOCX_PARTS), at=now - timedelta(days=2))
        part = store / "ab" / ".part"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(b"half")
        for path in store.rglob("*"):
            os.utime(path, (now.timestamp() - 3 * 86_400,) * 2)
        os.utime(path_of(fresh.digest), (now.timestamp() - 100,) * 2)
        assert sweep_files(now) == 3
        assert set(StoredFile.objects.all()) == {owned, fresh}
        left = {path.name for path in store.rglob("*") if path.is_file()}
        assert left == {owned.digest, owned.small_digest, fresh.digest}
        assert lost.digest not in left
        assert sweep_files(now) == 0

    def test_bytes_two_files_have_stay_until_the_last_is_gone(self, now: datetime) -> None:
        one, other = stored_file(owner=Owner("thing", 1)), stored_file(owner=Owner("thing", 2))
        for digest in (one.digest, one.small_digest):
            os.utime(path_of(digest), (now.timestamp() - 3 * 86_400,) * 2)
        assert discard_files([one]) == 1
        assert sweep_files(now) == 0
        assert path_of(other.digest).exists()
        discard_files([other])
        assert sweep_files(now) == 2
        assert not path_of(other.digest).exists()

    def test_bytes_brought_again_are_fresh(self, now: datetime) -> None:
        """Their row may not be committed yet when the sweep comes by."""
        file = stored_file(made.PDF, at=now)
        os.utime(path_of(file.digest), (now.timestamp() - 3 * 86_400,) * 2)
        file.delete()
        stored_file(made.PDF, at=now).delete()
        assert sweep_files(datetime.now(UTC)) == 0
        assert path_of(file.digest).exists()

    def test_the_worker_sweeps(self) -> None:
        assert sweep_files in worker.sweeps
