"""What the documents say is true of the code: links, settings, commands, permissions, journal kinds, hooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path

import polib
import pytest
from typer.testing import CliRunner

from braid.config import catalogs, cli

from .generated import DOCS, PARTS, ROOT, commands_there, fresh

pytestmark = pytest.mark.once

DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_links_resolve(document: Path) -> None:
    for target in LINK.findall(document.read_text()):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        assert path.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(path), f"{target}: no such heading"


@pytest.mark.parametrize("name", PARTS)
def test_what_is_written_from_the_code_is_fresh(name: str) -> None:
    """If this fails: `python -m tests.docs.generated`."""
    assert (DOCS / name).read_text() == fresh(name)


def test_every_document_is_reachable() -> None:
    """Each stands in the index or in the list of decisions."""
    listed = set()
    for start in (DOCS / "index.md", DOCS / "decisions" / "README.md", ROOT / "README.md"):
        listed |= {(start.parent / link.partition("#")[0]).resolve() for link in LINK.findall(start.read_text())}
    lost = {ids(path) for path in DOCUMENTS if path.is_relative_to(DOCS)} - {
        ids(path) for path in listed if path.is_relative_to(ROOT) and path.exists()
    }
    assert lost <= {"docs/index.md"}


def settings_in_code() -> dict[str, str]:
    """Each setting that is read from the environment, with its default as written in the code."""
    source = (ROOT / "src/braid/config/settings.py").read_text()
    found = re.findall(r'env\.\w+\("([A-Z_]+)", default=(.+?)\)+\n', source)
    return dict(found) | {"BRAID_VAR": '"var"'}


def settings_in_docs() -> dict[str, str]:
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", (DOCS / "reference/settings.md").read_text(), re.M))


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(settings_in_docs()) == set(settings_in_code())


def test_plain_defaults_are_the_code_s() -> None:
    """Defaults that are a word or a number; the others are told in words."""
    documented = settings_in_docs()
    for name, default in settings_in_code().items():
        if re.fullmatch(r'"[^"{]+"|\d+|True|False', default):
            plain = default.strip('"').lower() if default in ("True", "False") else default.strip('"')
            assert documented[name].strip("`") == plain, name


KIND = re.compile(
    r'"((?:notice|person|office|term|account|recovery|grant|group|affiliation|survey|ballot|nomination|submission|home|unit|event|tree|directive)'
    r'\.[a-z]+)"'
)


def test_every_journal_kind_is_documented_and_no_other() -> None:
    files = [path for path in (ROOT / "src/braid").rglob("*.py") if "actions" in str(path)]
    in_code = {kind for path in files for kind in KIND.findall(path.read_text())}
    in_docs = set(re.findall(r"^\| `([a-z.]+)` \|", (DOCS / "reference/journal-kinds.md").read_text(), re.M))
    assert in_docs == in_code


def test_lines_of_the_record_are_kinds_that_exist() -> None:
    from braid.insight import hooks

    in_docs = set(re.findall(r"^\| `([a-z.]+)` \|", (DOCS / "reference/journal-kinds.md").read_text(), re.M))
    assert {line.kind for line in hooks.record_lines} <= in_docs


def test_every_hook_named_exists() -> None:
    text = (DOCS / "how-to/add-an-app.md").read_text()
    named = re.findall(r"`((?:units|people|kernel|insight)\.[\w.]+)`", text)
    assert len(named) > 12
    for dotted in named:
        module, *rest = dotted.split(".")
        reduce(getattr, rest[1:], import_module(f"braid.{module}.{rest[0]}"))


def named_commands() -> Iterator[tuple[Path, str, list[str]]]:
    """Every `braid ...` in a document: the words of the command, and the options given."""
    there = commands_there()
    for document in DOCUMENTS:
        for line in document.read_text().splitlines():
            for found in re.finditer(r"(?:\./)?braid ((?:[a-z]+ ?)+)([^`]*)", line):
                words = found[1].split()
                if words[0] in there or found[0].startswith("./"):
                    yield document, words[0], re.findall(r"(?<![\w-])--[a-z-]+", found[2].split("#")[0])


GROUPS = {"units": ["import", "export"], "people": ["import"], "messages": ["extract", "check"]}


def test_every_command_and_option_named_exists() -> None:
    cli.add_commands() if not cli.app.registered_commands else None
    helps: dict[str, str] = {}
    for document, word, options in named_commands():
        if word not in helps:
            groups = GROUPS.get(word, [""])
            calls = [[word, *filter(None, [group]), "--help"] for group in groups]
            results = [CliRunner(env={"COLUMNS": "200"}).invoke(cli.app, call) for call in calls]
            assert all(result.exit_code == 0 for result in results), f"{ids(document)}: braid {word}"
            helps[word] = "".join(result.output for result in results)
        for option in options:
            assert option in helps[word], f"{ids(document)}: braid {word} {option}"


def test_the_glossary_knows_every_office() -> None:
    from braid.people.enums import Office

    text = (DOCS / "reference/glossary.md").read_text()
    assert [str(office.label) for office in Office if str(office.label) not in text] == []


def test_the_first_person_can_be_entered_as_the_page_says(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    from tests import factories

    factories.tree({"nation": {}})
    code = re.findall(r"```python\n(.+?)```", (DOCS / "how-to/operate.md").read_text(), re.S)[0]
    exec(code, {})
    assert capsys.readouterr().out.startswith("/")


@pytest.mark.parametrize(
    ("page", "module"),
    [("import-your-tree", "braid.units.imports.columns"), ("keep-offices", "braid.people.imports.columns")],
)
def test_every_column_of_an_import_named_is_known(page: str, module: str) -> None:
    COLUMN_OF = import_module(module).COLUMN_OF  # noqa: N806 (its name there)
    text = (DOCS / f"how-to/{page}.md").read_text()
    rows = re.findall(r"^\| ((?:`[\w-]+`(?:, )?)+) \| (?:yes|no) \|", text, re.M)
    named = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}
    chinese = re.findall(r"[\u4e00-\u9fff]+", re.split("[;.]", text.partition("may be Chinese")[2])[0])
    assert set(COLUMN_OF.values()) <= named
    assert named | set(chinese) <= set(COLUMN_OF)


def test_the_glossary_speaks_as_the_product_does() -> None:
    """Words that stand in both: the Chinese is one the product uses."""
    rows = re.findall(r"^\| ([a-z -]+) \| (\S+) \| (\S+) \|", (DOCS / "reference/glossary.md").read_text(), re.M)
    checked = 0
    for place, locale in ((1, "zh_Hans"), (2, "zh_Hant")):
        said: dict[str, set[str]] = {}
        for app in catalogs.apps():
            for entry in polib.pofile(str(catalogs.catalog(app, locale))):
                said.setdefault(entry.msgid, set()).add(entry.msgstr)
        for row in rows:
            if row[0] in said:
                assert row[place] in said[row[0]], row[0]
                checked += 1
    assert checked > 10
