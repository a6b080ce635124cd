"""Picks, approvals and more takes: what a person means, checked against the plan before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from seedream_pipe import graph, profiles
from seedream_pipe.api.decide import as_decided, decide, shown_file
from seedream_pipe.api.folders import lock_path, store_folder
from seedream_pipe.api.planning import planned
from seedream_pipe.api.takes import present
from seedream_pipe.errors import UsageError
from seedream_pipe.picks.model import Approved
from seedream_pipe.plan.targets import select
from seedream_pipe.plan.values import MAX_TAKES
from seedream_pipe.run import lock as locks
from seedream_pipe.run.decisions import Blocked, Make, Reuse
from seedream_pipe.run.difference import behind_among
from seedream_pipe.run.outcomes import Held, Money
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from seedream_pipe.api.decide import Change, Changes
    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.picks.model import Decided
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.run.decisions import Forecast, TaskForecast
    from seedream_pipe.run.outcomes import TakePictures
    from seedream_pipe.settings import Settings

__all__ = ["Decision", "Overtaken", "approve", "effect_of", "more_takes", "pick", "release", "write"]


class Overtaken(UsageError):
    """The file says otherwise than when the decision was planned: it is to be planned anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something to be decided: for which tasks, what becomes of their lines, and what follows from it.

    `before` and `after` are the plan without and with it. `effect` is what would be made, come back
    or wait below the tasks, and for how much. `skipped` are tasks that were meant and that it does
    not suit, with the reason.
    """

    project: Project
    tasks: tuple[Address, ...]
    changes: Changes
    before: Planned
    after: Planned
    effect: Forecast
    skipped: Mapping[Address, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The picks file as the user would type it."""
        return shown_file(self.project)


def write(decision: Decision, settings: Settings) -> Project:
    """Write the lines of a decision; gives the project as it is then."""
    store = Store.open(store_folder(decision.project, settings))
    return decide(decision.project, decision.before.plan, decision.changes, store)


def pick(
    project: Project, targets: Sequence[str], take: int, image: int | None = None, *, settings: Settings
) -> Decision:
    """Let a take stand for tasks, and of a series one picture where one is needed.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing, there is no such take or picture, or nothing to pick at all.

    """
    before = planned(project, (), settings=settings, unpriced=True)
    change: Change = lambda line: replace(line, pick=take, image=image)  # noqa: E731 - a value of that type
    changes: dict[Address, Change] = {}
    skipped: dict[Address, str] = {}
    for address in select(before.plan, targets):
        _expect_take(before, address, take, image)
        needless = _no_choice(before, address)
        if needless:
            skipped[address] = needless
        else:
            changes[address] = change
    _expect_some(changes, skipped)
    return _decision(before, changes, settings, skipped=skipped)


def _no_choice(before: Planned, address: Address) -> str:
    """Why there is nothing to pick of a task; empty where there is, or where somebody picked before."""
    task, line = before.plan.tasks[address], before.project.picks.of(address)
    if task.is_choice or (line is not None and line.pick is not None):
        return ""
    if _is_local(task):
        return "an operation makes it: there is nothing to pick"
    return "" if task.is_series else "it has one take, which stands anyway: there is nothing to pick"


def _expect_take(before: Planned, address: Address, take: int, image: int | None) -> None:
    task, found = before.plan.tasks[address], before.forecast.tasks[address]
    file = before.project.pipeline.file
    if task.approved is not None:
        raise UsageError(
            f'"{address}" is approved as it is',
            hint=f"let it go first: seedream-pipe approve {file} {address} --release",
        )
    if take > task.takes:
        there = "is one take" if task.takes == 1 else f"are {task.takes} takes"
        raise UsageError(
            f'there is no take {take} of "{address}": there {there}',
            hint=f"seedream-pipe reroll {file} {address} buys one more",
        )
    if image is None:
        return
    if not task.is_series:
        raise UsageError(f'"{address}" makes no series: pick take {take} without a picture')
    pictures = next((each.pictures for each in found.takes if each.take == take), None)
    most = task.most if pictures is None else len(pictures)
    if image >= most:
        raise UsageError(f'there is no picture [{image}] of take {take} of "{address}": [0] to [{most - 1}]')
    if pictures is not None and pictures[image] is None:
        raise UsageError(f'picture [{image}] of take {take} of "{address}" did not come')


def approve(project: Project, targets: Sequence[str], *, settings: Settings) -> Decision:
    """Hold tasks at the pictures that they have, whatever becomes of their recipes.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing, none of the tasks has pictures, or they are previews.

    """
    _expect_bought(settings, "approved")
    before = planned(project, (), settings=settings, unpriced=True)
    held = _Present.of(before, settings)
    changes: dict[Address, Change] = {}
    skipped: dict[Address, str] = {}
    for address in select(before.plan, targets):
        task = before.plan.tasks[address]
        found = held.standing(address)
        if task.pick is None and len(held.takes(address)) > 1:
            skipped[address] = "nobody has picked a take yet"
        elif found is None:
            skipped[address] = "it has no pictures in this store yet"
        else:
            changes[address] = _approving(found, alone=task.pick is None)
    _expect_some(changes, skipped)
    return _decision(before, changes, settings, skipped=skipped)


def _approving(found: TakePictures, *, alone: bool) -> Change:
    approved = Approved(key=found.key, pictures=found.pictures)

    def change(line: Decided) -> Decided:
        # The one take of a gate is picked by that.
        return replace(line, approved=approved, pick=found.take if alone else line.pick)

    return change


def release(project: Project, targets: Sequence[str], *, settings: Settings) -> Decision:
    """Let approved tasks go: they follow their recipes again.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing, or none of the tasks is approved.

    """
    before = planned(project, (), settings=settings, unpriced=True)
    changes: dict[Address, Change] = {}
    skipped: dict[Address, str] = {}
    for address in select(before.plan, targets):
        line = project.picks.of(address)
        if line is None or line.approved is None:
            skipped[address] = "it is not approved"
        else:
            changes[address] = lambda line: replace(line, approved=None)
    _expect_some(changes, skipped)
    return _decision(before, changes, settings, skipped=skipped, with_own=True)


def more_takes(project: Project, targets: Sequence[str], count: int, *, settings: Settings) -> Decision:
    """Have so many takes more of tasks. Which one stands for them stays as it is.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing, a task cannot have so many, or it is held.

    Writing it raises `Overtaken` when somebody asked for more takes of a task meanwhile.

    """
    before = planned(project, (), settings=settings)
    tasks = select(before.plan, targets)
    changes: dict[Address, Change] = {}
    file = project.pipeline.file
    for address in tasks:
        task, found = before.plan.tasks[address], before.forecast.tasks[address]
        if _is_local(task):
            raise UsageError(f'"{address}" is made by an operation: another take of it would be the same')
        if isinstance(found.decision, Reuse) and found.decision.approved:
            raise UsageError(
                f'"{address}" is approved as it is, and its recipe has changed',
                hint=f"let it go first: seedream-pipe approve {file} {address} --release",
            )
        if isinstance(found.decision, Blocked) and isinstance(found.decision.outcome, Held):
            raise UsageError(
                f'a call for "{found.decision.because or address}" may have been charged: nothing is made of'
                f' "{address}" until a person has said a word on it',
                hint=f"seedream-pipe held {file} lists it, to be dropped or retried",
            )
        wanted = task.takes + count
        if wanted > MAX_TAKES:
            raise UsageError(f'"{address}" would have {wanted} takes; at most {MAX_TAKES} are possible')
        line = project.picks.of(address)
        changes[address] = _with_takes(address, wanted, known=None if line is None else line.takes)
    return _decision(before, changes, settings, with_own=True, unpriced=False)


def _is_local(task: Task) -> bool:
    return task.recipe.maker.realm == "local"


def _with_takes(address: Address, wanted: int, *, known: int | None) -> Change:
    def change(line: Decided) -> Decided:
        if line.takes != known:
            raise Overtaken(f'somebody asked for more takes of "{address}" meanwhile')
        return replace(line, takes=wanted)

    return change


def effect_of(
    before: Planned, after: Planned, tasks: Collection[Address], *, with_own: bool = False
) -> Forecast:
    """What changes below tasks from one plan to another, and with `with_own` of themselves.

    Rule: what is up to date before and after with the same pictures is not told.
    """
    below = graph.ancestors(graph.inverted(after.plan.needs()), tasks)
    told = {
        address: found
        for address, found in after.forecast.tasks.items()
        if address in below
        and (with_own or address not in tasks)
        and _differs(before.forecast.tasks.get(address), found)
    }
    return replace(
        after.forecast,
        tasks=told,
        worst=_sum(found.decision.worst for found in told.values() if isinstance(found.decision, Make)),
        least=_sum(found.decision.least for found in told.values() if isinstance(found.decision, Make)),
        behind=replace(
            behind_among(after.forecast.behind, told.values()), gates=_gates_above(after, told.values())
        ),
        holds=(),
        put_back=(),
        kept=(),
        limit="",
        others=(),
        resends=0,
    )


def _gates_above(after: Planned, told: Iterable[TaskForecast]) -> tuple[Address, ...]:
    """Every pick that is to be made before tasks that wait, not the first of each alone."""
    gates = after.forecast.behind.gates
    waiting = [
        found.address
        for found in told
        if isinstance(found.decision, Blocked) and found.decision.because in gates
    ]
    above = graph.ancestors(after.plan.needs(), waiting)
    return tuple(gate for gate in gates if gate in above)


def _differs(before: TaskForecast | None, after: TaskForecast) -> bool:
    if not isinstance(after.decision, Reuse) or after.decision.approved:
        return True
    return before is None or before.takes != after.takes or not isinstance(before.decision, Reuse)


def _sum(amounts: Iterable[Money]) -> Money:
    total = Money()
    for amount in amounts:
        total = total.plus(amount)
    return total


def _decision(
    before: Planned,
    changes: Changes,
    settings: Settings,
    *,
    skipped: Mapping[Address, str] | None = None,
    with_own: bool = False,
    unpriced: bool = True,
) -> Decision:
    # What buys next must know the price.
    after = planned(as_decided(before.project, changes), (), settings=settings, unpriced=unpriced)
    return Decision(
        project=before.project,
        tasks=tuple(changes),
        changes=changes,
        before=before,
        after=after,
        effect=effect_of(before, after, changes, with_own=with_own),
        skipped=skipped or {},
    )


def _expect_some(changes: Changes, skipped: Mapping[Address, str]) -> None:
    if not changes:
        address, reason = next(iter(skipped.items()))
        more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
        raise UsageError(f'"{address}"{more}: {reason}')


def _expect_bought(settings: Settings, word: str) -> None:
    if not profiles.provider(settings.provider).paid:
        raise UsageError(
            f"previews are not {word}: they are drawn anew for nothing whenever something changes",
            hint="name the provider that the pictures were bought from: --provider 302ai, ark or byteplus",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Present:
    """What tasks hold now: by the store, else by the lock as far as the store has it."""

    found: Planned
    lock: Mapping[Address, locks.Locked]
    store: Store

    @classmethod
    def of(cls, found: Planned, settings: Settings) -> _Present:
        store = Store.open(store_folder(found.project, settings), create=False)
        profile = profiles.provider(settings.provider)
        return cls(
            found=found,
            lock=locks.read(lock_path(found.project, store, profile), found.project.pipeline.renamed),
            store=store,
        )

    def takes(self, address: Address) -> tuple[TakePictures, ...]:
        return present(self.found.forecast.tasks[address], self.lock.get(address))[0]

    def standing(self, address: Address) -> TakePictures | None:
        """The take that stands for a task, when the store has all of its pictures."""
        task, takes = self.found.plan.tasks[address], self.takes(address)
        number = takes[0].take if task.pick is None and len(takes) == 1 else task.pick
        found = next((take for take in takes if take.take == number), None)
        if found is None or not any(found.pictures):
            return None
        there = all(digest is None or self.store.blobs.has(digest) for digest in found.pictures)
        return found if there else None
