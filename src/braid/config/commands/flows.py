"""`braid flows`: the states of everything that has states, as diagrams."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def flows(
    as_json: Annotated[
        bool, typer.Option("--json", help="As one JSON object: flow, state, states that may follow.")
    ] = False,
) -> None:
    """Print every flow of states as a Mermaid diagram, for the docs."""
    from braid.config.cli_setup import ready

    ready(migrate=False)
    from braid.kernel.states import FLOWS, Flow

    def diagram(flow: Flow) -> str:
        lines = [f"    [*] --> {next(iter(flow.moves))}"]
        lines += [f"    {state} --> {after}" for state, follow in flow.moves.items() for after in follow]
        lines += [f"    {state} --> [*]" for state, follow in flow.moves.items() if not follow]
        return "\n".join([f"%% {flow.name}", "stateDiagram-v2", *lines])

    if as_json:
        typer.echo(json.dumps({name: flow.moves for name, flow in sorted(FLOWS.items())}, indent=2))
    else:
        typer.echo(
            "\n\n".join(f"## {name}\n\n```mermaid\n{diagram(flow)}\n```" for name, flow in sorted(FLOWS.items()))
        )
