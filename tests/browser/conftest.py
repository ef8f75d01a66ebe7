"""A real Chromium against a live server: pages at phone and desktop width, signed in or not, and the axe check.

Needs Debian's `chromium-headless-shell` (Chromium without a window, for two thirds of the processor time), `chromium`, or another
one named by BRAID_CHROMIUM; without one these tests are skipped, loudly, unless CI is set.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect
from pytest_django.live_server_helper import LiveServer

from braid.people.models import Person
from tests.needs import is_required

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("BRAID_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium asks nobody but the server under test."""

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread of the test


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as `browser`, with a second try; without Chromium skip it, in CI let it fail."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))
            if CHROMIUM is None and not is_required():
                item.add_marker(pytest.mark.skip(reason="NO CHROMIUM HERE: the journeys in tests/browser did not run"))


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the session."""
    assert CHROMIUM, "install chromium-headless-shell, or name one in BRAID_CHROMIUM"
    expect.set_options(timeout=10_000)
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    yield opened
    opened.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """`visit("/path/", person=None, width="phone", language="en", dark=False, script=True, worker=False)`: a page, opened.

    With `worker` the service worker runs, without it every page comes from the server.

    Every request of the page must go to the server under test, and no script may fail.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(
        path: str,
        *,
        person: Person | None = None,
        width: str = "phone",
        language: str = "en",
        dark: bool = False,
        script: bool = True,
        worker: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE if width == "phone" else DESKTOP,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
            service_workers="allow" if worker else "block",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_cookies([_cookie(live_server.url, settings.LANGUAGE_COOKIE_NAME, language)])
        if person is not None:
            context.add_cookies([session_of(live_server.url, person)])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        page.on("request", lambda request: _note_stranger(request.url, live_server.url, wrong))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


AXE = Axe()


def _ask_axe(page: Page, rules: list[str]) -> Any:
    """What axe finds on the page that stands when it is loaded: a click may still be on its way to it."""
    for _ in range(3):
        page.wait_for_load_state()
        try:
            return AXE.run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
        except Error as gone:  # the page went away under it
            last = gone
    raise last


def assert_accessible(page: Page) -> None:
    """axe finds nothing by WCAG 2.2 AA and its good practices, and nothing sticks out of the page sideways."""
    found = _ask_axe(page, ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"])
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    _assert_not_wider(page)


def assert_accessible_at_night(page: Page, width: str = "desktop") -> None:
    """The page just checked, now dark (and on a desk): what that changes, contrast and sizes, is right there, too."""
    page.set_viewport_size(PHONE if width == "phone" else DESKTOP)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = _ask_axe(page, ["color-contrast", "target-size", "link-in-text-block"])
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    _assert_not_wider(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def _assert_not_wider(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} scrolls sideways by {wide} px"


def _note_stranger(url: str, ours: str, wrong: list[str]) -> None:
    if not url.startswith((ours, "data:", "blob:", "about:")):
        wrong.append(f"request to {url}")


def session_of(address: str, person: Person) -> Any:
    """The cookie of a session in which `person` is signed in."""
    client = Client()
    client.force_login(person.account)
    return _cookie(address, settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)


def _cookie(address: str, name: str, value: str) -> Any:
    return {"name": name, "value": value, "url": address}
