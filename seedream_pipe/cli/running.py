"""A run on the terminal: the price asked, the progress shown, the end told."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.agreed import expect_agreed, read, recipes
from seedream_pipe.api.project import opened
from seedream_pipe.api.runs import RunOptions, planned, run_async
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command, quoted
from seedream_pipe.cli.forecast import print_forecast, say_forecast
from seedream_pipe.cli.problems import show
from seedream_pipe.cli.progress import progress, say_end
from seedream_pipe.cli.terminal import is_interactive, out, plural, say
from seedream_pipe.errors import OverBudget
from seedream_pipe.reports.forecast import as_tree
from seedream_pipe.run.events import RunBegan
from seedream_pipe.run.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedream_pipe.api.project import Project
    from seedream_pipe.api.runs import Planned
    from seedream_pipe.api.variant import Variant
    from seedream_pipe.run.events import Event
    from seedream_pipe.run.forecast import Forecast
    from seedream_pipe.settings import Settings

__all__ = ["run"]

_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def run(
    file: str,
    targets: tuple[str, ...],
    made: Settings,
    *,
    variant: Variant,
    dry_run: bool,
    as_json: bool,
    flags: Mapping[str, Any],
    project: Project | None = None,
    agreed: Callable[[], None] | None = None,
) -> int:
    """Run a pipeline; gives the exit code.

    A `project` that is given is taken as it is, whatever stands in the file. `agreed` is called
    when it may spend, before anything is sent.
    """
    project = project or opened(file, variant)
    if project.warnings:
        show(project.warnings)
    options.warn_default(made)
    if flags["plan"]:
        plan = read(Path(flags["plan"]))
        targets = tuple(address for address in plan.tasks if not targets or address in targets)
        expect_agreed(plan, planned(project, targets, settings=made))
    if dry_run:
        _dry(planned(project, targets, settings=made), as_json=as_json)
        return 0
    with progress(quiet=as_json) as teller:

        def listener(event: Event) -> None:
            if isinstance(event, RunBegan):
                signals.listen()
                if event.warnings and not as_json:
                    say(f"{plural(event.warnings, 'warning')}: seedream-pipe validate {quoted(file)}")
            teller.tell(event)

        how = RunOptions(
            fail_fast=not flags["keep_going"],
            force=flags["force"],
            frozen=flags["frozen"],
            yes=flags["yes"],
            retry_refused=flags["retry_refused"],
            confirm=_ask if is_interactive() and not as_json else None,
            listener=listener,
            agreed=agreed,
            pace=click.get_current_context().find_object(Pace) or Pace(),
        )
        signals = _Signals(how, teller.note)
        record = asyncio.run(run_async(project, targets, settings=made, options=how))
    if as_json:
        out(json.dumps(record.tree(), ensure_ascii=False, indent=1))
    else:
        say_end(record, file)
    return signals.code or record.exit_code


def _dry(found: Planned, *, as_json: bool) -> None:
    if as_json:
        out(json.dumps(as_tree(found.forecast, recipes=recipes(found)), ensure_ascii=False, indent=1))
    else:
        print_forecast(found.forecast)


def _ask(forecast: Forecast) -> bool:
    say_forecast(forecast, more=command("plan"))
    # The event loop keeps Ctrl-C for itself, and a person who is asked must be able to leave.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        most = " or ".join(map(str, forecast.asked))
        agreed = click.confirm(f"spend up to {most}?", default=False, err=True)
    except click.Abort:
        say("\nnothing was bought")
        raise click.exceptions.Exit(_CODES[signal.SIGINT]) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if not agreed:
        say("nothing was spent")
        raise click.exceptions.Exit(OverBudget.exit_code)
    return True


class _Signals:
    """Once: start nothing new and keep what arrives. Twice: stop now."""

    def __init__(self, how: RunOptions, note: Callable[[str], None]) -> None:
        self._stop, self._note = how.stop, note
        self.code = 0

    def listen(self) -> None:
        """From here on signals drain; before, nothing has begun and they end the program."""
        loop = asyncio.get_running_loop()
        for number in _CODES:
            loop.add_signal_handler(number, self._came, number)

    def _came(self, number: signal.Signals) -> None:
        if self.code:
            self._stop.abandon("stopped by a second signal")
            return
        self.code = _CODES[number]
        self._stop.drain(f"stopped by {signal.Signals(number).name}")
        self._note("stopping: what is under way is paid for and is kept; once more to stop now")
