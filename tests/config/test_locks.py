"""The lock files: one resolution, hashed, lean, and nothing in it unused."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST = 60

pytestmark = pytest.mark.once
BY_SETTINGS = {
    "argon2-cffi",
    "django-cotton",
    "django-csp",
    "django-htmx",
    "django-lucide",
    "pip",
    "servestatic",
    "setuptools",
}
"""Used by name in the settings, or by the build: no import statement shows them."""


def pinned(name: str) -> dict[str, str]:
    """Package and version of each line of a lock file."""
    text = (ROOT / "locks" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_lock_is_part_of_the_whole() -> None:
    whole = pinned("all")
    for name in ("run", "postgres", "apprise", "pdf", "build"):
        part = pinned(name)
        assert part
        assert {package: whole.get(package) for package in part} == part
    assert pinned("run").items() <= pinned("postgres").items()
    assert pinned("run").items() <= pinned("apprise").items()
    assert pinned("run").items() <= pinned("pdf").items()


def test_run_time_is_lean() -> None:
    assert len(pinned("run")) <= MOST
    assert len(pinned("postgres")) <= MOST
    assert len(pinned("apprise")) <= MOST
    assert len(pinned("pdf")) <= MOST


IN_WORDS = {40: ("about forty packages", "约四十个软件包"), 50: ("about fifty packages", "约五十个软件包")}


def test_the_first_page_says_how_lean() -> None:
    english, chinese = IN_WORDS[round(len(pinned("run")), -1)]
    assert english in (ROOT / "README.md").read_text()
    assert chinese in (ROOT / "README.zh-CN.md").read_text()


def test_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {"run": project["dependencies"]}
    asked["all"] = sum(project["optional-dependencies"].values(), start=[*project["dependencies"]])
    for lock, requirements in asked.items():
        held = {plain(name): version for name, version in pinned(lock).items()}
        for requirement in requirements:
            name, version = re.fullmatch(r"([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", requirement).groups()  # type: ignore[union-attr]
            assert held[plain(name)] == version


def test_every_pin_is_hashed_and_no_host_is_named() -> None:
    for file in (ROOT / "locks").glob("*.txt"):
        text = file.read_text()
        pins = re.findall(r"^[A-Za-z0-9._-]+==", text, re.MULTILINE)
        blocks = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
        assert len(blocks) == len(pins)
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text
        assert "index-url" not in text


def test_every_direct_dependency_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {plain(re.match(r"[\w.-]+", one).group()) for one in project["dependencies"]}  # type: ignore[union-attr]
    modules = {module: {plain(name) for name in names} for module, names in packages_distributions().items()}
    used = {name for module in _imported() for name in modules.get(module, ())}
    assert direct - used - BY_SETTINGS == set()
    settings = (ROOT / "src/braid/config/settings.py").read_text().lower()
    words = {
        "argon2-cffi": "argon2",
        "django-cotton": "django_cotton",
        "django-csp": "csp",
        "django-htmx": "django_htmx",
        "django-lucide": "lucide",
    }
    assert all(word in settings for word in [*words.values(), "servestatic"])


def _imported() -> set[str]:
    """The top modules that Braid's source imports anywhere."""
    found = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)
