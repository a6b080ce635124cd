"""From a pipeline to its tasks: rows, templates, references, sizes, names.

Three passes over the steps: the first gives every task its address, so that a step may refer
to one that stands below it; the second its references, so that it is known how many pictures
each has; the third builds the tasks. What is wrong is collected; a row that fails does not
keep the others from being looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from seedream_pipe import graph
from seedream_pipe.picks.model import NO_PICKS
from seedream_pipe.plan.advice import index_keys
from seedream_pipe.plan.calls import count_problems, index_problems, reference_advice, same_requests
from seedream_pipe.plan.context import FAILED, Context, Scope
from seedream_pipe.plan.decisions import decision_problems, held
from seedream_pipe.plan.inputs import Inputs
from seedream_pipe.plan.lint import Words, unused
from seedream_pipe.plan.model import FromTask, Plan
from seedream_pipe.plan.outputs import clashes
from seedream_pipe.plan.rows import Rows
from seedream_pipe.plan.tasks import Draft, StepTasks
from seedream_pipe.plan.transforms import TransformDraft, TransformTasks
from seedream_pipe.problems import Problem, merged
from seedream_pipe.spec.model import Generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from seedream_pipe.makers import MakerId, Operation
    from seedream_pipe.picks.model import Picks
    from seedream_pipe.plan.model import Address, FileFacts, Files, TableRows, Task
    from seedream_pipe.plan.tracking import Tracker
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.spec.model import Lint, Pipeline, Step

__all__ = ["Expansion", "expand"]

_SHOWN_IN_CYCLE: Final = 12
_NO_OPERATIONS: Final[Mapping[str, Operation[Any]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A plan and what was found on the way. With an error among the problems the plan is partial."""

    plan: Plan
    problems: tuple[Problem, ...]


def expand(
    pipeline: Pipeline,
    *,
    tables: Mapping[str, TableRows],
    files: Files,
    maker: MakerId,
    operations: Mapping[str, Operation[Any]] = _NO_OPERATIONS,
    provider: ProviderProfile | None = None,
    picks: Picks = NO_PICKS,
    tracker: Tracker | None = None,
) -> Expansion:
    """Make a pipeline concrete.

    Args:
        pipeline: as decoded and checked.
        tables: the rows of every table, by name.
        files: the project's files.
        maker: what makes the pictures; part of every generating recipe.
        operations: what transforming steps may use, by name.
        provider: whose own limits are looked at, when one was chosen.
        picks: what people decided of its tasks.
        tracker: notes what each task reads.

    """
    unread = [name for name in pipeline.data if name not in tables]
    read = _Read(files, tracker)
    context = Context(read, lost=[*pipeline.unsound, *unread], tracker=tracker)
    seen = tables if tracker is None else {name: tracker.table(each) for name, each in tables.items()}
    base = _base_scope(pipeline, seen, context)
    rows = Rows(pipeline, seen, base, context)
    inputs = Inputs(context, read, pipeline, base=base, rows=rows, picks=picks)

    def builder(step: Step) -> StepTasks | TransformTasks:
        if isinstance(step, Generate):
            return StepTasks(step, context, inputs, files=read, maker=maker, provider=provider, picks=picks)
        return TransformTasks(step, context, inputs, operations)

    tasks, broken = _tasks(pipeline, rows, builder, context)
    tasks = held(tasks, picks, maker.realm)
    context.problems += [
        *decision_problems(picks, tasks, rows.left_out, partial={*rows.partial, *pipeline.unsound}),
        *count_problems(tasks),
        *index_problems(tasks, inputs.indexed, broken=broken),
        *clashes(tasks),
    ]
    if not context.failures and not any(problem.is_error for problem in context.problems):
        # Of what is wrong nobody knows yet what it will ask for, and use.
        _advise(pipeline, tasks, provider, context)
        words = Words(pipeline, read.texts.values())
        every = not rows.left_out and all(rows.of(name) for name in pipeline.steps)
        context.problems += unused(pipeline, tables, words, inputs.used if every else None)
    made = Plan(
        name=pipeline.name,
        file=pipeline.file,
        tasks=tasks,
        budget=pipeline.budget,
        left_out=rows.left_out,
    )
    plan = _ordered(made, context)
    problems = tuple(merged(_told(context.findings, pipeline.lint)))
    warnings = tuple(problem for problem in problems if not problem.is_error)
    return Expansion(plan=replace(plan, warnings=warnings), problems=problems)


class _Read:
    """The project's files, and which texts of theirs were read."""

    def __init__(self, files: Files, tracker: Tracker | None = None) -> None:
        self._files = files
        self._tracker = tracker
        self.texts: dict[str, str] = {}

    def text(self, path: str) -> str:
        """See `plan.model.Files`."""
        self.texts[path] = text = self._files.text(path)
        return text

    def picture(self, path: str) -> FileFacts:
        """See `plan.model.Files`."""
        if self._tracker is not None:
            self._tracker.file(path)
        return self._files.picture(path)

    def data_uri(self, uri: str) -> tuple[FileFacts, bytes]:
        """See `plan.model.Files`."""
        return self._files.data_uri(uri)

    def matches(self, pattern: str) -> Iterable[str]:
        """See `plan.model.Files`."""
        if self._tracker is not None:
            self._tracker.read(("glob", pattern))
        return self._files.matches(pattern)

    def shown(self, path: str) -> str:
        """See `plan.model.Files`."""
        return self._files.shown(path)


def _told(findings: Iterable[Problem], lint: Lint) -> Iterator[Problem]:
    """All that the author did not silence, at the place or at the row that it is about."""
    for problem in findings:
        places = (problem.place, *problem.also)
        if problem.is_error or not any(lint.silences(problem.code, place) for place in places):
            yield problem


_Begun: TypeAlias = tuple[Draft | TransformDraft, StepTasks | TransformTasks]


class _Counts:
    """How many pictures each task has at most; counted when asked, through chains of operations."""

    def __init__(
        self, drafts: Mapping[Address, tuple[Draft | TransformDraft, StepTasks | TransformTasks]]
    ) -> None:
        self._drafts = drafts
        self._known: dict[Address, int] = {}

    def __call__(self, address: Address) -> int:
        """A task's most; 1 of one that is not there."""
        known = self._known.get(address)
        return self._count(address) if known is None else known

    def _count(self, address: Address) -> int:
        waiting, begun = [address], set[str]()
        while waiting:
            here = waiting[-1]
            found = self._drafts.get(here)
            if found is None or here in self._known:
                self._known.setdefault(here, 1)
                waiting.pop()
                continue
            draft, builder = found
            unknown = [] if here in begun else [task for task in _wholes(draft) if task not in self._known]
            begun.add(here)
            if unknown:
                # Of a cycle, which is told elsewhere, one member is counted before the others.
                waiting += [task for task in unknown if task not in begun]
                continue
            pictures = sum(
                self._known.get(each.given.task, 1)
                if isinstance(each.given, FromTask) and each.given.index is None
                else 1
                for each in draft.attached
            )
            self._known[here] = builder.most(draft, pictures)  # type: ignore[arg-type]
            waiting.pop()
        return self._known[address]


def _wholes(draft: Draft | TransformDraft) -> Iterator[Address]:
    """The tasks all of whose pictures an operation takes; of a generating step they change nothing."""
    if isinstance(draft, TransformDraft):
        for each in draft.attached:
            if isinstance(each.given, FromTask) and each.given.index is None:
                yield each.given.task


def _tasks(
    pipeline: Pipeline,
    rows: Rows,
    builder: Callable[[Step], StepTasks | TransformTasks],
    context: Context,
) -> tuple[dict[Address, Task], set[Address]]:
    """Every task, and the addresses of those that something was found wrong with."""
    drafts: dict[Address, _Begun] = {}
    broken: set[Address] = set()
    for name, step in pipeline.steps.items():
        before = context.failures
        made = builder(step)
        is_wrong = context.failures > before
        for seed in rows.of(name):
            before = context.failures
            _reads(context, seed.address)
            drafts[seed.address] = made.draft(seed), made
            if is_wrong or context.failures > before:
                broken.add(seed.address)
    counts = _Counts(drafts)
    tasks: dict[Address, Task] = {}
    for address, (draft, made) in drafts.items():
        before = context.failures
        _reads(context, address)
        tasks[address] = made.task(draft, counts)  # type: ignore[arg-type]
        if context.failures > before:
            broken.add(address)
    return tasks, broken


def _reads(context: Context, address: Address) -> None:
    """What is read from now on is read for a task."""
    if context.tracker is not None:
        context.tracker.reader = ("task", address)


def _advise(
    pipeline: Pipeline, tasks: Mapping[Address, Task], provider: ProviderProfile | None, context: Context
) -> None:
    """Advice that looks at several tasks, or at the pictures of one."""

    def advise(code: str, task: Task, message: str, hint: str) -> None:
        at = task.places.get("references", task.at)
        context.advise(code, at, message, hint=hint, row=task.row)

    reference_advice(tasks, provider, advise)
    for first, task in same_requests(tasks):
        message = f'"{task.address}" asks for the same picture as "{first.address}": it is bought once'
        hint = "for another picture of the same, use takes or a salt"
        context.advise("W-SAME-REQUEST", task.at, message, hint=hint, row=task.row)
    keys: dict[str, list[str]] = {}
    for task in tasks.values():
        if task.key and task.picture_of is None:
            keys.setdefault(task.step, []).append(task.key)
    for name, found in keys.items():
        step = pipeline.steps[name]
        if step.foreach is None or step.matrix is not None:
            continue
        for advice in index_keys(found):
            context.advise(advice.code, step.foreach.key.at, advice.message, hint=advice.hint, row=None)


def _base_scope(pipeline: Pipeline, tables: Mapping[str, TableRows], context: Context) -> Scope:
    tracker = context.tracker
    variables: dict[str, Any] = {} if tracker is None else tracker.watched(("vars",), {})
    data = {name: _visible(table) for name, table in tables.items() if not name.startswith(".")}
    scope = Scope(
        values={
            "data": data if tracker is None else tracker.watched(("data",), data),
            "pipeline": {"name": pipeline.name, "description": pipeline.description},
            "vars": variables,
        }
    )
    for name, given in pipeline.vars.items():
        if tracker is not None:
            tracker.reader = ("vars", name)
        # A variable sees those that stand above it.
        rendered = context.render(context.compiled(given), given, scope)
        if rendered is FAILED:
            context.lost.add(name)
        else:
            variables[name] = rendered
    return scope


def _visible(table: TableRows) -> Any:
    """A table as templates see it under `data`: a map from id to row when it was one, else a list."""
    if table.keyed:
        return {row.value["id"]: row.value for row in table.rows if isinstance(row.value, dict)}
    return [row.value for row in table.rows]


def _ordered(plan: Plan, context: Context) -> Plan:
    needs = plan.needs()
    cycle = graph.find_cycle(needs)
    if cycle:
        task = plan.tasks[cycle[0]]
        at = task.places.get("references", task.at)
        context.complain("E-CYCLE", at, f"tasks need each other: {_chain(cycle)}", row=task.row)
        return plan
    return replace(plan, tasks={address: plan.tasks[address] for address in graph.order(needs)})


def _chain(nodes: list[str]) -> str:
    if len(nodes) > _SHOWN_IN_CYCLE:
        hidden = len(nodes) - _SHOWN_IN_CYCLE + 1
        nodes = [*nodes[: _SHOWN_IN_CYCLE - 2], f"… {hidden} more …", nodes[-1]]
    return " → ".join(nodes)
