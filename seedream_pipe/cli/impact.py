"""`impact FILE PATH…`: which tasks an edit there would touch, and the price."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.impact import impact as looked
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.complete import paths as complete_paths
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out
from seedream_pipe.reports.impact import Touched, as_tree, lines

if TYPE_CHECKING:
    from seedream_pipe.api.impact import Impact
    from seedream_pipe.api.variant import Variant


@click.command()
@options.file
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=complete_paths)
@options.variant
@options.user
@click.option("--all", "everything", is_flag=True, help="Name every task.")
@options.as_json
def impact(
    file: str,
    paths: tuple[str, ...],
    *,
    variant: Variant,
    everything: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Show which tasks an edit would touch, and the most that it could cost.

    A PATH is vars.look, data.cast.mei.look, data.shots.action (a column),
    references.market, steps.shots.prompt, defaults.size, or a file: a reference
    picture, a prompt, a table, an included part. It goes by what was read while the
    templates were rendered. Sends nothing and writes nothing.
    """
    made = options.settings(**flags)
    found = looked(opened(file, variant), paths, settings=made)
    touched = Touched(
        paths=paths,
        direct=found.reached.recipes,
        below=found.below,
        others=_others(found),
        effect=found.effect,
    )
    if as_json:
        out(json.dumps(as_tree(touched), ensure_ascii=False, indent=1))
        return 0
    options.warn_default(made)
    print_lines(lines(touched, everything=everything))
    return 0


def _others(found: Impact) -> dict[str, list[str]]:
    """Tasks whose pictures stay what they are, by what would become of them."""
    reached = found.reached
    told = {
        "only names, notes, tags or order": list(reached.around),
        "may get another address, which picks and references do not know": list(reached.named),
        "left out by `when`, and may come in at their price": list(reached.left_out),
    }
    return {words: addresses for words, addresses in told.items() if addresses}
