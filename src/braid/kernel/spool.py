"""A spool: lines that were answered for and wait to be put into the database, safe on disk before the answer.

Writers commit in groups: while one group is written the next one gathers, and one `fsync` serves all of it. Every
process writes segments of its own and holds a lock on the one it writes to, so a reader knows a finished segment from a
growing one even when its writer was killed. Readers keep their place in the database, in the transaction that holds the
lines, and call `discard()` afterwards: a line is read at least once, and one that is written twice must change nothing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SEGMENT_BYTES = 4_000_000
"""A writer begins a new segment beyond this size, so that what was read can be deleted."""


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass
class _Group:
    """Lines that are written and synced together. Whoever comes first writes for the others, who wait for that alone."""

    lines: list[bytes] = field(default_factory=list)
    is_led: bool = False
    writing: threading.Lock = field(default_factory=_held)
    """Held until the lines are written. A lock and no event: who waits for an event is woken twice."""
    error: OSError | None = None


class Spool:
    """Where one process appends lines; any number of threads may. `folder` is made when missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._gathering = threading.Lock()
        self._pen = threading.Lock()
        self._group = _Group()
        self._file: int | None = None
        self._size = 0
        self._pid = 0

    def append(self, *lines: bytes) -> None:
        """Keep `lines` (each without its line end); returns when they are on disk. Raises `OSError` when they are not."""
        with self._gathering:
            group, leads = self._group, not self._group.is_led
            group.is_led = True
            group.lines += lines
        if leads:
            self._lead(group)
        else:
            with group.writing:
                pass
        if group.error:
            raise OSError(group.error.errno, group.error.strerror) from group.error

    def _lead(self, group: _Group) -> None:
        """Write `group` once the one before is written; until then others join it. Only leaders ever wait for the pen."""
        with self._pen:
            with self._gathering:
                self._group = _Group()
            try:
                self._write(group)
            except BaseException:  # whatever it is, those who wait hear that nothing was promised
                group.error = OSError(errno.EIO, os.strerror(errno.EIO))
                raise
            finally:
                group.writing.release()

    def _write(self, group: _Group) -> None:
        """Write and sync; after an error the segment is left as it is, so that a torn line can only be its last."""
        data = b"".join(line + b"\n" for line in group.lines)
        try:
            file = self._segment()
            view = memoryview(data)
            while view:
                view = view[os.write(file, view) :]
            os.fdatasync(file)
            self._size += len(data)
        except OSError as error:
            group.error = error
            self._close()

    def _segment(self) -> int:
        """The segment to write to: a new one for a new process, after an error, and when the last one is full."""
        if self._pid != os.getpid():  # a fork: the parent's segment stays the parent's
            self._file, self._pid = None, os.getpid()
        if self._file is not None and self._size >= SEGMENT_BYTES:
            self._close()
        if self._file is None:
            self._file, self._size = self._begin(), 0
        return self._file

    def _begin(self) -> int:
        """A new segment, locked before it has the name by which readers find it; its name is on disk too."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{os.getpid()}-{secrets.token_hex(12)}"
        hidden = self._folder / f".{name}"
        file = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        hidden.rename(self._folder / f"{name}.lines")
        _sync_folder(self._folder)
        return file

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None


@dataclass(frozen=True)
class Segment:
    """One file of a spool, as a reader sees it."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def read(self, offset: int, most: int) -> tuple[list[bytes], int]:
        """Complete lines from `offset` on, at most `most` bytes of them, and the offset after the last of them."""
        with self.path.open("rb") as file:
            file.seek(offset)
            data = file.read(most)
        end = data.rfind(b"\n") + 1
        return data[:end].splitlines(), offset + end

    def is_finished(self) -> bool:
        """Whether nobody will write to it again: its writer went on to another segment, ended, or was killed."""
        with self.path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def discard(self) -> None:
        """Delete it; what it held is in the database. Discarding what is gone already is no error."""
        self.path.unlink(missing_ok=True)


def segments(folder: Path) -> Iterator[Segment]:
    """The segments in `folder`; their order says nothing, for lines of different processes have none."""
    if folder.is_dir():
        for path in sorted(folder.glob("*.lines")):
            yield Segment(path)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
