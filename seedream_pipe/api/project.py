"""A pipeline with the project's files around it: loaded, checked, ready to be planned."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe.errors import InvalidPipeline, UsageError
from seedream_pipe.makers import MakerId
from seedream_pipe.plan.expand import expand
from seedream_pipe.problems import merged
from seedream_pipe.snapshot.files import ProjectFiles
from seedream_pipe.snapshot.root import Root, find_root
from seedream_pipe.snapshot.tables import read_table
from seedream_pipe.spec import document as documents
from seedream_pipe.spec import schema
from seedream_pipe.spec.check import check
from seedream_pipe.spec.decode import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seedream_pipe.plan.expand import Expansion
    from seedream_pipe.plan.model import Plan, TableRows
    from seedream_pipe.problems import Problem
    from seedream_pipe.spec.model import Pipeline

__all__ = ["Project", "load", "problems_of"]

_NOBODY: Final = MakerId(name="", version=0, realm="preview")
"""Stands for the maker where tasks are made only for what is wrong with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A pipeline file, read: its records, its tables, and the root that its files lie below.

    `warnings` are findings that keep nothing from running. `read_ns` is when reading began,
    in nanoseconds of the clock: what changed after it may not be what was read.
    """

    pipeline: Pipeline
    path: Path
    root: Root
    tables: Mapping[str, TableRows]
    files: ProjectFiles
    seen: Mapping[str, None] = field(repr=False, default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    read_ns: int = 0

    def expand(self, maker: MakerId) -> Plan:
        """The tasks of the pipeline, as one maker would make them.

        Raises:
            InvalidPipeline: with every problem that only rows and files show.

        """
        expansion = self._expanded(maker)
        if any(problem.is_error for problem in expansion.problems):
            raise InvalidPipeline(expansion.problems)
        return expansion.plan

    def _expanded(self, maker: MakerId) -> Expansion:
        return expand(self.pipeline, tables=self.tables, files=self.files, maker=maker)

    def paths_seen(self) -> list[str]:
        """Every file and folder that was looked at, for the up-to-date check."""
        return list(dict.fromkeys([os.fspath(self.path), *self.seen, *self.files.seen]))


def load(file: str | os.PathLike[str], *, max_bytes: int = documents.DEFAULT_MAX_BYTES) -> Project:
    """Read and check a pipeline file.

    Raises:
        InvalidPipeline: its problems; once there is one, also those that its tasks would have.
        UsageError: there is no such file.

    """
    project, problems = _read(file, max_bytes)
    if project is None or any(problem.is_error for problem in problems):
        raise InvalidPipeline(_together(project, problems, _NOBODY)[1])
    return replace(project, warnings=tuple(problems))


def problems_of(
    file: str | os.PathLike[str], maker: MakerId, *, max_bytes: int = documents.DEFAULT_MAX_BYTES
) -> tuple[Project | None, Plan | None, list[Problem]]:
    """Every problem of a pipeline file at once, with the project and plan when there are none.

    What is sound of a wrong file is still looked at in full, so that one pass tells all.

    Raises:
        UsageError: there is no such file.

    """
    project, problems = _read(file, max_bytes)
    plan, problems = _together(project, problems, maker)
    return project, plan, problems


def _together(
    project: Project | None, problems: list[Problem], maker: MakerId
) -> tuple[Plan | None, list[Problem]]:
    """What was found so far and what the tasks show, each finding once; the plan when none is an error."""
    if project is None:
        return None, merged(problems)
    expansion = project._expanded(maker)  # noqa: SLF001 - one class in two functions
    # The check says before what the expansion finds again for each row.
    known = {(problem.code, problem.place) for problem in problems}
    cycle = any(problem.code == "E-CYCLE" for problem in problems)
    problems = merged(
        [
            *problems,
            *(
                problem
                for problem in expansion.problems
                if (problem.code, problem.place) not in known and not (cycle and problem.code == "E-CYCLE")
            ),
        ]
    )
    return (None if any(problem.is_error for problem in problems) else expansion.plan), problems


def _read(file: str | os.PathLike[str], max_bytes: int) -> tuple[Project | None, list[Problem]]:
    read_ns = time.time_ns()
    shown = os.fspath(file)
    path = Path(os.path.abspath(shown))
    if "\0" in shown or not os.path.lexists(path):
        raise UsageError(f"there is no pipeline file {shown!r}", hint="seedream-pipe init makes one")
    try:
        document = documents.load(path, shown=shown, max_bytes=max_bytes)
    except InvalidPipeline as error:
        return None, list(error.problems)
    found = schema.findings(document)
    problems = list(found.problems)
    if () in found.unsound:
        return None, problems
    pipeline = decode(document, without=found.unsound)
    problems += check(pipeline) if pipeline.steps else []
    folder = path.parent
    root = Root(top=find_root(folder).resolve(), folder=folder, shown_prefix=os.path.dirname(shown))
    seen: dict[str, None] = {}
    tables, more = _tables(pipeline, root, seen)
    problems += more
    project = Project(
        pipeline=pipeline,
        path=path,
        root=root,
        tables=tables,
        files=ProjectFiles(root),
        seen=seen,
        read_ns=read_ns,
    )
    return project, problems


def _tables(
    pipeline: Pipeline, root: Root, seen: dict[str, None]
) -> tuple[dict[str, TableRows], Iterable[Problem]]:
    tables: dict[str, TableRows] = {}
    problems: list[Problem] = []
    for name, table in pipeline.data.items():
        try:
            tables[name] = read_table(table, root, seen)
        except InvalidPipeline as error:
            problems += error.problems
    return tables, problems
