"""What is wrong with a pipeline file, for who wants to know and not to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedream_pipe.api.project import problems_of
from seedream_pipe.catalog import MAKERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.problems import Problem

__all__ = ["Findings", "findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The problems of a pipeline file, and how many tasks it has when none is an error."""

    file: str
    problems: tuple[Problem, ...]
    tasks: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether it can be run."""
        return not any(problem.is_error for problem in self.problems)


def findings(
    file: str,
    *,
    max_bytes: int,
    profiles: Sequence[str] = (),
    overrides: Sequence[str] = (),
    vars_files: Sequence[str] = (),
) -> Findings:
    """Every problem of a file, its tables, templates and reference pictures. Writes nothing.

    Args:
        file: the path, as the problems are to show it.
        max_bytes: a larger pipeline file is a problem.
        profiles: as for `project.load`.
        overrides: as for `project.load`.
        vars_files: as for `project.load`.

    Raises:
        UsageError: there is no such file.

    """
    _, plan, problems = problems_of(
        file,
        MAKERS["seedream"],
        profiles=profiles,
        overrides=overrides,
        vars_files=vars_files,
        max_bytes=max_bytes,
    )
    return Findings(file=file, problems=tuple(problems), tasks=len(plan.tasks) if plan else 0)
