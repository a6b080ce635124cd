"""`cost [FILE]`: what was spent on what, from the account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.api.cost import cost as spending_of
from seedream_pipe.api.cost import folder
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command
from seedream_pipe.cli.complete import yaml_files
from seedream_pipe.cli.terminal import columns, out, padded, say, width
from seedream_pipe.problems import escaped
from seedream_pipe.reports.cost import as_tree, notes, rows
from seedream_pipe.run.spending import BY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seedream_pipe.run.spending import By, Spending

_GAP: Final = "  "
_SHORTEST: Final = 8


@click.command()
@click.argument("file", required=False, type=click.Path(), shell_complete=yaml_files)
@click.option("--by", type=click.Choice(BY), default="step", show_default=True, help="What a line is of.")
@click.option("--since", metavar="DATE", help="From this day on, in UTC: 2026-11-22.")
@click.option("--until", metavar="DATE", help="Up to this day, and with it.")
@click.option(
    "--store", metavar="DIR", type=click.Path(), help="Where bought pictures are kept. [SEEDREAM_STORE]"
)
@options.as_json
def cost(
    file: str | None, *, by: By, since: str | None, until: str | None, as_json: bool, **flags: Any
) -> int:
    """Show what was spent on what: every call of the store, by step, tag, provider, day and more.

    From the account of calls, so what failed later or was thrown away counts too. Calls that
    may have been charged stand apart, at their worst; so do those to test servers. FILE says
    which store; it need not be valid, but for --by tag.
    """
    made = options.settings(**flags)
    found = spending_of(file, made, by=by, since=since, until=until)
    if as_json:
        out(json.dumps(as_tree(found), ensure_ascii=False, indent=1))
        return 0
    if found.total.calls:
        _print(found)
    elif (store := folder(file, made)).is_dir():
        say("nothing was bought")
        _print_notes(found)
    else:
        say(f"nothing was bought: there is no store {escaped(str(store))}")
    if found.tests is not None:
        if found.total.calls:
            out("")
        out("test servers (nothing was paid):")
        _print(found.tests)
    return 0


def _print(found: Spending) -> None:
    out("\n".join(_table(rows(found), room=width())))
    _print_notes(found)


def _print_notes(found: Spending) -> None:
    named = click.get_current_context().params["file"] is not None
    look = command("held") if named else "seedream-pipe held FILE, with a pipeline of this store"
    for note in notes(found, look=look):
        say(note)


def _table(cells: Sequence[tuple[str, ...]], *, room: int | None) -> Iterator[str]:
    """Names to the left, numbers to the right; on a narrow terminal names lose their ends, numbers never."""
    wide = [max(columns(row[place]) for row in cells) for place in range(len(cells[0]))]
    if room is not None:
        # The last column stays free: some terminals wrap when it is written.
        left = room - 1 - sum(wide[1:]) - len(_GAP) * (len(wide) - 1)
        wide[0] = min(wide[0], max(_SHORTEST, left))
    for number, row in enumerate(cells):
        if number == len(cells) - 1:
            yield "─" * (sum(wide) + len(_GAP) * (len(wide) - 1))
        name, *rest = row
        numbers = (f"{text:>{size}}" for text, size in zip(rest, wide[1:], strict=True))
        yield _GAP.join([padded(name, wide[0]), *numbers])
