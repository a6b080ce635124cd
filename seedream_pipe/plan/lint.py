"""What is allowed and probably not meant, of a pipeline as a whole: names and columns that nothing uses.

Rule: a false alarm teaches the author to look away. A name counts as used when it stands in
any template or any templated file, wherever; what is only looked up by a value silences the rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.problems import Problem, escaped
from seedream_pipe.spec.model import Field, Generate, PromptFile

if TYPE_CHECKING:
    from seedream_pipe.plan.model import TableRows
    from seedream_pipe.problems import Place
    from seedream_pipe.spec.model import Pipeline, ReferenceEntry, Step

__all__ = ["Words", "unused"]

_WORD: Final = re.compile(r"[^\W\d][\w-]*")
_TEMPLATE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MOST_COLUMNS: Final = 12


class Words:
    """Every name that stands in a template of the pipeline or of a file that it uses."""

    def __init__(self, pipeline: Pipeline, texts: Iterable[str]) -> None:
        found = [part for text in (*_texts(pipeline), *texts) for part in _TEMPLATE.findall(text)]
        self.inside = "\n".join(found)
        self.all = frozenset(_WORD.findall(self.inside)) | frozenset(re.findall(r"\w+", self.inside))

    def is_bare(self, name: str) -> bool:
        """Whether a name is used other than by ``name.field`` and ``name["field"]``: as a whole."""
        return (
            re.search(rf"""(?<![\w.]){re.escape(name)}(?!\w)(?!\s*\.\s*\w)(?!\s*\[\s*['"])""", self.inside)
            is not None
        )


def unused(
    pipeline: Pipeline, tables: Mapping[str, TableRows], words: Words, used_sets: Iterable[str] | None
) -> Iterator[Problem]:
    """Vars, tables, columns and sets that nothing uses.

    `used_sets` are those that a task refers to; None when there are rows without a task, which
    might refer to others.
    """
    if pipeline.unsound:
        return  # what could not be read may use them
    if not words.is_bare("vars"):
        for name, given in pipeline.vars.items():
            if name not in words.all:
                yield _warning("W-UNUSED-VAR", given.at, f'nothing uses the variable "{_short(name)}"')
    sets = None if used_sets is None else set(used_sets)
    for name, named in pipeline.references.items():
        if sets is not None and name not in sets:
            message = f'no step refers to the set "{_short(name)}"'
            yield _warning("W-UNUSED-SET", named.at, message)
    yield from _tables(pipeline, tables, words)


def _tables(pipeline: Pipeline, tables: Mapping[str, TableRows], words: Words) -> Iterator[Problem]:
    over: dict[str, list[str]] = {}
    for step in pipeline.steps.values():
        if step.foreach is not None and step.foreach.over is None:
            over.setdefault(step.foreach.table, []).append(step.foreach.variable)
    whole = words.is_bare("data")
    for name, table in pipeline.data.items():
        looked_up = whole or name in words.all
        if name not in over:
            if not looked_up and not name.startswith("."):
                yield _warning("W-UNUSED-TABLE", table.at, f'nothing uses the table "{_short(name)}"')
            continue
        # A row that is handed on as a whole, or a table that is looked into, may use any column.
        if looked_up or name not in tables or any(words.is_bare(variable) for variable in over[name]):
            continue
        idle = [column for column in _columns(tables[name]) if column not in words.all]
        if idle:
            more = f" and {len(idle) - _MOST_COLUMNS} more" if len(idle) > _MOST_COLUMNS else ""
            shown = ", ".join(_short(column) for column in idle[:_MOST_COLUMNS]) + more
            what = "the column" if len(idle) == 1 else "the columns"
            where = f' of "{_short(name)}"' if not name.startswith(".") else ""
            yield _warning("W-UNUSED-COLUMN", table.at, f"nothing uses {what} {shown}{where}")


def _columns(table: TableRows) -> list[str]:
    counted: Counter[str] = Counter()
    for row in table.rows:
        if isinstance(row.value, Mapping):
            counted.update(row.value.keys())
    return [str(name) for name in counted if not (table.keyed and name == "id")]


def _warning(code: str, at: Place, message: str) -> Problem:
    return Problem(
        code=code, place=at, message=message, hint="delete it, or silence this", severity="warning"
    )


def _short(name: str) -> str:
    return escaped(name, limit=60)


def _texts(pipeline: Pipeline) -> Iterator[str]:
    for given in pipeline.vars.values():
        yield from _strings(given.value)
    for named in pipeline.references.values():
        for source in named.sources:
            yield from _strings(source.value)
    for step in pipeline.steps.values():
        for field in _fields(step):
            yield from _strings(field.value)


def _fields(step: Step) -> Iterator[Field]:
    if isinstance(step, Generate):
        yield step.prompt.file if isinstance(step.prompt, PromptFile) else step.prompt
        yield from (*step.arguments.values(), *step.fields.values(), *step.extra.values())
        yield from _of_references(step.references)
    else:
        yield from step.options.values()
        yield from _of_references(step.images)
        if step.output is not None:
            yield step.output
    yield from (*step.meta.values(), *step.tags, *step.needs)
    if step.foreach is not None:
        yield step.foreach.key
    if step.matrix is not None:
        yield from (*step.matrix.axes.values(), *step.matrix.include, *step.matrix.exclude)
    if step.when is not None:
        yield step.when


def _of_references(entries: Iterable[ReferenceEntry]) -> Iterator[Field]:
    for entry in entries:
        found = (entry.source, entry.name, entry.within, entry.each.items if entry.each else None)
        yield from (field for field in found if field is not None)


def _strings(value: Any) -> Iterator[str]:
    """Every text inside a value; templates stand in texts alone."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _strings(item)
        case dict():
            for item in value.values():
                yield from _strings(item)
        case _:
            pass
