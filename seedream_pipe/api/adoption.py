"""Pictures bound to a recipe that they were not made of, because a person says that they are as good.

A typo in a prompt is mended, and three hundred frames would be bought anew: `adopt` keeps them.
Each take gets a result under its new key with the same blobs, at no price, with who said so, when,
why and what differs; the lock says it too, so that a clone knows it.

Rule 1: only what a task holds: the takes of the lock whose pictures the store has.
Rule 2: only where all inputs are known: what a task needs is there, or adopted before it.
Rule 3: what is held as approved, only by its own address: its recipe may have changed in more than was meant.
"""

from __future__ import annotations

import getpass
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Final

from seedream_pipe import profiles
from seedream_pipe.api import lock_file
from seedream_pipe.api.binding import bind, differences
from seedream_pipe.api.checkout import ask
from seedream_pipe.api.folders import lock_path, store_folder
from seedream_pipe.api.past import Remembered
from seedream_pipe.api.planning import past_of, planned_with
from seedream_pipe.digest import Key
from seedream_pipe.errors import UsageError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.run.decisions import Make, Reuse
from seedream_pipe.run.forecast import stale_of
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.settle import now
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Adoption, Miss

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.run.decisions import Decision, Forecast
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.run.reasons import Change
    from seedream_pipe.settings import Settings

__all__ = ["Adopted", "Adoptions", "adoptions", "release", "who"]

_NO_KEY: Final = Key("")
_APPROVED: Final = "it is approved and stays as it is; name it by its own address to adopt it too"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One task whose pictures are to stand for its new recipe, and what differs from the old one."""

    address: Address
    takes: tuple[TakePictures, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoptions:
    """What would be adopted, what would have been bought instead, and what does not suit, with the reason."""

    tasks: tuple[Adopted, ...]
    saved: Money
    skipped: Mapping[Address, str]
    before: Forecast
    after: Forecast


def who(folder: Path) -> str:
    """The person at work: as git knows them in a folder, else by their login."""
    with suppress(UsageError):
        asked = ask(folder, "var", "GIT_AUTHOR_IDENT", seconds=5)
        name = asked.stdout.decode("utf-8", "replace").partition(" <")[0].strip()
        if asked.returncode == 0 and name:
            return name
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def adoptions(
    project: Project, targets: Sequence[str], reason: str, *, settings: Settings, by: str, write: bool
) -> Adoptions:
    """Bind the pictures that tasks hold to their recipes of today. Sends nothing, costs nothing.

    Args:
        project: from `load`.
        targets: which tasks; what is up to date among them is passed over, and what is held as approved
            and not named by its own address.
        reason: why, for those who ask later.
        settings: the user's.
        by: who says so.
        write: whether it is done, or only looked at.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing, nothing suits, or they are previews.
        StoreError: it cannot be written.

    """
    profile = profiles.provider(settings.provider)
    if not profile.paid:
        raise UsageError(
            "previews are not adopted: they are drawn anew for nothing",
            hint="name the provider that the pictures were bought from: --provider 302ai, ark or byteplus",
        )
    store = Store.open(store_folder(project, settings), create=write)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(store))
        past = past_of(project, store, ledger, profile, settings)
        before = planned_with(project, targets, settings, profile, past)
        told = Adoption(of=_NO_KEY, by=by, at=now(), reason=reason)
        held_back = set(stale_of(before.forecast)) - set(targets)
        adopting = _Adopting.of(past, frozenset(before.targets) - held_back, told)
        after = planned_with(project, targets, settings, profile, adopting)
        found = _found(before, after, adopting)
        if not found.tasks and found.skipped:
            address, why = next(iter(found.skipped.items()))
            more = f" (and {len(found.skipped) - 1} more)" if len(found.skipped) > 1 else ""
            raise UsageError(f'"{address}"{more} cannot be adopted: {why}')
        if write:
            for task in found.tasks:
                bind(task.address, task.takes, after.plan, after.forecast, adopting)
            held = {task.address: task.takes for task in found.tasks}
            lock_file.update(lock_path(project, store, profile), store, after.plan.tasks, held)
    return found


def release(
    project: Project, targets: Sequence[str], *, settings: Settings, write: bool
) -> Mapping[Address, str]:
    """Let go of what was adopted: the records go to ``trash/``, the lock names the pictures as before.

    Sends nothing, costs nothing; what is released is stale again, and made anew by a run that is agreed to.

    Args:
        project: from `load`.
        targets: which tasks; those of them that stand for no adopted recipe are passed over.
        settings: the user's.
        write: whether it is done, or only looked at.

    Returns:
        Who had adopted it, by task.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing.
        StoreError: it cannot be written.

    """
    profile = profiles.provider(settings.provider)
    store = Store.open(store_folder(project, settings), create=write)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(store)) if profile.paid else None
        past = past_of(project, store, ledger, profile, settings)
        found = planned_with(project, targets, settings, profile, past)
    held = {address: found.forecast.tasks[address].takes for address in found.targets}
    adopted = {address: _by(takes) for address, takes in held.items() if _by(takes)}
    if write and adopted:
        # The lock first: what it still says that somebody adopted would count without a record.
        before = {address: [_as_before(take, past) for take in held[address]] for address in adopted}
        lock_file.update(lock_path(project, store, profile), store, found.plan.tasks, before)
        for take in (take for address in adopted for take in held[address] if take.adopted is not None):
            store.results.set_aside(take.key)
    return adopted


def _by(takes: Sequence[TakePictures]) -> str:
    return next((take.adopted.by for take in takes if take.adopted is not None), "")


def _as_before(take: TakePictures, past: Remembered) -> TakePictures:
    if take.adopted is None:
        return take
    before = past.result(take.adopted.of).result
    return replace(take, key=take.adopted.of, adopted=None if before is None else before.adopted)


@dataclass(slots=True, kw_only=True)
class _Adopting(Remembered):
    """What is remembered, and what tasks hold stands for what they would become.

    The forecast asks `back` for exactly the keys that it misses, in the plan's order, with the
    inputs of each known by then.
    """

    targets: Collection[Address]
    told: Adoption
    bound: dict[Address, dict[int, TakePictures]] = field(default_factory=dict)

    @classmethod
    def of(cls, past: Remembered, targets: Collection[Address], told: Adoption) -> _Adopting:
        """The same memory, for a person who adopts."""
        known = {each.name: getattr(past, each.name) for each in fields(past)}
        return cls(**known, targets=targets, told=told)

    def back(self, task: Task, take: int, key: Key) -> tuple[BlobDigest | None, ...] | None:
        """The pictures that the task holds as that take; else as the memory has them."""
        held = self._held(task, take) if task.address in self.targets else None
        if held is None or held.key == key or task.recipe.maker.realm == "local":
            return Remembered.back(self, task, take, key)
        told = replace(self.told, of=held.key)
        self.bound.setdefault(task.address, {})[take] = replace(held, key=key, adopted=told)
        return held.pictures

    def _held(self, task: Task, take: int) -> TakePictures | None:
        locked = self.locked(task.address)
        held = next((each for each in locked.takes if each.take == take), None) if locked else None
        if held is None or not any(held.pictures):
            return None
        before = self.result(held.key)
        if isinstance(before, Miss) and before.reason == "test server":
            return None
        there = all(digest is None or self.store.blobs.has(digest) for digest in held.pictures)
        return held if there else None


def _found(before: Planned, after: Planned, adopting: _Adopting) -> Adoptions:
    tasks: list[Adopted] = []
    skipped: dict[Address, str] = {}
    saved = Money()
    for address in before.targets:
        was = before.forecast.tasks[address].decision
        takes = tuple(adopting.bound.get(address, {}).values())
        if takes:
            changes = differences(address, takes[0], after.plan, after.forecast, adopting)
            tasks.append(Adopted(address=address, takes=takes, changes=changes))
            saved = saved.plus(_less(was, after.forecast.tasks[address].decision))
        elif not isinstance(was, Reuse) or was.approved:
            by_name = address in adopting.targets
            skipped[address] = _why_not(after, adopting, address) if by_name else _APPROVED
    return Adoptions(
        tasks=tuple(tasks), saved=saved, skipped=skipped, before=before.forecast, after=after.forecast
    )


def _less(was: Decision, still: Decision) -> Money:
    """What of a price is not to be paid any more: further takes may still be."""
    if not isinstance(was, Make):
        return Money()
    left = still.worst.amount if isinstance(still, Make) else 0
    return replace(was.worst, amount=was.worst.amount - left)


def _why_not(after: Planned, past: Remembered, address: Address) -> str:
    if after.plan.tasks[address].recipe.maker.realm == "local":
        return "an operation makes it for nothing"
    if past.locked(address) is None:
        return "it holds no pictures"
    for need in after.plan.needs()[address]:
        if not after.forecast.tasks[need].takes:
            return f"it needs {need}, which is to be made first"
        if after.plan.tasks[need].pick is None:
            return f"it needs a pick of {need}"
    return "its pictures are not in this store"
