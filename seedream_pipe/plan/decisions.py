"""What people decided, laid over what the author wrote; and decisions that fit no task.

The one place where the picks file meets the plan: keys follow by themselves, because a task
that is picked anew has another picture for what needs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seedream_pipe.picks.model import take_text
from seedream_pipe.problems import Problem, did_you_mean, escaped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from seedream_pipe.makers import Realm
    from seedream_pipe.picks.model import Decided, Picks
    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.plan.values import Options

__all__ = ["decided", "decision_problems", "held"]


def decided(options: Options, given: Decided | None) -> Options:
    """A step's options for one task, with what people decided of it."""
    if given is None:
        return options
    return replace(
        options,
        takes=max(options.takes, given.takes or 1),
        pick=options.pick if given.pick is None else given.pick,
        image=given.image,
    )


def held(tasks: Mapping[Address, Task], picks: Picks, realm: Realm) -> dict[Address, Task]:
    """The tasks, those that are approved with their pictures. Previews follow every edit."""
    found = dict(tasks)
    for address, given in picks.tasks.items() if realm != "preview" else ():
        if given.approved is not None and address in found:
            found[address] = replace(found[address], approved=given.approved)
    return found


def decision_problems(
    picks: Picks, tasks: Mapping[Address, Task], left_out: Collection[Address], *, partial: Collection[str]
) -> Iterator[Problem]:
    """Decisions that fit no task, or not the one that they name.

    Args:
        picks: the decisions.
        tasks: all of the plan.
        left_out: the tasks that `when:` leaves out, of which nothing is said.
        partial: steps some of whose tasks could not be made out.

    """
    for address, given in picks.tasks.items():
        task = tasks.get(address)
        if task is not None:
            yield from _misfits(task, given)
        elif address not in left_out and address.partition("@")[0] not in partial:
            # Another branch may have the task, or had it.
            yield Problem(
                code="W-PICK-TASK",
                place=given.at,
                message=f'there is no task "{escaped(address)}" to decide of',
                hint=_renamed(address, picks, tasks)
                or did_you_mean(address, tasks)
                or "the line may stay: another branch may have the task",
                severity="warning",
            )


def _renamed(address: Address, picks: Picks, tasks: Mapping[Address, Task]) -> str:
    """That `was:` may be missing, where a step has the keys that the picks file has of one that is gone."""
    gone = address.partition("@")[0]
    keys = {key for step, _, key in (each.partition("@") for each in picks.tasks) if step == gone}
    steps: dict[str, set[str]] = {}
    for task in tasks.values():
        steps.setdefault(task.step, set()).add(task.key)
    called = next((step for step, has in steps.items() if keys <= has and step not in _steps(picks)), "")
    if gone in steps or not called or "" in keys:
        return ""
    return f'was step "{escaped(called)}" called so? Then write there: was: {escaped(gone)}'


def _steps(picks: Picks) -> set[str]:
    return {address.partition("@")[0] for address in picks.tasks}


def _misfits(task: Task, given: Decided) -> Iterator[Problem]:
    if given.pick is not None and given.pick > task.takes:
        there = "is one take" if task.takes == 1 else f"are {task.takes} takes"
        yield Problem(
            code="E-PICK",
            place=given.at,
            message=f'take {given.pick} of "{task.address}" is picked, but there {there}',
            hint="pick another one, or write how many there are to be: "
            f"{{pick: {take_text(given.pick, given.image)}, takes: {given.pick}}}",
        )
    if given.image is not None and not task.is_series:
        message = f'picture [{given.image}] of "{task.address}" is picked, which makes no series'
        yield Problem(code="E-PICK", place=given.at, message=message, hint=f"write pick: {given.pick}")
    elif given.image is not None and given.image >= task.most:
        message = f'picture [{given.image}] of "{task.address}" is picked, which makes at most {task.most}'
        hint = f"[0] to [{task.most - 1}]"
        yield Problem(code="E-PICK", place=given.at, message=message, hint=hint)
