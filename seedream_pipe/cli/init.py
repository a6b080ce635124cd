"""`init [DIR]`: a small project that works."""

from __future__ import annotations

import os
from pathlib import Path

import click

from seedream_pipe.api.ignored import ignore
from seedream_pipe.api.new_project import STARTS, start
from seedream_pipe.cli.again import quoted
from seedream_pipe.cli.terminal import say, style
from seedream_pipe.problems import escaped


@click.command()
@click.argument("folder", required=False, default=".", metavar="[DIR]", type=click.Path(file_okay=False))
@click.option(
    "--start",
    "kind",
    type=click.Choice(STARTS),
    default=STARTS[0],
    show_default=True,
    help="A storyboard, a picture book (in Chinese), or a campaign in several markets.",
)
@click.option("--name", help="The pipeline's name, and of the folder of its pictures. [the folder's]")
def init(folder: str, *, kind: str, name: str | None) -> int:
    """Start a small project: a pipeline, prompts, a table, reference pictures.

    It runs as it is, on free previews. Never overwrites a file; the .gitignore of the
    repository gets two lines more.
    """
    written, _ = start(Path(folder), kind=kind, name=name)
    for path in written:
        say(f"{style('wrote', fg='green')}  {os.path.normpath(os.path.join(folder, path))}")
    changed = ignore(Path(folder))
    if changed is not None:
        say(f"{style('added', fg='green')}  .seedream/ and out/ to {escaped(os.path.relpath(changed))}")
    go = "" if os.path.normpath(folder) == "." else f"cd {quoted(folder)} && "
    say(f"next: {go}seedream-pipe run {kind}.yaml")
    return 0
