"""Where Braid's own source lies, for the commands that are for its developers."""

from __future__ import annotations

from pathlib import Path

from .errors import Stop


def source_folder() -> Path:
    """The root of the source tree. Stops in words when Braid was installed without it."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "pyproject.toml").exists() or not (root / "tests").exists():
        raise Stop("This command works on Braid's source. Get it with git, and start the command there with ./braid.")
    return root
