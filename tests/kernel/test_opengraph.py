"""What public pages say of themselves where they are shared: first lines, whole addresses, a picture that is what it says."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from PIL import Image

from braid.kernel.opengraph import MOST_LETTERS, PICTURE, opengraph


def test_what_it_says_is_one_line_and_escaped(rf: RequestFactory) -> None:
    text = 'It said "no"\n\n<b>twice</b> ' + "x" * 300
    said = opengraph(rf.get("/"), kind="article", title="A <i>", text=text, path="/a/", languages=["zh-hant", "en"])
    assert said.description.startswith('It said "no" <b>twice</b> xxx')
    assert len(said.description) == MOST_LETTERS
    tags = render_to_string("kernel/opengraph.html", {"opengraph": said, "federation_name": "F"})
    assert 'name="description" content="It said &quot;no&quot; &lt;b&gt;twice' in tags
    assert '<meta property="og:title" content="A &lt;i&gt;">' in tags
    assert '<meta property="og:url" content="http://testserver/a/">' in tags
    assert '<meta property="og:image" content="http://testserver/static/kernel/shared.png">' in tags
    assert '<meta property="og:locale" content="zh_TW">' in tags
    assert '<meta property="og:locale:alternate" content="en_GB">' in tags


def test_nothing_to_say_is_no_empty_description(rf: RequestFactory) -> None:
    said = opengraph(rf.get("/"), kind="article", title="A", text=" \n", path="/", languages=["en"])
    assert "description" not in render_to_string("kernel/opengraph.html", {"opengraph": said, "federation_name": "F"})


def test_the_picture_is_what_the_tags_say() -> None:
    file = Path(str(finders.find(PICTURE)))
    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert file.stat().st_size < 30_000
