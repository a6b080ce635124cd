"""What was: the runs of a pipeline, and every picture that a task ever had."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe import profiles
from seedream_pipe.api.folders import lock_path, store_folder
from seedream_pipe.api.status import task_of
from seedream_pipe.catalog import maker
from seedream_pipe.digest import Key, is_digest
from seedream_pipe.errors import UsageError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import entries
from seedream_pipe.problems import did_you_mean, escaped
from seedream_pipe.run import lock as locks
from seedream_pipe.run.causes import whence
from seedream_pipe.run.changes import recipe_changes
from seedream_pipe.run.history import Attempt, Log, Logged, RunLine
from seedream_pipe.run.outcomes import Money
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from seedream_pipe.api.project import Project
    from seedream_pipe.ledger.budget import Entry
    from seedream_pipe.plan.model import Address
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.run.reasons import Change
    from seedream_pipe.settings import Settings
    from seedream_pipe.store.results import Result

__all__ = ["log", "records", "run", "runs"]

_LAST: Final = "last"
_LARGEST: Final = 256 << 20


def runs(project: Project, *, settings: Settings) -> tuple[RunLine, ...]:
    """The runs of a pipeline that are recorded in its store, newest first. Writes nothing."""
    return tuple(_line(tree) for tree in records(project, settings=settings))


def run(project: Project, name: str, *, settings: Settings) -> Mapping[str, Any]:
    """The record of one run as JSON values: by its id, the beginning of it, or ``last``.

    Raises:
        UsageError: there is no such run, or several begin so.

    """
    found = list(records(project, settings=settings))
    if not found:
        raise UsageError(f"no run of {escaped(project.pipeline.file)} is recorded")
    if name == _LAST:
        return found[0]
    named = [tree for tree in found if str(tree["id"]).startswith(name)]
    if len(named) == 1:
        return named[0]
    ids = [str(tree["id"]) for tree in found]
    if named:
        raise UsageError(f'{len(named)} runs begin with "{escaped(name)}"', hint="give more of the id")
    hint = did_you_mean(name, ids) or "seedream-pipe runs lists them"
    raise UsageError(f'there is no run "{escaped(name)}"', hint=hint)


def records(project: Project, *, settings: Settings) -> Iterator[Mapping[str, Any]]:
    """The records of a pipeline's runs as JSON values, newest first; what cannot be read is passed over."""
    folder = store_folder(project, settings) / "runs"
    try:
        paths = sorted((path for path in folder.iterdir() if path.suffix == ".json"), reverse=True)
    except OSError:
        return
    for path in paths:
        tree = _tree(path)
        if tree.get("pipeline") == project.pipeline.name and "id" in tree:
            yield tree


def log(project: Project, address: Address, *, settings: Settings) -> Log:
    """Every picture that a task ever had, why it was made and what it cost. Writes nothing.

    What runs recorded, what the account of calls names, and what the lock holds.

    A task that is gone from the pipeline, with its row or its step, has its history still.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: there is no such task and never was one, or it is a step of several.

    """
    profile = profiles.provider(settings.provider)
    plan = project.expand(maker(profile))
    store = Store.open(store_folder(project, settings), create=False)
    locked = locks.read(lock_path(project, store, profile), project.pipeline.renamed)
    runs_told = list(records(project, settings=settings))
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(store)) if profile.paid else None
        every = [] if ledger is None else list(entries(ledger.index))
    known = {name for each in plan.tasks.values() for name in (each.address, *each.was)}
    gone = address not in known and _was_there(address, locked, runs_told, every)
    task = None if gone else task_of(plan, address)
    names = (address,) if task is None else (task.address, *task.was)
    own = next((locked[name] for name in names if name in locked), None)
    held = {take.key for take in own.takes} if own is not None and task is not None else set()
    calls = [entry for entry in every if entry.task in names]
    recorded = _recorded(runs_told, names)
    keys = dict.fromkeys([*recorded, *(call.key for call in calls), *held])
    results = list(_with_adopted(keys, store))
    results = [result for result in results if (result.provider == "preview") != profile.paid]
    # An adoption of the same second came after the takes were made, all of them; else the time in a
    # call's id is finer than that of a result.
    by_key = {result.key: result for result in results}
    results.sort(key=lambda each: (_since(each), _adoptions(each, by_key), each.call, each.take))
    brought = {result.call for result in results}
    whence_of = _whence(runs_told, locked)
    stands = {result.key for result in results if result.key in held and task and result.take == task.pick}
    return Log(
        names=names,
        gone=gone,
        made=tuple(_logged(results, store, stands, recorded, whence_of)),
        without=tuple(_attempt(e) for e in calls if e.call not in brought and e.verdict != "unsent"),
    )


def _with_adopted(keys: Iterable[Key], store: Store) -> Iterator[Result]:
    """The results of keys, and those that the adopted ones among them were bound to before."""
    seen: set[Key] = set()
    for key in keys:
        wanted: Key | None = key
        while wanted is not None and wanted not in seen:
            seen.add(wanted)
            result = store.results.get(wanted).result
            wanted = None
            if result is not None:
                yield result
                wanted = None if result.adopted is None else result.adopted.of


def _since(result: Result) -> str:
    """Since when a task has it: when it was made, or adopted."""
    return result.created_at if result.adopted is None else result.adopted.at


def _adoptions(result: Result, by_key: Mapping[Key, Result]) -> int:
    """How many adoptions led there: several have the time of one second."""
    depth, each = 0, result
    while each.adopted is not None and each.adopted.of in by_key and depth < len(by_key):
        depth, each = depth + 1, by_key[each.adopted.of]
    return depth


def _attempt(entry: Entry) -> Attempt:
    return Attempt(
        call=entry.call,
        at=entry.at,
        provider=entry.provider,
        verdict=entry.verdict,
        price=Money(amount=entry.price, currency=entry.currency),
    )


def _was_there(
    address: Address,
    locked: Mapping[Address, Locked],
    runs_told: Iterable[Mapping[str, Any]],
    calls: Iterable[Entry],
) -> bool:
    """Whether the lock, a run or a call knows a task of that name."""
    in_runs = any(address in _tasks(tree) for tree in runs_told)
    return address in locked or in_runs or any(entry.task == address for entry in calls)


def _tasks(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    tasks = tree.get("tasks")
    return tasks if isinstance(tasks, dict) else {}


def _whence(runs_told: Iterable[Mapping[str, Any]], locked: Mapping[Address, Locked]) -> dict[str, str]:
    """The file or the task that pictures came from, by their digests: as runs recorded it, and the lock."""
    found: dict[str, str] = {}
    for tree in runs_told:
        files = tree.get("references")
        for name, digest in files.items() if isinstance(files, dict) else ():
            found.setdefault(str(digest), str(name))
        for address, outcome in _tasks(tree).items():
            takes = outcome.get("pictures") if isinstance(outcome, dict) else None
            for take in takes if isinstance(takes, list) else ():
                for digest in take.get("digests", ()) if isinstance(take, dict) else ():
                    found.setdefault(str(digest), address)
    for address, held in locked.items():
        found |= {
            one: whence(address, held.takes, one) for take in held.takes for one in take.pictures if one
        }
    return found


def _recorded(
    runs_told: Sequence[Mapping[str, Any]], names: Sequence[Address]
) -> dict[Key, Mapping[str, Any]]:
    """The keys that runs recorded for a task, oldest first, each with why the first of them made it."""
    found: dict[Key, Mapping[str, Any]] = {}
    for tree in reversed(runs_told):
        for name in names:
            outcome = _tasks(tree).get(name, {})
            reason = outcome.get("reason") if isinstance(outcome, dict) else None
            for key in _keys(outcome):
                found[key] = found.get(key) or (reason if isinstance(reason, dict) else {})
    return found


def _keys(outcome: Any) -> Iterator[Key]:
    """The keys of the takes that an outcome names, and of what it held before."""
    takes: Iterable[Any] = outcome.get("pictures", ()) if isinstance(outcome, dict) else ()
    for take in takes if isinstance(takes, list) else ():
        key = take.get("key", "") if isinstance(take, dict) else ""
        if is_digest(key):
            yield Key(key)


def _logged(
    results: Sequence[Result],
    store: Store,
    stands: set[Key],
    reasons: Mapping[Key, Mapping[str, Any]],
    known: Mapping[str, str],
) -> Iterator[Logged]:
    previous: Result | None = None
    by_key = {result.key: result for result in results}
    for result in results:
        before = previous if result.adopted is None else by_key.get(result.adopted.of, previous)
        yield Logged(
            result=result,
            is_here=all(store.blobs.has(entry.digest) for entry in result.stored),
            stands=result.key in stands,
            changes=() if before is None else tuple(_named(before, result, known)),
            # A run that names adopted takes beside others made only those: its reason is theirs.
            reason=reasons.get(result.key, {}) if result.adopted is None else {},
        )
        previous = result


def _named(before: Result, result: Result, known: Mapping[str, str]) -> Iterator[Change]:
    """What differs between two results, references with where they came from."""
    for change in recipe_changes(before.recipe, result.recipe):
        old, new = known.get(str(change.old), ""), known.get(str(change.new), "")
        yield replace(change, old_from=old, new_from=new)


def _line(tree: Mapping[str, Any]) -> RunLine:
    counts = tree.get("counts")
    return RunLine(
        id=str(tree["id"]),
        began_at=str(tree.get("began_at", "")),
        seconds=float(tree.get("seconds") or 0),
        provider=str(tree.get("provider", "")),
        pictures=int(tree.get("pictures") or 0),
        price=Money(amount=_amount(tree.get("price")), currency=str(tree.get("currency") or "")),
        exit_code=int(tree.get("exit_code") or 0),
        stopped=str(tree.get("stopped") or ""),
        counts=counts if isinstance(counts, dict) else {},
    )


def _amount(text: object) -> Decimal:
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)


def _tree(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            tree = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}
