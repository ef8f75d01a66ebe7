"""Tables as downloads: CSV streamed row by row, XLSX as a whole file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from .sheets import csv_lines, write_table

FORMS = ("csv", "xlsx")


def table_answer(header: Sequence[str], rows: Iterable[Sequence[Any]], *, name: str, form: str) -> HttpResponseBase:
    """The table as a download called `name`, in `form` (one of `FORMS`); cells are escaped by the writer."""
    if form == "xlsx":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table.xlsx"
            write_table(path, header, rows)
            file = path.open("rb")  # stays readable until it is sent, though its name goes with the folder
        return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx")
    answer = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
