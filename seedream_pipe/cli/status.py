"""`status FILE [TARGET…]`: the state of every step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.planning import planned
from seedream_pipe.api.project import opened
from seedream_pipe.api.status import last_record, unfinished
from seedream_pipe.cli import options
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out
from seedream_pipe.cli.told import gates_of, say_ways_out
from seedream_pipe.reports.forecast import files_text
from seedream_pipe.reports.status import as_tree, lines, summed

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant


@click.command()
@options.file
@options.targets
@options.variant
@options.user
@options.as_json
def status(file: str, targets: tuple[str, ...], *, variant: Variant, as_json: bool, **flags: Any) -> int:
    """Show the state of every step, and what waits for a person.

    Up to date, to make and for how much, waiting for another task, held because a call's
    outcome is unknown, refused by the content filter, or failed in the last run.
    """
    made = options.settings(**flags)
    project = opened(file, variant)
    found = planned(project, targets, settings=made, unpriced=True)
    state = summed(
        found.plan,
        found.forecast,
        last_record(project, settings=made),
        unfinished=unfinished(project, settings=made),
        only=frozenset(found.targets),
    )
    if as_json:
        out(json.dumps(as_tree(state), ensure_ascii=False, indent=1))
        return 0
    options.warn_default(made)
    print_lines(lines(state))
    for line in files_text(found.forecast):
        out(line)
    say_ways_out((*state.waiting.values(), *state.holds), gates_of(found.forecast))
    return 0
