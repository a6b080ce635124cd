"""A run on the terminal: the price asked, the progress shown, the end told."""

from __future__ import annotations

import asyncio
import inspect
import json
import signal
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.agreed import expect_agreed, read, recipes
from seedream_pipe.api.folders import store_folder
from seedream_pipe.api.frozen import expect_frozen_as_planned
from seedream_pipe.api.planning import planned
from seedream_pipe.api.project import opened
from seedream_pipe.api.run_options import RunOptions
from seedream_pipe.api.runs import run_async
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command, quoted
from seedream_pipe.cli.draining import Draining
from seedream_pipe.cli.forecast import print_forecast, say_forecast
from seedream_pipe.cli.limits import fitted
from seedream_pipe.cli.logs import told
from seedream_pipe.cli.loop import Loop
from seedream_pipe.cli.problems import show
from seedream_pipe.cli.progress import progress, say_end
from seedream_pipe.cli.signals import CODES, Signalled, at_once, heard
from seedream_pipe.cli.terminal import is_interactive, out, plural, say, style
from seedream_pipe.confidential import keep_from_cores
from seedream_pipe.errors import OverBudget, Owing, SeedreamError, StoreError
from seedream_pipe.problems import escaped
from seedream_pipe.reports.forecast import as_tree
from seedream_pipe.run.events import RunBegan
from seedream_pipe.run.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping

    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.api.variant import Variant
    from seedream_pipe.cli.progress import Teller
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.events import Event
    from seedream_pipe.run.record import Record
    from seedream_pipe.settings import Settings

__all__ = ["run"]

_DRAWN = "preview"
_NOTHING_SENT = b"\nstopped; nothing was sent\n"


@contextmanager
def _to_paste() -> Iterator[None]:
    """Errors of this pipeline name commands whole, with what was chosen by flags."""
    try:
        yield
    except (OverBudget, Owing) as error:
        if isinstance(error, OverBudget) and error.flag:
            otherwise = "   (or --yes)" if error.hint.startswith("--yes") else ""
            error.hint = f"{_same()} {quoted(*error.flag)}{otherwise}"
        for name in ("held", "plan"):
            error.hint = error.hint.replace(f"seedream-pipe {name} FILE", command(name))
        raise


def _same() -> str:
    """The command that was typed, which buys: a run, or more takes."""
    context = click.get_current_context()
    if context.command.name != "reroll":
        return command("run")
    count = context.params["count"]
    return command("reroll", *context.params["meant"], *(["--takes", str(count)] if count > 1 else []))


@_to_paste()
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
    agreed: Callable[[], object] | None = None,
    written: str = "",
    then: str = "",
) -> int:
    """Run a pipeline; gives the exit code.

    A `project` that is given is taken as it is, whatever stands in the file. `agreed` is called
    when it may spend, before anything is sent. `written` is said at the end, and `then` is what to
    type next.
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
        found = planned(project, targets, settings=made)
        _dry(found, as_json=as_json)
        if flags["frozen"]:
            expect_frozen_as_planned(found, made)
        return 0
    made = fitted(made)
    if made.provider != _DRAWN:
        _guard(store_folder(project, made))
    with told(debug=options.debug()), progress(quiet=as_json) as teller:

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
            retry_lost=flags["retry_lost"],
            confirm=_ask if is_interactive() and not as_json else None,
            listener=listener,
            agreed=agreed,
            pace=click.get_current_context().find_object(Pace) or Pace(),
        )
        signals = Draining(how, teller.note, lambda: teller.progress.in_flight)
        going = run_async(project, targets, settings=made, options=how)
        record = _gone_through(going, signals, teller)
    if not as_json:
        say_end(record, file, written=written, then=then)
        return signals.code or record.exit_code
    try:
        out(json.dumps(record.tree(), ensure_ascii=False, indent=1))
    except SeedreamError:
        # The terminal may have gone with the signal, whose code says more.
        if not signals.code:
            raise
    return signals.code or record.exit_code


def _gone_through(run: Coroutine[Any, Any, Record], signals: Draining, teller: Teller) -> Record:
    """Run it to its end. Until it begins to send, a signal ends the program at once."""
    with at_once(_NOTHING_SENT):
        runner, broken = asyncio.Runner(loop_factory=Loop), False
        try:
            return runner.run(run)
        except StoreError:
            teller.sum_up()
            raise
        except MemoryError:
            broken = True
            raise
        finally:
            if not broken:
                signals.rest(runner.get_loop())
            # Closing waits for every thread and task: a name that is being looked up may take its time,
            # and what want of memory has lost never ends.
            if not (signals.abandoned or broken):
                runner.close()
            if inspect.getcoroutinestate(run) == inspect.CORO_CREATED:
                run.close()


def _guard(store: Path) -> None:
    """What a process owes its key, and its pictures, before it buys."""
    keep_from_cores()
    try:
        parent = store.parent.stat().st_mode
    except OSError:
        return
    if parent & stat.S_IWOTH and not parent & stat.S_ISVTX:
        say(f"{style('warning', fg='yellow')}[W-STORE-OPEN] {escaped(str(store.parent))} can be written by")
        say("  every user of this machine, who could put another store in place of yours")
        say(f"  next: {quoted('chmod', 'o-w', str(store.parent))}")


def _dry(found: Planned, *, as_json: bool) -> None:
    if as_json:
        out(json.dumps(as_tree(found.forecast, recipes=recipes(found)), ensure_ascii=False, indent=1))
    else:
        print_forecast(found.forecast)


def _ask(forecast: Forecast) -> bool:
    say_forecast(forecast, more=command("plan"))
    most = " or ".join(map(str, forecast.asked))
    came: list[int] = []

    def end(number: int, _frame: object) -> None:
        came.append(number)
        raise Signalled(number)

    before = {number: signal.signal(number, end) for number in heard()}
    try:
        agreed = click.confirm(f"spend up to {most}?", default=False, err=True)
    except (click.Abort, Signalled):
        say("\nnothing was bought")
        raise click.exceptions.Exit(CODES[came[0] if came else signal.SIGINT]) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if not agreed:
        say("nothing was spent")
        raise click.exceptions.Exit(OverBudget.exit_code)
    return True
