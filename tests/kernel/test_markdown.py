"""Markdown becomes safe HTML: what people write shows, what attackers write does not run."""

from __future__ import annotations

import pytest

from braid.kernel.markdown import plain, render


def test_what_people_write() -> None:
    html = render("# Meeting\nfirst line\nsecond line\n\n- one\n- **two**\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<h2>Meeting</h2>" in html
    assert "first line<br>" in html
    assert "<li><strong>two</strong></li>" in html
    assert "<td>2</td>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](http://evil.example/pixel.png)",
        '<a href="x" onclick="alert(1)" style="position:fixed">x</a>',
        "<iframe src=//evil.example></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<style>body{display:none}</style>",
        "[x](\x01javascript:alert(1))",
    ],
)
def test_nothing_that_runs_or_loads_comes_through(text: str) -> None:
    html = render(text).lower()
    handlers = ("onerror=", "onclick=", "style=", '="javascript', '="data', '="\x01')
    assert [bad for bad in (*handlers, "<script", "<img", "<iframe", "<style", "<svg") if bad in html] == []


def test_the_words_alone() -> None:
    html = render(
        "# Meeting\n请**务必**参加 & [sign](https://a.example)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two"
    )
    assert plain(html).split() == ["Meeting", "请务必参加", "&", "sign", "a", "b", "1", "2", "one", "two"]
