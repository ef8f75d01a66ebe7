"""Styles, scripts and icons: collected when they have changed since, and served beside the product."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers
from wsgiref.types import WSGIApplication

from servestatic import ServeStatic

HASHED = r"^.+\.[0-9a-f]{12}\..+$"
"""Addresses of files whose name holds their content's hash: browsers keep them for ever."""


def with_static_files(application: WSGIApplication) -> WSGIApplication:
    """`application` with the collected files in front of it.

    Not as Django middleware: servestatic's runs asynchronously, and every page would pay for an event loop of its own.
    """
    from django.conf import settings

    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    served: WSGIApplication = ServeStatic(
        application, root, prefix=settings.STATIC_URL, immutable_file_test=HASHED, add_headers_function=_no_guessing
    )
    return served


def collect_if_stale() -> bool:
    """Collect static files into the data folder unless what lies there is of these very sources; says whether it did."""
    from django.conf import settings
    from django.core.management import call_command

    from .cli_setup import only_one

    stamp = Path(settings.STATIC_ROOT) / ".sources"
    with only_one("static"):
        sources = _fingerprint()
        if stamp.exists() and stamp.read_text() == sources:
            return False
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(sources)
    return True


def _fingerprint() -> str:
    """Names, sizes and times of all sources."""
    from django.contrib.staticfiles.finders import get_finders

    digest = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _no_guessing(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
