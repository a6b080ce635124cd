"""Decisions of people, tried out and written down: one line a task, in the file beside the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from seedream_pipe.api.beside import replaced
from seedream_pipe.errors import InvalidPipeline, UsageError
from seedream_pipe.ledger.claims import locked
from seedream_pipe.picks import file as picks_file
from seedream_pipe.picks.lines import begun, edited, is_begun, renamed
from seedream_pipe.picks.model import Decided, Picks, under_new_names

if TYPE_CHECKING:
    from pathlib import Path

    from seedream_pipe.api.project import Project
    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.store.folder import Store

__all__ = ["Change", "Changes", "as_decided", "begin", "decide", "shown_file"]

Change: TypeAlias = Callable[[Decided], Decided]
"""What becomes of a task's line; of a task without one it is given an empty decision."""

Changes: TypeAlias = Mapping["Address", Change]


def as_decided(project: Project, changes: Changes) -> Project:
    """The project as it would be with these decisions. Nothing is written."""
    return replace(project, picks=Picks(tasks=_changed(project.picks, changes)))


def decide(project: Project, plan: Plan, changes: Changes, store: Store) -> Project:
    """Write decisions into the picks file; gives the project as it is then.

    The file is read anew under a lock, so that what somebody decided meanwhile stays. What is not
    decided anew stays byte for byte.

    Raises:
        InvalidPipeline: the file cannot be read as it stands.
        UsageError: it cannot be written, or its layout cannot be edited line by line.

    """
    path = project.picks_file
    with locked(store, "picks-file"):
        now = picks_file.load(path, shown=shown_file(project))
        known = under_new_names(now.tasks, project.pipeline.renamed)
        wanted = _changed(Picks(tasks=known), changes)
        decisions = {address: wanted.get(address) for address in changes}
        text = _edited(path, project, decisions, plan)
        if _read_back(text, project.pipeline.renamed) != wanted:
            raise UsageError(
                f"{shown_file(project)} is laid out in a way that cannot be edited line by line",
                hint="give each task a line of its own: sheet@mei: {pick: 2}",
            )
        _write(path, text)
    return replace(project, picks=Picks(tasks=wanted))


def begin(project: Project, plan: Plan, store: Store) -> bool:
    """Make the picks file, with a comment for each task that could be decided; new tasks get one in it.

    One that a person laid out is left alone, as is one with lines of a step under its old name. Gives
    whether it was written and still says what the project knows.
    """
    path = project.picks_file
    with locked(store, "picks-file"):
        before = picks_file.text_of(path)
        names = project.pipeline.renamed
        if path.exists() and not (is_begun(before) and renamed(before, names) == before):
            return False
        text = _edited(path, project, {}, plan)
        if text == before:
            return False
        _write(path, text)
        return _read_back(text, names) == project.picks.tasks


def shown_file(project: Project) -> str:
    """The picks file as the user would type it."""
    return project.root.shown(project.picks_file.name)


def _read_back(text: str, names: Mapping[str, str]) -> Mapping[Address, Decided] | None:
    try:
        return under_new_names(picks_file.parse(text, file="").tasks, names)
    except InvalidPipeline:
        return None


def _changed(picks: Picks, changes: Changes) -> dict[Address, Decided]:
    tasks = dict(picks.tasks)
    for address, change in changes.items():
        tasks[address] = change(tasks.get(address, Decided()))
    return {address: decided for address, decided in tasks.items() if not decided.is_empty}


def _edited(path: Path, project: Project, decisions: Mapping[Address, Decided | None], plan: Plan) -> str:
    text = picks_file.text_of(path) or begun(project.path.name)
    text = renamed(text, project.pipeline.renamed)
    bought = [address for address, task in plan.tasks.items() if task.recipe.maker.realm != "local"]
    return edited(text, decisions, placeholders=bought if is_begun(text) else ())


def _write(path: Path, text: str) -> None:
    try:
        replaced(path, text.encode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path.name} cannot be written: {error.strerror or error}") from None
