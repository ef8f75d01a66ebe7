"""The memory of the demo is that of all its processes, at the worst moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from braid.config.demo import memory
from braid.config.demo.memory import family_of, own_peak, pss_of, rss_of

from .processes import ROOT

HOLD = "import sys; held = bytearray(b'x') * ({mb} << 20); print('held', flush=True); sys.stdin.read()"
BELOW = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"


def holding(mb: int, *, above: bool = False) -> subprocess.Popen[str]:
    """A process that holds `mb` until its standard input closes, or one that runs such a process."""
    code = HOLD.format(mb=mb)
    words = ["-c", BELOW, code] if above else ["-c", code]
    process = subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


ALL_AT_ONCE = """
before = watch.peak_mb
both = [holding(120), holding(90, above=True)]
wait_for(lambda: watch.peak_mb > before + 200, seconds=10)
for one in both: one.communicate()
holding(100).communicate()
"""
GONE_AGAIN = "before = watch.peak_mb; bytearray(b'x') * (300 << 20)"


@pytest.mark.parametrize(
    ("work", "least", "most"), [(ALL_AT_ONCE, 210, 280), (GONE_AGAIN, 295, 320), ("before = watch.peak_mb", 0, 2)]
)
def test_it_is_what_all_held_at_the_worst_moment(work: str, least: int, most: int) -> None:
    """Neither the largest of them alone, nor those that came later as well; of this one also what nobody saw."""
    program = (
        "import sys; from braid.config.demo.memory import Watch\n"
        "from tests.config.processes import wait_for; from tests.config.test_demo_memory import holding\n"
        "with Watch() as watch: exec(sys.argv[1])\n"
        "print(watch.peak_mb - before)"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", program, work], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    assert least <= int(done.stdout) <= most


def test_the_family() -> None:
    child = holding(1, above=True)
    family = list(family_of(os.getpid()))
    assert family[0] == os.getpid()
    assert child.pid in family
    assert len(list(family_of(child.pid))) == 2
    child.communicate()
    assert list(family_of(child.pid)) == [child.pid]


def test_where_the_system_tells_less(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = os.getpid()
    assert 0 < pss_of(own) <= rss_of(own) * 1.1
    monkeypatch.setattr(memory, "PROC", tmp_path)
    (tmp_path / str(own)).mkdir()
    (tmp_path / str(own) / "statm").write_text("900 300 100 1 0 200 0\n")
    assert pss_of(own) == rss_of(own) == 300 * os.sysconf("SC_PAGE_SIZE")
    assert list(family_of(own)) == [own]
    assert own_peak() > 10 << 20
