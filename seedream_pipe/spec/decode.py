"""From a document to the records of a pipeline. Builds, and doubts nothing.

What the schema found unreadable is left out first (`without`), so that the rest of a
faulty file can be checked as well; its names are kept in `Pipeline.unsound`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.spec.model import (
    Field,
    Foreach,
    Generate,
    InlineTable,
    NamedSet,
    Pipeline,
    PromptFile,
    ReferenceEntry,
    TableFile,
)

if TYPE_CHECKING:
    from seedream_pipe.spec.document import Document
    from seedream_pipe.spec.model import Table
    from seedream_pipe.spec.schema import TreePath

__all__ = ["decode"]

FIELDS: Final = (
    "model",
    "size",
    "watermark",
    "seed",
    "salt",
    "group",
    "takes",
    "pick",
    "output",
    "optimize_prompt",
    "output_format",
)
"""The fields that a step may take from the pipeline's defaults."""

_GONE: Final = object()
"""Stands where an item was left out of a list, so that the others keep their places."""

_NAMING: Final = frozenset({"vars", "data", "references", "steps"})


def decode(document: Document, *, without: Collection[TreePath] = ()) -> Pipeline:
    """The pipeline that a document describes.

    Args:
        document: of a shape that the schema accepts, once `without` is left out.
        without: paths of entries to leave out (`schema.Findings.unsound`).

    """
    return _Decoder(document, _pruned(document.root, without)).pipeline(without)


class _Decoder:
    """Holds the document that every field's place comes from."""

    def __init__(self, document: Document, root: Mapping[str, Any]) -> None:
        self._document = document
        self._root = root
        self._inline: dict[str, Table] = {}

    def pipeline(self, without: Collection[TreePath]) -> Pipeline:
        root = self._root
        defaults = self._fields(("defaults",), root.get("defaults", {}))
        steps = {name: self._step(name, tree, defaults) for name, tree in root.get("steps", {}).items()}
        tables = {
            name: self._table(("data", name), name, tree) for name, tree in root.get("data", {}).items()
        }
        budget = root.get("budget", {}).get("run")
        return Pipeline(
            file=self._document.file,
            name=root.get("name") or _stem(self._document.file),
            name_at=self._document.place(("name",)) if "name" in root else None,
            description=root.get("description", ""),
            vars={name: self._field(("vars", name), value) for name, value in root.get("vars", {}).items()},
            data={**tables, **self._inline},
            references={name: self._set(name, tree) for name, tree in root.get("references", {}).items()},
            steps=steps,
            budget=None if budget is None else str(budget),
            budget_at=None if budget is None else self._document.place(("budget", "run")),
            unsound=frozenset(
                str(path[-1]) for path in without if path and path[0] in _NAMING and len(path) < 3
            ),
        )

    def _field(self, path: TreePath, value: Any) -> Field:
        at = self._document.place(path)
        first_line, indent = self._document.text_place(path) if isinstance(value, str) else (0, 0)
        return Field(value=value, at=at, first_line=first_line, indent=indent)

    def _fields(self, path: TreePath, tree: Mapping[str, Any]) -> dict[str, Field]:
        return {name: self._field((*path, name), tree[name]) for name in FIELDS if name in tree}

    def _list(self, path: TreePath, tree: Mapping[str, Any]) -> tuple[Field, ...]:
        items = tree.get(str(path[-1]), [])
        return tuple(self._field((*path, index), item) for index, item in _items(items))

    def _table(self, path: TreePath, name: str, tree: Any) -> Table:
        at = self._document.place(path)
        if isinstance(tree, str):
            return TableFile(name=name, path=tree, at=at)
        if isinstance(tree, dict):
            places = tuple(self._document.place((*path, key), key=True) for key in tree)
        else:
            places = tuple(self._document.place((*path, index)) for index in range(len(tree)))
        return InlineTable(name=name, rows=tree, at=at, places=places)

    def _set(self, name: str, tree: Any) -> NamedSet:
        path = ("references", name)
        at = self._document.place(path, key=True)
        if isinstance(tree, str):
            return NamedSet(name=name, sources=(self._field(path, tree),), at=at)
        sources = tuple(self._field((*path, index), item) for index, item in _items(tree))
        return NamedSet(name=name, sources=sources, at=at)

    def _step(self, name: str, tree: Mapping[str, Any], defaults: Mapping[str, Field]) -> Generate:
        path = ("steps", name)
        return Generate(
            name=name,
            at=self._document.place(path, key=True),
            prompt=self._prompt((*path, "prompt"), tree["prompt"]),
            references=tuple(
                self._reference((*path, "references", index), entry)
                for index, entry in _items(tree.get("references", []))
            ),
            foreach=self._foreach((*path, "foreach"), name, tree["foreach"]) if "foreach" in tree else None,
            fields={**defaults, **self._fields(path, tree)},
            meta={
                key: self._field((*path, "meta", key), value) for key, value in tree.get("meta", {}).items()
            },
            tags=self._list((*path, "tags"), tree),
            needs=self._list((*path, "needs"), tree),
        )

    def _prompt(self, path: TreePath, tree: Any) -> Field | PromptFile:
        if isinstance(tree, str):
            return self._field(path, tree)
        return PromptFile(file=self._field((*path, "file"), tree["file"]))

    def _reference(self, path: TreePath, tree: Any) -> ReferenceEntry:
        if isinstance(tree, str):
            source = self._field(path, tree)
            return ReferenceEntry(source=source, at=source.at)
        return ReferenceEntry(
            source=self._field((*path, "from"), tree["from"]),
            at=self._document.place(path),
            name=self._field((*path, "name"), tree["name"]) if "name" in tree else None,
            within=self._field((*path, "within"), tree["within"]) if "within" in tree else None,
        )

    def _foreach(self, path: TreePath, step: str, tree: Mapping[str, Any]) -> Foreach:
        source = tree["in"]
        table = source
        if not isinstance(source, str):
            table = f".{step}"
            self._inline[table] = self._table((*path, "in"), table, source)
        return Foreach(
            table=table,
            variable=tree["as"],
            key=self._field((*path, "key"), tree["key"]),
            at=self._document.place((*path, "in")),
            variable_at=self._document.place((*path, "as")),
        )


def _items(tree: list[Any]) -> Iterator[tuple[int, Any]]:
    return ((index, item) for index, item in enumerate(tree) if item is not _GONE)


def _pruned(tree: Any, without: Collection[TreePath]) -> Any:
    """The tree without the entries of those paths; nothing is left of a root that is unsound itself."""
    if () in without:
        return {}
    marks: dict[str | int, Any] = {}
    # The shortest last, so that what leaves out a whole map is not undone by one of its entries.
    for path in sorted(without, key=len, reverse=True):
        node = marks
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = _GONE
    return _left_out(tree, marks)


def _left_out(tree: Any, marks: Any) -> Any:
    if marks is _GONE:
        return _GONE
    if isinstance(tree, list):
        return [_left_out(item, marks.get(index, {})) for index, item in enumerate(tree)] if marks else tree
    if not isinstance(tree, dict) or not marks:
        return tree
    kept = ((key, _left_out(value, marks.get(key, {}))) for key, value in tree.items())
    return {key: value for key, value in kept if value is not _GONE}


def _stem(file: str) -> str:
    return os.path.basename(file).split(".", 1)[0]
