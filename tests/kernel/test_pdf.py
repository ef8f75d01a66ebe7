"""PDFs: made in the reader's language, with nothing in the values run as code."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils.translation import override

from braid.kernel import pdf
from tests.needs import is_required


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """Shows one text."""
    path = tmp_path / "layout.typ"
    path.write_text("#v.body\n")
    return path


@pytest.fixture(autouse=True)
def _can_make(request: pytest.FixtureRequest) -> None:
    if not pdf.can_make_pdf() and not is_required():
        pytest.skip("NO typst, OR NO FONT WITH CHINESE LETTERS HERE: PDFs were not tested")


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_it_is_a_tagged_pdf_in_the_language_of_the_reader(layout: Path, language: str) -> None:
    with override(language):
        made = pdf.pdf_of(layout, {"body": "妇女联合会 骨"}, title="报表")
    assert made.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in made
    font = {"zh-hans": b"NotoSansCJKsc", "zh-hant": b"NotoSansCJKtc", "en": b"NotoSansCJKsc"}[language]
    assert font in made


def test_what_somebody_wrote_is_not_run(layout: Path) -> None:
    plain = pdf.pdf_of(layout, {"body": "x"}, title="A")
    odd = pdf.pdf_of(layout, {"body": '#panic("run") $ ] `'}, title='#panic("run")')
    assert odd.startswith(b"%PDF-")
    assert len(odd) > len(plain)


def test_it_says_when_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    assert not pdf.can_make_pdf()
    monkeypatch.undo()
    monkeypatch.setattr(pdf, "_families", lambda: ())
    assert not pdf.can_make_pdf()
