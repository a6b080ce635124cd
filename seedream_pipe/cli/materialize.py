"""`materialize FILE [TARGET…]`: every picture of the lock under its name, without paying."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.api.bought import of_lock
from seedream_pipe.api.folders import shown_path
from seedream_pipe.api.materialize import materialize as placed
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command
from seedream_pipe.cli.terminal import out, plural, say, style
from seedream_pipe.problems import escaped
from seedream_pipe.run.outcomes import Money

if TYPE_CHECKING:
    from seedream_pipe.api.materialize import Materialized
    from seedream_pipe.api.variant import Variant

_MOST: Final = 20


@click.command()
@options.file
@options.targets
@click.option("--at", "revision", metavar="REV", default="", help="As it was at a git revision.")
@click.option("--force", is_flag=True, help="Overwrite output files that were edited.")
@options.provenance
@options.variant
@options.user
@options.as_json
def materialize(
    file: str,
    targets: tuple[str, ...],
    *,
    revision: str,
    force: bool,
    variant: Variant,
    as_json: bool,
    **flags: Any,
) -> int:
    """Put every picture that the lock names under its name, from the store alone.

    Needs no key and no network, and spends nothing. What the store and the outputs lack is
    named with its price. With --at, the pipeline and the lock are those of a git revision.
    """
    made = of_lock(file, options.settings(**flags))
    found = placed(file, targets, settings=made, variant=variant, revision=revision, force=force)
    if as_json:
        out(json.dumps(_tree(found), ensure_ascii=False, indent=1))
        return _code(found, meant=bool(targets))
    options.warn_default(made)
    _say(found)
    return _code(found, meant=bool(targets))


def _code(found: Materialized, *, meant: bool) -> int:
    """What was never made is missed only by who asked for it by name."""
    return 1 if found.lacking or found.kept or (meant and found.unlocked) else 0


def _say(found: Materialized) -> None:
    for kept in found.kept[:_MOST]:
        say(f"{style('kept', fg='yellow')}    {escaped(kept.path)}: {kept.why}")
    for each in found.lacking[:_MOST]:
        price = f", {each.price}" if each.price.currency else ""
        say(f"{style('missing', fg='red')} {escaped(each.address)}: sha256 {each.digest[:12]}…{price}")
    if len(found.lacking) > _MOST:
        say(f"… and {len(found.lacking) - _MOST:,} more")
    if found.unlocked:
        first = escaped(found.unlocked[0])
        more = f" and {len(found.unlocked) - 1} more" if len(found.unlocked) > 1 else ""
        say(f"{style('not made', fg='yellow')} {first}{more}: the lock holds nothing of it")
    if found.nameless:
        more = f" and {len(found.nameless) - 1} more" if len(found.nameless) > 1 else ""
        told = f"{escaped(found.nameless[0])}{more}: not in the pipeline any more"
        say(f"{style('no name', fg='yellow')}  {told}")
    there = f", {found.in_place:,} in place already" if found.in_place else ""
    say(f"{plural(len(found.placed), 'file')} placed{there}")
    say(f"outputs: {shown_path(found.folder)}")
    if found.outside:
        many = plural(len(found.outside), "task")
        say(f"the store lacks pictures of {many} that the outputs have")
        say(f"to take them back, for nothing: {command('run')}")
    if found.lacking:
        total = _sum(found)
        cost = f"would cost up to {total}; nothing is bought by itself" if total.currency else "costs nothing"
        say(f"to make what is missing anew {cost}")
        say(f"next: {command('plan')}   (what a run would do, and for how much)")


def _sum(found: Materialized) -> Money:
    total = Money()
    for each in found.lacking:
        total = total.plus(each.price)
    return total


def _tree(found: Materialized) -> dict[str, Any]:
    return {
        "schema": "materialized/1",
        "outputs": shown_path(found.folder),
        "placed": list(found.placed),
        "in_place": found.in_place,
        "kept": {kept.path: kept.why for kept in found.kept},
        "lacking": [
            {
                "task": each.address,
                "digest": each.digest,
                "price": str(each.price.amount),
                "currency": each.price.currency,
            }
            for each in found.lacking
        ],
        "outside": list(found.outside),
        "unlocked": list(found.unlocked),
        "nameless": list(found.nameless),
    }
