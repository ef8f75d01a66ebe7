"""Catalogs: stale ones compile by themselves, and what is missing is found."""

from __future__ import annotations

import gettext
from pathlib import Path

import polib
import pytest
from django.utils import translation
from django.utils.translation import to_language

from braid.config import catalogs
from tests.needs import needs

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Save"
msgstr "{save}"

#, fuzzy
msgid "Send"
msgstr "guess"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with one app whose catalogs hold one translation and one guess."""
    monkeypatch.setattr(catalogs, "PACKAGE", tmp_path)
    for locale in catalogs.LOCALES:
        path = catalogs.catalog("shop", locale)
        path.parent.mkdir(parents=True)
        path.write_text(PO.format(save="保存"))
    (tmp_path / "shop" / "apps.py").write_text("")
    return tmp_path


def test_stale_catalogs_are_compiled_once_and_without_guesses(package: Path) -> None:
    assert len(catalogs.compile_all()) == 3
    assert catalogs.compile_all() == []
    compiled = catalogs.catalog("shop", "zh_Hans").with_suffix(".mo")
    with compiled.open("rb") as file:
        words = gettext.GNUTranslations(file)
    assert (words.gettext("Save"), words.gettext("Send")) == ("保存", "Send")
    assert not list(package.rglob("*.tmp"))


def test_missing_and_guessed_translations_are_listed(package: Path) -> None:
    catalogs.catalog("shop", "zh_Hant").write_text(PO.format(save=""))
    assert set(catalogs.untranslated()) == {
        "shop/zh_Hans: 'Send' is only a guess",
        "shop/zh_Hant: 'Save'",
        "shop/zh_Hant: 'Send' is only a guess",
    }


def test_a_text_that_two_apps_translate_differently_is_found(package: Path) -> None:
    for locale in catalogs.LOCALES:
        path = catalogs.catalog("desk", locale)
        path.parent.mkdir(parents=True)
        path.write_text(PO.format(save="保存" if locale == "zh_Hans" else "儲存"))
    assert list(catalogs.contradicting()) == ["zh_Hant: 'Save' (desk: 儲存, shop: 保存)"]


def test_simplified_forms_and_words_of_the_mainland_are_found_among_traditional_texts(package: Path) -> None:
    catalogs.catalog("shop", "zh_Hant").write_text(PO.format(save="點击此處保存"))
    assert "shop/zh_Hant: 點击此處保存 → 點擊此處保存" in set(catalogs.mixed())
    catalogs.catalog("shop", "zh_Hant").write_text(PO.format(save="剛才在這台裝置上點擊此處保存"))
    assert list(catalogs.mixed()) == []


def test_traditional_is_drafted_from_simplified(package: Path) -> None:
    for locale, text in (("zh_Hans", "三股辫与妇联的文件"), ("zh_Hant", "")):
        catalogs.catalog("shop", locale).write_text(PO.format(save=text))
    assert catalogs.draft_traditional("shop") == 1
    assert "三股辮與婦聯的檔案" in catalogs.catalog("shop", "zh_Hant").read_text()


@needs("xgettext")
def test_a_text_that_no_catalog_knows_is_found(package: Path) -> None:
    (package / "shop" / "views.py").write_text('_("Save")\n_("Refund")\n')
    assert "shop/zh_Hans: 'Refund' is not in the catalog" in set(catalogs.unextracted())
    assert not any("'Save'" in line for line in catalogs.unextracted())


@pytest.mark.parametrize("locale", catalogs.TRANSLATED)
def test_what_we_say_is_hidden_by_no_words_of_others(locale: str) -> None:
    """A library's catalog may have the same English, as "group", in other words."""
    with translation.override(to_language(locale).lower()):
        hidden = {
            entry.msgid: translation.gettext(entry.msgid)
            for app in catalogs.apps()
            for entry in polib.pofile(str(catalogs.catalog(app, locale)))
            if entry.msgstr
            and not entry.msgctxt
            and not entry.obsolete
            and translation.gettext(entry.msgid) != entry.msgstr
        }
    assert hidden == {}
