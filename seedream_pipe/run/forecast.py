"""What a run would do, why, and for how much: the plan held against the store. Sends nothing.

The reason is born with the decision; `plan`, `why` and the report show the same one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

from seedream_pipe import graph
from seedream_pipe.money import written
from seedream_pipe.picks.model import take_text
from seedream_pipe.plan.key import key
from seedream_pipe.plan.model import FromTask, FromUrl, Known, TransformRecipe
from seedream_pipe.run.changes import changes_since, recipe_changes
from seedream_pipe.run.outcomes import (
    Failed,
    Held,
    Money,
    NotNeeded,
    Outcome,
    Refused,
    TakePictures,
    Waiting,
    lost,
    to_pick,
)
from seedream_pipe.run.reasons import (
    ORDER,
    Adopted,
    BackFromOut,
    BlobLost,
    ByTestServer,
    Change,
    FileChanged,
    HeldApproved,
    InputChanged,
    MoreTakes,
    NeverMade,
    NotHere,
    PaidFor,
    PickChanged,
    Reason,
    RecipeChanged,
    Remade,
    Replaced,
    root_causes,
)
from seedream_pipe.run.resolve import Resolved, not_needed, picked, resolve
from seedream_pipe.run.schedule import after, can_do_without
from seedream_pipe.store.results import Miss, Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.makers import Generation
    from seedream_pipe.picks.model import Approved
    from seedream_pipe.plan.model import Address, Input, Plan, Task
    from seedream_pipe.run.lock import Locked
    from seedream_pipe.run.reasons import Cause
    from seedream_pipe.store.results import Lookup, Result

__all__ = [
    "ORDER",
    "BackFromOut",
    "Behind",
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
    "changes_since",
    "forecast",
    "pictures_of",
    "reasons_of",
    "recipe_changes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reuse:
    """Everything is in the store.

    `approved` says that the pictures stand because a person holds the task at them, although
    its recipe has others by now; `stale` is why, where it can be told.
    """

    approved: bool = False
    stale: Reason | None = None


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
    """Nothing can be done by itself: a hold, a remembered refusal, a pick to be made, or a need of one.

    `pictures`, `worst` and `least` are what it will come to behind a pick: which take is picked
    decides whether its pictures are there already.
    """

    outcome: Outcome
    because: Address = ""
    pictures: int = 0
    worst: Money = field(default_factory=Money)
    least: Money = field(default_factory=Money)


Decision: TypeAlias = Reuse | Make | Needless | Blocked


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskForecast:
    """What would become of one task; `takes` is what the store has of it."""

    address: Address
    decision: Decision
    takes: tuple[TakePictures, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What waits behind picks that are still to be made: tasks, and what they may come to then."""

    gates: tuple[Address, ...] = ()
    tasks: int = 0
    pictures: int = 0
    worst: Money = field(default_factory=Money)
    least: Money = field(default_factory=Money)


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
    behind: Behind = field(default_factory=Behind)
    """What waits behind picks; no part of `worst` and `least`."""
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

    def media_type(self, digest: BlobDigest) -> str | None:
        """What kind of picture a blob of the store is; None when it is not there."""


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
        behind=_behind(plan, walk.tasks),
    )


def reasons_of(forecast: Forecast) -> dict[Address, Reason]:
    """Why each task that would be made would be."""
    decisions = {address: found.decision for address, found in forecast.tasks.items()}
    return {address: made.reason for address, made in decisions.items() if isinstance(made, Make)}


def _behind(plan: Plan, tasks: Mapping[Address, TaskForecast]) -> Behind:
    waiting = [task.decision for task in tasks.values() if isinstance(task.decision, Blocked)]
    waiting = [found for found in waiting if found.because and _is_pick(found.outcome)]
    worst, least = Money(), Money()
    for found in waiting:
        worst, least = worst.plus(found.worst), least.plus(found.least)
    return Behind(
        gates=tuple(address for address, task in tasks.items() if _is_gate(plan.tasks[address], task)),
        tasks=len(waiting),
        pictures=sum(found.pictures for found in waiting),
        worst=worst,
        least=least,
    )


def _is_gate(task: Task, found: TaskForecast) -> bool:
    """Whether a person has to pick among takes that are there or will be."""
    return task.pick is None and (bool(found.takes) or isinstance(found.decision, Make))


def _is_pick(outcome: Outcome) -> bool:
    return isinstance(outcome, Waiting) and outcome.why == "pick"


def pictures_of(lookup: Lookup, take: int) -> TakePictures | None:
    """A hit as a take of a task; None for a miss."""
    if isinstance(lookup, Miss):
        return None
    return TakePictures(
        take=take,
        key=lookup.result.key,
        pictures=tuple(e.digest if isinstance(e, Stored) else None for e in lookup.result.pictures),
        media_types=tuple(e.media_type if isinstance(e, Stored) else "" for e in lookup.result.pictures),
        adopted=lookup.result.adopted,
    )


class _Walk:
    def __init__(self, plan: Plan, past: Past, prices: Prices) -> None:
        self._plan, self._past, self._prices = plan, past, prices
        self._buyers: dict[Key, Address] = {}
        self.tasks: dict[Address, TaskForecast] = {}
        self._causes = _Causes(plan, past, self.tasks)

    def visit(self, task: Task) -> None:
        self.tasks[task.address] = self._forecast(task)

    def _forecast(self, task: Task) -> TaskForecast:
        if task.approved is not None:
            return self._approved(task, task.approved)
        found = self._usual(task)
        if task.pick is None and isinstance(found.decision, Reuse):
            return replace(found, decision=Blocked(outcome=to_pick(len(found.takes))))
        return found

    def _approved(self, task: Task, approved: Approved) -> TaskForecast:
        """The task as it is, or held at its pictures where it would become another."""
        buyers = dict(self._buyers)
        usual = self._usual(task)
        if picked(task, usual.takes) == approved.pictures:
            return usual
        # It buys nothing, so that no equal request is bought by it.
        self._buyers = buyers
        stands = self._standing(task, approved)
        if stands is None:
            return TaskForecast(address=task.address, decision=Blocked(outcome=_approved_lost(approved)))
        stale = usual.decision.reason if isinstance(usual.decision, Make) else None
        decision = Reuse(approved=True, stale=stale)
        locked = self._past.locked(task.address)
        others = () if locked is None else locked.takes
        takes = {take.take: take for take in (*others, stands)}
        return TaskForecast(
            address=task.address, decision=decision, takes=tuple(takes[number] for number in sorted(takes))
        )

    def _standing(self, task: Task, approved: Approved) -> TakePictures | None:
        """The approved pictures as a take; None when the store has not all of them."""
        lookup = self._past.result(approved.key)
        if isinstance(lookup, Miss) and lookup.reason == "test server":
            return None
        found = pictures_of(lookup, task.pick or 1)
        if found is not None and found.pictures == approved.pictures:
            return found
        kinds = [None if digest is None else self._past.media_type(digest) for digest in approved.pictures]
        missing = (kind is None for kind, digest in zip(kinds, approved.pictures, strict=True) if digest)
        if any(missing):
            return None
        return TakePictures(
            take=task.pick or 1,
            key=approved.key,
            pictures=approved.pictures,
            media_types=tuple(kind or "" for kind in kinds),
        )

    def _usual(self, task: Task) -> TaskForecast:
        blocked = self._blocked(task) or self._needless(task)
        if blocked is not None and not self._waits_in_vain(task, blocked):
            return TaskForecast(address=task.address, decision=blocked)
        return self._looked_up(task)

    def _waits_in_vain(self, task: Task, blocked: Blocked | Needless) -> bool:
        """Whether it only comes after a gate, shows nothing of it, and is up to date as it is."""
        if (
            isinstance(blocked, Needless)
            or not _is_pick(blocked.outcome)
            or blocked.because not in task.needs
        ):
            return False
        buyers = dict(self._buyers)
        is_there = isinstance(self._looked_up(task).decision, Reuse)
        self._buyers = buyers
        return is_there and not any(
            isinstance(given, FromTask) and not self._pictures(given.task) for given in task.inputs
        )

    def _looked_up(self, task: Task) -> TaskForecast:
        unmade = self._unmade(task)
        if unmade:
            first_time = self._past.locked(task.address) is None
            if first_time:
                return self._all(task, NeverMade())
            changes, causes = self._changes(task, None), self._causes.of_unmade(unmade)
            return self._all(task, InputChanged(tasks=unmade, changes=changes, causes=causes))
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
            if _is_gate(self._plan.tasks[need], self.tasks[need]):
                return self._behind(task, need)
            if isinstance(decision, Blocked) and not self._pictures(need):
                if _is_pick(decision.outcome):
                    return self._behind(task, decision.because or need)
                return Blocked(outcome=decision.outcome, because=decision.because or need)
        return None

    def _behind(self, task: Task, gate: Address) -> Blocked:
        """What waits for a pick, and what it may come to: nothing where it was made before."""
        references = sum(self._most(given) for given in task.inputs)
        made = self._make(task, NeverMade(), task.takes, references)
        locked = self._past.locked(task.address)
        return Blocked(
            outcome=Waiting(why="pick", message=f"needs a pick of {gate}", because=gate),
            because=gate,
            pictures=made.pictures,
            worst=made.worst,
            least=made.least if locked is None or not locked.takes else Money(),
        )

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
        return changes_since(self._old(task), task, resolved, self._causes.of)


class _Causes:
    """Why inputs are other pictures than they were: told from the tasks that were looked at before."""

    def __init__(self, plan: Plan, past: Past, tasks: Mapping[Address, TaskForecast]) -> None:
        self._plan, self._past, self._tasks = plan, past, tasks
        self._owners: dict[str, Address] = {}
        self._known = 0

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
            case Known():
                return FileChanged(file=given.shown or given.label)
            case FromUrl():
                return FileChanged(file=given.url)
            case FromTask():
                return None if old is None else self._of_task(given.task, old, new)

    def _of_task(self, address: Address, old: str, new: str) -> Cause | None:
        task, found = self._plan.tasks[address], self._tasks[address]
        if isinstance(found.decision, Reuse) and found.decision.approved:
            return HeldApproved(task=address)
        before = _take_of(found.takes, old)
        if before is not None:
            return self._picked_anew(task, before, _take_of(found.takes, new) or before)
        owner = self._owner(old)
        if owner is not None and owner != address:
            return Replaced(old=owner, new=address)
        stands = next((take for take in found.takes if take.take == task.pick), None)
        if stands is None:
            return None
        if stands.adopted is not None:
            told = stands.adopted
            return Adopted(task=address, by=told.by, at=told.at, words=told.reason)
        made = self._past.result(stands.key).result
        at = "" if made is None else made.created_at
        return Remade(task=address, at=at, changes=self._since_locked(task, old))

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


def _take_of(takes: Iterable[TakePictures], digest: str) -> tuple[int, int] | None:
    """Which take has a picture, and at which place; None when none has."""
    found = ((take.take, at) for take in takes for at, one in enumerate(take.pictures) if one == digest)
    return next(found, None)


def _approved_lost(approved: Approved) -> Failed:
    names = ", ".join(digest[:12] for digest in approved.pictures if digest is not None)
    return Failed(
        code="E-APPROVED",
        message=f"it is approved, and its picture {names} is not in the store",
        hint="get the store that has it, or let it go with approve --release",
    )


def _lost(miss: Miss) -> str:
    price = ""
    if miss.result is not None and miss.result.currency:
        price = f" (bought for {written(miss.result.price, miss.result.currency)})"
    return {"blob lost": "a picture is gone from the store", "damaged record": "its record is damaged"}.get(
        miss.reason, miss.reason
    ) + price
