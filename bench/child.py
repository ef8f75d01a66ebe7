"""One database: sets Django up, prepares the tables, runs goals and prints their lines as JSON."""

from __future__ import annotations

import sys
import traceback
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command


def main(arguments: list[str]) -> int:
    """0, or 1 when a goal could not be measured; the others are all the same."""
    database, scale, people, *goals = arguments
    django.setup()
    call_command("migrate", verbosity=0, run_syncdb=True)
    from .timing import say
    from .world import FULL, SMALL, World

    chosen = SMALL if scale == "small" else FULL
    world = World(replace(chosen, people=int(people)) if int(people) else chosen)
    modules = sorted(path.stem for path in Path(__file__).parent.glob("goal*.py"))
    failed = 0
    for name in modules:
        if goal_of(name) in goals:
            say(f"{database}: {name}")
            try:
                for line in import_module(f"bench.{name}").run(world):
                    sys.stdout.write(replace(line, database=database).as_json() + "\n")
                    sys.stdout.flush()
            except Exception:
                traceback.print_exc()
                failed = 1
    return failed


def goal_of(module: str) -> str:
    """The goal a module measures: "3" for `goal03_subtree`, "picker" for `goal99_picker`."""
    number, _, word = module.removeprefix("goal").partition("_")
    return word if number == "99" else str(int(number))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
