"""From a pipeline to its tasks: rows, templates, references, sizes, names.

Two passes over the steps: the first gives every task its address, so that a step may
refer to one that stands below it; the second builds the tasks. What is wrong is
collected; a row that fails does not keep the others from being looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe import graph
from seedream_pipe.plan.context import Context, Scope
from seedream_pipe.plan.inputs import Inputs, index_problems, texts
from seedream_pipe.plan.model import Plan
from seedream_pipe.plan.outputs import clashes
from seedream_pipe.plan.tasks import Seed, StepTasks
from seedream_pipe.problems import Problem, merged
from seedream_pipe.spec import refs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.makers import MakerId
    from seedream_pipe.plan.model import Address, Files, Row, TableRows, Task
    from seedream_pipe.spec.model import Field, Pipeline, Step

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
    context = Context(files)
    base = _base_scope(pipeline, tables, context)
    seeds = {name: list(_seeds(step, tables, base, context)) for name, step in pipeline.steps.items()}
    inputs = Inputs(
        context,
        files,
        pipeline.steps,
        _sources_of_sets(pipeline, base, context),
        {name: [seed.address for seed in found] for name, found in seeds.items()},
    )
    steps = {name: StepTasks(step, context, inputs, maker) for name, step in pipeline.steps.items()}
    owners = {seed.address: (steps[name], seed) for name, found in seeds.items() for seed in found}

    def ceiling(address: Address) -> int:
        step, seed = owners[address]
        return step.group_ceiling(seed)

    tasks = {
        address: task
        for address, (step, seed) in owners.items()
        if (task := step.task(seed, ceiling)) is not None
    }
    for code, task, message in index_problems(tasks):
        context.complain(
            code, task.places.get("references", task.at), message, scope=Scope(values={}, row=task.row)
        )
    context.problems += clashes(tasks)
    plan = _ordered(
        Plan(name=pipeline.name, file=pipeline.file, tasks=tasks, budget=pipeline.budget), context
    )
    return Expansion(plan=plan, problems=tuple(merged(context.problems)))


def _base_scope(pipeline: Pipeline, tables: Mapping[str, TableRows], context: Context) -> Scope:
    scope = Scope(
        values={
            "data": {name: _visible(table) for name, table in tables.items() if not name.startswith(".")},
            "pipeline": {"name": pipeline.name, "description": pipeline.description},
            "vars": {},
        }
    )
    for name, given in pipeline.vars.items():
        rendered = context.render(context.compiled(given), given, scope)
        scope = scope.with_values(vars={**scope.values["vars"], name: rendered})
    return scope


def _visible(table: TableRows) -> Any:
    """A table as templates see it under `data`: a map from id to row when it was one, else a list."""
    if table.keyed:
        return {row.value["id"]: row.value for row in table.rows if isinstance(row.value, dict)}
    return [row.value for row in table.rows]


def _sources_of_sets(pipeline: Pipeline, base: Scope, context: Context) -> dict[str, list[tuple[str, Field]]]:
    return {
        name: [
            (text, source)
            for source in named.sources
            for text in texts(context.render(context.compiled(source), source, base))
        ]
        for name, named in pipeline.references.items()
    }


def _seeds(step: Step, tables: Mapping[str, TableRows], base: Scope, context: Context) -> Iterator[Seed]:
    base = base.with_values(step=step.name)
    if step.foreach is None:
        yield Seed(address=step.name, key="", scope=base)
        return
    given = step.foreach.key
    compiled = context.compiled(given)
    table = tables.get(step.foreach.table)
    first: dict[str, Row] = {}
    for row in table.rows if table and compiled else ():
        scope = Scope(values={**base.values, step.foreach.variable: row.value}, row=row.at)
        rendered = context.render(compiled, given, scope)
        if rendered is None:
            continue
        key = str(rendered).strip()
        complaint = refs.key_problem(key)
        if complaint:
            context.complain("E-KEY", given.at, complaint, scope=scope)
        elif key in first:
            context.complain(
                "E-KEY",
                row.at,
                f'step "{step.name}": key "{key}" is also the key of the row at {first[key].at}',
                hint="a key must name one row; add a column to it",
            )
        else:
            first[key] = row
            yield Seed(address=f"{step.name}@{key}", key=key, scope=scope)


def _ordered(plan: Plan, context: Context) -> Plan:
    needs = {task: [n for n in wants if n in plan.tasks] for task, wants in plan.needs().items()}
    cycle = graph.find_cycle(needs)
    if cycle:
        context.complain("E-CYCLE", plan.tasks[cycle[0]].at, f"tasks need each other: {_chain(cycle)}")
        return plan
    tasks: dict[Address, Task] = {address: plan.tasks[address] for address in graph.order(needs)}
    return Plan(name=plan.name, file=plan.file, tasks=tasks, budget=plan.budget)


def _chain(nodes: list[str]) -> str:
    if len(nodes) > _SHOWN_IN_CYCLE:
        hidden = len(nodes) - _SHOWN_IN_CYCLE + 1
        nodes = [*nodes[: _SHOWN_IN_CYCLE - 2], f"… {hidden} more …", nodes[-1]]
    return " → ".join(nodes)
