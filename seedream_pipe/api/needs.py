"""The tasks of a pipeline with all that they need, before anything is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedream_pipe.catalog import MAKERS
from seedream_pipe.plan.targets import select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.api.project import Project
    from seedream_pipe.plan.model import Address, Plan

__all__ = ["needed"]


def needed(project: Project, targets: Sequence[str] = ()) -> tuple[Plan, set[Address]]:
    """The plan, and the addresses of the targets and of all they need; of all tasks when there are none.

    Raises:
        InvalidPipeline: problems that only rows and files show.
        UsageError: a target means nothing.

    """
    plan = project.expand(MAKERS["seedream"])
    return plan, set(select(plan, [f"+{target.removeprefix('+')}" for target in targets]))
