"""What a run would do, why, and for how much: the plan held against the store. Sends nothing.

The reason is born with the decision; `plan`, `why` and the report show the same one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from seedream_pipe import graph
from seedream_pipe.money import written
from seedream_pipe.plan.key import key, keyed
from seedream_pipe.plan.model import FromTask, FromUrl, Recipe, TransformRecipe
from seedream_pipe.run.outcomes import (
    Failed,
    Held,
    Money,
    NotNeeded,
    Outcome,
    Refused,
    TakePictures,
    lost,
)
from seedream_pipe.run.resolve import Resolved, not_needed, picked, resolve
from seedream_pipe.run.schedule import after, can_do_without
from seedream_pipe.store.results import Miss, Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from seedream_pipe.digest import BlobDigest, Json, Key
    from seedream_pipe.makers import Generation
    from seedream_pipe.plan.model import Address, Input, Plan, Task
    from seedream_pipe.problems import Place
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.store.results import Lookup, Result

__all__ = [
    "ORDER",
    "BackFromOut",
    "BlobLost",
    "Blocked",
    "ByTestServer",
    "Change",
    "Decision",
    "Forecast",
    "InputChanged",
    "Make",
    "MoreTakes",
    "Needless",
    "NeverMade",
    "NotHere",
    "PaidFor",
    "Past",
    "Prices",
    "Reason",
    "RecipeChanged",
    "Reuse",
    "TaskForecast",
    "forecast",
    "pictures_of",
]


ORDER: Final = "order"
"""The label of the change when the same references stand in another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A field of the recipe that differs from what the task holds now, and where it is said."""

    field: str
    old: Json
    new: Json
    at: Place | None = None
    label: str = ""
    """For a reference: which one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverMade:
    """The task holds no pictures yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere:
    """The lock names pictures that this store does not have, so what changed cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeChanged:
    """The author changed something that shapes the pictures."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChanged:
    """Reference pictures changed or will: `tasks` are those that are to be made first."""

    tasks: tuple[Address, ...]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobLost:
    """The pictures were bought and are gone from the store or damaged: `message` says which."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidFor:
    """Bought already: the answer is on disk, and its pictures only have to be fetched, for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackFromOut:
    """The store has lost the pictures, and the output folder still has them: taken back for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreTakes:
    """The task has takes of this recipe, and `count` more are asked for."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTestServer:
    """A test server at `origin` made the pictures: they do not stand for bought ones."""

    origin: str


Reason: TypeAlias = (
    NeverMade
    | NotHere
    | RecipeChanged
    | InputChanged
    | BlobLost
    | PaidFor
    | BackFromOut
    | MoreTakes
    | ByTestServer
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """Everything is in the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """Pictures have to be made. `worst` is the most that can cost, `least` the least (a group may be short).

    `pictures` is how many have to be bought at most: none when all are paid for already, or
    when an equal request of the task `shared` is bought instead. `perhaps` says that it was
    planned for a picture of a group that may come with fewer; `local` that an operation of
    this machine makes it, which costs nothing.
    """

    reason: Reason
    worst: Money
    least: Money
    pictures: int
    shared: Address = ""
    perhaps: bool = False
    local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needless:
    """There is nothing to do: the picture of the group that the task was planned for did not come."""

    outcome: NotNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Nothing can be done by itself: a hold, a remembered refusal, or a need of one."""

    outcome: Outcome
    because: Address = ""


Decision: TypeAlias = Reuse | Make | Needless | Blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskForecast:
    """What would become of one task; `takes` is what the store has of it."""

    address: Address
    decision: Decision
    takes: tuple[TakePictures, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run would do, in the plan's order."""

    pipeline: str
    provider: str
    tasks: Mapping[Address, TaskForecast]
    worst: Money = field(default_factory=Money)
    least: Money = field(default_factory=Money)
    holds: tuple[Held, ...] = ()
    """Calls in the store that may be owed and that no task here is blocked by."""
    put_back: tuple[str, ...] = ()
    """Files of tasks that are up to date, below the output folder, that a run would put there again."""
    kept: tuple[str, ...] = ()
    """Files in their place that somebody edited or put there; a run leaves them alone."""
    limit: str = ""
    """The cap that stops a run before the worst price, where there is one: whose it is and how much."""
    reach: int = 0
    """How many pictures that cap lets through, if each costs its worst."""
    others: tuple[Money, ...] = ()
    """The worst price in each further currency, should providers that charge in it make everything."""
    resends: int = 0
    """How often a call that may have been charged is sent again by itself, each time at its worst."""

    @property
    def asked(self) -> tuple[Money, ...]:
        """The most that a run may cost, in each currency: what a person agrees to."""
        return tuple(worst.times(1 + self.resends) for worst in (self.worst, *self.others))

    def counts(self) -> Counter[str]:
        """How many tasks would be reused, made or are blocked."""
        names = {Reuse: "reuse", Make: "make", Blocked: "blocked", Needless: "needless"}
        return Counter(names[type(task.decision)] for task in self.tasks.values())

    @property
    def pictures(self) -> int:
        """How many pictures would be made at most."""
        return sum(task.decision.pictures for task in self.tasks.values() if isinstance(task.decision, Make))


class Past(Protocol):
    """What the store, the ledger and the lock remember. Reads only."""

    def result(self, key: Key) -> Lookup:
        """What a key produced."""

    def locked(self, address: Address) -> Locked | None:
        """What a task held when it was last done."""

    def hold(self, key: Key) -> Held | None:
        """A call for this key whose outcome is unknown."""

    def holds(self) -> tuple[Held, ...]:
        """Every call of the store whose outcome is unknown."""

    def answered(self, key: Key) -> bool:
        """Whether an answer for this key is on disk, to be completed for nothing."""

    def refusal(self, key: Key) -> Refused | None:
        """The content filter's remembered no."""

    @property
    def retry_lost(self) -> bool:
        """Whether what was paid for and is lost may be bought again."""

    def paid_and_lost(self, key: Key) -> Money | None:
        """What was paid for a key whose pictures the store has lost; None when they were never bought."""

    def back(self, task: Task, take: int, key: Key) -> tuple[BlobDigest | None, ...] | None:
        """The pictures of a key that was lost, when the output folder has them all."""

    def pinned(self, url: str) -> BlobDigest | None:
        """The digest of a URL that was fetched already."""


Prices: TypeAlias = "Callable[[Generation, int, int], Money]"
"""The price of one call for a number of pictures, with a number of references; raises where unknown."""


def forecast(
    plan: Plan,
    targets: Iterable[Address],
    past: Past,
    prices: Prices,
    *,
    provider: str,
) -> Forecast:
    """Say for every target, and all it needs, what would become of it."""
    wanted = graph.ancestors(plan.needs(), targets)
    walk = _Walk(plan, past, prices)
    for address in plan.tasks:
        if address in wanted:
            walk.visit(plan.tasks[address])
    worst, least = Money(), Money()
    for task in walk.tasks.values():
        if isinstance(task.decision, Make):
            worst, least = worst.plus(task.decision.worst), least.plus(task.decision.least)
    blocking = {task.decision.outcome for task in walk.tasks.values() if isinstance(task.decision, Blocked)}
    return Forecast(
        pipeline=plan.name,
        provider=provider,
        tasks=walk.tasks,
        worst=worst,
        least=least,
        holds=tuple(hold for hold in past.holds() if hold not in blocking),
    )


def pictures_of(lookup: Lookup, take: int) -> TakePictures | None:
    """A hit as a take of a task; None for a miss."""
    if isinstance(lookup, Miss):
        return None
    return TakePictures(
        take=take,
        key=lookup.result.key,
        pictures=tuple(e.digest if isinstance(e, Stored) else None for e in lookup.result.pictures),
        media_types=tuple(e.media_type if isinstance(e, Stored) else "" for e in lookup.result.pictures),
    )


class _Walk:
    def __init__(self, plan: Plan, past: Past, prices: Prices) -> None:
        self._plan, self._past, self._prices = plan, past, prices
        self._buyers: dict[Key, Address] = {}
        self.tasks: dict[Address, TaskForecast] = {}

    def visit(self, task: Task) -> None:
        self.tasks[task.address] = self._forecast(task)

    def _forecast(self, task: Task) -> TaskForecast:
        blocked = self._blocked(task) or self._needless(task)
        if blocked is not None:
            return TaskForecast(address=task.address, decision=blocked)
        unmade = self._unmade(task)
        if unmade:
            first_time = self._past.locked(task.address) is None
            changed = InputChanged(tasks=unmade, changes=self._changes(task, None))
            return self._all(task, NeverMade() if first_time else changed)
        resolved = resolve(task, self._pictures, self._past.pinned, is_there=self._is_there)
        if isinstance(resolved, Resolved):
            return self._with_inputs(task, resolved)
        if any(isinstance(i, FromUrl) and self._past.pinned(i.url) is None for i in task.inputs):
            return self._all(task, NeverMade() if self._past.locked(task.address) is None else NotHere())
        outcome = Failed(code="E-REFERENCE", message=resolved.message)
        return TaskForecast(address=task.address, decision=Blocked(outcome=outcome))

    def _blocked(self, task: Task) -> Blocked | None:
        for need in self._needs(task):
            decision = self.tasks[need].decision
            if isinstance(decision, Blocked) and not self._pictures(need):
                return Blocked(outcome=decision.outcome, because=decision.because or need)
        return None

    def _needless(self, task: Task) -> Needless | Blocked | None:
        """Of a group that is there already, whether it has the picture that the task stands for."""
        for need in self._needs(task):
            decision = self.tasks[need].decision
            if isinstance(decision, Needless) and not can_do_without(task, need):
                ended = after(need, decision.outcome, user=task)
                if isinstance(ended, NotNeeded):
                    return Needless(outcome=ended)
                return Blocked(outcome=ended, because=need)
        if task.picture_of is None or isinstance(self.tasks[task.picture_of.task].decision, Make):
            return None
        outcome = not_needed(task, self._pictures)
        return None if outcome is None else Needless(outcome=outcome)

    def _is_there(self, address: Address) -> bool:
        return not isinstance(self.tasks[address].decision, Needless)

    def _needs(self, task: Task) -> Iterable[Address]:
        own = [task.picture_of.task] if task.picture_of is not None else []
        return [*own, *(given.task for given in task.inputs if isinstance(given, FromTask)), *task.needs]

    def _unmade(self, task: Task) -> tuple[Address, ...]:
        """Tasks whose pictures are inputs and are to be made first; order alone is no reason."""
        found = [given.task for given in task.inputs if isinstance(given, FromTask)]
        if task.picture_of is not None:
            found.append(task.picture_of.task)
        return tuple(dict.fromkeys(n for n in found if self._is_to_make(n)))

    def _is_to_make(self, address: Address) -> bool:
        """Whether the pictures that stand for a task are to be made; other takes of it are no matter."""
        return isinstance(self.tasks[address].decision, Make) and not self._pictures(address)

    def _pictures(self, address: Address) -> tuple[BlobDigest | None, ...]:
        return picked(self._plan.tasks[address], self.tasks[address].takes)

    def _all(self, task: Task, reason: Reason) -> TaskForecast:
        """Every take, when the keys cannot be known yet."""
        references = sum(self._most(given) for given in task.inputs)
        decision = self._make(task, reason, task.takes, references)
        return TaskForecast(address=task.address, decision=decision)

    def _most(self, given: Input) -> int:
        """How many pictures an input comes to at most."""
        if isinstance(given, FromTask) and given.index is None:
            return self._plan.tasks[given.task].most
        return 1

    def _with_inputs(self, task: Task, resolved: Resolved) -> TaskForecast:
        takes: list[TakePictures] = []
        missing: dict[Key, Lookup] = {}
        blocked: Blocked | None = None
        is_back = False
        for take in range(1, task.takes + 1):
            wanted = key(task.recipe, resolved.digests, take, labels=resolved.labels)
            lookup = self._past.result(wanted)
            found = pictures_of(lookup, take)
            if found is not None:
                takes.append(found)
                # It came short, and more may have been billed.
                owed = self._past.hold(wanted)
                blocked = blocked or (None if owed is None else Blocked(outcome=owed))
                continue
            back = self._past.back(task, take, wanted)
            if back is not None:
                is_back = True
                takes.append(TakePictures(take=take, key=wanted, pictures=back))
                continue
            # One take that is held or refused blocks the task: a run sends nothing for it.
            outcome = self._past.hold(wanted) or self._past.refusal(wanted)
            if outcome is not None:
                blocked = blocked or Blocked(outcome=outcome)
            missing[wanted] = lookup
        decision: Decision = self._make(task, BackFromOut(), 0, 0) if is_back else Reuse()
        if blocked is not None:
            decision = blocked
        elif missing:
            decision = self._missing(task, resolved, missing)
        return TaskForecast(address=task.address, decision=decision, takes=tuple(takes))

    def _missing(self, task: Task, resolved: Resolved, missing: Mapping[Key, Lookup]) -> Make | Blocked:
        unpaid = [wanted for wanted in missing if not self._past.answered(wanted)]
        if not unpaid:
            return self._make(task, PaidFor(), 0, 0)
        to_buy = [wanted for wanted in unpaid if wanted not in self._buyers]
        shared = "" if to_buy else self._buyers[unpaid[0]]
        first = missing[unpaid[0]]
        reason = self._reason(task, resolved, first)
        paid_for = next(
            (paid for wanted in unpaid if (paid := self._past.paid_and_lost(wanted)) is not None), None
        )
        if paid_for is not None and not isinstance(reason, BlobLost):
            reason = BlobLost(message=f"its record is gone from the store (bought for {paid_for})")
        elif len(missing) < task.takes and isinstance(first, Miss) and first.reason == "never made":
            reason = MoreTakes(count=len(unpaid))
        made = self._make(task, reason, len(to_buy), len(resolved.digests), shared=shared)
        if isinstance(reason, BlobLost) and made.worst.currency and not self._past.retry_lost:
            return Blocked(outcome=lost(reason.message, made.worst))
        self._buyers.update(dict.fromkeys(to_buy, task.address))
        return made

    def _make(self, task: Task, reason: Reason, calls: int, references: int, *, shared: Address = "") -> Make:
        perhaps = self._perhaps(task)
        if isinstance(task.recipe, TransformRecipe):
            return Make(
                reason=reason,
                worst=Money(),
                least=Money(),
                pictures=0,
                shared=shared,
                perhaps=perhaps,
                local=True,
            )
        generation = task.recipe.generation
        worst = self._prices(generation, generation.ceiling, references).times(calls) if calls else Money()
        least = self._prices(generation, 1, references).times(0 if perhaps else calls) if calls else Money()
        return Make(
            reason=reason,
            worst=worst,
            least=least,
            pictures=generation.ceiling * calls,
            shared=shared,
            perhaps=perhaps,
        )

    def _perhaps(self, task: Task) -> bool:
        """Whether it stands for a picture that is not there yet, and may never be."""
        wanted = task.picture_of
        if wanted is None:
            return False
        decision = self.tasks[wanted.task].decision
        return isinstance(decision, Make) and (wanted.index > 0 or decision.perhaps)

    def _reason(self, task: Task, resolved: Resolved, miss: Lookup) -> Reason:
        locked = self._past.locked(task.address)
        if miss.result is not None and isinstance(miss, Miss) and miss.reason == "test server":
            return ByTestServer(origin=miss.result.origin)
        if isinstance(miss, Miss) and miss.reason != "never made":
            return BlobLost(message=_lost(miss))
        if locked is None or not locked.takes:
            return NeverMade()
        changes = self._changes(task, resolved)
        if not changes:
            return NeverMade() if self._old(task) is not None else NotHere()
        references = tuple(change for change in changes if change.field in {"references", "images"})
        if len(references) == len(changes):
            return InputChanged(tasks=(), changes=references)
        return RecipeChanged(changes=changes)

    def _old(self, task: Task) -> Result | None:
        locked = self._past.locked(task.address)
        if locked is None or not locked.takes:
            return None
        return self._past.result(locked.takes[0].key).result

    def _changes(self, task: Task, resolved: Resolved | None) -> tuple[Change, ...]:
        """What differs from what the task holds; without `resolved`, references aside."""
        old = self._old(task)
        if old is None or not isinstance(old.recipe, dict):
            return ()
        before: dict[str, Any] = {name: value for name, value in old.recipe.items() if name != "take"}
        labels = resolved.labels if resolved else before.get("labels") or ()
        now = keyed(task.recipe, resolved.digests if resolved else (), 1, labels=labels)
        inputs = "references" if isinstance(task.recipe, Recipe) else "images"
        changes = [
            Change(field=name, old=before.get(name), new=now.get(name), at=task.places.get(name, task.at))
            for name in sorted({*before, *now} - {inputs})
            if before.get(name) != now.get(name)
        ]
        if resolved is not None:
            changes += _reference_changes(task, before.get(inputs) or [], resolved, field=inputs)
        return tuple(changes)


def _reference_changes(task: Task, before: list[str], resolved: Resolved, *, field: str) -> list[Change]:
    """References compared as sequences: what was put in or taken out changes nothing else."""
    at = task.places.get(field, task.at)
    one = "reference" if field == "references" else "picture"
    now: list[str] = list(resolved.digests)
    if before != now and sorted(before) == sorted(now):
        return [Change(field=field, old=list(before), new=list(now), at=at, label=ORDER)]
    changes: list[Change] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for old, new in zip_longest(range(a, b), range(c, d)):
            changes.append(
                Change(
                    field=field,
                    old=None if old is None else before[old],
                    new=None if new is None else now[new],
                    at=at,
                    label=f"{one} {(old or 0) + 1}" if new is None else resolved.labels[new],
                )
            )
    return changes


def _lost(miss: Miss) -> str:
    price = ""
    if miss.result is not None and miss.result.currency:
        price = f" (bought for {written(miss.result.price, miss.result.currency)})"
    return {"blob lost": "a picture is gone from the store", "damaged record": "its record is damaged"}.get(
        miss.reason, miss.reason
    ) + price
