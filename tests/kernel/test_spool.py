"""The spool: every answered line is on disk, torn lines are none, segments end when their writer does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from braid.kernel import spool as spool_module
from braid.kernel.spool import Segment, Spool, segments


def lines_in(folder: Path) -> list[bytes]:
    return [line for segment in segments(folder) for line in segment.read(0, 10**9)[0]]


def test_lines_of_many_threads_are_all_there_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path)

    def write(name: int) -> None:
        for number in range(50):
            spool.append(b"%d-%d" % (name, number))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lines_in(tmp_path)) == sorted(b"%d-%d" % (name, number) for name in range(16) for number in range(50))


def test_one_sync_serves_all_who_came_during_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool, synced = Spool(tmp_path), []

    def sync(file: int) -> None:
        time.sleep(0.02)  # long enough for the others to come, on a busy machine as well
        synced.append(file)

    monkeypatch.setattr(os, "fdatasync", sync)
    threads = [threading.Thread(target=lambda: [spool.append(b"x") for _ in range(20)]) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines_in(tmp_path)) == 320
    assert len(synced) < 320 / 4


def test_who_waits_for_a_group_that_cannot_be_written_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool, refused, is_full = Spool(tmp_path), [], threading.Event()

    def fail(_: int) -> None:
        is_full.wait(10)
        raise OSError(28, "No space left on device")

    def write() -> None:
        try:
            spool.append(b"lost")
        except OSError as error:
            refused.append(error.errno)

    monkeypatch.setattr(os, "fdatasync", fail)
    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    is_full.set()
    for thread in threads:
        thread.join()
    assert refused == [28] * 8


def test_a_line_is_there_when_append_returns(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(5):
        spool.append(b"%d" % number)
        assert lines_in(tmp_path)[-1] == b"%d" % number


def test_reading_goes_on_where_it_stopped_and_leaves_torn_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.lines"
    path.write_bytes(b"one\ntwo\nthr")
    segment = Segment(path)
    lines, offset = segment.read(0, 5)
    assert (lines, offset) == ([b"one"], 4)
    lines, offset = segment.read(offset, 100)
    assert (lines, offset) == ([b"two"], 8)
    assert segment.read(offset, 100) == ([], 8)
    with path.open("ab") as file:
        file.write(b"ee\n")
    assert segment.read(offset, 100) == ([b"three"], 14)


def test_a_full_segment_is_finished_and_another_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 10)
    spool = Spool(tmp_path)
    for number in range(6):
        spool.append(b"line %d" % number)
    states = sorted(segment.is_finished() for segment in segments(tmp_path))
    assert states == [False, True, True]
    assert len(lines_in(tmp_path)) == 6


def test_after_an_error_the_lines_are_refused_and_a_new_segment_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.append(b"good")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail)
        with pytest.raises(OSError, match="No space left"):
            spool.append(b"lost")
    spool.append(b"good again")
    assert {b"good", b"good again"} <= set(lines_in(tmp_path))
    assert len(list(segments(tmp_path))) == 2


def test_a_forked_process_writes_a_segment_of_its_own(tmp_path: Path) -> None:
    script = f"""
        import os, pathlib
        from braid.kernel.spool import Spool
        spool = Spool(pathlib.Path({str(tmp_path)!r}))
        spool.append(b"parent")
        child = os.fork()
        spool.append(b"child" if child == 0 else b"parent again")
        if child:
            os.waitpid(child, 0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, timeout=60)
    assert sorted(lines_in(tmp_path)) == [b"child", b"parent", b"parent again"]
    assert len(list(segments(tmp_path))) == 2


def test_killed_writers_lose_nothing_they_answered_for(tmp_path: Path) -> None:
    script = f"""
        import pathlib, sys, threading
        from braid.kernel.spool import Spool
        spool = Spool(pathlib.Path({str(tmp_path / "spool")!r}))
        def write(name):
            number = 0
            while True:
                spool.append(b"%d-%d" % (name, number))
                sys.stdout.write(f"{{name}}-{{number}}\\n")
                sys.stdout.flush()
                number += 1
        for name in range(8):
            threading.Thread(target=write, args=(name,)).start()
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        answered = [process.stdout.readline() for _ in range(300)]
        (segment,) = segments(tmp_path / "spool")
        assert not segment.is_finished()
        process.send_signal(signal.SIGKILL)
        answered += process.stdout.readlines()
    said = {line.strip() for line in answered if line.endswith(b"\n") and line.count(b"-") == 1}
    assert said <= set(lines_in(tmp_path / "spool"))
    assert segment.is_finished()
