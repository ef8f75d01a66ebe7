"""Files at their addresses."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from braid.kernel.models import StoredFile

from .owners import file_for
from .serving import file_answer


@require_safe
def stored_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file, for those who may read what it belongs to; anybody else is asked to sign in, or finds nothing."""
    return _answer(request, pk, small=False)


@require_safe
def stored_file_small(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The small one of a picture."""
    return _answer(request, pk, small=True)


def _answer(request: HttpRequest, pk: int, *, small: bool) -> HttpResponseBase:
    person: Any = getattr(request, "person", None)
    try:
        file: StoredFile = file_for(person, pk, at=timezone.now())
    except Http404:
        if person is None:
            return redirect_to_login(request.get_full_path())
        raise
    return file_answer(request, file, small=small)
