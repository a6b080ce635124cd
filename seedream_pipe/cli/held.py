"""`held FILE`, `held drop`, `held retry`: calls that may have been charged, and a person's word on them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.api.holds import chosen, end, holds, meant
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command
from seedream_pipe.cli.complete import addresses
from seedream_pipe.cli.terminal import is_interactive, out, plural, say, width, wrapped
from seedream_pipe.cli.told import body
from seedream_pipe.errors import Decided, OverBudget, UsageError
from seedream_pipe.reports.messages import held_message
from seedream_pipe.run.codes import error_code
from seedream_pipe.run.outcomes import Held, Money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.api.holds import Hold, Word

_WORDS: Final = ("drop", "retry")
_store = click.option("--store", metavar="DIR", type=click.Path(), help="Where bought pictures are kept.")
_all = click.option("--all", "everything", is_flag=True, help="Every call that is held.")
_yes = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
_names = click.argument("names", nargs=-1, metavar="[TARGET|CALL]...", shell_complete=addresses)


class _WithList(click.Group):
    """Lists when neither of its words comes first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*_WORDS, "-h", "--help"}:
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage("seedream-pipe held", "FILE | drop FILE TARGET… | retry FILE TARGET…")


@click.group(cls=_WithList, no_args_is_help=True)
def held() -> None:
    """List the calls that may have been charged, and say what became of them.

    `held FILE` lists them with what to look them up by. Nothing of them is sent again
    until you say so: `drop` when the provider did not charge, `retry` when it may have.
    """


@held.command("list", hidden=True)
@options.file
@_store
@options.as_json
def list_(file: str, *, as_json: bool, **flags: Any) -> int:
    """List the calls that may have been charged."""
    found = holds(file, options.settings(**flags))
    if as_json:
        out(json.dumps({"schema": "held/1", "held": [_tree(hold) for hold in found]}, ensure_ascii=False))
        return 0
    if not found:
        say("nothing is held")
        return 0
    out("\n\n".join(_told(hold, room=width()) for hold in found))
    say()
    say(f"{plural(len(found), 'call')}, {_sum(found)}; nothing is sent again by itself")
    if len(found) > 1:
        say(f"all of them at once: {command('held drop', '--all')}   or   {command('held retry', '--all')}")
    return 0


@held.command()
@options.file
@_names
@_all
@_yes
@_store
def drop(file: str, names: tuple[str, ...], *, everything: bool, yes: bool, **flags: Any) -> int:
    """Say that calls were not charged: they cost nothing, and the next run sends them again."""
    return _ended(file, names, "drop", everything=everything, yes=yes, flags=flags)


@held.command()
@options.file
@_names
@_all
@_yes
@_store
def retry(file: str, names: tuple[str, ...], *, everything: bool, yes: bool, **flags: Any) -> int:
    """Send calls again that may have been charged: they count in full, and the next run buys anew."""
    return _ended(file, names, "retry", everything=everything, yes=yes, flags=flags)


def _ended(
    file: str, names: Sequence[str], word: Word, *, everything: bool, yes: bool, flags: dict[str, Any]
) -> int:
    made = options.settings(**flags)
    if bool(names) == everything:
        raise UsageError("name tasks or calls, or --all", hint=f"{command('held')} lists them")
    found = holds(file, made)
    ended = found if everything else chosen(found, names, lambda name: meant(file, name, made))
    if not ended:
        say("nothing is held")
        return 0
    for hold in ended:
        say(_told(hold, room=width(err=True), with_ways=False))
    count = plural(len(ended), "call")
    if not (yes or _confirmed(count, word)):
        say("nothing was changed")
        return OverBudget.exit_code
    decided = end(file, made, ended, word)
    now = [hold for hold in ended if hold.call not in decided]
    if now:
        say(f"{plural(len(now), 'call')} {_ended_as(now, word)}: {command('run')}")
    if decided:
        raise Decided(
            "; ".join(decided.values()), hint=f"nothing was changed of it; {command('run')} goes on"
        )
    return 0


def _confirmed(count: str, word: Word) -> bool:
    if not is_interactive():
        chosen = click.get_current_context().params
        words = ("--all",) if chosen["everything"] else chosen["names"]
        raise OverBudget(
            f"{count} may have been charged, and nobody confirmed it; nothing was changed",
            hint=command(f"held {word}", *words, "--yes"),
        )
    question = f"{count} not charged?" if word == "drop" else f"count {count} as spent and send again?"
    return click.confirm(question, default=False, err=True)


def _ended_as(ended: Sequence[Hold], word: Word) -> str:
    if word == "retry":
        unknown = sum(not hold.worst.currency for hold in ended)
        if unknown == len(ended):
            return "let go: nobody knows the price, so it is in no sum"
        return "counted in full as spent; the next run sends again"
    kept = sum(hold.kept for hold in ended)
    if not kept:
        return "dropped: costs nothing; the next run sends again"
    return f"dropped: costs only the {plural(kept, 'picture')} that came, which stand from now on"


def _told(hold: Hold, *, room: int | None, with_ways: bool = True) -> str:
    message = held_message(_outcome(hold))
    if not with_ways:
        message = replace(message, ways=())
    first, *rest = wrapped(f"held{message.head}", room)
    return "\n".join([first, *(f"  {line}" for line in rest), *body(message, room=room)])


def _outcome(hold: Hold) -> Held:
    return Held(
        call=hold.call,
        worst=hold.worst,
        message=hold.cause,
        task=hold.task,
        at=hold.at,
        pictures=hold.pictures,
        model=hold.model,
        provider=hold.provider,
        origin=hold.origin,
        client_id=hold.client_id,
        request_id=hold.request_id,
        kept=hold.kept,
    )


def _sum(found: Sequence[Hold]) -> str:
    sums: dict[str, Money] = {}
    for hold in found:
        if hold.worst.currency:
            sums[hold.worst.currency] = hold.worst.plus(sums.get(hold.worst.currency, Money()))
    told = f"up to {' and '.join(map(str, sums.values()))}" if sums else ""
    unknown = sum(not hold.worst.currency for hold in found)
    damaged = f"{f'{unknown:,} ' if sums else ''}of a price that nobody knows" if unknown else ""
    return ", and ".join(filter(None, (told, damaged)))


def _tree(hold: Hold) -> dict[str, Any]:
    return {
        "error": error_code(_outcome(hold)),
        "task": hold.task,
        "call": hold.call,
        "at": hold.at,
        "worst": str(hold.worst.amount),
        "currency": hold.worst.currency,
        "client_id": hold.client_id,
        "request_id": hold.request_id,
        "cause": hold.cause,
        "provider": hold.provider,
        "test_server": hold.origin,
        "model": hold.model,
        "pictures": hold.pictures,
        "kept": hold.kept,
    }
