"""`validate FILE…`: all problems of pipeline files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from seedream_pipe.api.findings import Findings, findings
from seedream_pipe.cli import options
from seedream_pipe.cli.problems import show
from seedream_pipe.cli.terminal import out, plural, say, style
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import Place, Problem
from seedream_pipe.reports import github, sarif
from seedream_pipe.reports import problems as plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.api.variant import Variant

_FORMATS: Final[Mapping[str, Callable[[Iterable[Problem]], str]]] = MappingProxyType(
    {"json": plain.render, "github": github.render, "sarif": sarif.render}
)


@click.command()
@options.files
@click.option(
    "--format",
    "how",
    type=click.Choice(["text", *_FORMATS]),
    default="text",
    help="How problems are told: for people, machines, pull requests or code scanners.",
)
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "--max-size",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    metavar="MIB",
    help="Largest pipeline file, in MiB.",
)
@options.variant
@options.as_json
def validate(
    files: tuple[str, ...], *, variant: Variant, how: str, strict: bool, max_size: int, as_json: bool
) -> int:
    """Show every problem of pipeline files, each with its place and its remedy.

    Looks at the file, its tables, templates and reference pictures. Sends nothing
    and writes nothing.
    """
    found = [_findings(file, variant, max_bytes=max_size << 20) for file in files]
    problems = [problem for one in found for problem in one.problems]
    _tell(problems, "json" if as_json else how)
    for one in found:
        if one.is_valid:
            say(f"{style('ok', fg='green')} {one.file}: {plural(one.tasks, 'task')}")
    return 3 if any(problem.is_error or strict for problem in problems) else 0


def _findings(file: str, variant: Variant, *, max_bytes: int) -> Findings:
    """The findings of a file; that it is not there is one, and no reason to leave the others."""
    try:
        return findings(
            file,
            max_bytes=max_bytes,
            profiles=variant.profiles,
            overrides=variant.overrides,
            vars_files=variant.vars_files,
        )
    except UsageError as error:
        problem = Problem(code="E-MISSING", place=Place(file), message=error.message, hint=error.hint)
        return Findings(file=file, problems=(problem,))


def _tell(problems: Sequence[Problem], how: str) -> None:
    if how in _FORMATS:
        text = _FORMATS[how](plain.relative(problems, os.getcwd()))
        if text:
            out(text)
    elif problems:
        show(problems)
