"""`log FILE TASK`: every picture that a task ever had."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api import history
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out
from seedream_pipe.reports.history import log_lines, log_tree

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant


@click.command()
@options.file
@options.task
@options.variant
@options.user
@options.as_json
def log(file: str, task: str, *, variant: Variant, as_json: bool, **flags: Any) -> int:
    """Show every picture that a task ever had, why it was made, and what it cost.

    Oldest first, each with what differs from the one before; calls that brought
    nothing too. The one with the * stands for the task now.
    """
    made = options.settings(**flags)
    found = history.log(opened(file, variant), task, settings=made)
    if as_json:
        out(json.dumps(log_tree(found), ensure_ascii=False, indent=1))
        return 0
    options.warn_default(made)
    print_lines(log_lines(found))
    return 0
