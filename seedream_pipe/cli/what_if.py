"""`what-if FILE --set PATH=VALUE`: what an edit would change that is not made yet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api import difference
from seedream_pipe.cli import options
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.terminal import out
from seedream_pipe.reports.difference import as_tree, effect_lines, sum_text

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant


@click.command("what-if")
@options.file
@options.targets
@options.variant
@options.user
@options.as_json
def what_if(file: str, targets: tuple[str, ...], *, variant: Variant, as_json: bool, **flags: Any) -> int:
    """Show what an edit would change that is not made yet: what becomes stale, why, the price.

    The edit is what --set gives: vars.look=neon, defaults.size=4K, steps.poster.takes=4,
    data.cast.mei.look=…, in YAML. Of tables in files of their own, edit a copy. Sends
    nothing and writes nothing.
    """
    made = options.settings(**flags)
    found = difference.what_if(file, variant, targets, settings=made)
    if as_json:
        out(json.dumps(as_tree(found, set=list(variant.overrides)), ensure_ascii=False, indent=1))
        return 0
    options.warn_default(made)
    if told := list(effect_lines(found)):
        print_lines([*told, ()])
    out("\n".join(sum_text(found, "this edit")))
    return 0
