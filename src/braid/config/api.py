"""The JSON API: what is mounted under /api/v1, how it answers when it says no, and its reference."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from braid import __version__
from braid.contact.api import notices_router, receipts_router, surveys_router
from braid.kernel.errors import BadInput, Refused
from braid.kernel.markdown import render as render_markdown
from braid.kernel.middleware import Respond, problem
from braid.kernel.rates import Rate, TooMany
from braid.people.api import DOORS
from braid.people.api import router as people_router
from braid.people.decorators import SignInFirst
from braid.units.api import router as units_router
from braid.work.api import burden_router, directives_router, forms_router, periods_router

DESCRIPTION = """Units, people within reach, notices, receipts, results of surveys, directives, reports and the burden
meter of a federation.

- Come in with `Authorization: Bearer <key>`; keys are made at `/me/tokens/` and never open more than their person may.
- A signed-in browser may read, too.
- What is out of reach answers like what does not exist: 404.
- Lists come in pages: pass `next` as `cursor`.
- Every error is problem details (RFC 9457).
- `RateLimit-*` headers say how many requests are left in this minute."""

api = NinjaAPI(
    title="Braid",
    version=__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    docs_decorator=require_safe,
    auth=DOORS,
)
api.add_router("/units", units_router)
api.add_router("/people", people_router)
api.add_router("/notices", notices_router)
api.add_router("/receipts", receipts_router)
api.add_router("/surveys", surveys_router)
api.add_router("/directives", directives_router)
api.add_router("/forms", forms_router)
api.add_router("/periods", periods_router)
api.add_router("/burden", burden_router)

PROBLEM = "application/problem+json"


class ApiMiddleware:
    """Makes every "no" under /api/ problem details, whoever said it, and tells how many requests are left."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if not request.path_info.startswith("/api/"):
            return answer
        if answer.status_code >= 400 and answer.get("Content-Type") != PROBLEM:
            answer = _as_problem(answer)
        rate: Rate | None = getattr(request, "rate", None)
        if rate:
            for name, value in rate.headers.items():
                answer[name] = value
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer


def _as_problem(answer: HttpResponse) -> HttpResponse:
    said = _said(answer.status_code, HTTPStatus(answer.status_code).phrase)
    for name in ("Allow", "WWW-Authenticate", "Retry-After"):
        if name in answer:
            said[name] = answer[name]
    return said


def _said(status: int, title: str) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status}
    return JsonResponse(body, status=status, content_type=PROBLEM)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    answer = problem(error)
    if isinstance(error, TooMany):
        request.rate = error.rate  # type: ignore[attr-defined]
        answer["Retry-After"] = str(error.rate.reset)
    return answer


@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Http404) -> HttpResponse:
    """Out of reach looks exactly like absent."""
    return JsonResponse(
        {"type": "about:blank", "title": _("There is nothing here."), "status": 404}, status=404, content_type=PROBLEM
    )


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = problem(SignInFirst(_("Sign in, or send an access key.")))
    answer["WWW-Authenticate"] = 'Bearer realm="Braid"'
    return answer


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {".".join(str(part) for part in one["loc"][1:]) or "body": one["msg"] for one in error.errors}
    return problem(BadInput(_("Some fields are not right yet."), fields=fields))


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return JsonResponse(
        {"type": "about:blank", "title": str(error), "status": error.status_code},
        status=error.status_code,
        content_type=PROBLEM,
    )


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """What programs can do, for people: drawn from the published schema, so it cannot say anything else."""
    schema = api.get_openapi_schema()
    operations = [
        _operation(path, method, operation, schema)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(
        request, "config/api_reference.html", {"description": render_markdown(DESCRIPTION), "operations": operations}
    )


def _operation(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    fields = _named(sent, schema).get("properties", {})
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": render_markdown(operation.get("description", "")),
        "parameters": [
            (
                one["name"],
                render_markdown(one.get("description") or one["schema"].get("description", "")),
                one["required"],
            )
            for one in operation.get("parameters", [])
        ],
        "fields": [(name, render_markdown(field.get("description", ""))) for name, field in fields.items()],
    }


def _named(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema a reference points to."""
    name = part.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schema["components"]["schemas"].get(name, part)
    return found
