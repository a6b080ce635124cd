"""What an edit would touch, before anybody makes it: the tasks that read what is edited, and those below."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seedream_pipe import catalog, profiles
from seedream_pipe.api.paths import Places
from seedream_pipe.api.picking import effect_of
from seedream_pipe.api.planning import planned
from seedream_pipe.plan.model import Recipe
from seedream_pipe.plan.reads import Reads, reached
from seedream_pipe.plan.tracking import Tracker

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from seedream_pipe.api.project import Project
    from seedream_pipe.plan.model import Address, Plan, Task
    from seedream_pipe.plan.reads import Reached
    from seedream_pipe.plan.tracking import Path
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.settings import Settings

__all__ = ["Impact", "impact", "tracked"]

_EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What an edit at some paths reaches, and a plan of what follows from it at most.

    `effect` has the tasks that would be made, wait or stay because they are approved: those that
    the edit reaches, and those that need their pictures.
    """

    paths: tuple[Path, ...]
    reached: Reached
    effect: Forecast

    @property
    def below(self) -> tuple[Address, ...]:
        """The tasks that read nothing of it, and need pictures of some that do."""
        return tuple(address for address in self.effect.tasks if address not in self.reached.recipes)


def impact(project: Project, texts: Sequence[str], *, settings: Settings) -> Impact:
    """The tasks that an edit at these paths would touch, and the most that it can cost.

    Sends nothing, writes nothing, needs no key.

    Args:
        project: from `load`.
        texts: ``vars.look``, ``data.cast.mei.look``, ``references.market``, ``steps.shots.prompt``,
            ``defaults.size``, or a file.
        settings: the user's.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a path means nothing.

    """
    plan, tracker = tracked(project, settings)
    places = Places(project, tracker)
    paths = tuple(dict.fromkeys(path for text in texts for path in places.of(text)))
    found = reached(plan, Reads(project.pipeline, tracker), paths)
    before = planned(project, (), settings=settings, unpriced=True)
    after = planned(
        project, (), settings=settings, edited=lambda plan: _edited(plan, found.recipes), unpriced=True
    )
    effect = effect_of(before, after, found.recipes, with_own=True)
    return Impact(paths=paths, reached=found, effect=effect)


def tracked(project: Project, settings: Settings) -> tuple[Plan, Tracker]:
    """The plan of a project, with what each of its tasks reads.

    Raises:
        InvalidPipeline: problems that only rows and files show.

    """
    profile = profiles.provider(settings.provider)
    tracker = Tracker()
    plan = project.expand(catalog.maker(profile), provider=profile, tracker=tracker)
    return plan, tracker


def _edited(plan: Plan, addresses: Collection[Address]) -> Plan:
    """The plan in which these tasks have other recipes, whatever they will be."""
    return replace(plan, tasks={a: _other(t) if a in addresses else t for a, t in plan.tasks.items()})


def _other(task: Task) -> Task:
    if isinstance(task.recipe, Recipe):
        return replace(task, recipe=replace(task.recipe, salt=f"{task.recipe.salt or ''} {_EDITED}"))
    return replace(task, recipe=replace(task.recipe, options=[task.recipe.options, _EDITED]))
