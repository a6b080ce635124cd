"""What was spent on what, from the account of a store."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from seedream_pipe.api.past import is_owed
from seedream_pipe.api.project import load
from seedream_pipe.catalog import MAKERS
from seedream_pipe.errors import InvalidPipeline, UsageError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import entries
from seedream_pipe.run.spending import fold, names_of
from seedream_pipe.snapshot.root import find_root
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from seedream_pipe.run.spending import By, Spending
    from seedream_pipe.settings import Settings

__all__ = ["cost", "folder"]


def cost(
    file: str | None,
    settings: Settings,
    *,
    by: By = "step",
    since: str | None = None,
    until: str | None = None,
) -> Spending:
    """What the calls of a store came to: of everything that used it, not of one pipeline. Writes nothing.

    Args:
        file: a pipeline, whose project has the store; without one that of this folder. It need
            not be valid, but for tags, which only it knows.
        settings: the user's.
        by: what the lines are of.
        since: the first day that counts, in UTC, like ``2026-11-22``.
        until: the last one.

    Raises:
        UsageError: there is no such file, a day cannot be read, or tags cannot be told.

    """
    first, last = _day(since, "--since"), _day(until, "--until")
    tags = _tags(file) if by == "tag" else {}
    store = Store.open(folder(file, settings), create=False)
    with Ledger.open(store) as ledger:
        held = {call.id for call in ledger.open_calls() if is_owed(call)}
        found = [entry for entry in entries(ledger.index) if _is_between(entry.at, first, last)]
        damaged = len(tuple(ledger.unreadable()))
    return replace(fold(found, held, by=by, under=names_of(by, tags)), damaged=damaged)


def _tags(file: str | None) -> Mapping[str, Collection[str]]:
    if file is None:
        raise UsageError("tags are said by a pipeline", hint="seedream-pipe cost FILE --by tag")
    try:
        plan = load(file).expand(MAKERS["seedream"])
    except InvalidPipeline as error:
        raise UsageError(
            f"the tags of {file} cannot be told: it has {str(error).partition(';')[0]}",
            hint=f"seedream-pipe validate {file}; or --by step, which needs no valid file",
        ) from None
    return {address: task.tags for address, task in plan.tasks.items()}


def folder(file: str | None, settings: Settings) -> Path:
    """Where the store is that is asked about, whether it is there or not."""
    if file is not None and not Path(file).exists():
        raise UsageError(f"there is no pipeline file {file!r}")
    if settings.store is not None:
        return settings.store.absolute()
    start = Path(os.path.abspath(file)).parent if file is not None else Path.cwd()
    return find_root(start) / ".seedream"


def _day(text: str | None, flag: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{flag}: {text!r} is not a day", hint="write it like 2026-11-22") from None


def _is_between(at: str, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    try:
        day = datetime.fromisoformat(at).astimezone(UTC).date()
    except ValueError:
        return False
    return (first is None or day >= first) and (last is None or day <= last)
