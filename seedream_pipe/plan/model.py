"""A plan: tasks with their recipes, inputs and names, before anything is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

from seedream_pipe.digest import BlobDigest, Json
from seedream_pipe.makers import Generation, MakerId
from seedream_pipe.picks.model import Approved
from seedream_pipe.problems import Place, Problem
from seedream_pipe.spec.model import Budget

__all__ = [
    "Address",
    "FileFacts",
    "Files",
    "FilesError",
    "FromTask",
    "FromUrl",
    "Input",
    "Known",
    "PictureOf",
    "Plan",
    "Recipe",
    "Row",
    "TableRows",
    "Task",
    "TransformRecipe",
]

Address: TypeAlias = str
"""``step@key``, or ``step`` when the step is one task."""


_NOWHERE: Final = Place("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All of a task that determines its pictures, input pictures and take aside.

    Only what stands here can reach the key, so a timeout or a host cannot.
    """

    maker: MakerId
    generation: Generation
    salt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformRecipe:
    """All of a task of an operation that determines its pictures, input pictures aside.

    `options` are its parameters as the key holds them, those at their defaults left out;
    `params` is the operation's own record of the same, never looked into here. `labelled`
    says that it letters the labels of its pictures.
    """

    maker: MakerId
    options: Json
    params: object = field(repr=False)
    labelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An input whose bytes are known: a file of the project, or a data URI.

    `path` is the absolute path of the file; empty for a data URI, whose bytes are `data`.
    """

    digest: BlobDigest
    path: str
    label: str
    name: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0
    size: int = 0
    """How many bytes it has."""
    shown: str = ""
    """The file as the user would type it."""
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromUrl:
    """An input behind a URL: fetched once and pinned by digest; `digest` when already pinned."""

    url: str
    label: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromTask:
    """An input that another task makes: picture `index` of its picked take; None means all.

    An `optional` one is passed over when its task was not needed (see `PictureOf`).
    """

    task: Address
    index: int | None
    label: str
    name: str = ""
    optional: bool = False


Input: TypeAlias = Known | FromUrl | FromTask


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOf:
    """The picture of a group that a task was planned for.

    The group may come with fewer: then the task is not needed.
    """

    task: Address
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step made concrete."""

    address: Address
    step: str
    key: str
    """The row's key; empty when the step is one task."""
    recipe: Recipe | TransformRecipe
    inputs: tuple[Input, ...] = ()
    most: int = 1
    """How many pictures one take has at most."""
    is_series: bool = False
    """Whether its pictures are told apart by an index."""
    picture_of: PictureOf | None = None
    """What it was planned for, when that may turn out not to be there."""
    takes: int = 1
    pick: int | None = 1
    """Which take stands for the task, from 1; None while a person has to say: a gate."""
    image: int | None = None
    """Which picture of that take a person said stands for the task where one is needed, from 0."""
    is_choice: bool = False
    """Whether there is something to pick: several takes, or a gate."""
    is_picked: bool = False
    """Whether a person picked the take that stands, by its number."""
    approved: Approved | None = None
    """The pictures that the task is held at, whatever becomes of its recipe."""
    outputs: tuple[tuple[str, ...], ...] = ()
    """For each take, for each picture: the path below the output folder, without an
    extension when the author gave none."""
    meta: Mapping[str, Json] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    needs: tuple[Address, ...] = ()
    """Tasks that must be done first although no picture of theirs is an input."""
    was: tuple[Address, ...] = ()
    """Addresses that it had before its step was renamed: what they hold is its own."""
    at: Place = _NOWHERE
    row: Place | None = None
    """Where the row stands that made it."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each field of the recipe comes from; shared by the tasks of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every task of a pipeline, each after what it needs."""

    name: str
    file: str
    tasks: Mapping[Address, Task]
    budget: Budget | None = None
    """The caps that the file proposes."""
    left_out: Mapping[Address, Place] = field(default_factory=dict)
    """Tasks that `when:` left out, and where it says so."""
    warnings: tuple[Problem, ...] = ()
    """What its rows and files show that keeps nothing from running."""

    def needs(self) -> dict[Address, list[Address]]:
        """Each task with the tasks it needs, each once, in order."""
        return {
            address: list(
                dict.fromkeys(
                    [
                        *(i.task for i in task.inputs if isinstance(i, FromTask)),
                        *task.needs,
                        *([task.picture_of.task] if task.picture_of else ()),
                    ]
                )
            )
            for address, task in self.tasks.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: its value (a mapping, or a scalar of an inline list) and its place."""

    value: Json
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRows:
    """A table as read: `keyed` when it was a map, whose rows then have their key as `id`."""

    name: str
    rows: tuple[Row, ...]
    keyed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What a reference picture says of itself, with its digest."""

    digest: BlobDigest
    path: str
    media_type: str
    width: int
    height: int
    bytes: int


class FilesError(Exception):
    """A file of the project cannot be used; `str()` says why, `hint` what to do."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class Files(Protocol):
    """The files of the project as the plan may see them: below its root, nothing else.

    Paths are relative to the pipeline's folder, with forward slashes. Every method
    raises `FilesError` for what is missing, outside, unreadable or not what it must be.
    """

    def text(self, path: str) -> str:
        """A template's text, UTF-8, at most 1 MiB."""

    def picture(self, path: str) -> FileFacts:
        """A reference picture's facts: a regular file inside the root that is an image."""

    def data_uri(self, uri: str) -> tuple[FileFacts, bytes]:
        """The facts and bytes of a picture given as a data URI."""

    def matches(self, pattern: str) -> Iterable[str]:
        """Paths that match a glob, sorted by name."""

    def shown(self, path: str) -> str:
        """The path as the user would type it, for places and labels."""
