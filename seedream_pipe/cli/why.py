"""`why FILE TASK`: why a task would be made, or what it holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.project import opened
from seedream_pipe.api.status import explain
from seedream_pipe.cli import options
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out
from seedream_pipe.problems import escaped
from seedream_pipe.reports.why import as_tree, lines

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant


@click.command()
@options.file
@options.task
@options.variant
@options.user
@options.as_json
def why(file: str, task: str, *, variant: Variant, as_json: bool, **flags: Any) -> int:
    """Show why a task would be made, field by field, old and new.

    Names the place in the file that says so and the row that made the task. For a task
    that is up to date: what it holds, who made it, when, and for how much.
    """
    found = explain(opened(file, variant), task, settings=options.settings(**flags))
    if as_json:
        out(json.dumps(as_tree(found.task, found.forecast, found.results), ensure_ascii=False, indent=1))
    else:
        if task in found.task.was:
            out(f"{escaped(task)}: now {found.task.address}")
        print_lines(lines(found.task, found.forecast, found.results))
    return 0
