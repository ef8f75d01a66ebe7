"""The questions of a form, one at a time or as a table, and checks across them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from braid.kernel.downloads import FORMS, table_answer
from braid.kernel.forms import said_in
from braid.kernel.sheets import SheetError
from braid.kernel.writing import colon
from braid.people.decorators import PersonRequest, page, signed_in
from braid.work.actions import (
    add_check,
    add_field,
    bind_field,
    change_field,
    move_field,
    remove_check,
    remove_field,
    replace_fields,
)
from braid.work.forms import CheckForm, QuestionForm, SheetForm
from braid.work.queries.report_forms import field_for, fields_of, form_for, form_to_run_for, newest_version
from braid.work.question_sheets import Sheet, header, read_questions, rows_of


@page
@signed_in
def form_question_new(request: PersonRequest, pk: int) -> HttpResponse:
    """Write one more question."""
    found = form_to_run_for(request.person, pk)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request, at=form.own_fields):
            add_field(found, form.plan, by=request.person, at=timezone.now())
            return redirect("report_form", pk=pk)
    return _question_page(request, {"report_form": found, "question": None, "form": form})


@page
@signed_in
def form_question_edit(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """Change a question."""
    found = form_to_run_for(request.person, pk)
    question = field_for(found, key)
    form = QuestionForm(request.POST or None, question=question)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request, at=form.own_fields):
            change_field(found, key, form.plan, by=request.person, at=timezone.now())
            return redirect("report_form", pk=pk)
    return _question_page(request, {"report_form": found, "question": question, "form": form})


def _question_page(request: PersonRequest, context: dict[str, Any]) -> HttpResponse:
    own, others = context["form"].own_and_others()
    context |= {"own": own, "others": others}
    return render(request, "work/form_question.html", context, status=422 if context["form"].errors else 200)


@require_POST
@signed_in
def form_question_move(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """Put a question one place up or down."""
    found = form_to_run_for(request.person, pk)
    question = field_for(found, key)
    move_field(found, question.key, up="up" in request.POST, by=request.person, at=timezone.now())
    return redirect("report_form", pk=pk)


@require_POST
@signed_in
def form_question_remove(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """Take a question out."""
    found = form_to_run_for(request.person, pk)
    remove_field(found, field_for(found, key).key, by=request.person, at=timezone.now())
    messages.success(request, _("The question was removed."))
    return redirect("report_form", pk=pk)


@require_POST
@signed_in
def form_question_bind(request: PersonRequest, pk: int, key: str) -> HttpResponse:
    """Fill a question from the journal, as was proposed."""
    found = form_to_run_for(request.person, pk)
    bind_field(found, field_for(found, key).key, by=request.person, at=timezone.now())
    messages.success(request, _("The journal fills it in. Nobody has to count it."))
    return redirect("report_form", pk=pk)


@page
@signed_in
def form_check_new(request: PersonRequest, pk: int) -> HttpResponse:
    """Demand that numbers fit together."""
    found = form_to_run_for(request.person, pk)
    questions = fields_of(newest_version(found))
    form = CheckForm(request.POST or None, questions=questions)
    if request.method == "POST" and form.is_valid():
        with said_in(form, request, at=form.own_fields):
            add_check(found, form.check, by=request.person, at=timezone.now())
            return redirect("report_form", pk=pk)
    own, others = form.own_and_others()
    context = {"report_form": found, "form": form, "own": own, "others": others, "questions": questions}
    return render(request, "work/form_check.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def form_check_remove(request: PersonRequest, pk: int, place: int) -> HttpResponse:
    """Demand a check no more."""
    remove_check(form_to_run_for(request.person, pk), place, by=request.person, at=timezone.now())
    return redirect("report_form", pk=pk)


@require_safe
@signed_in
def form_questions_file(request: PersonRequest, pk: int) -> HttpResponseBase:
    """All questions as a table, to be changed in a spreadsheet and brought back."""
    found = form_for(request.person, pk)
    wanted = request.GET.get("form", "xlsx")
    rows = rows_of(fields_of(newest_version(found)))
    return table_answer(header(), rows, name=f"form-{pk}", form=wanted if wanted in FORMS else "xlsx")


@page
@signed_in
def form_questions_import(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the questions from a table: all of it or, where one row is bad, nothing."""
    found = form_to_run_for(request.person, pk)
    form = SheetForm(request.POST or None, request.FILES or None)
    sheet = Sheet()
    if request.method == "POST" and form.is_valid():
        try:
            sheet = _read(form.cleaned_data["file"], {each.key: each for each in fields_of(newest_version(found))})
        except SheetError as error:  # what is wrong with the file belongs beside its field
            form.add_error("file", str(error.message))
        if sheet.plans and not sheet.problems:
            with said_in(form, request):
                replace_fields(found, sheet.plans, by=request.person, at=timezone.now())
                messages.success(request, _taken_over(len(sheet.plans)))
                if sheet.ignored:
                    messages.warning(request, _ignored(sheet.ignored))
                return redirect("report_form", pk=pk)
    status = 422 if form.errors or sheet.problems else 200
    context = {"report_form": found, "form": form, "problems": sheet.problems}
    return render(request, "work/form_questions_import.html", context, status=status)


def _taken_over(count: int) -> str:
    words = ngettext("%(count)d question was taken over.", "%(count)d questions were taken over.", count)
    return words % {"count": count}


def _ignored(titles: Iterable[str]) -> str:
    return _("Columns without a meaning here") + colon() + pgettext("between words of a list", ", ").join(titles)


def _read(file: UploadedFile[bytes], known: dict[str, Any]) -> Sheet:
    with tempfile.NamedTemporaryFile(prefix="braid-questions-") as kept:
        for block in file.chunks():
            kept.write(block)
        kept.flush()
        return read_questions(Path(kept.name), known)
