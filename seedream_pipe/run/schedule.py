"""Which tasks can go, given what became of the others. A pure state machine, one owner.

Rule 1: a task is ready when everything it needs has pictures: those of its picked take,
whatever became of the others.
Rule 2: what needs a task that has none is skipped at once, with the first cause named;
what needs one that *waits* waits as well.
Rule 3: every task ends exactly once.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from seedream_pipe import graph
from seedream_pipe.run.outcomes import Failed, Held, Made, Refused, Reused, Skipped, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.run.outcomes import Outcome

__all__ = ["Schedule", "has_pictures"]


def has_pictures(outcome: Outcome) -> bool:
    """Whether what needs the task can go on."""
    match outcome:
        case Made() | Reused():
            return True
        case Waiting() | Held() | Refused() | Failed():
            return bool(outcome.takes)
        case Skipped():
            return False


class Schedule:
    """The tasks of a run and what became of them."""

    def __init__(self, plan: Plan, targets: Iterable[Address]) -> None:
        needs = plan.needs()
        wanted = graph.ancestors(needs, targets)
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
        if has_pictures(outcome):
            for user in self._users[address]:
                self._missing[user] -= 1
                if not self._missing[user] and user not in self.outcomes:
                    self._ready.append(user)
            return []
        return self._end_users(address, outcome)

    def stop(self, outcome: Outcome) -> list[tuple[Address, Outcome]]:
        """End everything that has not begun; the tasks that have are still to be ended one by one."""
        ended: list[tuple[Address, Outcome]] = []
        while (address := self.next()) is not None:
            self.outcomes[address] = outcome
            ended.append((address, outcome))
            ended += self._end_users(address, outcome)
        return ended

    def _end_users(self, address: Address, outcome: Outcome) -> list[tuple[Address, Outcome]]:
        ended: list[tuple[Address, Outcome]] = []
        queue = deque(self._users[address])
        while queue:
            user = queue.popleft()
            if user in self.outcomes:
                continue
            self.outcomes[user] = after(address, outcome)
            ended.append((user, self.outcomes[user]))
            queue.extend(self._users[user])
        return ended


def after(address: Address, outcome: Outcome) -> Outcome:
    """What becomes of a task that needs one without pictures."""
    match outcome:
        case Waiting():
            return Waiting(why=outcome.why, message=f"needs {address}, which waits: {outcome.message}")
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
