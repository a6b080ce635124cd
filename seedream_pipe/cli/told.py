"""A message as it stands on a terminal or in a log: its first line, the money, and commands to paste."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from seedream_pipe.cli.again import command
from seedream_pipe.cli.terminal import columns, cut, say, style, wrapped
from seedream_pipe.problems import escaped
from seedream_pipe.reports.forecast import is_pick
from seedream_pipe.reports.messages import WIDEST
from seedream_pipe.run.decisions import Blocked, Make
from seedream_pipe.run.outcomes import Held, Refused, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seedream_pipe.reports.messages import Message
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.outcomes import Outcome

__all__ = ["body", "gates_of", "rendered", "say_unseen", "say_ways_out", "to_pick"]

_ERROR = "error"


def rendered(message: Message) -> str:
    """The whole message; commands are never wrapped or cut, so that they can be pasted."""
    first = cut(f"{_ERROR}{message.head}", WIDEST)
    head = style(_ERROR, fg="red", bold=True) + first.removeprefix(_ERROR)
    return "\n".join([head, *body(message)])


def body(message: Message, *, room: int | None = None) -> Iterator[str]:
    """What stands under the first line, for so many columns."""
    for line in message.lines:
        yield from (f"  {part}" for part in wrapped(line, None if room is None else room - 2))
    leads = [f"{way.when or 'next'}:" for way in message.ways]
    widest = max(map(columns, leads), default=0)
    for lead, way in zip(leads, message.ways, strict=True):
        yield f"  {lead}{' ' * (widest - columns(lead))} {command(way.command, *way.words)}"


def say_ways_out(outcomes: Iterable[Outcome], gates: Iterable[str] = ()) -> None:
    """What to type for calls that are held, prompts that are refused, picks to be made: in a line each."""
    outcomes = tuple(outcomes)
    kinds = {type(outcome) for outcome in outcomes}
    if Held in kinds:
        say(f"held: {command('held')}   (may have been charged; drop or retry)")
    if any(isinstance(outcome, Waiting) and outcome.why == "lost" for outcome in outcomes):
        say(f"lost: {command('run')}   (gets it back for nothing while its link lives)")
        say(f"      {command('run')} --retry-lost   (buys again what was paid for and is lost)")
    if Refused in kinds:
        say(f"refused: change the prompts, or: {command('run')} --retry-refused")
    for gate in islice(gates, 1):
        say(f"to pick: {to_pick(gate)}")


def gates_of(forecast: Forecast) -> Iterator[str]:
    """The tasks whose takes are there and wait for a pick."""
    for address, task in forecast.tasks.items():
        if (
            isinstance(task.decision, Blocked)
            and not task.decision.because
            and is_pick(task.decision.outcome)
        ):
            yield address


def say_unseen(forecast: Forecast) -> None:
    """What to type to see takes before what needs them is bought: their numbers were picked earlier."""
    makes = ((address, found.decision) for address, found in forecast.tasks.items())
    unseen = [address for address, made in makes if isinstance(made, Make) and made.unseen is not None]
    if unseen:
        more = f" and {len(unseen) - 1:,} more" if len(unseen) > 1 else ""
        say(f"picked before anybody saw it: {escaped(unseen[0])}{more}")
        say(f"  to look first: {command('run', unseen[0])}, then: {command('takes', unseen[0])}")


def to_pick(gate: str) -> str:
    """What to type for a task that waits for a pick."""
    return f"{command('takes', gate)}   (look), then: {command('pick', gate, '2')}   (for take 2)"
