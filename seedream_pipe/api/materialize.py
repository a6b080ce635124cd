"""Every picture of a lock under its name, from the store alone: no key, no network, nothing spent.

With a revision, the pipeline and its lock are those of that revision of the git checkout; the store
and the output folder are those of today.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from seedream_pipe import catalog, pictures, profiles
from seedream_pipe.api.checkout import checkout
from seedream_pipe.api.folders import lock_path, output_folder, output_top, store_folder
from seedream_pipe.api.project import opened
from seedream_pipe.api.sources import prices
from seedream_pipe.errors import InvalidPipeline, OverBudget, UsageError
from seedream_pipe.plan.model import Recipe
from seedream_pipe.plan.targets import select
from seedream_pipe.run import lock as locks
from seedream_pipe.run import state as states
from seedream_pipe.run.back import Back
from seedream_pipe.run.notes import Notes
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.outputs import Kept, Outputs, wanted
from seedream_pipe.snapshot.root import Root, find_root
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seedream_pipe.api.project import Project
    from seedream_pipe.api.variant import Variant
    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address, Plan, Task
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.settings import Settings

__all__ = ["Lacking", "Materialized", "materialize"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A picture of the lock that the store does not have, and what it cost, or would cost."""

    address: Address
    digest: str
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Materialized:
    """What was placed, what was in place, what was left alone and why, and what the store lacks.

    `outside` are tasks whose pictures the output folder has and the store has not: a run takes them back,
    for nothing. `unlocked` are tasks that the lock holds nothing of; `nameless` are those that it holds
    pictures of and that the pipeline does not have, so that nobody knows under which name they go.
    """

    folder: Path
    placed: tuple[str, ...] = ()
    in_place: int = 0
    kept: tuple[Kept, ...] = ()
    lacking: tuple[Lacking, ...] = ()
    outside: tuple[Address, ...] = ()
    unlocked: tuple[Address, ...] = ()
    nameless: tuple[Address, ...] = ()


def materialize(
    file: str,
    targets: Sequence[str],
    *,
    settings: Settings,
    variant: Variant,
    revision: str = "",
    force: bool = False,
) -> Materialized:
    """Put the pictures that a lock names under their names. Sends nothing, needs no key.

    Args:
        file: the pipeline.
        targets: which tasks; all when empty.
        settings: the user's; the provider says whether bought pictures or previews are meant.
        variant: as of a run.
        revision: of the git checkout around the file; the file as it is when empty.
        force: whether files that somebody edited are overwritten.

    Raises:
        InvalidPipeline: the pipeline has problems; with a revision, it had them then.
        UsageError: there is no such revision, no lock, or a target means nothing.
        StoreError: the output folder cannot be written.

    """
    if not revision:
        now = opened(file, variant)
        return _placed(now, now, targets, settings, force=force)
    with checkout(Path(file), revision) as checked_out:
        then = opened(os.fspath(checked_out), variant)
        return _placed(then, _today(then, file, variant), targets, settings, force=force)


def _today(then: Project, file: str, variant: Variant) -> Project:
    """The pipeline where it is now; with what it was, when the file is gone or wrong by now."""
    try:
        return opened(file, variant)
    except (InvalidPipeline, UsageError):
        path = Path(os.path.abspath(file))
        root = Root(top=find_root(path.parent), folder=path.parent, shown_prefix=os.path.dirname(file))
        return replace(then, path=path, root=root)


def _placed(
    project: Project, now: Project, targets: Sequence[str], settings: Settings, *, force: bool
) -> Materialized:
    profile = profiles.provider(settings.provider)
    store = Store.open(store_folder(now, settings), create=False)
    plan = project.expand(catalog.maker(profile), provider=profile)
    path = lock_path(project, store, profile)
    lock = locks.read(path, project.pipeline.renamed)
    if not lock:
        name = path.name if profile.paid else "the lock of the previews"
        raise UsageError(f"{name} holds no pictures", hint="seedream-pipe run FILE makes them")
    realm = catalog.maker(profile).realm
    state = states.path_of(store.folder, now.path, realm)
    outputs = Outputs(
        top=output_top(now, settings),
        folder=output_folder(now, settings, realm),
        store=store,
        last=states.read(state),
        force=force,
    )
    work = _Placing(plan=plan, store=store, outputs=outputs, settings=settings, profile=profile)
    for address in select(plan, targets):
        work.task(plan.tasks[address], _locked(lock, plan.tasks[address]))
    if store.folder.is_dir() and work.placed:
        _remember(outputs, state, store)
    return Materialized(
        folder=outputs.folder,
        placed=tuple(work.placed),
        in_place=work.in_place,
        kept=tuple(work.kept),
        lacking=tuple(work.lacking),
        outside=tuple(dict.fromkeys(work.outside)),
        unlocked=tuple(work.unlocked),
        nameless=() if targets else tuple(_nameless(lock, plan)),
    )


def _nameless(lock: dict[Address, Locked], plan: Plan) -> Iterator[Address]:
    known = {name for task in plan.tasks.values() for name in (task.address, *task.was)}
    return (address for address in lock if address not in known)


def _locked(lock: dict[Address, Locked], task: Task) -> Locked | None:
    return next((lock[name] for name in (task.address, *task.was) if name in lock), None)


def _remember(outputs: Outputs, path: Path, store: Store) -> None:
    """Write down whose files these are, so that a run does not take them for somebody's own."""
    last = outputs.last
    state = outputs.state(
        fingerprint="",
        inputs={},
        tasks=0,
        folder=last.folder if last else os.fspath(outputs.folder),
        whole=False,
    )
    writable = Store.open(store.folder)
    writable.disk.folder(path.parent)
    writable.disk.write(path, states.render(state))


class _Placing:
    """Places the pictures of one plan, and counts."""

    def __init__(
        self,
        *,
        plan: Plan,
        store: Store,
        outputs: Outputs,
        settings: Settings,
        profile: ProviderProfile,
    ) -> None:
        self._store, self._outputs = store, outputs
        self._notes = Notes(pipeline=plan.name, store=store) if settings.provenance else None
        self._prices = prices(profile, settings)
        self.placed: list[str] = []
        self.in_place = 0
        self.kept: list[Kept] = []
        self.lacking: list[Lacking] = []
        self.outside: list[Address] = []
        self.unlocked: list[Address] = []

    def task(self, task: Task, locked: Locked | None) -> None:
        """Place what a task holds by the lock."""
        if locked is None:
            self.unlocked.append(task.address)
            return
        takes = tuple(self._typed(take) for take in locked.takes)
        task = replace(task, pick=locked.pick, image=locked.image)
        lost = {digest for take in takes for digest in take.pictures if digest and not self._has(digest)}
        self.lacking += self._lacking(task, tuple(self._nowhere(task, takes, lost)), lost)
        for name, digest in wanted(task, takes):
            if digest not in lost:
                self._place(task, takes, name, digest)

    def _place(self, task: Task, takes: Sequence[TakePictures], name: str, digest: BlobDigest) -> None:
        notes = self._notes
        note = None if notes is None else (lambda: notes.of(task, takes, digest))
        match self._outputs.place(name, digest, note=note):
            case Kept() as kept:
                self.kept.append(kept)
            case Gone():
                self.lacking += self._lacking(task, takes, {digest})
            case placed if placed.written:
                self.placed.append(name)
            case _:
                self.in_place += 1

    def _nowhere(
        self, task: Task, takes: Sequence[TakePictures], lost: set[BlobDigest]
    ) -> Iterator[TakePictures]:
        """The takes with lost pictures that the output folder does not have either."""
        outside = Back(folder=self._outputs.folder, lock={}, store=self._store)
        for take in takes:
            if lost.isdisjoint(take.pictures):
                continue
            if outside.shows(task, take):
                self.outside.append(task.address)
            else:
                yield take

    def _has(self, digest: BlobDigest) -> bool:
        return self._store.blobs.has(digest)

    def _typed(self, take: TakePictures) -> TakePictures:
        """A take with the formats of its pictures, which the lock does not say."""
        result = self._store.results.get(take.key).result
        known = {} if result is None else {entry.digest: entry.media_type for entry in result.stored}
        return replace(
            take,
            media_types=tuple(
                "" if digest is None else known.get(digest) or self._looked(digest)
                for digest in take.pictures
            ),
        )

    def _looked(self, digest: BlobDigest) -> str:
        try:
            with self._store.blobs.path(digest).open("rb") as file:
                return pictures.inspect(file).media_type
        except (OSError, pictures.NotAPicture):
            return ""

    def _lacking(self, task: Task, takes: Sequence[TakePictures], lost: set[BlobDigest]) -> Iterator[Lacking]:
        for take in takes:
            for digest in take.pictures:
                if digest is not None and digest in lost:
                    yield Lacking(address=task.address, digest=digest, price=self._price(task, take))

    def _price(self, task: Task, take: TakePictures) -> Money:
        """The price of one picture: a share of what its call cost, else what it would cost today."""
        result = self._store.results.get(take.key).result
        if result is not None and result.currency:
            result = self._store.results.priced(result)
            whole = Money(amount=Decimal(result.price), currency=result.currency)
            return replace(whole, amount=whole.amount / max(len(result.stored), 1))
        if not isinstance(task.recipe, Recipe):
            return Money()
        try:
            return self._prices(task.recipe.generation, 1, len(task.inputs))
        except OverBudget:
            return Money()
