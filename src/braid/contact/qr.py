"""QR pictures of addresses, as SVG without any style of its own."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_of(address: str, label: str) -> SafeString:
    """`address` as a square picture that phones read; `label` says what it leads to. It is black on white on any page."""
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff", border=4, title=label
    )
    return mark_safe(drawing.replace("<svg ", '<svg role="img" ', 1))  # noqa: S308 (segno escapes the title)
