"""The lock beside a pipeline, written: a line for each task, those that were done with what they hold now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedream_pipe.api.beside import replaced
from seedream_pipe.ledger.claims import locked
from seedream_pipe.run import lock as locks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.store.folder import Store

__all__ = ["line", "update"]


def line(task: Task, takes: Sequence[TakePictures]) -> locks.Locked:
    """What the lock says of a task that holds these takes."""
    return locks.Locked(address=task.address, takes=tuple(takes), pick=task.pick, image=task.image)


def update(
    path: Path, store: Store, tasks: Mapping[Address, Task], held: Mapping[Address, Sequence[TakePictures]]
) -> None:
    """Write what tasks hold into the lock. Not touched when it says so already.

    Args:
        path: the lock.
        store: whose lock keeps two runs from writing at once.
        tasks: all of the plan; lines of others go.
        held: the tasks that were done, with their takes.

    """
    with locked(store, "lock-file"):
        # Read anew: another run of the pipeline may have written its own lines meanwhile.
        before = locks.read(path, _renamed(tasks.values()))
        lines = {address: found for address, found in before.items() if address in tasks}
        lines |= {address: line(tasks[address], takes) for address, takes in held.items() if takes}
        text = locks.render(lines, tasks).encode()
        if not path.exists() or path.read_bytes() != text:
            replaced(path, text)


def _renamed(tasks: Iterable[Task]) -> dict[str, str]:
    """The step of today for each name that a step had before."""
    return {old.partition("@")[0]: task.step for task in tasks for old in task.was}
