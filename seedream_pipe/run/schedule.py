"""Which tasks can go, given what became of the others. A pure state machine, one owner.

Rule 1: a task is ready when everything it needs has pictures: those of its picked take,
whatever became of the others.
Rule 2: what needs a task that has none is skipped at once, with the first cause named;
what needs one that *waits* waits as well.
Rule 3: every task ends exactly once.
Rule 4: a task that turned out not to be needed, because a group came with fewer pictures,
keeps nothing from going on that takes all there are; what wants its picture by name is skipped.
Rule 5: what needs a gate, a task of which nobody has picked a take yet, waits for that pick.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from seedream_pipe import graph
from seedream_pipe.plan.model import FromTask
from seedream_pipe.run.outcomes import (
    Failed,
    Held,
    Made,
    NotNeeded,
    Refused,
    Reused,
    Skipped,
    Waiting,
    to_pick,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seedream_pipe.plan.model import Address, Plan, Task
    from seedream_pipe.run.outcomes import Outcome

__all__ = ["Schedule", "after", "can_do_without", "has_pictures"]

_NEEDS: Final = "needs "
"""How the message begins of a task that waits for another; those behind it name the same first cause."""


def has_pictures(outcome: Outcome) -> bool:
    """Whether what needs the task can go on."""
    match outcome:
        case Made() | Reused():
            return True
        case Waiting() | Held() | Refused() | Failed():
            return bool(outcome.takes)
        case Skipped() | NotNeeded():
            return False


def can_do_without(task: Task, need: Address) -> bool:
    """Whether a task goes on without one that is not needed: it takes what there is, or waits its turn."""
    return not any(
        isinstance(given, FromTask) and given.task == need and not given.optional for given in task.inputs
    ) and not (task.picture_of is not None and task.picture_of.task == need)


class Schedule:
    """The tasks of a run and what became of them."""

    def __init__(self, plan: Plan, targets: Iterable[Address]) -> None:
        needs = plan.needs()
        wanted = graph.ancestors(needs, targets)
        self._tasks = plan.tasks
        self._needs = {address: needs[address] for address in plan.tasks if address in wanted}
        self._users = graph.inverted(self._needs)
        self._missing = {address: len(wants) for address, wants in self._needs.items()}
        self._ready = deque(address for address, count in self._missing.items() if not count)
        self.outcomes: dict[Address, Outcome] = {}

    @property
    def total(self) -> int:
        """How many tasks this run is about."""
        return len(self._needs)

    @property
    def done(self) -> bool:
        """Whether every task has ended."""
        return len(self.outcomes) == len(self._needs)

    def next(self) -> Address | None:
        """A task that can go now, in the plan's order; each is given once."""
        return self._ready.popleft() if self._ready else None

    def end(self, address: Address, outcome: Outcome) -> list[tuple[Address, Outcome]]:
        """Note what became of a task; gives the tasks that end with it because they need it."""
        self.outcomes[address] = outcome
        if not has_pictures(outcome):
            return self._end_users(address, outcome)
        if self._tasks[address].pick is None:
            return self._end_users(address, to_pick(self._tasks[address].takes))
        self._go_on(self._users[address])
        return []

    def stop(self, outcome: Outcome) -> list[tuple[Address, Outcome]]:
        """End everything that has not begun; the tasks that have are still to be ended one by one."""
        ended: list[tuple[Address, Outcome]] = []
        while (address := self.next()) is not None:
            self.outcomes[address] = outcome
            ended.append((address, outcome))
            ended += self._end_users(address, outcome)
        return ended

    def _go_on(self, users: Iterable[Address]) -> None:
        for user in users:
            self._missing[user] -= 1
            if not self._missing[user] and user not in self.outcomes:
                self._ready.append(user)

    def _end_users(self, address: Address, outcome: Outcome) -> list[tuple[Address, Outcome]]:
        """End what needs a task without pictures, and what needs that; each with the first cause named."""
        ended: list[tuple[Address, Outcome]] = []
        queue = deque([(address, outcome)])
        while queue:
            need, ended_with = queue.popleft()
            for user in self._users[need]:
                if user in self.outcomes:
                    continue
                if isinstance(ended_with, NotNeeded) and can_do_without(self._tasks[user], need):
                    self._go_on([user])
                    continue
                self.outcomes[user] = after(need, ended_with, user=self._tasks[user])
                ended.append((user, self.outcomes[user]))
                queue.append((user, self.outcomes[user]))
        return ended


def after(address: Address, outcome: Outcome, *, user: Task) -> Outcome:
    """What becomes of a task that needs one without pictures."""
    match outcome:
        case NotNeeded() if user.picture_of is not None and user.picture_of.task == address:
            return NotNeeded(because=outcome.because, message=outcome.message)
        case NotNeeded():
            return Skipped(because=address, message=f"needs {address}, which is not there: {outcome.message}")
        case Waiting(why="pick"):
            gate = outcome.because or address
            return Waiting(why="pick", message=f"needs a pick of {gate}", because=gate)
        case Waiting(message=message) if message.startswith(_NEEDS):
            return Waiting(why=outcome.why, message=message)
        case Waiting():
            return Waiting(why=outcome.why, message=f"{_NEEDS}{address}, which waits: {outcome.message}")
        case Held():
            return Waiting(why="held", message=f"needs {address}, which is held")
        case Refused():
            return Skipped(because=address, message=f"needs {address}, which was refused")
        case Failed():
            return Skipped(because=address, message=f"needs {address}, which failed")
        case Skipped():
            return Skipped(because=outcome.because, message=outcome.message)
        case Made() | Reused():
            raise ValueError("a task with pictures keeps nothing from going on")
