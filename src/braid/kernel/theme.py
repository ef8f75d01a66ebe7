"""The federation's own colour: one hex value becomes an accent that can be read in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Iterable

RGB = tuple[float, float, float]
PAPER: dict[str, RGB] = {"light": (250, 246, 240), "dark": (36, 32, 29)}
"""The lightest background of the light theme and the lightest of the dark one: what reads on these reads everywhere."""
READABLE = 4.6
"""WCAG 2.2 asks for a contrast of 4.5 between text and background."""


def parse_hex(colour: str) -> RGB | None:
    """`#a1b2c3` or `#abc` as numbers from 0 to 255; None when it is no such colour."""
    found = re.fullmatch(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})", colour.strip())
    if not found:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return (float(int(digits[:2], 16)), float(int(digits[2:4], 16)), float(int(digits[4:], 16)))


def contrast(one: RGB, other: RGB) -> float:
    """The contrast of two colours by WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def theme_css(colour: str) -> str:
    """The style sheet that sets the accent; empty when `colour` is no hex colour. Too pale or dark ones are shifted."""
    accent = parse_hex(colour)
    if accent is None:
        return ""
    light = _readable(accent, PAPER["light"], towards=(0, 0, 0))
    dark = _readable(accent, PAPER["dark"], towards=(255, 255, 255))
    return (
        f"@layer tokens{{:root{{{_tokens(light, PAPER['light'])}}}"
        f"@media(prefers-color-scheme:dark){{:root{{{_tokens(dark, PAPER['dark'])}}}}}}}"
    )


def _tokens(accent: RGB, paper: RGB) -> str:
    ink: RGB = max(((255, 255, 255), (20, 12, 10)), key=lambda ink: contrast(accent, ink))
    return f"--accent:{_hex(accent)};--accent-ink:{_hex(ink)};--accent-soft:{_hex(_mix(paper, accent, 0.12))}"


def _readable(colour: RGB, paper: RGB, *, towards: RGB) -> RGB:
    """The colour itself, or the nearest mix with `towards` that can be read on `paper` and on its soft tint."""
    for percent in range(0, 101, 4):
        mixed = _mix(colour, towards, percent / 100)
        if min(contrast(mixed, paper), contrast(mixed, _mix(paper, mixed, 0.12))) >= READABLE:
            return mixed
    return towards


def _mix(one: RGB, other: RGB, share: float) -> RGB:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def _luminance(colour: Iterable[float]) -> float:
    parts = (value / 255 for value in colour)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: RGB) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in colour)
