"""What a run would do, why, and for how much: the plan held against the store. Sends nothing.

The reason is born with the decision; `plan`, `why` and the report show the same one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seedream_pipe import graph
from seedream_pipe.money import written
from seedream_pipe.plan.key import key
from seedream_pipe.plan.model import FromTask, FromUrl, TransformRecipe
from seedream_pipe.run.causes import Causes
from seedream_pipe.run.changes import changes_since
from seedream_pipe.run.decisions import (
    Behind,
    Blocked,
    Decision,
    Forecast,
    Make,
    Needless,
    Past,
    Prices,
    Reuse,
    TaskForecast,
)
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
    BackFromOut,
    BlobLost,
    ByTestServer,
    Change,
    InputChanged,
    MoreTakes,
    NeverMade,
    NotHere,
    PaidFor,
    Reason,
    RecipeChanged,
)
from seedream_pipe.run.resolve import Resolved, not_needed, picked, resolve
from seedream_pipe.run.schedule import after, can_do_without
from seedream_pipe.store.results import Miss, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seedream_pipe.digest import BlobDigest, Key
    from seedream_pipe.picks.model import Approved
    from seedream_pipe.plan.model import Address, Input, Plan, Task
    from seedream_pipe.store.results import Lookup, Result

__all__ = [
    "forecast",
    "pictures_of",
    "reasons_of",
    "stale_of",
]


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


def stale_of(forecast: Forecast) -> tuple[Address, ...]:
    """The tasks that stay as a person approved them, although their recipes have changed."""
    decisions = ((address, found.decision) for address, found in forecast.tasks.items())
    return tuple(address for address, each in decisions if isinstance(each, Reuse | Make) and each.approved)


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
        self._causes = Causes(plan, past, self.tasks)

    def visit(self, task: Task) -> None:
        found = self._forecast(task)
        if isinstance(found.decision, Make) and self._is_unseen(task, found, found.decision.reason):
            found = replace(found, decision=replace(found.decision, unseen=task.pick))
        self.tasks[task.address] = found

    def _is_unseen(self, task: Task, found: TaskForecast, reason: Reason) -> bool:
        """Whether a person picked a take by its number, and another picture will have that number."""
        if not (task.is_picked and task.is_choice) or picked(task, found.takes):
            return False
        if isinstance(reason, NeverMade):
            # Of drawn previews, or before anything was made.
            return True
        locked = self._past.locked(task.address)
        is_as_it_was = locked is not None and (locked.pick, locked.image) == (task.pick, task.image)
        return is_as_it_was and isinstance(reason, RecipeChanged | InputChanged)

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
        stale = usual.decision.reason if isinstance(usual.decision, Make) else None
        decision: Decision = Reuse(approved=True, stale=stale)
        if stands is None:
            take = task.pick or 1
            if self._past.back(task, take, approved.key) != approved.pictures:
                return TaskForecast(address=task.address, decision=Blocked(outcome=_approved_lost(approved)))
            stands = TakePictures(take=take, key=approved.key, pictures=approved.pictures)
            decision = replace(self._make(task, BackFromOut(), 0, 0), approved=True)
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
        owed: Held | None = None
        refused: Refused | None = None
        is_back = False
        for take in range(1, task.takes + 1):
            wanted = key(task.recipe, resolved.digests, take, labels=resolved.labels)
            lookup = self._past.result(wanted)
            found = pictures_of(lookup, take)
            if found is not None:
                takes.append(found)
                # It came short, and more may have been billed.
                owed = owed or self._past.hold(wanted)
                continue
            back = self._past.back(task, take, wanted)
            if back is not None:
                is_back = True
                takes.append(TakePictures(take=take, key=wanted, pictures=back))
                continue
            owed = owed or self._past.hold(wanted)
            refusal = None if owed is not None else self._past.refusal(wanted)
            if refusal is None:
                missing[wanted] = lookup
            refused = refused or refusal
        decision: Decision = self._make(task, BackFromOut(), 0, 0) if is_back else Reuse()
        # A take that is held blocks the task: a run sends nothing for it. Of one that was refused,
        # others may come.
        if owed is not None:
            decision = Blocked(outcome=owed)
        elif missing:
            decision = self._missing(task, resolved, missing)
        elif refused is not None:
            decision = Blocked(outcome=refused)
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
        return changes_since(self._old(task), task, resolved, self._causes)


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
