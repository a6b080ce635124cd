"""`runs FILE`, `runs show FILE RUN`: what was run, and what came of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.api import history
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out, plural, say
from seedream_pipe.reports.history import run_lines, runs_lines, runs_tree

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant

_MOST: Final = 20
_store = click.option(
    "--store", metavar="DIR", type=click.Path(), help="Where bought pictures are kept. [SEEDREAM_STORE]"
)


class _WithList(click.Group):
    """Lists when `show` does not come first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {"show", "-h", "--help"}:
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage("seedream-pipe runs", "FILE [-n N] | show FILE RUN")


@click.group(cls=_WithList, no_args_is_help=True)
def runs() -> None:
    """List the runs of a pipeline, newest first; or show one whole.

    `runs show FILE last` shows the last; any other by its id or the beginning of it.
    """


@runs.command("list", hidden=True)
@options.file
@options.variant
@click.option("-n", "count", type=click.IntRange(1), default=_MOST, show_default=True, help="So many.")
@_store
@options.as_json
def list_(file: str, *, variant: Variant, count: int, as_json: bool, **flags: Any) -> int:
    """List the runs of a pipeline, newest first."""
    found = history.runs(opened(file, variant), settings=options.settings(**flags))
    shown = found[:count]
    if as_json:
        out(json.dumps(runs_tree(shown), ensure_ascii=False, indent=1))
        return 0
    if not found:
        say("nothing was run yet")
        return 0
    print_lines(runs_lines(shown))
    if len(found) > len(shown):
        say(f"and {plural(len(found) - len(shown), 'older run')}: -n {len(found)}")
    return 0


@runs.command("show")
@options.file
@click.argument("run", default="last")
@options.variant
@_store
@options.as_json
def show(file: str, run: str, *, variant: Variant, as_json: bool, **flags: Any) -> int:
    """Show one run: what became of each task, and at what price."""
    record = history.run(opened(file, variant), run, settings=options.settings(**flags))
    if as_json:
        out(json.dumps(record, ensure_ascii=False, indent=1))
        return 0
    print_lines(run_lines(record))
    return 0
