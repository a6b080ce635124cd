"""The library as a program sees it: a path or a project, a few words, a record back.

Everything here is in `seedream_pipe` itself; nothing else is promised to stay.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypedDict, Unpack

from seedream_pipe import errors
from seedream_pipe import settings as user_settings
from seedream_pipe.api import planning, runs
from seedream_pipe.api.project import Project, load
from seedream_pipe.api.run_options import RunOptions
from seedream_pipe.errors import UsageError
from seedream_pipe.run import events, outcomes
from seedream_pipe.run.decisions import Forecast
from seedream_pipe.run.events import Listener
from seedream_pipe.run.record import Record
from seedream_pipe.run.stop import Stop
from seedream_pipe.settings import Settings

__all__ = [
    "Choices",
    "Forecast",
    "Manner",
    "Project",
    "Record",
    "RunOptions",
    "Settings",
    "Stop",
    "errors",
    "events",
    "load",
    "outcomes",
    "plan",
    "run",
    "run_async",
]

Pipeline: TypeAlias = str | os.PathLike[str] | Project
"""A pipeline file, or what `load` made of it."""

Money: TypeAlias = Decimal | int | float | str

_MANNERS = frozenset(RunOptions.__dataclass_fields__)


class Choices(TypedDict, total=False):
    """Settings by name, for those who need one or two. See `Settings`."""

    provider: str
    base_url: str
    store: str | os.PathLike[str]
    out: str | os.PathLike[str]
    jobs: int
    max_cost: Money
    price: Money
    response_format: Literal["url", "b64_json"]
    stream: Literal["groups", "always", "never"]
    async_calls: bool
    max_pictures: int
    max_total_cost: Money
    max_total_pictures: int
    images_per_minute: int
    fallback: str | Sequence[str]
    retry_uncertain: int
    held: Literal["wait", "stop"]
    provenance: bool


class Manner(Choices, total=False):
    """Settings and options of a run by name. See `RunOptions`."""

    fail_fast: bool
    force: bool
    frozen: bool
    yes: bool
    retry_refused: bool
    retry_lost: bool
    confirm: Callable[[Forecast], bool]
    listener: Listener
    stop: Stop


def plan(
    pipeline: Pipeline,
    targets: str | Sequence[str] = (),
    *,
    settings: Settings | None = None,
    **choices: Unpack[Choices],
) -> Forecast:
    """Say what a run would do, why, and for how much. Sends nothing, writes nothing, needs no key.

    Args:
        pipeline: a path, or a `Project`.
        targets: as on the command line: ``step``, ``step@key``, ``tag:night`` …; all when empty.
        settings: the user's; by default the preview provider. The environment is not read.
        choices: single settings, over `settings`: ``provider="302ai"``.

    Raises:
        InvalidPipeline: with every problem of the author's files.
        UsageError: there is no such file, a target means nothing, or a setting cannot be read.

    """
    made = _settings(settings, choices)
    return planning.plan(_project(pipeline), _targets(targets), settings=made)


async def run_async(
    pipeline: Pipeline,
    targets: str | Sequence[str] = (),
    *,
    settings: Settings | None = None,
    options: RunOptions | None = None,
    environment: Mapping[str, str] = os.environ,
    **manner: Unpack[Manner],
) -> Record:
    """Make what is missing or stale, and put it under the names asked for.

    A provider that costs money is asked only when ``yes``, ``confirm`` or a ``max_cost`` that
    covers the worst price says so. Cancelling stops at once: what was sent is then a hold;
    ``stop.drain()`` keeps it.

    Args:
        pipeline: a path, or a `Project`.
        targets: which tasks, with all that they need; all when empty.
        settings: the user's; by default the preview provider, which costs nothing.
        options: how to run.
        environment: where the provider's API key is looked for, and nothing else.
        manner: single settings and options, over `settings` and `options`.

    Raises:
        InvalidPipeline: with every problem of the author's files; nothing was sent.
        UsageError: there is no such file, a target means nothing, or a setting cannot be read.
        ProviderError: something has to be bought and there is no key.
        OverBudget: nobody agreed to the price, or it is not known; nothing was sent.
        Frozen: there is work, and `frozen` was asked for.
        StoreError: the store cannot be written; nothing more was sent.

    """
    made, how = _how(settings, options, manner)
    project = await asyncio.to_thread(_project, pipeline)
    return await runs.run_async(
        project, _targets(targets), settings=made, options=how, environment=environment
    )


def run(
    pipeline: Pipeline,
    targets: str | Sequence[str] = (),
    *,
    settings: Settings | None = None,
    options: RunOptions | None = None,
    environment: Mapping[str, str] = os.environ,
    **manner: Unpack[Manner],
) -> Record:
    """As `run_async`, for programs without an event loop.

    Ctrl-C once begins nothing new and keeps what arrives, because it is paid for; twice
    stops now. Either ends in `KeyboardInterrupt`.
    """
    made, how = _how(settings, options, manner)
    project = _project(pipeline)
    _expect_no_loop()
    work = runs.run_async(project, _targets(targets), settings=made, options=how, environment=environment)
    return asyncio.run(_interruptible(work, how.stop))


async def _interruptible(work: Coroutine[Any, Any, Record], stop: Stop) -> Record:
    came: list[int] = []

    def interrupt() -> None:
        (stop.abandon if came else stop.drain)("interrupted")
        came.append(signal.SIGINT)

    if threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupt)
    record = await work
    if came:
        raise KeyboardInterrupt
    return record


def _expect_no_loop() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise UsageError("run() cannot wait inside an event loop", hint="await run_async(…) there")


def _project(pipeline: Pipeline) -> Project:
    return pipeline if isinstance(pipeline, Project) else load(pipeline)


def _targets(targets: str | Sequence[str]) -> Sequence[str]:
    return (targets,) if isinstance(targets, str) else targets


def _settings(settings: Settings | None, choices: Mapping[str, object]) -> Settings:
    return user_settings.chosen(settings or Settings(), choices)


def _how(
    settings: Settings | None, options: RunOptions | None, manner: Mapping[str, object]
) -> tuple[Settings, RunOptions]:
    choices = {name: value for name, value in manner.items() if name not in _MANNERS}
    how = {name: value for name, value in manner.items() if name in _MANNERS}
    base = options or RunOptions()
    fields = {name: getattr(base, name) for name in _MANNERS}
    return _settings(settings, choices), RunOptions(**(fields | how))
