"""The parts of the docs that are written from the code: `python -m tests.docs.generated` writes them, a test compares them.

A document holds such a part between the lines `<!-- from the code -->` and `<!-- end -->`.
"""

from __future__ import annotations

import inspect
import os
import re
import typing
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BEGIN, END = "<!-- from the code -->\n", "<!-- end -->"


def commands() -> str:
    """Every command with its arguments and options."""
    from braid.config.cli import PANELS

    parts = []
    for panel, names in PANELS.items():
        parts.append(f"## {panel}\n")
        for name in filter(commands_there().__contains__, names):
            module = import_module(f"braid.config.commands.{name}")
            for words, function in _functions(name, module):
                parts.append(_command(words, function))
    return "\n".join(parts)


def commands_there() -> set[str]:
    """The commands this version has; the program leaves out what is not there, and so does its page."""
    from braid.config import commands as package

    return {module.name for module in iter_modules(package.__path__)}


def _functions(name: str, module: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    if not hasattr(module, "app"):
        yield f"braid {name}", getattr(module, name)
        return
    for command in module.app.registered_commands:
        yield f"braid {name} {command.name or command.callback.__name__}", command.callback


def _command(words: str, function: Callable[..., Any]) -> str:
    rows = [_option(name, parameter) for name, parameter in _parameters(function)]
    about = re.sub(r"\[/?bold\]", "`", inspect.getdoc(function) or "")
    table = "\n".join(["| | | default |", "|---|---|---|", *rows, ""]) if rows else ""
    return f"### `{words}`\n\n{about}\n\n{table}"


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if typing.get_origin(hints[name]) is typing.Annotated:
            kind, info = typing.get_args(hints[name])[:2]
            yield name, (kind, info, parameter.default)


def _option(name: str, about: tuple[Any, Any, Any]) -> str:
    kind, info, default = about
    is_option = type(info).__name__ == "OptionInfo"
    declared = [
        one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str) and one.startswith("-")
    ]
    said = ", ".join(declared) if declared else f"--{name.replace('_', '-')}"
    if kind is bool and is_option and not declared:
        said = f"{said}, --no-{name.replace('_', '-')}"
    shown = "" if default in (inspect.Parameter.empty, None, "", False, ()) else str(default)
    shown = "yes" if shown == "True" else shown
    word = said if is_option else (info.metavar or name.upper())
    return f"| `{word}` | {(info.help or '').replace('|', '/')} | {shown} |"


def permissions() -> str:
    """Every permission with the roles that hold it, and what offices carry."""
    from braid.people.enums import OFFICE_GRANTS, Office, Reach, Role
    from braid.people.roles import HOLDERS, WORDS

    lines = [
        "| permission | in words | " + " | ".join(role.value for role in Role) + " |",
        "|---" * (2 + len(Role)) + "|",
    ]
    for permission in sorted(HOLDERS):
        marks = " | ".join("yes" if role in HOLDERS[permission] else "" for role in Role)
        lines.append(f"| `{permission}` | {WORDS[permission]} | {marks} |")
    lines += ["", "| office | carries the role | reach |", "|---|---|---|"]
    for office in Office:
        role, reach = OFFICE_GRANTS.get(office, (None, None))
        held = f"`{Role(role).value}` | {Reach(reach).label}" if role and reach else "none | her own data only"
        lines.append(f"| {office.label} | {held} |")
    return "\n".join(lines) + "\n"


def models() -> str:
    """Every model with its table and the first sentence about it."""
    from django.apps import apps

    lines = []
    for config in apps.get_app_configs():
        if config.name.startswith("braid.") and list(config.get_models()):
            lines += [f"\n## {config.label}\n", "| model | table | what it is |", "|---|---|---|"]
            for model in config.get_models():
                about = " ".join((inspect.getdoc(model) or "").split("\n\n")[0].split())
                lines.append(f"| `{model.__name__}` | `{model._meta.db_table}` | {about.replace('|', '/')} |")
    return "\n".join(lines).lstrip("\n") + "\n"


def flows() -> str:
    """Every flow of states as a diagram."""
    from braid.kernel.states import FLOWS

    parts = []
    for name, flow in sorted(FLOWS.items()):
        lines = [f"    [*] --> {next(iter(flow.moves))}"]
        lines += [f"    {state} --> {after}" for state, follow in flow.moves.items() for after in follow]
        parts.append("\n".join([f"## {name}\n", "```mermaid", "stateDiagram-v2", *lines, "```\n"]))
    return "\n".join(parts)


def api() -> str:
    """Every operation of the API, from its published schema."""
    from braid.config.api import api as ninja

    schema = ninja.get_openapi_schema()
    lines = ["| | path | what it does |", "|---|---|---|"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            about = " ".join(operation.get("description", "").split())
            lines.append(f"| {method.upper()} | `{path}` | {operation['summary']}. {about} |".replace(". . ", ". "))
    return "\n".join(lines) + "\n"


def personal_data() -> str:
    """All that is kept of people, table by table."""
    from braid.people.queries.inventory import inventory_by_app

    parts = []
    for app, lines in inventory_by_app():
        parts += [
            f"## {app}\n",
            "| what | table | what for | kept | fields, by who sees them |",
            "|---|---|---|---|---|",
        ]
        for one in lines:
            fields = "; ".join(f"{who}: {names}" for who, names in one.fields)
            parts.append(f"| {one.what} | `{one.table}` | {one.what_for} | {one.kept} | {fields} |")
        parts.append("")
    return "\n".join(parts)


PARTS: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands,
    "reference/permissions.md": permissions,
    "reference/data-model.md": models,
    "reference/flows.md": flows,
    "reference/personal-data.md": personal_data,
    "reference/api.md": api,
}
if find_spec("braid.config.api") is None:
    del PARTS["reference/api.md"]


def fresh(name: str) -> str:
    """The document `name` with its part written anew."""
    before, rest = (DOCS / name).read_text().split(BEGIN)
    return before + BEGIN + "\n" + PARTS[name]().strip("\n") + "\n\n" + END + rest.split(END)[1]


def main() -> None:
    """Write all parts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "braid.config.settings_test")
    import django
    from django.utils.translation import override

    django.setup()
    with override("en"):
        for name in PARTS:
            (DOCS / name).write_text(fresh(name))


if __name__ == "__main__":
    main()
