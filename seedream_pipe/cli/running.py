"""A run on the terminal: the price asked, the progress shown, the end told."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.project import load
from seedream_pipe.api.runs import RunOptions, planned, run_async
from seedream_pipe.cli import options
from seedream_pipe.cli.forecast import print_forecast
from seedream_pipe.cli.problems import show
from seedream_pipe.cli.progress import progress
from seedream_pipe.cli.terminal import is_interactive, say
from seedream_pipe.run.loop import Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.api.project import Project
    from seedream_pipe.run.forecast import Forecast
    from seedream_pipe.run.record import Record
    from seedream_pipe.settings import Settings

__all__ = ["run"]

_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def run(
    file: str,
    targets: tuple[str, ...],
    made: Settings,
    *,
    dry_run: bool,
    as_json: bool,
    flags: Mapping[str, Any],
) -> int:
    """Run a pipeline; gives the exit code."""
    project = load(file)
    if project.warnings:
        show(project.warnings)
    options.warn_default(made)
    if dry_run:
        print_forecast(planned(project, targets, settings=made).forecast)
        return 0
    signals = _Signals()
    with progress(quiet=as_json) as shown:
        how = RunOptions(
            fail_fast=not flags["keep_going"],
            force=flags["force"],
            frozen=flags["frozen"],
            yes=flags["yes"],
            retry_refused=flags["retry_refused"],
            confirm=_ask if is_interactive() and not as_json else None,
            listener=shown.tell,
            stop=signals.stop,
        )
        record = asyncio.run(_run(project, targets, made, how, signals))
    if as_json:
        click.echo(json.dumps(record.tree(), ensure_ascii=False, indent=1))
    else:
        shown.end(record, file)
    return signals.code or record.exit_code


def _ask(forecast: Forecast) -> bool:
    """Show the price and ask a person; the plan is on the terminal when the answer is given."""
    print_forecast(forecast, err=True)
    return click.confirm(f"spend up to {forecast.worst}?", default=False, err=True)


async def _run(
    project: Project, targets: tuple[str, ...], made: Settings, how: RunOptions, signals: _Signals
) -> Record:
    loop = asyncio.get_running_loop()
    for number in _CODES:
        loop.add_signal_handler(number, signals.came, number)
    return await run_async(project, targets, settings=made, options=how)


class _Signals:
    """Once: start nothing new and keep what arrives. Twice: stop now."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.code = 0

    def came(self, number: signal.Signals) -> None:
        """A signal came."""
        if self.code:
            self.stop.abandon("stopped by a second signal")
            return
        self.code = _CODES[number]
        self.stop.drain(f"stopped by {signal.Signals(number).name}")
        say("stopping: what is under way is paid for and is kept; once more to stop now")
