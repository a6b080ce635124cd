"""`graph FILE [TARGET…]`: what needs what."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from seedream_pipe.api.needs import needed
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.terminal import out
from seedream_pipe.reports import dot, mermaid, svg
from seedream_pipe.reports.graph import as_tree, drawing, listing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.api.variant import Variant
    from seedream_pipe.reports.graph import Drawing

_FORMATS: Final[Mapping[str, Callable[[Drawing], str]]] = {
    "text": listing,
    "dot": dot.render,
    "mermaid": mermaid.render,
    "svg": svg.render,
}


@click.command()
@options.file
@options.targets
@options.variant
@click.option(
    "--format", "how", type=click.Choice(list(_FORMATS)), default="text", help="How to draw. [text]"
)
@click.option("--tasks", is_flag=True, help="A box for every task, not one for every step.")
@options.as_json
def graph(
    file: str, targets: tuple[str, ...], *, variant: Variant, how: str, tasks: bool, as_json: bool
) -> int:
    """Draw what needs what: for reading, for Graphviz, for Markdown, or as a picture.

    With a TARGET, only that and all it needs. Writes to standard output:
    graph board.yaml --format svg > board.svg
    """
    plan, wanted = needed(opened(file, variant), targets)
    drawn = drawing(plan, wanted, tasks=tasks)
    out(json.dumps(as_tree(drawn), ensure_ascii=False, indent=1) if as_json else _FORMATS[how](drawn))
    return 0
