"""`pick FILE TARGET… TAKE`: let a take stand for tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.api import picking
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.complete import take_numbers, targets_or_takes
from seedream_pipe.cli.deciding import look_only, tell
from seedream_pipe.errors import UsageError
from seedream_pipe.picks.model import take_text
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from seedream_pipe.api.picking import Decision
    from seedream_pipe.api.variant import Variant

_TAKE: Final = re.compile(r"([1-9][0-9]?)(?:\.([0-9]{1,2}))?")


@click.command()
@options.file
@click.argument("meant", nargs=-1, metavar="TARGET...", shell_complete=targets_or_takes)
@click.argument("take", metavar="TAKE[.IMAGE]", shell_complete=take_numbers)
@look_only
@options.variant
@options.user
@options.as_json
def pick(
    file: str,
    meant: tuple[str, ...],
    take: str,
    *,
    look_only: bool,
    variant: Variant,
    as_json: bool,
    **flags: Any,
) -> int:
    """Let a take stand for a task: one line in the .picks.yaml file beside the pipeline.

    Of a series, 2.1 lets picture [1] of take 2 stand where one picture is needed.
    --plan shows first what becomes stale below and for how much. Going back is free:
    what was bought is in the store.
    """
    found = _TAKE.fullmatch(take)
    if not meant:
        which = escaped(take) if found is None else "TARGET"
        raise UsageError(
            f'which take of "{which}"? The TAKE is missing' if found is None else "the TARGET is missing",
            hint=f"seedream-pipe pick {escaped(file)} {which} {take if found else 2}",
        )
    if found is None:
        raise UsageError(f'"{escaped(take)}" is no take', hint="2, or of a series 2.1")
    number, image = int(found[1]), None if found[2] is None else int(found[2])
    made = options.settings(**flags)
    decision = picking.pick(opened(file, variant), meant, number, image, settings=made)
    said = {address: _said(decision, address, take_text(number, image)) for address in decision.tasks}
    return tell(decision, made, word="picked", said=said, look_only=look_only, as_json=as_json)


def _said(decision: Decision, address: str, wanted: str) -> str:
    task, found = decision.before.plan.tasks[address], decision.before.forecast.tasks[address]
    before = "" if task.pick is None else take_text(task.pick, task.image)
    was = f" (it was {before})" if before and before != wanted else ""
    was = " (as it was)" if before == wanted else was
    number = int(wanted.partition(".")[0])
    there = any(take.take == number for take in found.takes)
    return f"take {wanted}{was}" + ("" if there else "; it is not made yet")
