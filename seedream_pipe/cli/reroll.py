"""`reroll FILE TARGET…`: buy more takes of tasks, without touching the author's file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api import picking
from seedream_pipe.api.decide import as_decided
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options, running
from seedream_pipe.cli.again import command
from seedream_pipe.cli.deciding import meant
from seedream_pipe.cli.terminal import plural, say
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant

_AS_USUAL = {
    "plan": None,
    "keep_going": True,
    "force": False,
    "frozen": False,
    "retry_refused": False,
    "retry_lost": False,
}


@click.command()
@options.file
@meant
@click.option(
    "--takes", "count", type=click.IntRange(1, 98), default=1, metavar="N", help="How many more. [1]"
)
@options.variant
@options.user
@click.option("-j", "--jobs", metavar="N", help="Requests under way at once. [SEEDREAM_JOBS, else 8]")
@options.spending
@click.option("--yes", "-y", is_flag=True, help="Spend without asking, up to the cap.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what it would cost; send and write nothing.")
@options.as_json
def reroll(
    file: str,
    meant: tuple[str, ...],
    *,
    count: int,
    variant: Variant,
    dry_run: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Buy one more take of a task, or N more. The pipeline file is not touched.

    The new takes have the next numbers, and which one stands for the task stays as it
    is. The .picks.yaml file says how many there are; it is written when you have agreed
    to the price.
    """
    made = options.settings(**flags)
    while True:
        project = opened(file, variant)
        decision = picking.more_takes(project, meant, count, settings=made)
        try:
            code = running.run(
                file,
                decision.tasks,
                made,
                variant=variant,
                dry_run=dry_run,
                as_json=as_json,
                flags={**_AS_USUAL, "yes": flags["yes"]},
                project=as_decided(project, decision.changes),
                agreed=partial(picking.write, decision, made),
                written=f"{_more(count, len(decision.tasks))}: {decision.file}",
                then=f"{command('takes', *meant)}   (look)",
            )
        except picking.Overtaken as overtaken:
            # Nothing was sent. The other's takes are not these: they are planned behind them.
            say(f"{escaped(overtaken.message)}; planned anew")
        else:
            return code


def _more(count: int, tasks: int) -> str:
    return f"{plural(count, 'more take')} of {plural(tasks, 'task')}"
