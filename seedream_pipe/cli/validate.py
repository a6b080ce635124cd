"""`validate FILE…`: all problems of pipeline files."""

from __future__ import annotations

import json

import click

from seedream_pipe.api.project import problems_of
from seedream_pipe.catalog import MAKERS
from seedream_pipe.cli.options import as_json
from seedream_pipe.cli.problems import show
from seedream_pipe.cli.terminal import plural, say, style
from seedream_pipe.reports.problems import as_tree

_LARGEST = 16 << 20


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--max-size",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    metavar="MIB",
    help="Largest pipeline file, in MiB.",
)
@as_json
def validate(files: tuple[str, ...], *, strict: bool, max_size: int, as_json: bool) -> int:
    """Show every problem of pipeline files, each with its place and its remedy.

    Looks at the file, its tables, templates and reference pictures. Sends nothing
    and writes nothing.
    """
    found = {}
    tasks = {}
    for file in files:
        _, plan, problems = problems_of(file, MAKERS["seedream"], max_bytes=max_size << 20)
        found[file] = problems
        tasks[file] = len(plan.tasks) if plan else 0
    everything = [problem for problems in found.values() for problem in problems]
    if as_json:
        click.echo(json.dumps([as_tree(problem) for problem in everything], ensure_ascii=False, indent=2))
    elif everything:
        show(everything)
    if not as_json:
        for file, problems in found.items():
            if not any(problem.is_error for problem in problems):
                say(f"{style('ok', fg='green')} {file}: {plural(tasks[file], 'task')}")
    wrong = any(problem.is_error or strict for problem in everything)
    return 3 if wrong else 0
