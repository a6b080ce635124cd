"""What commands that decide share: what follows is told, the lines are written, the next command is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.picking import write
from seedream_pipe.cli.again import command
from seedream_pipe.cli.complete import addresses
from seedream_pipe.cli.forecast import print_forecast
from seedream_pipe.cli.terminal import out, plural, say, style
from seedream_pipe.problems import escaped
from seedream_pipe.reports.forecast import behind_text, price_text, task_tree
from seedream_pipe.run.decisions import Make, Reuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.api.picking import Decision
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.settings import Settings

__all__ = ["effect_lines", "look_only", "meant", "tell"]

look_only = click.option("--plan", "look_only", is_flag=True, help="Show what follows; write nothing.")
"""The option that writes nothing."""

meant = click.argument("meant", nargs=-1, required=True, metavar="TARGET...", shell_complete=addresses)
"""Tasks, as targets. Not called so, because what comes next is for the whole pipeline."""

_WORD = 9


def tell(
    decision: Decision,
    settings: Settings,
    *,
    word: str,
    said: Mapping[str, str],
    look_only: bool,
    as_json: bool,
) -> int:
    """Write a decision, or only show what follows from it; gives the exit code.

    Args:
        decision: what is decided.
        settings: the user's.
        word: what is done, in one word.
        said: what is said of each task.
        look_only: whether nothing is written.
        as_json: whether standard output is for a machine.

    """
    if not look_only:
        write(decision, settings)
    if as_json:
        out(json.dumps(_tree(decision, word, written=not look_only), ensure_ascii=False, indent=1))
        return 0
    for address in decision.tasks:
        say(f"{style(word.ljust(_WORD), fg='green')} {address}  {said.get(address, '')}".rstrip())
    for address, why in decision.skipped.items():
        say(f"{style('left'.ljust(_WORD), fg='yellow')} {address}  {escaped(why)}")
    if look_only:
        print_forecast(decision.effect)
        say("nothing was written; without --plan it is")
        return 0
    for line in effect_lines(decision.effect):
        say(line)
    say(f"wrote: {decision.file}")
    for line in _in_all(decision):
        say(line)
    if any(isinstance(found.decision, Make) for found in decision.effect.tasks.values()):
        say(f"next: {command('run')}")
    return 0


def effect_lines(effect: Forecast) -> Iterator[str]:
    """What follows from a decision, in a few words."""
    makes = sum(isinstance(found.decision, Make) for found in effect.tasks.values())
    back = sum(_is_back(found.decision) for found in effect.tasks.values())
    if not effect.tasks:
        yield "nothing else changes"
    if makes:
        money = f": {price_text(effect.least, effect.worst)}" if effect.worst.currency else ""
        yield f"{plural(makes, 'task')} to make, {plural(effect.pictures, 'picture')}{money}"
    if back:
        yield f"{plural(back, 'task')} {'comes' if back == 1 else 'come'} back from the store, for nothing"
    yield from behind_text(effect)


def _in_all(decision: Decision) -> Iterator[str]:
    """What a run buys now, where that is more than what follows from this decision."""
    whole, effect = decision.after.forecast, decision.effect
    is_more = (whole.pictures, whole.worst) != (effect.pictures, effect.worst)
    if is_more and whole.worst.currency:
        price = price_text(whole.least, whole.worst)
        yield f"a run now buys {plural(whole.pictures, 'picture')} in all: {price}"


def _is_back(decision: object) -> bool:
    return isinstance(decision, Reuse) and not decision.approved


def _tree(decision: Decision, word: str, *, written: bool) -> dict[str, Any]:
    effect = decision.effect
    return {
        "schema": "decision/1",
        "file": decision.file,
        "written": written,
        "decision": word.strip(),
        "tasks": list(decision.tasks),
        "left": dict(decision.skipped),
        "pictures": effect.pictures,
        "least": str(effect.least.amount),
        "worst": str(effect.worst.amount),
        "currency": effect.worst.currency,
        **({"unpriced": True} if effect.worst.unknown else {}),
        "effect": {address: task_tree(found) for address, found in effect.tasks.items()},
    }
