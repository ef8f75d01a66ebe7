"""What the pages of every import share: taking the file, one's own runs, what a run shows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.forms import Form as Uploading
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from braid.kernel.access import Actor
from braid.kernel.downloads import table_answer
from braid.kernel.enums import ImportState
from braid.kernel.models import ImportRun
from braid.kernel.sheets import SheetError

from .cells import Form
from .staging import silent, stage_file

SHOWN = 500
"""Bad rows a page shows; the download beside them has them all."""
RUNS_SHOWN = 10


def upload_page(
    request: HttpRequest,
    file_form: Uploading,
    form: Form,
    *,
    by: Actor,
    look_over: Callable[[ImportRun], object],
    template: str,
    then: str,
) -> HttpResponse:
    """Take the file that came with `file_form`, stage it, look it over, and go on to the page `then` of the run."""
    context = {"form": file_form, "runs": own_runs(by, form)}
    if request.method != "POST" or not file_form.is_valid():
        return render(request, template, context)
    try:
        run = stage_upload(file_form.cleaned_data["file"], form, by=by)
    except SheetError as error:  # what is wrong with the file belongs beside its field
        file_form.add_error("file", str(error.message))
        return render(request, template, context, status=error.status)
    look_over(run)
    return redirect(then, run.pk)


def run_page(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """The page of a run; the part that changes alone, when it looks again by itself while the run is being applied."""
    is_part = getattr(request, "htmx", False)
    return render(request, "kernel/import_state.html" if is_part else template, context)


def stage_upload(file: UploadedFile[bytes], form: Form, *, by: Actor) -> ImportRun:
    """Stage a file that came with a form. Raises `SheetError` when it is no such table."""
    with tempfile.NamedTemporaryFile(prefix="braid-import-") as kept:
        for block in file.chunks():
            kept.write(block)
        kept.flush()
        name = file.name or form.kind
        return stage_file(Path(kept.name), form, name=name, by=by, at=timezone.now(), progress=silent)


def own_runs(person: Actor, form: Form) -> list[ImportRun]:
    """The person's latest imports of this kind."""
    return list(ImportRun.objects.filter(by_number=person.pk, kind=form.kind).order_by("-pk")[:RUNS_SHOWN])


def run_for(person: Actor, form: Form, pk: int) -> ImportRun:
    """The person's own import; anybody else's is as good as absent."""
    run = ImportRun.objects.filter(pk=pk, by_number=person.pk, kind=form.kind).first()
    if run is None:
        raise Http404("no such import")
    return run


def run_context(run: ImportRun, words: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    """What the page of a run shows; `words` are those of its counts and changes, `name` is said above what has a name."""
    outcome = run.outcome
    return {
        "run": run,
        "name_word": name,
        "counts": [(words[name], count) for name, count in outcome.get("counts", {}).items() if count],
        "problems": outcome.get("problems", [])[:SHOWN],
        "problem_count": len(outcome.get("problems", [])),
        "examples": [{**example, "words": words[example["kind"]]} for example in outcome.get("examples", [])],
        "unshown": sum(outcome.get("changes", {}).values()) - len(outcome.get("examples", [])),
        "ignored": outcome.get("ignored_columns", []),
        "refusal": outcome.get("refusal", ""),
        "waits": run.state == ImportState.APPLYING,
        "can_apply": run.state == ImportState.STAGED,
        "has_good_rows": outcome.get("rows", 0) > outcome.get("counts", {}).get("skipped", 0),
    }


def bad_rows(run: ImportRun) -> HttpResponseBase:
    """All that is wrong in the file of `run`, as a table to download."""
    header = [_("Line"), _("Column"), _("What is wrong"), _("Found there")]
    found = run.outcome.get("problems", [])
    rows = ((problem["line"], problem["field"], problem["reason"], problem["value"]) for problem in found)
    return table_answer(header, rows, name="bad-rows", form="csv")
