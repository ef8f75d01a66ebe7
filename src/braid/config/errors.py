"""Why a command of the terminal could not do its work, and the exit codes a script can rely on."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code of every `braid` command means."""

    DONE = 0
    FOUND_WRONG = 1
    """The command did its work and found something wrong: a check failed, a file has bad rows, an action was refused."""
    USAGE = 2
    """The command line itself was wrong."""
    CANNOT_RUN = 3
    """Something the command needs is missing: a free port, space, a database, a program. Nothing was changed."""
    INTERRUPTED = 130


class Stop(Exception):
    """End the command with words for the person at the terminal; the second line may say what to do about it."""

    def __init__(self, words: str, code: Exit = Exit.CANNOT_RUN) -> None:
        super().__init__(words)
        self.code = code
