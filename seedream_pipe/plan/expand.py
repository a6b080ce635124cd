"""From a pipeline to its tasks: rows, templates, references, sizes, names.

Two passes over the steps: the first gives every task its address, so that a step may
refer to one that stands below it; the second builds the tasks. What is wrong is
collected; a row that fails does not keep the others from being looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe import graph
from seedream_pipe.plan.calls import count_problems, index_problems
from seedream_pipe.plan.context import FAILED, Context, Scope
from seedream_pipe.plan.inputs import Inputs
from seedream_pipe.plan.model import Plan
from seedream_pipe.plan.outputs import clashes
from seedream_pipe.plan.tasks import Seed, StepTasks
from seedream_pipe.problems import Problem, merged
from seedream_pipe.spec import refs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.makers import MakerId
    from seedream_pipe.plan.model import Address, Files, Row, TableRows, Task
    from seedream_pipe.spec.model import Pipeline, Step

__all__ = ["Expansion", "expand"]

_SHOWN_IN_CYCLE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """A plan and what was found on the way. With an error among the problems the plan is partial."""

    plan: Plan
    problems: tuple[Problem, ...]


def expand(pipeline: Pipeline, *, tables: Mapping[str, TableRows], files: Files, maker: MakerId) -> Expansion:
    """Make a pipeline concrete.

    Args:
        pipeline: as decoded and checked.
        tables: the rows of every table, by name.
        files: the project's files.
        maker: what makes the pictures; part of every recipe.

    """
    unread = [name for name in pipeline.data if name not in tables]
    context = Context(files, lost=[*pipeline.unsound, *unread])
    base = _base_scope(pipeline, tables, context)
    seeds: dict[str, list[Seed]] = {}
    partial: set[str] = set()
    for name, step in pipeline.steps.items():
        seeds[name], whole = _seeds(step, tables, base, context)
        if not whole:
            partial.add(name)
    inputs = Inputs(
        context,
        files,
        pipeline,
        base=base,
        addresses={name: [seed.address for seed in found] for name, found in seeds.items()},
        partial=partial,
    )
    tasks, broken = _tasks(pipeline, seeds, inputs, context, maker)
    context.problems += [
        *count_problems(tasks),
        *index_problems(tasks, inputs.indexed, broken=broken),
        *clashes(tasks),
    ]
    plan = _ordered(
        Plan(name=pipeline.name, file=pipeline.file, tasks=tasks, budget=pipeline.budget), context
    )
    problems = tuple(merged(context.problems))
    warnings = tuple(problem for problem in problems if not problem.is_error)
    return Expansion(plan=replace(plan, warnings=warnings), problems=problems)


def _tasks(
    pipeline: Pipeline,
    seeds: Mapping[str, list[Seed]],
    inputs: Inputs,
    context: Context,
    maker: MakerId,
) -> tuple[dict[Address, Task], set[Address]]:
    """Every task, and the addresses of those that something was found wrong with."""
    tasks: dict[Address, Task] = {}
    broken: set[Address] = set()
    for name, step in pipeline.steps.items():
        before = context.failures
        made = StepTasks(step, context, inputs, maker)
        is_wrong = context.failures > before
        for seed in seeds[name]:
            before = context.failures
            tasks[seed.address] = made.task(seed)
            if is_wrong or context.failures > before:
                broken.add(seed.address)
    return tasks, broken


def _base_scope(pipeline: Pipeline, tables: Mapping[str, TableRows], context: Context) -> Scope:
    variables: dict[str, Any] = {}
    scope = Scope(
        values={
            "data": {name: _visible(table) for name, table in tables.items() if not name.startswith(".")},
            "pipeline": {"name": pipeline.name, "description": pipeline.description},
            "vars": variables,
        }
    )
    for name, given in pipeline.vars.items():
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


def _seeds(
    step: Step, tables: Mapping[str, TableRows], base: Scope, context: Context
) -> tuple[list[Seed], bool]:
    """The tasks of a step, and whether all of its rows could be had."""
    base = base.with_values(step=step.name)
    if step.foreach is None:
        return [Seed(address=step.name, key="", scope=base)], True
    given = step.foreach.key
    compiled = context.compiled(given)
    table = tables.get(step.foreach.table)
    if table is None or compiled is None:
        return [], False
    first: dict[str, Row] = {}
    seeds: list[Seed] = []
    for row in table.rows:
        scope = Scope(values={**base.values, step.foreach.variable: row.value}, row=row.at)
        key = context.text(compiled, given, scope)
        if key is None:
            continue
        complaint = refs.key_problem(key)
        if complaint:
            context.complain("E-KEY", given.at, complaint, row=row.at)
        elif key in first:
            context.complain(
                "E-KEY",
                row.at,
                f'step "{step.name}": key "{key}" is also the key of the row at {first[key].at}',
                hint="a key must name one row; add a column to it",
            )
        else:
            first[key] = row
            seeds.append(Seed(address=f"{step.name}@{key}", key=key, scope=scope))
    return seeds, len(seeds) == len(table.rows)


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
