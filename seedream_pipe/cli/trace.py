"""`trace PICTURE…`: where picture files came from."""

from __future__ import annotations

import json
from typing import Any

import click

from seedream_pipe.api.trace import trace as traced
from seedream_pipe.cli import options
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out, say
from seedream_pipe.problems import escaped
from seedream_pipe.reports.history import trace_lines, trace_tree


@click.command()
@click.argument("pictures", nargs=-1, required=True, type=click.Path(), metavar="PICTURE...")
@click.option(
    "--store", metavar="DIR", type=click.Path(), help="Where bought pictures are kept. [SEEDREAM_STORE]"
)
@options.as_json
def trace(pictures: tuple[str, ...], *, as_json: bool, **flags: Any) -> int:
    """Show which task, take, prompt, call and price picture files came from.

    A file is known by its content, whatever its name is; one that left the project, or
    was edited, by the note that it carries.
    """
    made = options.settings(**flags)
    found = [traced(picture, made) for picture in pictures]
    if as_json:
        out(json.dumps([trace_tree(each) for each in found], ensure_ascii=False, indent=1))
    else:
        for each in found:
            print_lines(trace_lines(each))
    unknown = [each for each in found if not each.origins and each.note is None]
    for each in unknown:
        why = (
            f"it {each.no_picture}"
            if each.no_picture
            else "no task of this store made it, and it carries no note"
        )
        say(f"{escaped(each.path)}: {why}")
    if any(not each.no_picture for each in unknown):
        say("a picture that was edited or saved anew has other bytes, and is known by its note alone")
        if made.store is None:
            say("--store DIR looks into another store")
    return 1 if unknown else 0
