"""The takes of tasks: what there is of each picture, where it is, what it cost, which one stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from seedream_pipe import catalog, profiles
from seedream_pipe.api.folders import lock_path, output_folder, output_top, shown_path, store_folder
from seedream_pipe.api.planning import planned
from seedream_pipe.errors import UsageError
from seedream_pipe.picks.model import take_text
from seedream_pipe.run import lock as locks
from seedream_pipe.run import state as states
from seedream_pipe.run.decisions import Make, Reuse
from seedream_pipe.run.outcomes import Money
from seedream_pipe.run.outputs import Outputs, wanted
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.run.decisions import TaskForecast
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.settings import Settings
    from seedream_pipe.store.results import Result

__all__ = ["OnePicture", "TaskTakes", "gap_of", "present", "takes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePicture:
    """One picture of a take. `label` is what `pick` takes: ``2``, of a series ``2.1``.

    `digest` is None for a picture that did not come; `path` is empty when its bytes are not in
    the store. `result` is what the store knows of its making: price, time, size, provider.
    """

    label: str
    take: int
    index: int
    digest: BlobDigest | None
    path: str
    stands: bool
    result: Result | None

    @property
    def price(self) -> Money:
        """What the call cost that made it; a series was one call."""
        if self.result is None or not self.result.currency:
            return Money()
        return Money(amount=Decimal(self.result.price), currency=self.result.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTakes:
    """All takes of a task. `pick` is which stands for it as people write it, empty at a gate.

    `is_earlier` says that they are of an earlier recipe, because those of the present one are still
    to be made; `missing` are the numbers of those; `approved` that the task is held at its pictures.
    """

    address: Address
    pick: str
    pictures: tuple[OnePicture, ...]
    missing: tuple[int, ...]
    is_earlier: bool = False
    approved: bool = False
    is_series: bool = False
    is_first: bool = False
    """Whether nobody picked, and the first take stands."""
    more: Money = field(default_factory=Money)
    """What the missing ones cost at most."""


def takes(project: Project, targets: Sequence[str], *, settings: Settings) -> tuple[TaskTakes, ...]:
    """The takes of the tasks that are meant; without targets, of all that there is something to pick of.

    Sends nothing, writes nothing, needs no key.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing, or there is nothing to pick.

    """
    found = planned(project, targets, settings=settings, unpriced=True)
    wanted_tasks = [address for address in found.targets if targets or found.plan.tasks[address].is_choice]
    if not wanted_tasks:
        raise UsageError(
            "no task has several takes, and none waits for a pick",
            hint="`takes: 4` in a step makes four; name a task to see the one that it has",
        )
    shelf = _Shelf.of(found, settings)
    return tuple(shelf.takes(address) for address in wanted_tasks)


def present(found: TaskForecast, locked: Locked | None) -> tuple[tuple[TakePictures, ...], bool]:
    """The takes that a task holds now, and whether they are of an earlier recipe."""
    if isinstance(found.decision, Reuse) and found.decision.approved:
        return found.takes, True
    if found.takes or locked is None:
        return found.takes, False
    return locked.takes, True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """Where the pictures of a plan are found."""

    found: Planned
    store: Store
    lock: Mapping[Address, Locked]
    outputs: Outputs

    @classmethod
    def of(cls, found: Planned, settings: Settings) -> _Shelf:
        profile = profiles.provider(settings.provider)
        realm = catalog.maker(profile).realm
        store = Store.open(store_folder(found.project, settings), create=False)
        outputs = Outputs(
            top=output_top(found.project, settings),
            folder=output_folder(found.project, settings, realm),
            store=store,
            last=states.read(states.path_of(store.folder, found.project.path, realm)),
        )
        lock = locks.read(lock_path(found.project, store, profile), found.project.pipeline.renamed)
        return cls(found=found, store=store, lock=lock, outputs=outputs)

    def takes(self, address: Address) -> TaskTakes:
        task, found = self.found.plan.tasks[address], self.found.forecast.tasks[address]
        here, is_earlier = present(found, self.lock.get(address))
        named = {digest: name for name, digest in reversed(list(wanted(task, here)))}
        have = set() if is_earlier else {take.take for take in here}
        make = found.decision if isinstance(found.decision, Make) else None
        return TaskTakes(
            address=address,
            pick="" if task.pick is None else take_text(task.pick, task.image),
            pictures=tuple(self._pictures(task, here, named)),
            missing=tuple(number for number in range(1, task.takes + 1) if number not in have),
            is_earlier=is_earlier,
            approved=task.approved is not None,
            is_series=task.is_series,
            is_first=task.pick == 1 and not task.is_picked,
            more=Money() if make is None else make.worst,
        )

    def _pictures(
        self, task: Task, here: Sequence[TakePictures], named: Mapping[BlobDigest, str]
    ) -> Iterator[OnePicture]:
        for take in sorted(here, key=lambda take: take.take):
            known = self.store.results.get(take.key).result
            result = None if known is None else self.store.results.priced(known)
            for index, digest in enumerate(take.pictures):
                stands = take.take == task.pick and (task.image is None or index == task.image)
                yield OnePicture(
                    label=take_text(take.take, index if task.is_series else None),
                    take=take.take,
                    index=index,
                    digest=digest,
                    path="" if digest is None else self._path(digest, named.get(digest, "")),
                    stands=stands,
                    result=result,
                )

    def _path(self, digest: BlobDigest, name: str) -> str:
        """Where a person finds a picture: under its name, else in the store."""
        if name and self.outputs.would(name, digest) == "in place":
            return shown_path(self.outputs.folder / name)
        return shown_path(self.store.blobs.path(digest)) if self.store.blobs.has(digest) else ""


def gap_of(picture: OnePicture) -> Gap | None:
    """Why a picture did not come, where the store knows."""
    gaps = () if picture.result is None else picture.result.gaps
    return next((gap for gap in gaps if gap.index == picture.index), None)
