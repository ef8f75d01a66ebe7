"""Structured logs: JSON where a machine reads them, lines where a person does, and nothing in them about persons."""

from __future__ import annotations

import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]
TELLING = ("OperationalError", "InterfaceError", "OSError", "ConnectionError", "TimeoutError")
"""Errors whose message is about machines. Messages of all others may hold a name or a number, so they are left out."""


def exception_without_message(logger: Any, method: str, event: Event) -> Event:
    """Keep the type of an exception and the places it came through."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        names = {kind.__name__ for kind in type(error).__mro__}
        event["error"] = type(error).__name__
        if names & set(TELLING):
            event["message"] = str(error).strip().splitlines()[:1]
        event["places"] = [
            f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event


def request_as_route(logger: Any, method: str, event: Event) -> Event:
    """Say which route a request took instead of its address, which may hold a token or what somebody searched for."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    if request is not None and hasattr(request, "method"):
        match = getattr(request, "resolver_match", None)
        event.update(event="request", method=request.method, route=match.route if match else "unknown")
        event["status"] = getattr(record, "status_code", None)
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(*, as_json: bool) -> dict[str, Any]:
    """Set structlog up; returns Django's LOGGING, which sends the standard library's logs the same way."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    render = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "braid": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    request_as_route,
                    exception_without_message,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    render,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "braid"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},
            "_granian": {"level": "WARNING"},
        },
    }
