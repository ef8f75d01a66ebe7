"""Tables in and out: CSV (also gzipped) and XLSX, as spreadsheets really write them."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from .errors import BadInput

MOST_BYTES = 1 << 30
"""A file that unpacks to more than this is refused: it is no table somebody made."""

_MOST_XLSX_LINES = 1_048_576

Line = tuple[int, list[str]]
"""The number of a line in its file, counted from 1 as a spreadsheet shows it, and the text of its cells."""

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_DELIMITERS = ",;\t"


class SheetError(BadInput):
    """The file cannot be read as a table; the message says why."""


def read_table(path: Path) -> Iterator[Line]:
    """The lines of the table in `path`, header first; empty lines are left out.

    What the file is, is seen from its first bytes: XLSX (first sheet), gzip, else CSV in UTF-8 (with or without BOM),
    UTF-16 (with BOM) or GB18030, with commas, semicolons or tabs. Raises `SheetError` when it is none of these.
    """
    with path.open("rb") as file:
        magic = file.read(8)
    if magic.startswith(b"PK\x03\x04"):
        return _xlsx_lines(path)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError(_("This is an old Excel file. Save it as XLSX or CSV and try again."))
    return _csv_lines(path, zipped=magic.startswith(b"\x1f\x8b"))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a table to `path`, whose name says what it becomes (.csv, .csv.gz, .xlsx); returns how many rows it has.

    The file appears only when it is whole. Text that a spreadsheet would take for a formula is escaped.
    """
    write = _writer_for(path.name)
    part = path.with_name(f".{path.name}.part")
    try:
        count = write(part, header, rows)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return count


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The table as lines of CSV text, for a download; begins with a BOM, without which Excel garbles Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    buffer.write("\ufeff")
    writer.writerow(header)
    for row in rows:
        writer.writerow([escaped(value) for value in row])
        if buffer.tell() > 32_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def escaped(value: Any) -> str:
    """The text of a cell, with an apostrophe before what a spreadsheet would run as a formula."""
    text = "" if value is None else str(value)
    return "'" + text if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    """What `escaped` made from it, back."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _csv_lines(path: Path, *, zipped: bool) -> Iterator[Line]:
    encoding = _encoding_of(path, zipped=zipped)
    with _opened(path, zipped=zipped) as raw:
        text = io.TextIOWrapper(raw, encoding=encoding, newline="")
        delimiter = _delimiter_of(text.readline())
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        before = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise SheetError(
                    _("Line %(line)s is damaged: %(why)s") % {"line": reader.line_num, "why": error}
                ) from error
            if any(cells):
                yield before + 1, cells
            before = reader.line_num


@contextmanager
def _opened(path: Path, *, zipped: bool) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        if not zipped:
            yield file
            return
        with gzip.open(file, "rb") as unzipped:
            yield unzipped  # type: ignore[misc]  # a GzipFile reads as the file it holds


def _encoding_of(path: Path, *, zipped: bool) -> str:
    """UTF-8 if all of it is, else GB18030 if all of it is; a BOM decides at once."""
    wanted = [codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")]
    names = ["utf-8-sig", "gb18030"]
    size = 0
    try:
        with _opened(path, zipped=zipped) as file:
            while block := file.read(1 << 20):
                if not size and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    wanted, names = [codecs.getincrementaldecoder("utf-16")()], ["utf-16"]
                size += len(block)
                if size > MOST_BYTES:
                    raise SheetError(_("This file is too large."))
                kept = [i for i, decoder in enumerate(wanted) if _decodes(decoder, block)]
                wanted, names = [wanted[i] for i in kept], [names[i] for i in kept]
    except (OSError, EOFError, zlib.error) as error:
        raise SheetError(_("The file is damaged: it ends too early or is not packed properly.")) from error
    kept = [i for i, decoder in enumerate(wanted) if _decodes(decoder, b"", final=True)]
    if not kept:
        raise SheetError(_("The text of this file is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” and try again."))
    if not size:
        raise SheetError(_("The file is empty."))
    return names[kept[0]]


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _xlsx_lines(path: Path) -> Iterator[Line]:
    from python_calamine import CalamineError, CalamineWorkbook  # only when a spreadsheet comes

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(item.file_size for item in packed.infolist()) > MOST_BYTES:
                raise SheetError(_("This file is too large."))
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile, IndexError) as error:
        raise SheetError(_("This file cannot be read as a spreadsheet.")) from error
    first = sheet.start[0] if sheet.start else 0
    for number, cells in enumerate(sheet.iter_rows(), first + 1):
        texts = [_cell_text(value) for value in cells]
        if any(texts):
            yield number, texts


def _cell_text(value: Any) -> str:
    """A cell as it reads: whole numbers without `.0`, dates with strokes, so that nobody takes one for a code."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if abs(value) >= 1e15:
            return f"{value:.14E}"  # a spreadsheet keeps no more than 15 digits, so the rest is lost
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        value = value.date()
    return f"{value:%Y/%m/%d}" if isinstance(value, date) else str(value)


def _writer_for(name: str) -> Callable[[Path, Sequence[str], Iterable[Sequence[Any]]], int]:
    if name.endswith(".xlsx"):
        return _write_xlsx
    if name.endswith((".csv", ".csv.gz")):
        return _write_csv_gz if name.endswith(".gz") else _write_csv
    raise SheetError(_("The name of the file must end in .csv, .csv.gz or .xlsx."))


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        return _write_csv_to(file, header, rows)


def _write_csv_gz(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as zipped,  # no name, no time: the same rows give the same file
        io.TextIOWrapper(zipped, encoding="utf-8", newline="") as file,
    ):
        return _write_csv_to(file, header, rows)


def _write_csv_to(file: IO[str], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow([escaped(value) for value in row])
        count += 1
    return count


def _write_xlsx(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    from xlsxwriter import Workbook  # only when a spreadsheet is wanted

    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for column, title in enumerate(header):
            sheet.write_string(0, column, title, bold)
        number = 0
        for number, row in enumerate(rows, 1):
            if number >= _MOST_XLSX_LINES:
                raise SheetError(_("A spreadsheet cannot hold that many rows. Choose CSV."))
            for column, value in enumerate(row):
                sheet.write_string(number, column, escaped(value))
        return number
