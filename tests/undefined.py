"""Makes an undefined template variable fail the test that draws it.

Installed for every test by `tests/conftest.py`. How it works: Django asks the engine's `string_if_invalid` for what to
show in place of a variable it cannot find; ours raises `UndefinedVariable` instead, naming template and variable. That covers
`{{ x }}`, `{{ x.y }}`, `{{ x|default:"" }}`, `{% with %}`, `{% url %}`, `{% blocktranslate %}` and arguments of tags.
`{% if x %}`, `{% for in %}` and `{% firstof %}` stay allowed by Django's own rule: they ask whether something is there.
Cotton drops an attribute `:x="y"` that it cannot resolve (a missing variable, a filter, an expression: use `{% with %}`);
in tests that raises too.

Templates of others (Django, allauth, cotton) are left alone: only files below `src/braid` and templates made from strings
in tests are strict. A page that may lack a variable says so: `{% if x %}{{ x }}{% endif %}` or a default in `<c-vars>`.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.template.base import UNKNOWN_SOURCE, Node, Origin
from django_cotton.templatetags import Attrs

import braid

OURS = str(Path(braid.__file__).parent)


class UndefinedVariable(AssertionError):
    """A template used a variable nobody gave it."""


class RaiseIfUsed(str):
    """Stands for `string_if_invalid`; Django asks `"%s" in it`, then formats it with the variable's name."""

    __slots__ = ()

    def __new__(cls) -> RaiseIfUsed:
        return super().__new__(cls, "%s")

    def __mod__(self, variable: Any) -> str:
        return _complain(str(getattr(variable, "var", variable)))

    def __str__(self) -> str:
        return _complain("an attribute whose lookup failed")


def _complain(variable: str) -> str:
    origin = _origin()
    if origin is not None and not _is_ours(origin):
        return ""
    where = origin.template_name or origin.name if origin else "a template"
    raise UndefinedVariable(f"{where} uses the undefined variable {variable!r}")


def _origin() -> Origin | None:
    """Of the innermost template being drawn: the nearest node on the stack that knows where it was written."""
    frame = inspect.currentframe()
    while frame is not None:
        drawn = frame.f_locals.get("self")
        origin = getattr(drawn, "origin", None) if isinstance(drawn, Node) else None
        if isinstance(origin, Origin):
            return origin
        frame = frame.f_back
    return None


def _is_ours(origin: Origin) -> bool:
    return str(origin.name) == UNKNOWN_SOURCE or str(origin.name).startswith(OURS)


def _complain_of_attribute(self: Attrs, key: str) -> None:
    _complain(f"(in the attribute :{key})")


def forbid_undefined_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make undefined variables raise for as long as `monkeypatch` holds."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", RaiseIfUsed())
    monkeypatch.setattr(Attrs, "unprocessable", _complain_of_attribute)
