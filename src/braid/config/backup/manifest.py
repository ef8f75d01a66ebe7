"""What stands in a backup: its parts with size and checksum, the migrations it was made under, and the rows of each table."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import IO

from braid.config.errors import Exit, Stop

NAME = "manifest.json"
FORMAT = 1
FOLDERS = ("files", "spool")
"""What lies beside the database in the data folder and belongs to it."""


@dataclass
class Manifest:
    """Written last into a backup; a file without it was not finished."""

    braid: str
    made_at: str
    vendor: str
    migrations: list[str]
    counts: dict[str, int]
    """Rows of every table, of the very copy that was made."""
    parts: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Size and SHA-256 of each part by its name in the archive."""
    format: int = FORMAT

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


def read_manifest(text: bytes) -> Manifest:
    """The manifest in `text`. Stops in words when it is damaged or of a later Braid."""
    try:
        values = json.loads(text)
        values["parts"] = {name: (int(size), str(checksum)) for name, (size, checksum) in values["parts"].items()}
        found = Manifest(**values)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Stop("The backup's manifest is damaged.", Exit.FOUND_WRONG) from error
    if found.format != FORMAT:
        raise Stop(f"The backup was made by a later Braid ({found.braid}). Bring this one up to date first.")
    return found


class Checked:
    """A file to read from that adds up what passes through."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._sum = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._sum.update(data)
        self.size += len(data)
        return data

    @property
    def seal(self) -> tuple[int, str]:
        """Size and checksum of what was read."""
        return self.size, self._sum.hexdigest()
