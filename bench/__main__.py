"""`python -m bench`: run goals on SQLite and PostgreSQL and print the ratios. `braid bench` calls it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .child import goal_of
from .places import install_peers, place
from .report import Line, as_markdown, line_of, show

GOALS = [goal_of(path.stem) for path in sorted(Path(__file__).parent.glob("goal*.py"))]


def main() -> int:
    given = _arguments()
    install_peers()
    lines: list[Line] = []
    given.failed = False
    for database in ("sqlite", "postgres") if given.database == "both" else (given.database,):
        with place(database) as environment:
            if environment is None:
                given.failed |= given.database == "postgres"
                continue
            for line in _measure(database, given, environment):
                lines.append(line)
                if given.json:
                    print(line.as_json(), flush=True)
    if not given.json:
        print(as_markdown(lines)) if given.markdown else show(lines)
    missed = [line for line in lines if line.is_met is False]
    return 3 if given.failed else 1 if missed else 0


def _measure(database: str, given: argparse.Namespace, environment: dict[str, str]) -> Iterator[Line]:
    scale = "small" if given.small else "full"
    command = [sys.executable, "-m", "bench.child", database, scale, str(given.people), *given.goals]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        yield from (line_of(text) for text in child.stdout if text.startswith("{"))
    if child.returncode:
        given.failed = True
        sys.stderr.write(f"bench: not everything could be measured on {database}, see above\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="braid bench", description="Ratios side by side, in one run.")
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"which goals; all by default: {', '.join(GOALS)}")
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--markdown", action="store_true", help="a table for the docs")
    parser.add_argument("--small", action="store_true", help="little data: shows that the bench works, proves no goal")
    parser.add_argument("--people", type=int, default=0, help="how many people, instead of 5,000,000")
    given = parser.parse_args()
    unknown = set(given.goals) - set(GOALS)
    if unknown:
        parser.error(f"there is no goal {', '.join(sorted(unknown))}; there are {', '.join(GOALS)}")
    given.goals = given.goals or GOALS
    return given


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
