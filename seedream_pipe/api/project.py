"""A pipeline with the project's files around it: loaded, checked, ready to be planned."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe.api.variant import Variant
from seedream_pipe.catalog import OPERATIONS
from seedream_pipe.errors import InvalidPipeline, UsageError
from seedream_pipe.makers import MakerId
from seedream_pipe.picks.file import load as load_picks
from seedream_pipe.picks.file import path_of
from seedream_pipe.picks.model import NO_PICKS, Picks, under_new_names
from seedream_pipe.plan.expand import expand
from seedream_pipe.plan.model import FilesError
from seedream_pipe.problems import Place, Problem, merged
from seedream_pipe.snapshot.files import ProjectFiles
from seedream_pipe.snapshot.root import Root, find_root, name_problem
from seedream_pipe.snapshot.tables import read_table
from seedream_pipe.spec import document as documents
from seedream_pipe.spec import schema
from seedream_pipe.spec.check import check
from seedream_pipe.spec.compose import compose
from seedream_pipe.spec.decode import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from seedream_pipe.plan.expand import Expansion
    from seedream_pipe.plan.model import Plan, TableRows
    from seedream_pipe.plan.tracking import Tracker
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.spec.compose import Composed
    from seedream_pipe.spec.document import Document
    from seedream_pipe.spec.model import Pipeline

__all__ = ["Project", "load", "opened", "problems_of"]

_NOBODY: Final = MakerId(name="", version=0, realm="preview")
"""Stands for the maker where tasks are made only for what is wrong with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A pipeline file, read: its records, its tables, and the root that its files lie below.

    `warnings` are findings that keep nothing from running. `read_ns` is when reading began,
    in nanoseconds of the clock: what changed after it may not be what was read. `variant` is
    what was chosen beside the file: profiles, values, files of vars.
    """

    pipeline: Pipeline
    path: Path
    root: Root
    tables: Mapping[str, TableRows]
    files: ProjectFiles
    seen: Mapping[str, None] = field(repr=False, default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    read_ns: int = 0
    variant: Variant = field(default_factory=Variant)
    picks: Picks = NO_PICKS
    """What people decided of its tasks, in the file beside it."""
    composed: Composed | None = field(default=None, repr=False)
    """The files as one tree, which knows where everything stands."""

    def expand(
        self, maker: MakerId, *, provider: ProviderProfile | None = None, tracker: Tracker | None = None
    ) -> Plan:
        """The tasks of the pipeline, as one maker would make them; with a provider, within its limits.

        A tracker is told what each task reads of the author's files.

        Raises:
            InvalidPipeline: with every problem that only rows and files show.

        """
        expansion = self._expanded(maker, provider, tracker)
        if any(problem.is_error for problem in expansion.problems):
            raise InvalidPipeline(expansion.problems)
        return expansion.plan

    def _expanded(
        self, maker: MakerId, provider: ProviderProfile | None = None, tracker: Tracker | None = None
    ) -> Expansion:
        found = expand(
            self.pipeline,
            tables=self.tables,
            files=self.files,
            maker=maker,
            operations=OPERATIONS,
            provider=provider,
            picks=self.picks,
            tracker=tracker,
        )
        nameless = tuple(self._nameless(found.plan))
        return replace(found, problems=(*found.problems, *nameless)) if nameless else found

    def _nameless(self, plan: Plan) -> Iterator[Problem]:
        """Outputs that cannot have their names in the letters of this system."""
        complaint, hint = name_problem(self.pipeline.name)
        if complaint:
            at = self.pipeline.name_at or Place(self.pipeline.file)
            yield Problem(code="E-OUTPUT", place=at, message=complaint, hint=hint)
        for task in plan.tasks.values():
            for complaint, hint in (name_problem(name) for row in task.outputs for name in row):
                if complaint:
                    at = task.places.get("output", task.at)
                    also = (task.row,) if task.row is not None else ()
                    yield Problem(code="E-OUTPUT", place=at, message=complaint, hint=hint, also=also)

    @property
    def picks_file(self) -> Path:
        """Where what people decide of its tasks stands, whether the file is there or not."""
        return path_of(self.path)

    def paths_seen(self) -> list[str]:
        """Every file and folder that was looked at, for the up-to-date check."""
        return list(dict.fromkeys([os.fspath(self.path), *self.seen, *self.files.seen]))


def load(
    file: str | os.PathLike[str],
    *,
    profiles: Sequence[str] = (),
    overrides: Sequence[str] = (),
    vars_files: Sequence[str | os.PathLike[str]] = (),
    max_bytes: int = documents.DEFAULT_MAX_BYTES,
) -> Project:
    """Read and check a pipeline file, with the files that it includes.

    Args:
        file: its path.
        profiles: overlays of the file to apply, in this order.
        overrides: single values as ``path=value``, the value in YAML: ``vars.look=neon``.
        vars_files: paths of YAML files with vars that take the place of the file's own.
        max_bytes: a larger file is a problem.

    Raises:
        InvalidPipeline: its problems; once there is one, also those that its tasks would have.
        UsageError: there is no such file.

    """
    return opened(file, Variant.of(profiles, overrides, vars_files), max_bytes=max_bytes)


def opened(
    file: str | os.PathLike[str], variant: Variant, *, max_bytes: int = documents.DEFAULT_MAX_BYTES
) -> Project:
    """As `load`, for who has a `Variant`."""
    project, problems = _read(file, variant, max_bytes)
    if project is None or any(problem.is_error for problem in problems):
        raise InvalidPipeline(_together(project, problems, _NOBODY)[1])
    return replace(project, warnings=tuple(_told(project, problems)))


def problems_of(
    file: str | os.PathLike[str],
    maker: MakerId,
    *,
    profiles: Sequence[str] = (),
    overrides: Sequence[str] = (),
    vars_files: Sequence[str | os.PathLike[str]] = (),
    max_bytes: int = documents.DEFAULT_MAX_BYTES,
) -> tuple[Project | None, Plan | None, list[Problem]]:
    """Every problem of a pipeline file at once, with the project and plan when there are none.

    What is sound of a wrong file is still looked at in full, so that one pass tells all. The
    profiles that were not chosen are looked at for their shape.

    Args:
        file: its path.
        maker: who would make its tasks.
        profiles: as for `load`.
        overrides: as for `load`.
        vars_files: as for `load`.
        max_bytes: as for `load`.

    Raises:
        UsageError: there is no such file.

    """
    variant = Variant.of(profiles, overrides, vars_files)
    project, problems = _read(file, variant, max_bytes, every_profile=True)
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
    # What is wrong will change: advice waits for it.
    wrong = any(problem.is_error for problem in problems)
    problems = merged(
        [
            *problems,
            *(
                problem
                for problem in expansion.problems
                if (problem.is_error or not wrong)
                and (problem.code, problem.place) not in known
                and not (cycle and problem.code == "E-CYCLE")
            ),
        ]
    )
    plan = None if any(problem.is_error for problem in problems) else expansion.plan
    return plan, _told(project, problems)


def _told(project: Project, problems: list[Problem]) -> list[Problem]:
    """The problems without the warnings that the author has silenced."""
    lint = project.pipeline.lint
    return [
        problem for problem in problems if problem.is_error or not lint.silences(problem.code, problem.place)
    ]


def _read(
    file: str | os.PathLike[str], variant: Variant, max_bytes: int, *, every_profile: bool = False
) -> tuple[Project | None, list[Problem]]:
    read_ns = time.time_ns()
    shown = os.fspath(file)
    path = Path(os.path.abspath(shown))
    if "\0" in shown or not os.path.lexists(path):
        raise UsageError(f"there is no pipeline file {shown!r}", hint="seedream-pipe init makes one")
    folder = path.parent
    root = Root(top=find_root(folder).resolve(), folder=folder, shown_prefix=os.path.dirname(shown))
    seen: dict[str, None] = {}
    try:
        document = documents.load(path, shown=shown, max_bytes=max_bytes)
        of_vars = _files_of_vars(variant, seen)
    except InvalidPipeline as error:
        return None, list(error.problems)
    parts = _Parts(root, seen, max_bytes)

    def composed(profiles: Sequence[str]) -> Composed:
        return compose(
            document,
            load=parts.load,
            profiles=profiles,
            overrides=variant.overrides,
            vars_files=of_vars,
        )

    whole = composed(variant.profiles)
    found = schema.findings(whole)
    problems = [*whole.problems, *found.problems, *_alone(whole)]
    if every_profile:
        for name in whole.profiles:
            problems += schema.findings(composed([name])).problems
    problems = list(dict.fromkeys(problems))
    if () in found.unsound:
        return None, problems
    pipeline = decode(whole, without=found.unsound)
    problems += check(pipeline) if pipeline.steps else []
    tables, more = _tables(pipeline, root, seen)
    problems += more
    picks, more = _picks(path, shown, seen, pipeline.renamed)
    problems += more
    project = Project(
        pipeline=pipeline,
        path=path,
        root=root,
        tables=tables,
        files=ProjectFiles(root),
        seen=seen,
        read_ns=read_ns,
        variant=variant,
        picks=picks,
        composed=whole,
    )
    return project, problems


def _picks(
    path: Path, shown: str, seen: dict[str, None], renamed: Mapping[str, str]
) -> tuple[Picks, Iterable[Problem]]:
    beside = path_of(path)
    seen[os.fspath(beside)] = None
    try:
        found = load_picks(beside, shown=os.path.join(os.path.dirname(shown), beside.name))
        return Picks(tasks=under_new_names(found.tasks, renamed)), []
    except InvalidPipeline as error:
        return NO_PICKS, error.problems


def _alone(whole: Composed) -> Iterable[Problem]:
    """What is wrong with each file by itself, where an overlay or another file would hide it."""
    if whole.root is not whole.document.root:
        for one in (whole.document, *whole.parts):
            yield from schema.findings(one, part=True).problems


def _files_of_vars(variant: Variant, seen: dict[str, None]) -> list[Document]:
    found = []
    for file in variant.vars_files:
        path = Path(os.path.abspath(file))
        found.append(documents.load(path, shown=file))
        seen[os.fspath(path)] = None
    return found


class _Parts:
    """The files that a pipeline includes: below the project's root, each read once."""

    def __init__(self, root: Root, seen: dict[str, None], max_bytes: int) -> None:
        self._root, self._seen, self._max_bytes = root, seen, max_bytes
        self._known: dict[str, Document] = {}

    def load(self, target: str, at: Place) -> Document:
        """See `compose.Load`."""
        if target not in self._known:
            try:
                path = self._root.resolve(target)
            except FilesError as error:
                raise InvalidPipeline(
                    [Problem(code=error.code, place=at, message=str(error), hint=error.hint)]
                ) from None
            self._seen[self._root.watched(target)] = None
            shown = self._root.shown(target)
            self._known[target] = documents.load(path, shown=shown, max_bytes=self._max_bytes)
        return self._known[target]


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
