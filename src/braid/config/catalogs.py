"""Translations: catalogs of words per app, compiled without gettext whenever a .po is newer than its .mo."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import braid

if TYPE_CHECKING:
    from polib import POEntry

PACKAGE = Path(braid.__file__).parent
LOCALES = ("zh_Hans", "zh_Hant", "en")
"""Folders below each app's `locale`; Django calls the same languages zh-hans, zh-hant and en."""
TRANSLATED = ("zh_Hans", "zh_Hant")
"""English needs no translation: it is the language of the sources."""

USUAL = str.maketrans(
    {"爲": "為", "裏": "裡", "羣": "群", "纔": "才", "臺": "台", "覈": "核", "隻": "只", "“": "「", "”": "」"}
)
"""Forms people write today where OpenCC gives the dictionary's."""
WORDS = {
    "稽核透過": "審核通過",
    "稽核": "審核",
    "用戶名": "使用者名稱",
    "用戶": "使用者",
    "文件": "檔案",
    "文檔": "檔案",
    "登錄": "登入",
    "導入": "匯入",
    "導出": "匯出",
    "信息": "資訊",
    "程序": "程式",
    "數據": "資料",
    "網絡": "網路",
    "搜索": "搜尋",
    "設置": "設定",
    "儲存": "保存",
    "設備": "裝置",
    "短信": "簡訊",
    "打印": "列印",
    "鏈接": "連結",
    "服務器": "伺服器",
    "字符": "字元",
    "賬號": "帳號",
    "默認": "預設",
    "視頻": "影片",
    "屏幕": "螢幕",
    "界面": "介面",
}
"""What readers of Traditional Chinese call a thing, beside the word of the mainland; in this order."""


def apps() -> list[str]:
    """The apps that have catalogs, by folder name."""
    return sorted(found.parent.name for found in PACKAGE.glob("*/locale"))


def catalog(app: str, locale: str) -> Path:
    """Where the words of `app` in `locale` are kept."""
    return PACKAGE / app / "locale" / locale / "LC_MESSAGES" / "django.po"


def compile_all(*, force: bool = False) -> list[Path]:
    """Compile every catalog that changed since it was compiled (all with `force`); returns what was written.

    Safe to run by several processes at once: a compiled catalog appears whole or not at all.
    """
    import polib

    written = []
    for source in sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        fresh = target.exists() and target.stat().st_mtime >= source.stat().st_mtime
        if (fresh and not force) or not os.access(source.parent, os.W_OK):
            continue
        handle, name = tempfile.mkstemp(dir=source.parent, suffix=".tmp")
        os.close(handle)
        polib.pofile(str(source)).save_as_mofile(name)
        Path(name).replace(target)
        written.append(target)
    return written


def extract(app: str) -> None:
    """Bring the catalogs of `app` up to its sources (needs xgettext); new words wait there for their translation."""
    import polib

    _make_messages(PACKAGE / app, LOCALES)
    for locale in LOCALES:
        entries = polib.pofile(str(catalog(app, locale)), wrapwidth=0)
        entries.header, entries.metadata_is_fuzzy = "", False
        plural = "nplurals=2; plural=(n != 1);" if locale == "en" else "nplurals=1; plural=0;"
        entries.metadata = {"Language": locale, "Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": plural}
        entries.save()


def untranslated() -> Iterator[str]:
    """Every text that lacks its translation, or whose translation is only a guess, as `app/locale: text`."""
    import polib

    for app in apps():
        for locale in TRANSLATED:
            path = catalog(app, locale)
            if not path.exists():
                yield f"{app}/{locale}: there is no catalog"
                continue
            for entry in polib.pofile(str(path)):
                if not entry.obsolete and not entry.translated():
                    yield f"{app}/{locale}: {entry.msgid!r}{' is only a guess' if entry.fuzzy else ''}"


def contradicting() -> Iterator[str]:
    """Every text that two apps translate differently, as `locale: text (each app's words)`: only one could be shown.

    Django merges all catalogs into one. What means two things gets a context (`pgettext`) in the sources.
    """
    import polib

    for locale in TRANSLATED:
        said: dict[str, dict[str, str]] = {}
        for app in apps():
            for entry in polib.pofile(str(catalog(app, locale))):
                if not entry.obsolete and entry.translated():
                    words = entry.msgstr or " / ".join(entry.msgstr_plural.values())
                    said.setdefault(_name(entry), {})[app] = words
        for text, by_app in said.items():
            if len(set(by_app.values())) > 1:
                yield f"{locale}: {text!r} ({', '.join(f'{app}: {words}' for app, words in by_app.items())})"


def mixed() -> Iterator[str]:
    """Every text in Traditional Chinese with simplified forms or with words of the mainland, as `app/zh_Hant: text → how`."""
    import polib

    for app in apps():
        for entry in polib.pofile(str(catalog(app, "zh_Hant"))):
            for words in [] if entry.obsolete else [entry.msgstr, *entry.msgstr_plural.values()]:
                if (should := _to_traditional(words)) != words:
                    yield f"{app}/zh_Hant: {words} → {should}"


def unextracted() -> Iterator[str]:
    """Every text in the sources that its app's catalogs do not know (needs xgettext), as `app/locale: text`."""
    for app in sorted(folder.parent.name for folder in PACKAGE.glob("*/apps.py")):
        found = _texts_of_sources(app)
        for locale in LOCALES:
            path = catalog(app, locale)
            known = _texts(path) if path.exists() else set()
            yield from (f"{app}/{locale}: {text!r} is not in the catalog" for text in sorted(found - known))


def has_xgettext() -> bool:
    """Whether texts can be read from the sources on this machine."""
    return shutil.which("xgettext") is not None


def draft_traditional(app: str) -> int:
    """Fill what zh_Hant lacks from zh_Hans, converted by OpenCC, for a person to read over; returns how many."""
    import polib

    simplified = {(e.msgctxt, e.msgid): e for e in polib.pofile(str(catalog(app, "zh_Hans"))) if e.translated()}
    target = polib.pofile(str(catalog(app, "zh_Hant")), wrapwidth=0)
    drafted = 0
    for entry in target:
        source = simplified.get((entry.msgctxt, entry.msgid))
        if source is None or entry.obsolete or entry.translated():
            continue
        entry.msgstr = _to_traditional(source.msgstr)
        entry.msgstr_plural = {number: _to_traditional(text) for number, text in source.msgstr_plural.items()}
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        drafted += 1
    target.save()
    return drafted


def _to_traditional(text: str) -> str:
    """`text` in the characters and the words of readers of Traditional Chinese; what is written so already stays as it is."""
    text = _opencc().convert(text).translate(USUAL)
    for word, theirs in WORDS.items():
        text = text.replace(word, theirs)
    return text


@cache
def _opencc() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def _texts(path: Path) -> set[str]:
    import polib

    living = [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    return {_name(entry) for entry in living}


def _name(entry: POEntry) -> str:
    return f"{entry.msgctxt}: {entry.msgid}" if entry.msgctxt else str(entry.msgid)


def _texts_of_sources(app: str) -> set[str]:
    """What xgettext finds in the sources of `app` as they are now."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / app
        shutil.copytree(PACKAGE / app, copy, ignore=shutil.ignore_patterns("locale", "static", "data", "__pycache__"))
        (copy / "locale").mkdir()
        _make_messages(copy, ("en",))
        made = copy / "locale" / "en" / "LC_MESSAGES" / "django.po"
        return _texts(made) if made.exists() else set()


def _make_messages(folder: Path, locales: tuple[str, ...]) -> None:
    from django.core.management import call_command

    (folder / "locale").mkdir(exist_ok=True)
    with chdir(folder):
        call_command("makemessages", locale=list(locales), add_location="file", no_wrap=True, verbosity=0)
