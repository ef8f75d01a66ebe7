"""Programs that some tests need: where one is missing they are skipped, loudly; in CI, which installs them, they fail."""

from __future__ import annotations

import os
import shutil

import pytest


def needs(program: str, *, on_postgresql: bool = False) -> pytest.MarkDecorator:
    """The mark of tests that need `program`; with `on_postgresql` only on that database."""
    is_needed = not on_postgresql or os.environ.get("DATABASE_URL", "").startswith("postgres")
    is_missing = is_needed and shutil.which(program) is None
    return pytest.mark.skipif(is_missing and not is_required(), reason=f"NO {program} HERE: this was not tested")


def is_required() -> bool:
    """Whether nothing may be skipped because a program is missing."""
    return bool(os.environ.get("CI"))
