"""A federation's accent can always be read, whatever colour it chose."""

from __future__ import annotations

import re

import pytest

from braid.kernel.theme import PAPER, contrast, parse_hex, theme_css


@pytest.mark.parametrize("colour", ["#ffee00", "#000000", "#ffffff", "#1e5aa8", "#abc", "#777777"])
def test_the_accent_is_readable_in_light_and_dark(colour: str) -> None:
    css = theme_css(colour)
    accents, inks = re.findall(r"--accent:(#\w{6})", css), re.findall(r"--accent-ink:(#\w{6})", css)
    for accent, ink, paper in zip(accents, inks, (PAPER["light"], PAPER["dark"]), strict=True):
        shown = parse_hex(accent)
        on_it = parse_hex(ink)
        assert shown is not None
        assert on_it is not None
        assert contrast(shown, paper) >= 4.5
        assert contrast(shown, on_it) >= 4.5


def test_a_readable_accent_stays_as_it_is() -> None:
    assert "--accent:#1e5aa8;" in theme_css("#1e5aa8")


@pytest.mark.parametrize("colour", ["", "red", "#12", "#1e5aa8;}body{display:none}", "url(x)"])
def test_what_is_no_colour_sets_nothing(colour: str) -> None:
    assert theme_css(colour) == ""
