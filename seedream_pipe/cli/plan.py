"""`plan FILE [TARGET…]`: what would be made, why, and for how much."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.agreed import recipes
from seedream_pipe.api.project import opened
from seedream_pipe.api.runs import planned
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command, quoted
from seedream_pipe.cli.forecast import print_forecast
from seedream_pipe.cli.problems import show
from seedream_pipe.cli.terminal import out, say, style, width, wrapped
from seedream_pipe.cli.told import say_ways_out
from seedream_pipe.errors import UsageError
from seedream_pipe.reports.forecast import as_tree
from seedream_pipe.reports.messages import NOBODY_KNOWS
from seedream_pipe.run.forecast import Blocked

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant


@click.command()
@options.file
@options.targets
@options.variant
@options.user
@options.spending
@click.option("--all", "everything", is_flag=True, help="Show what is up to date too.")
@click.option("-o", "--output", metavar="FILE", help="Write the plan as JSON to a file.")
@options.as_json
def plan(
    file: str,
    targets: tuple[str, ...],
    *,
    variant: Variant,
    everything: bool,
    output: str | None,
    as_json: bool,
    **flags: Any,
) -> int:
    """Show what would be made, why, and for how much.

    Sends nothing, writes nothing and needs no API key. A TARGET is a step, step@key,
    a pattern like step@sc02_* or tag:night, with + before for what it needs and
    after for what needs it.

    If a connection breaks while the provider is working, seedream-pipe cannot know whether
    you were charged. It tells you, and sends nothing again until you say so.
    """
    made = options.settings(**flags)
    project = opened(file, variant)
    found = planned(project, targets, settings=made)
    warnings = (*project.warnings, *found.plan.warnings)
    if warnings:
        show(warnings)
    if not as_json:
        options.warn_default(made)
    if output or as_json:
        text = json.dumps(as_tree(found.forecast, recipes=recipes(found)), ensure_ascii=False, indent=1)
        if output:
            _write(Path(output), text + "\n")
        if as_json:
            out(text)
            return 0
    print_forecast(found.forecast, everything=everything)
    blocked = (task.decision for task in found.forecast.tasks.values() if isinstance(task.decision, Blocked))
    say_ways_out((*(each.outcome for each in blocked if not each.because), *found.forecast.holds))
    if output and found.forecast.counts()["make"]:
        say(f"next: {command('run')} --plan {quoted(output)}   (makes exactly this, or nothing)")
    if found.forecast.worst.amount:
        for line in wrapped(NOBODY_KNOWS, width(err=True)):
            say(style(line, dim=True))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
