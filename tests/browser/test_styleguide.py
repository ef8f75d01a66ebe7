"""The style guide: every component passes axe in every language, in light and dark, on a phone and on a desk."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Visit, assert_accessible, assert_accessible_at_night

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shown(settings: Any) -> None:
    settings.STYLEGUIDE = True


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_axe_finds_nothing(visit: Visit, language: str) -> None:
    page = visit("/styleguide/", language=language)
    assert page.locator("html").get_attribute("lang") == language
    assert_accessible(page)
    assert_accessible_at_night(page)


def test_axe_catches_a_planted_bug(visit: Visit) -> None:
    page = visit("/styleguide/")
    page.evaluate("document.querySelector('label[for=new_email]').remove()")
    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)


def test_touch_targets_are_large(visit: Visit) -> None:
    page = visit("/styleguide/")
    for button in page.locator(".button, .crumbs a, .tabs a, summary, .languages a, input[type=text], select").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44, button.evaluate("e => e.outerHTML.slice(0, 200)")


def test_shift_three_times_leaves_the_page(visit: Visit, settings: Any) -> None:
    settings.EXIT_URL = "/theme.css"
    page = visit("/styleguide/")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/theme.css")
    page.go_back()
    assert "styleguide" not in page.url


def test_exit_is_a_plain_link_without_script(visit: Visit, settings: Any) -> None:
    settings.EXIT_URL = "/theme.css"
    page = visit("/styleguide/", script=False)
    page.locator("#exit").click()
    page.wait_for_url("**/theme.css")
