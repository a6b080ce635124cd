"""The records that a pipeline file becomes: what the author wrote, not yet made concrete.

A `Field` is a value that may hold templates; it is rendered per task by
`plan.expand`. Everything else is plain. Built by `spec.decode`, which doubts nothing.

A pipeline may be made of several files (`include:`), and each resolves its own paths.
What holds a path therefore carries `folder`: the folder of the file it was written in,
with ``/``, relative to the folder of the pipeline file; empty for the pipeline's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from seedream_pipe.problems import Place

__all__ = [
    "DEFAULT_MODEL",
    "Budget",
    "Each",
    "Field",
    "Foreach",
    "Generate",
    "InlineTable",
    "Lint",
    "Matrix",
    "NamedSet",
    "Pipeline",
    "PromptFile",
    "ReferenceEntry",
    "Step",
    "Table",
    "TableFile",
    "Transform",
]

DEFAULT_MODEL: Final = "seedream-4.5"
"""The model of a step when neither it nor the pipeline's defaults name one."""

Tree: TypeAlias = Any
"""A YAML value: None, bool, int, float, str, or dicts and lists of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value of the file that may hold templates, and where it stands.

    `at` is the value's own first character. For a block scalar (``|`` or ``>``)
    `first_line` is the line of its first line of content and `indent` how many
    columns its content is indented, so that a template error inside it can be
    placed; for other scalars they are `at.line` and `at.column - 1` (plus the quote).
    """

    value: Tree
    at: Place
    first_line: int = 0
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFile:
    """A prompt kept in a file of its own, a path relative to the file that names it."""

    file: Field
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """A comprehension: the reference once for every item of a list, bound to `variable`."""

    items: Field
    """One template that gives a list (or a map: its keys), or a list written out."""
    variable: str
    at: Place
    variable_at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEntry:
    """One entry of `references:`, in its order.

    `source` is a text with templates: a path, a glob, a URL, a data URI, a named set,
    ``step``, ``step@key``, ``step@key[i]``, ``step[*]`` or ``prev``. Rendered to a list it
    means all of its items, rendered to nothing it means none.
    `within` bounds ``prev``; `name` labels the picture; `each` repeats the entry, and its
    variable is known in `source`, `name` and `within`.
    """

    source: Field
    at: Place
    name: Field | None = None
    within: Field | None = None
    each: Each | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSet:
    """An entry of the pipeline's `references:` map: paths, globs, URLs or data URIs in order."""

    name: str
    sources: tuple[Field, ...]
    at: Place
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineTable:
    """A table written in the pipeline: a list of rows, or a map from id to row."""

    name: str
    rows: Tree
    at: Place
    places: tuple[Place, ...]
    """Where each row stands, in the table's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A table in a file of its own: .csv, .tsv, .json, .jsonl, .yaml or .yml."""

    name: str
    path: str
    at: Place
    folder: str = ""
    row_schema: Mapping[str, Any] | str | None = None
    """A JSON Schema that types each row, or the path of the file that holds it."""
    row_schema_at: Place | None = None
    row_schema_folder: str = ""


Table: TypeAlias = InlineTable | TableFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreach:
    """One task per row: of the table named (or given inline), bound to `variable`.

    `key` makes the task's key from the row, never from its position.
    """

    table: str
    """The name of a table in `data`; an inline table gets the step's own name with a leading ``.``.
    Empty when the rows are the pictures of `over`."""
    variable: str
    key: Field
    at: Place
    """Where the table is named."""
    variable_at: Place | None = None
    over: ReferenceEntry | None = None
    """The pictures to go over (``turnaround[*]``): how many is known only when they are there.
    The variable is then a map: ``id`` (``00``, ``01`` …, behind the task's key where it has
    one), ``index`` from 0, ``number`` from 1, ``key`` and ``task``, and ``ref``, the reference to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """One task per combination of the axes, as in GitHub Actions.

    An axis is a list of scalars or of maps that have an ``id``, or one template that gives
    such a list. A field of `exclude` is a map that takes out every combination it agrees
    with; it may address a sub-field as ``format.id``. A field of `include` is a map that
    adds to the combinations it does not contradict, and is a combination of its own when
    there is none. With `foreach` both nest: the row's key, ``-``, the combination's key.
    """

    axes: Mapping[str, Field]
    include: tuple[Field, ...] = ()
    exclude: tuple[Field, ...] = ()
    at: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Generate:
    """A step that generates pictures: it has a prompt.

    `fields` has, with the pipeline's defaults merged in, any of: model, size, watermark,
    seed, salt, group, takes, pick, output, optimize_prompt, output_format, tools,
    layer_decomposition, background, unique_references. `extra` are options that the
    profiles do not know yet, sent as they are and part of the key. `defaulted` are the names
    of those fields that the defaults give.
    """

    name: str
    at: Place
    prompt: Field | PromptFile
    arguments: Mapping[str, Field] = field(default_factory=dict)
    """What a prompt's file gets besides the row and the vars: ``prompt: {file: …, with: {…}}``."""
    references: tuple[ReferenceEntry, ...] = ()
    foreach: Foreach | None = None
    matrix: Matrix | None = None
    when: Field | None = None
    """A task for which this is false is left out."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    extra: Mapping[str, Field] = field(default_factory=dict)
    defaulted: frozenset[str] = frozenset()
    meta: Mapping[str, Field] = field(default_factory=dict)
    tags: tuple[Field, ...] = ()
    needs: tuple[Field, ...] = ()
    was: tuple[Field, ...] = ()
    """Names that the step had before; no templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """A step that makes pictures from pictures with a local operation: it has `use`."""

    name: str
    at: Place
    use: str
    """The operation's name, such as ``resize``."""
    images: tuple[ReferenceEntry, ...] = ()
    options: Mapping[str, Field] = field(default_factory=dict)
    """The operation's parameters, written under ``with:``."""
    foreach: Foreach | None = None
    matrix: Matrix | None = None
    when: Field | None = None
    output: Field | None = None
    meta: Mapping[str, Field] = field(default_factory=dict)
    tags: tuple[Field, ...] = ()
    needs: tuple[Field, ...] = ()
    was: tuple[Field, ...] = ()
    """Names that the step had before; no templates."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where each key of the step stands, such as ``use``, ``images`` and ``with``."""


Step: TypeAlias = Generate | Transform
"""An entry of `steps:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """Which warnings the author has silenced: everywhere, or on a line of a file."""

    ignore: frozenset[str] = frozenset()
    lines: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)
    """The codes silenced at a file's line, from ``# seedream: ignore W-…`` comments."""

    def silences(self, code: str, place: Place) -> bool:
        """Whether a warning of that code at that place is not to be told."""
        return code in self.ignore or code in self.lines.get((place.file, place.line), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a file proposes to spend at most, in a run and in the store altogether.

    `run` and `total` are decimal numbers as text, in the currency of the provider's prices.
    `at` says where each that is given stands.
    """

    run: str | None = None
    total: str | None = None
    pictures: int | None = None
    total_pictures: int | None = None
    at: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A validated pipeline file."""

    file: str
    """The path as the user gave it."""
    name: str
    description: str = ""
    vars: Mapping[str, Field] = field(default_factory=dict)
    data: Mapping[str, Table] = field(default_factory=dict)
    references: Mapping[str, NamedSet] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    budget: Budget | None = None
    """The caps that the file proposes; they can only lower the user's."""
    name_at: Place | None = None
    """Where the name stands; None when the file's own name is used."""
    unsound: frozenset[str] = frozenset()
    """Names of vars, tables, sets and steps that stand in the file but could not be read, and of whole
    sections (``data``). They have problems of their own; what refers to them has none by that."""
    profiles: tuple[str, ...] = ()
    """The names of the overlays that the file offers; those chosen are applied already."""
    chosen: tuple[str, ...] = ()
    """The overlays that were chosen, in their order."""
    lint: Lint = field(default_factory=Lint)
    files: tuple[str, ...] = ()
    """Every file that the pipeline was made of, as shown: its own, included ones, files of vars."""

    @property
    def renamed(self) -> dict[str, str]:
        """The step of today for each name that a step had before."""
        return {str(old.value): name for name, step in self.steps.items() for old in step.was}
