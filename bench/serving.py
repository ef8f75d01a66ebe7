"""Serving an application on loopback and pressing it with `wrk`, or with a small client where there is no wrk."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 32


@dataclass(frozen=True)
class Pressed:
    """Requests a second, the 99th percentile in seconds, and how many were not answered well."""

    rate: float
    p99: float
    failed: int

    def __str__(self) -> str:
        return f"{self.rate:,.0f}/s, p99 {self.p99 * 1000:.0f} ms" + (f", {self.failed} FAILED" if self.failed else "")


@dataclass(frozen=True)
class Request:
    """What is sent."""

    path: str
    method: str = "GET"
    body: str = ""
    cookie: str = ""
    agent: str = ""
    """What the browser calls itself."""


@contextmanager
def served(application: str, *, settings: str = "bench.settings", workers: int = 2, threads: int = 1) -> Iterator[str]:
    """Serve a WSGI `application` with granian, the product's server; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": settings}
    command = [sys.executable, "-m", "bench.serve", application, str(port), str(workers), str(threads)]
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def press(address: str, requests: Sequence[Request], *, seconds: int, folder: Path) -> Pressed:
    """Send `requests` over and over on `CONNECTIONS` connections for `seconds`; the first second warms up."""
    _press(address, requests, 1, folder)
    return _press(address, requests, seconds, folder)


def _press(address: str, requests: Sequence[Request], seconds: int, folder: Path) -> Pressed:
    if shutil.which("wrk"):
        return _wrk(address, requests, seconds, folder)
    return _own(address, requests, seconds)


_LUA = """
local lines, at, step = {}, 0, 1
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init()
  for line in io.lines("%s") do lines[#lines + 1] = line end
  at = number * math.floor(#lines / 2)
end
function request()
  at = at %% #lines + 1
  local method, path, cookie, body, agent = lines[at]:match("([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)")
  local headers = {}
  if cookie ~= "" then headers["Cookie"] = cookie end
  if agent ~= "" then headers["User-Agent"] = agent end
  if body ~= "" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
  return wrk.format(method, path, headers, body)
end
"""


def _wrk(address: str, requests: Sequence[Request], seconds: int, folder: Path) -> Pressed:
    lines, script = folder / "requests", folder / "requests.lua"
    lines.write_text("".join(f"{r.method}\t{r.path}\t{r.cookie}\t{r.body}\t{r.agent}\n" for r in requests))
    script.write_text(_LUA % lines)
    command = [
        "wrk",
        "-t2",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--latency",
        "--timeout",
        "30s",
        "-s",
        str(script),
        address,
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", said)
    assert rate, said
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    slow = float(p99[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[p99[2]] if p99 else float("inf")
    return Pressed(float(rate[1]), slow, int(bad[1]) if bad else 0)


def _own(address: str, requests: Sequence[Request], seconds: int) -> Pressed:
    """The small client: threads that keep their connection. It is slower than wrk, for both sides of a ratio."""
    times: list[float] = []
    failed: list[int] = []
    end = time.perf_counter() + seconds

    def hand(number: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        start = number * len(requests) // CONNECTIONS
        for request in cycle([*requests[start:], *requests[:start]]):
            begun = time.perf_counter()
            if begun > end:
                return
            headers = {"Cookie": request.cookie} if request.cookie else {}
            if request.agent:
                headers["User-Agent"] = request.agent
            if request.body:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(request.method, request.path, request.body or None, headers)
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - begun)
            if answer.status >= 400:
                failed.append(answer.status)

    hands = [threading.Thread(target=hand, args=(number,)) for number in range(CONNECTIONS)]
    for each in hands:
        each.start()
    for each in hands:
        each.join()
    times.sort()
    return Pressed(len(times) / seconds, times[int(len(times) * 0.99)], len(failed))
