"""Why what a task is made of is another picture than it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedream_pipe.picks.model import take_text
from seedream_pipe.plan.model import FromTask, FromUrl, Known
from seedream_pipe.run.changes import changes_since
from seedream_pipe.run.decisions import (
    Make,
    Past,
    Reuse,
    TaskForecast,
)
from seedream_pipe.run.outcomes import (
    TakePictures,
)
from seedream_pipe.run.reasons import (
    Adopted,
    Change,
    FileChanged,
    HeldApproved,
    PickChanged,
    Remade,
    Replaced,
    root_causes,
)
from seedream_pipe.run.resolve import Resolved, picked, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Address, Input, Plan, Task
    from seedream_pipe.run.reasons import Cause

__all__ = ["Causes", "whence"]


class Causes:
    """Why inputs are other pictures than they were: told from the tasks that were looked at before."""

    def __init__(self, plan: Plan, past: Past, tasks: Mapping[Address, TaskForecast]) -> None:
        self._plan, self._past, self._tasks = plan, past, tasks
        self._owners: dict[str, Address] = {}
        self._known = 0
        self._by_file: Mapping[str, str] | None = None

    def of_unmade(self, unmade: tuple[Address, ...]) -> tuple[Cause, ...]:
        """Where it began that these tasks are to be made."""
        picks = [self._pick(address) for address in unmade]
        decisions = {address: self._tasks[address].decision for address in unmade}
        reasons = {address: made.reason for address, made in decisions.items() if isinstance(made, Make)}
        return tuple(dict.fromkeys([*(cause for cause in picks if cause), *root_causes(reasons)]))

    def _pick(self, address: Address) -> PickChanged | None:
        """Whether another take is picked of a task than when it was last done."""
        task, locked = self._plan.tasks[address], self._past.locked(address)
        if locked is None or locked.pick is None or task.pick is None:
            return None
        old, new = take_text(locked.pick, locked.image), take_text(task.pick, task.image)
        return None if old == new else PickChanged(task=address, old=old, new=new)

    def of(self, given: Input, old: str | None, new: str) -> Cause | None:
        """Why an input has another digest than before."""
        match given:
            case Known() | FromUrl():
                return FileChanged(file=self.now(given, new), is_new=old is None)
            case FromTask():
                return None if old is None else self._of_task(given.task, old, new)

    def now(self, given: Input, digest: str) -> str:
        """Where a picture of an input comes from: a file, a URL, or a take of a task."""
        match given:
            case Known():
                return given.shown or given.label
            case FromUrl():
                return given.url
            case FromTask():
                return whence(given.task, self._tasks[given.task].takes, digest)

    def before(self, digest: str) -> str:
        """Where a picture came from that was an input; empty where nobody knows."""
        owner = self._owner(digest)
        if owner is not None:
            return whence(owner, self._tasks[owner].takes, digest)
        return self._files().get(digest, "") or self._past.whence(digest)

    def _files(self) -> Mapping[str, str]:
        if self._by_file is None:
            inputs = (given for task in self._plan.tasks.values() for given in task.inputs)
            files = [given for given in inputs if isinstance(given, Known) and given.shown]
            self._by_file = {given.digest: given.shown for given in files}
        return self._by_file

    def _of_task(self, address: Address, old: str, new: str) -> Cause | None:
        task, found = self._plan.tasks[address], self._tasks[address]
        if isinstance(found.decision, Reuse | Make) and found.decision.approved:
            return HeldApproved(task=address)
        before = _take_of(found.takes, old)
        if before is not None:
            return self._picked_anew(task, before, _take_of(found.takes, new) or before)
        owner = self._owner(old) or _task_in(self._past.whence(old))
        if owner and owner != address:
            return Replaced(old=owner, new=address)
        stands = next((take for take in found.takes if take.take == task.pick), None)
        if stands is None:
            return None
        if stands.adopted is not None:
            told = stands.adopted
            return Adopted(task=address, by=told.by, at=told.at, words=told.reason)
        made = self._past.result(stands.key).result
        at = "" if made is None else made.created_at
        changes, began = self._since_locked(task, old), self._past.began(stands.key)
        return Remade(task=address, at=at, changes=changes, began=began)

    def _picked_anew(self, task: Task, old: tuple[int, int], new: tuple[int, int]) -> PickChanged | None:
        """Another take of a task; of the same one, another picture that a person picked."""
        if old[0] == new[0] and task.image is None:
            return None
        series = task.is_series and task.image is not None
        before, now = (take_text(take, image if series else None) for take, image in (old, new))
        return PickChanged(task=task.address, old=before, new=now)

    def _since_locked(self, task: Task, old: str) -> tuple[Change, ...]:
        """What differs from the recipe that the lock has for a task, where that made the old picture."""
        locked = self._past.locked(task.address)
        takes = () if locked is None else locked.takes
        key_then = next((take.key for take in takes if old in take.pictures), None)
        before = None if key_then is None else self._past.result(key_then).result
        resolved = resolve(task, self._pictures, self._past.pinned)
        return changes_since(before, task, resolved if isinstance(resolved, Resolved) else None)

    def _pictures(self, address: Address) -> tuple[BlobDigest | None, ...]:
        return picked(self._plan.tasks[address], self._tasks[address].takes)

    def _owner(self, digest: str) -> Address | None:
        """The task that has a picture among its takes."""
        for found in list(self._tasks.values())[self._known :]:
            for take in found.takes:
                self._owners |= {one: found.address for one in take.pictures if one is not None}
        self._known = len(self._tasks)
        return self._owners.get(digest)


def whence(address: Address, takes: Sequence[TakePictures], digest: str) -> str:
    """A picture among the takes of a task, as people say it: ``sheet@mei take 3``, ``turn[2]``."""
    found = _take_of(takes, digest)
    if found is None:
        return address
    number, at = found
    several = next(len(take.pictures) > 1 for take in takes if take.take == number)
    name = f"{address}[{at}]" if several else address
    return f"{name} take {number}" if len(takes) > 1 else name


def _task_in(place: str) -> Address:
    """The task of a place as `whence` words it; of a file there is none."""
    name = place.partition(" take ")[0].partition("[")[0]
    return "" if "/" in name or "." in name else name


def _take_of(takes: Iterable[TakePictures], digest: str) -> tuple[int, int] | None:
    """Which take has a picture, and at which place; None when none has."""
    found = ((take.take, at) for take in takes for at, one in enumerate(take.pictures) if one == digest)
    return next(found, None)
