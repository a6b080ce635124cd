"""The records that a pipeline file becomes: what the author wrote, not yet made concrete.

A `Field` is a value that may hold templates; it is rendered per task by
`plan.expand`. Everything else is plain. Built by `spec.decode`, which doubts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from seedream_pipe.problems import Place

__all__ = [
    "DEFAULT_MODEL",
    "Defaults",
    "Field",
    "Foreach",
    "Generate",
    "InlineTable",
    "NamedSet",
    "Pipeline",
    "PromptFile",
    "ReferenceEntry",
    "Step",
    "Table",
    "TableFile",
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
    """A prompt kept in a file of its own, a path relative to the pipeline that names it."""

    file: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEntry:
    """One entry of `references:`, in its order.

    `source` is a text with templates: a path, a glob, a URL, a data URI, a named set,
    ``step``, ``step@key``, ``step@key[i]``, ``step[*]`` or ``prev``. Rendered to a list it
    means all of its items, rendered to nothing it means none.
    `within` bounds ``prev``; `name` labels the picture.
    """

    source: Field
    at: Place
    name: Field | None = None
    within: Field | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSet:
    """An entry of the pipeline's `references:` map: paths, globs, URLs or data URIs in order."""

    name: str
    sources: tuple[Field, ...]
    at: Place


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


Table: TypeAlias = InlineTable | TableFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreach:
    """One task per row: of the table named (or given inline), bound to `variable`.

    `key` makes the task's key from the row, never from its position.
    """

    table: str
    """The name of a table in `data`; an inline table gets the step's own name with a leading ``.``."""
    variable: str
    key: Field
    at: Place
    """Where the table is named."""
    variable_at: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Fields for every generating step that does not give its own."""

    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generate:
    """A step that generates pictures: it has a prompt.

    `fields` has, with the pipeline's defaults merged in, any of: model, size, watermark,
    seed, salt, group, takes, pick, output, optimize_prompt, output_format, tools.
    """

    name: str
    at: Place
    prompt: Field | PromptFile
    references: tuple[ReferenceEntry, ...] = ()
    foreach: Foreach | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    meta: Mapping[str, Field] = field(default_factory=dict)
    tags: tuple[Field, ...] = ()
    needs: tuple[Field, ...] = ()


Step: TypeAlias = Generate
"""An entry of `steps:`; transforming steps join it with the operations."""


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
    budget: str | None = None
    budget_at: Place | None = None
    """The cap of a run that the file proposes, a decimal number as text; it can only lower the user's."""
    name_at: Place | None = None
    """Where the name stands; None when the file's own name is used."""
    unsound: frozenset[str] = frozenset()
    """Names of vars, tables, sets and steps that stand in the file but could not be read, and of whole
    sections (``data``). They have problems of their own; what refers to them has none by that."""
