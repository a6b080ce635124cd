"""A plan against another one: an edit that is not saved, or another revision of the checkout."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from seedream_pipe import profiles
from seedream_pipe.api.checkout import bring_unkept, checkout
from seedream_pipe.api.explain import explained
from seedream_pipe.api.folders import lock_path, output_top, store_folder
from seedream_pipe.api.planning import planned
from seedream_pipe.api.project import opened
from seedream_pipe.errors import InvalidPipeline, UsageError
from seedream_pipe.problems import escaped
from seedream_pipe.run import lock as locks
from seedream_pipe.run.difference import difference
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from seedream_pipe.api.past import Remembered
    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.api.variant import Variant
    from seedream_pipe.problems import Problem
    from seedream_pipe.run.difference import Difference
    from seedream_pipe.settings import Settings

__all__ = ["since", "what_if"]


def what_if(file: str, variant: Variant, targets: Sequence[str] = (), *, settings: Settings) -> Difference:
    """What an edit would change that is not made yet: the values of `--set`, against the files as they are.

    Sends nothing, writes nothing, needs no key.

    Raises:
        InvalidPipeline: the pipeline has problems, as it is or with the edit.
        UsageError: nothing is set, or a target means nothing.

    """
    if not variant.overrides:
        raise UsageError(
            "what if what? Nothing is set",
            hint="--set vars.look=neon, --set defaults.size=4K; of a table in a file of its own edit a copy",
        )
    before = planned(opened(file, replace(variant, overrides=())), targets, settings=settings)
    after = explained(planned(opened(file, variant), targets, settings=settings), settings)
    return difference(before.plan, before.forecast, after.plan, after.forecast)


def since(project: Project, revision: str, targets: Sequence[str] = (), *, settings: Settings) -> Difference:
    """What differs from a revision of the git checkout: its tree, with the store and the lock of today.

    What git does not keep, such as pictures that are ignored, is taken as it is today where it is missed.

    Sends nothing, writes nothing, needs no key.

    Raises:
        InvalidPipeline: the pipeline has problems, now or then.
        UsageError: there is no such revision, or no such file in it.

    """
    after = planned(project, targets, settings=settings)
    with checkout(project.path, revision) as file:
        try:
            before = _planned_at(file, project, targets, settings)
        except InvalidPipeline as error:
            if not any(problem.code == "E-MISSING" for problem in error.problems):
                raise _at(revision, error, file) from None
            bring_unkept(project.path, file)
            try:
                before = _planned_at(file, project, targets, settings)
            except InvalidPipeline as again:
                raise _at(revision, again, file) from None
    return difference(before.plan, before.forecast, after.plan, after.forecast)


def _planned_at(file: Path, project: Project, targets: Sequence[str], settings: Settings) -> Planned:
    """The plan of the same pipeline in another tree, with the store and the lock of this one."""
    then = opened(os.fspath(file), project.variant)
    here = replace(settings, store=store_folder(project, settings), out=output_top(project, settings) / "out")
    return planned(
        then,
        [target for target in targets if _means(then, target, settings)],
        settings=here,
        past=lambda past: _with_lock_of(past, project, settings),
    )


def _at(revision: str, error: InvalidPipeline, file: Path) -> InvalidPipeline:
    return InvalidPipeline(_shown_of(error.problems, os.fspath(file.parent), revision))


def _means(project: Project, target: str, settings: Settings) -> bool:
    """Whether a target means something there: what is new does not."""
    try:
        planned(project, [target], settings=settings)
    except UsageError:
        return False
    return True


def _with_lock_of(past: Remembered, project: Project, settings: Settings) -> Remembered:
    """The memory of another revision, with what the tasks of today hold."""
    store = Store.open(store_folder(project, settings), create=False)
    path = lock_path(project, store, profiles.provider(settings.provider))
    past.lock = locks.read(path)
    return past


def _shown_of(problems: Sequence[Problem], folder: str, revision: str) -> list[Problem]:
    """The problems of another revision, placed in it."""
    return [
        replace(
            problem,
            place=replace(problem.place, file=_in_revision(problem.place.file, folder, revision)),
            also=tuple(
                replace(place, file=_in_revision(place.file, folder, revision)) for place in problem.also
            ),
            message=problem.message.replace(f"{folder}/", ""),
            hint=problem.hint.replace(f"{folder}/", ""),
        )
        for problem in problems
    ]


def _in_revision(file: str, folder: str, revision: str) -> str:
    return f"{escaped(revision)}:{os.path.relpath(file, folder)}" if file.startswith(folder) else file
