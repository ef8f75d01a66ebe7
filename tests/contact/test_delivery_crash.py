"""Workers are killed with `kill -9` while they send, by servers that sometimes save a message and do not answer.

Nothing is lost. Nothing is doubled where the channel offers a key; where it offers none, what nobody can know is `unknown`,
shown, and not repeated. `BRAID_TEST_PEOPLE=5000 BRAID_TEST_KILLS=200` makes it 10,000 deliveries and 200 kills; how many go
out in a second is measured by `bench/goal99_delivery.py`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.killing import KILLS, ROOT, kill_often, scratch

WORKERS = "tests.contact.delivery_workers"
SILENT_OF_100 = 3


@contextmanager
def receiving(folder: Path, seed: int) -> Iterator[dict[str, str]]:
    """The servers, and the environment that leads to them."""
    command = [sys.executable, "-m", "tests.receiving_server", str(folder), str(SILENT_OF_100), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        mail_port, push_port = server.stdout.readline().split()
        try:
            yield {
                "BRAID_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
                "BRAID_TEST_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "BRAID_PRIVATE_HOSTS": "127.0.0.1",
                "PUSH_PORT": push_port,
            }
        finally:
            server.kill()


@pytest.mark.parametrize("hands", [1, 3])
def test_nothing_is_lost_and_nothing_doubled(tmp_path: Path, hands: int) -> None:
    with scratch(tmp_path) as environment, receiving(tmp_path, hands) as there:
        environment |= there
        at_work, said = kill_often(WORKERS, "keep_working", environment, longest_ms=60, hands=hands, seed=hands)
    assert at_work >= KILLS >= 40
    assert said.startswith("right")
