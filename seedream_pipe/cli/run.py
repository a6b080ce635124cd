"""`run FILE [TARGET…]`: make what is missing or stale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.fresh import up_to_date
from seedream_pipe.cli import options
from seedream_pipe.cli.terminal import plural, say, style

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant
    from seedream_pipe.run.state import State


@click.command()
@options.file
@options.targets
@options.variant
@options.user
@click.option("-j", "--jobs", metavar="N", help="Requests under way at once. [SEEDREAM_JOBS, else 8]")
@options.spending
@click.option(
    "--images-per-minute",
    metavar="N",
    help="What the account may make. [SEEDREAM_IMAGES_PER_MINUTE, else the model's profile]",
)
@click.option(
    "--held",
    type=click.Choice(["wait", "stop"]),
    help="When calls are held: their tasks wait, or nothing is sent. [SEEDREAM_HELD, else wait]",
)
@click.option("--yes", "-y", is_flag=True, help="Spend without asking, up to the cap.")
@click.option("-n", "--dry-run", is_flag=True, help="As plan: send nothing.")
@click.option("-k/--fail-fast", "keep_going", default=True, help="Go on after a failure (default), or stop.")
@click.option(
    "--plan",
    metavar="FILE",
    type=click.Path(),
    help="Make exactly what this plan says (of plan -o), or nothing.",
)
@click.option("--frozen", is_flag=True, help="Spend nothing: exit 6 when there is work.")
@click.option("--force", is_flag=True, help="Overwrite outputs that were edited or that are not ours.")
@click.option("--retry-refused", is_flag=True, help="Send again what the content filter refused.")
@click.option("--retry-lost", is_flag=True, help="Buy again what was paid for and the store has lost.")
@click.option(
    "--response-format",
    type=click.Choice(["url", "b64_json"]),
    help="How pictures come back. [SEEDREAM_RESPONSE_FORMAT, else url]",
)
@click.option(
    "--stream",
    type=click.Choice(["groups", "always", "never"]),
    help="When pictures come one by one, from models that can. [SEEDREAM_STREAM, else groups]",
)
@click.option(
    "--async-calls/--no-async-calls",
    default=None,
    help="Ask 302.AI to answer later, to a ticket. [SEEDREAM_ASYNC, else no]",
)
@options.provenance
@options.as_json
def run(
    file: str, targets: tuple[str, ...], *, variant: Variant, dry_run: bool, as_json: bool, **flags: Any
) -> int:
    """Make what is missing or stale, and put it under the names asked for.

    Shows the price and asks before it spends; --yes or a --max-cost that covers it
    answers.

    If a connection breaks while the provider is working, seedream-pipe cannot know whether
    you were charged. It tells you, and sends nothing again until you say so.
    """
    made = options.settings(**flags)
    is_known = made.chosen or not flags["frozen"]
    if is_known and not targets and not dry_run and not as_json and not flags["plan"]:
        fresh = up_to_date(file, made, variant)
        if fresh is not None:
            _say_fresh(fresh)
            return 0
    # The rest of the house is entered only when there may be something to do.
    from seedream_pipe.api.bought import of_lock
    from seedream_pipe.cli import running

    made = of_lock(file, made) if flags["frozen"] else made
    return running.run(file, targets, made, variant=variant, dry_run=dry_run, as_json=as_json, flags=flags)


def _say_fresh(fresh: State) -> None:
    held = f"; {fresh.stale:,} stale but approved" if fresh.stale else ""
    say(f"{style('up to date', fg='green')}: {plural(fresh.tasks, 'task')}, nothing was sent{held}")
    say(f"outputs: {fresh.folder}")
