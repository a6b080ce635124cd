"""`refactor-check FILE REV`: whether a reorganisation changes no picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.api import difference
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out, plural
from seedream_pipe.errors import Frozen
from seedream_pipe.problems import escaped
from seedream_pipe.reports.difference import as_tree, checked, sum_text

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant

_SAME: Final = 0


@click.command("refactor-check")
@options.file
@click.argument("revision", metavar="REV")
@options.variant
@options.user
@options.as_json
def refactor_check(file: str, revision: str, *, variant: Variant, as_json: bool, **flags: Any) -> int:
    """Prove that a reorganisation changes no picture: no task asks for another one than at REV.

    Tasks are compared by address, and by the addresses that they had (`was:`). Exits with
    0 and says "0 pictures", or with 6 and names each task with the field that differs and
    its price. Sends nothing and writes nothing.
    """
    made = options.settings(**flags)
    found = difference.since(opened(file, variant), revision, settings=made)
    code = _SAME if found.compared.is_same else Frozen.exit_code
    if as_json:
        out(json.dumps(as_tree(found, base=revision), ensure_ascii=False, indent=1))
        return code
    options.warn_default(made)
    if code == _SAME:
        tasks = plural(len(found.compared.was), "task")
        out(f"0 pictures: {tasks}, and each asks for what it asked for at {escaped(revision)}")
        return code
    print_lines([*checked(found), ()])
    out("\n".join(sum_text(found, "this reorganisation")))
    return code
