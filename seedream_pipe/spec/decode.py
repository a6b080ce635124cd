"""From a document to the records of a pipeline. Builds, and doubts nothing.

What the schema found unreadable is left out first (`without`), so that the rest of a
faulty file can be checked as well; its names are kept in `Pipeline.unsound`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.spec.model import (
    Budget,
    Each,
    Field,
    Foreach,
    Generate,
    InlineTable,
    Lint,
    Matrix,
    NamedSet,
    Pipeline,
    PromptFile,
    ReferenceEntry,
    TableFile,
    Transform,
)

if TYPE_CHECKING:
    from seedream_pipe.spec.document import Placed
    from seedream_pipe.spec.model import Step, Table
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
    "tools",
    "layer_decomposition",
    "background",
    "unique_references",
)
"""The fields that a step may take from the pipeline's defaults."""

_GONE: Final = object()
"""Stands where an item was left out of a list, so that the others keep their places."""

_NO_AXES: Final = frozenset({"include", "exclude"})
"""Keys of a matrix that are not axes."""

_NAMING: Final = frozenset({"vars", "data", "references", "steps"})


def decode(document: Placed, *, without: Collection[TreePath] = ()) -> Pipeline:
    """The pipeline that a document describes.

    Args:
        document: of a shape that the schema accepts, once `without` is left out.
        without: paths of entries to leave out (`schema.Findings.unsound`).

    """
    return _Decoder(document, _pruned(document.root, without), faulty=bool(without)).pipeline(without)


class _Decoder:
    """Holds the document that every field's place comes from."""

    def __init__(self, document: Placed, root: Mapping[str, Any], *, faulty: bool) -> None:
        self._document = document
        self._root = root
        self._faulty = faulty
        self._inline: dict[str, Table] = {}

    def pipeline(self, without: Collection[TreePath]) -> Pipeline:
        root = self._root
        steps = {name: self._step(name, tree) for name, tree in root.get("steps", {}).items()}
        tables = {
            name: self._table(("data", name), name, tree) for name, tree in root.get("data", {}).items()
        }
        return Pipeline(
            file=self._document.file,
            name=root.get("name") or _stem(self._document.file),
            name_at=self._document.place(("name",)) if "name" in root else None,
            description=root.get("description", ""),
            vars={name: self._field(("vars", name), value) for name, value in root.get("vars", {}).items()},
            data={**tables, **self._inline},
            references={name: self._set(name, tree) for name, tree in root.get("references", {}).items()},
            steps=steps,
            budget=self._budget(root.get("budget", {})),
            unsound=self._document.missing.union(
                str(path[-1]) for path in without if path and path[0] in _NAMING and len(path) < 3
            ),
            profiles=self._document.profiles,
            chosen=self._document.chosen,
            lint=Lint(
                ignore=frozenset(item for _, item in _items(root.get("lint", {}).get("ignore", []))),
                lines=self._document.silenced,
            ),
            files=self._document.files,
        )

    def _budget(self, tree: Mapping[str, Any]) -> Budget | None:
        if not tree:
            return None
        money = {name: str(tree[name]) for name in ("run", "total") if name in tree}
        pictures = {name: int(tree[name]) for name in ("pictures", "total_pictures") if name in tree}
        return Budget(
            run=money.get("run"),
            total=money.get("total"),
            pictures=pictures.get("pictures"),
            total_pictures=pictures.get("total_pictures"),
            at={name: self._document.place(("budget", name)) for name in (*money, *pictures)},
        )

    def _field(self, path: TreePath, value: Any) -> Field:
        at = self._document.place(path)
        if self._faulty:
            value = _without_gone(value)
        first_line, indent = self._document.text_place(path) if isinstance(value, str) else (0, 0)
        return Field(value=value, at=at, first_line=first_line, indent=indent)

    def _fields(self, path: TreePath, tree: Mapping[str, Any]) -> dict[str, Field]:
        return {name: self._field((*path, name), tree[name]) for name in FIELDS if name in tree}

    def _map(self, path: TreePath, tree: Mapping[str, Any]) -> dict[str, Field]:
        return {
            name: self._field((*path, name), value) for name, value in tree.get(str(path[-1]), {}).items()
        }

    def _maybe(self, path: TreePath, tree: Mapping[str, Any]) -> Field | None:
        name = str(path[-1])
        return self._field(path, tree[name]) if name in tree else None

    def _list(self, path: TreePath, tree: Mapping[str, Any]) -> tuple[Field, ...]:
        items = tree.get(str(path[-1]), [])
        return tuple(self._field((*path, index), item) for index, item in _items(items))

    def _was(self, path: TreePath, tree: Mapping[str, Any]) -> tuple[Field, ...]:
        if isinstance(tree.get("was"), str):
            return (self._field(path, tree["was"]),)
        return self._list(path, tree)

    def _table(self, path: TreePath, name: str, tree: Any) -> Table:
        at = self._document.place(path)
        if isinstance(tree, str):
            return TableFile(name=name, path=tree, at=at, folder=self._document.folder_of(path))
        if isinstance(tree, dict) and isinstance(tree.get("file"), str):
            return self._typed_table(path, name, tree)
        if isinstance(tree, dict):
            places = tuple(self._document.place((*path, key), key=True) for key in tree)
        else:
            places = tuple(self._document.place((*path, index)) for index in range(len(tree)))
        return InlineTable(name=name, rows=tree, at=at, places=places)

    def _typed_table(self, path: TreePath, name: str, tree: Mapping[str, Any]) -> TableFile:
        given = (*path, "schema")
        return TableFile(
            name=name,
            path=tree["file"],
            at=self._document.place((*path, "file")),
            folder=self._document.folder_of((*path, "file")),
            row_schema=tree.get("schema"),
            row_schema_at=self._document.place(given) if "schema" in tree else None,
            row_schema_folder=self._document.folder_of(given) if "schema" in tree else "",
        )

    def _set(self, name: str, tree: Any) -> NamedSet:
        path = ("references", name)
        at = self._document.place(path, key=True)
        folder = self._document.folder_of(path)
        if isinstance(tree, str):
            return NamedSet(name=name, sources=(self._field(path, tree),), at=at, folder=folder)
        sources = tuple(self._field((*path, index), item) for index, item in _items(tree))
        return NamedSet(name=name, sources=sources, at=at, folder=folder)

    def _step(self, name: str, tree: Mapping[str, Any]) -> Step:
        return self._transform(name, tree) if "use" in tree else self._generate(name, tree)

    def _generate(self, name: str, tree: Mapping[str, Any]) -> Generate:
        path = ("steps", name)
        defaults = self._root.get("defaults", {})
        prompt = tree["prompt"]
        return Generate(
            name=name,
            at=self._document.place(path, key=True),
            prompt=self._prompt((*path, "prompt"), prompt),
            arguments=self._map((*path, "prompt", "with"), prompt) if isinstance(prompt, dict) else {},
            references=self._references((*path, "references"), tree),
            foreach=self._foreach((*path, "foreach"), name, tree["foreach"]) if "foreach" in tree else None,
            matrix=self._matrix((*path, "matrix"), tree["matrix"]) if "matrix" in tree else None,
            when=self._maybe((*path, "when"), tree),
            fields={**self._fields(("defaults",), defaults), **self._fields(path, tree)},
            extra={**self._map(("defaults", "extra"), defaults), **self._map((*path, "extra"), tree)},
            defaulted=frozenset(name for name in defaults if name not in tree),
            meta=self._map((*path, "meta"), tree),
            tags=self._list((*path, "tags"), tree),
            needs=self._list((*path, "needs"), tree),
            was=self._was((*path, "was"), tree),
        )

    def _transform(self, name: str, tree: Mapping[str, Any]) -> Transform:
        path = ("steps", name)
        return Transform(
            name=name,
            at=self._document.place(path, key=True),
            use=tree["use"],
            images=self._references((*path, "images"), tree),
            options=self._map((*path, "with"), tree),
            foreach=self._foreach((*path, "foreach"), name, tree["foreach"]) if "foreach" in tree else None,
            matrix=self._matrix((*path, "matrix"), tree["matrix"]) if "matrix" in tree else None,
            when=self._maybe((*path, "when"), tree),
            output=self._maybe((*path, "output"), tree),
            meta=self._map((*path, "meta"), tree),
            tags=self._list((*path, "tags"), tree),
            needs=self._list((*path, "needs"), tree),
            was=self._was((*path, "was"), tree),
            places={key: self._document.place((*path, key), key=True) for key in tree},
        )

    def _references(self, path: TreePath, tree: Mapping[str, Any]) -> tuple[ReferenceEntry, ...]:
        items = tree.get(str(path[-1]), [])
        return tuple(self._reference((*path, index), entry) for index, entry in _items(items))

    def _prompt(self, path: TreePath, tree: Any) -> Field | PromptFile:
        if isinstance(tree, str):
            return self._field(path, tree)
        file = (*path, "file")
        return PromptFile(file=self._field(file, tree["file"]), folder=self._document.folder_of(file))

    def _reference(self, path: TreePath, tree: Any) -> ReferenceEntry:
        if isinstance(tree, str):
            source = self._field(path, tree)
            return ReferenceEntry(source=source, at=source.at, folder=self._document.folder_of(path))
        return ReferenceEntry(
            source=self._field((*path, "from"), tree["from"]),
            at=self._document.place(path),
            name=self._maybe((*path, "name"), tree),
            within=self._maybe((*path, "within"), tree),
            each=self._each(path, tree) if "each" in tree and "as" in tree else None,
            folder=self._document.folder_of((*path, "from")),
        )

    def _each(self, path: TreePath, tree: Mapping[str, Any]) -> Each:
        items = tree["each"]
        if isinstance(items, list):
            items = [item for _, item in _items(items)]
        return Each(
            items=self._field((*path, "each"), items),
            variable=tree["as"],
            at=self._document.place((*path, "each")),
            variable_at=self._document.place((*path, "as")),
        )

    def _matrix(self, path: TreePath, tree: Mapping[str, Any]) -> Matrix:
        return Matrix(
            axes={
                name: self._field((*path, name), value)
                for name, value in tree.items()
                if name not in _NO_AXES
            },
            include=self._list((*path, "include"), tree),
            exclude=self._list((*path, "exclude"), tree),
            at=self._document.place(path, key=True),
        )

    def _foreach(self, path: TreePath, step: str, tree: Mapping[str, Any]) -> Foreach:
        source = tree["in"]
        table = source
        over: ReferenceEntry | None = None
        if isinstance(source, str) and "[" in source:
            table, over = "", self._reference((*path, "in"), source)
        elif not isinstance(source, str):
            table = f".{step}"
            self._inline[table] = self._table((*path, "in"), table, source)
        return Foreach(
            table=table,
            variable=tree["as"],
            key=self._field((*path, "key"), tree["key"]),
            at=self._document.place((*path, "in")),
            variable_at=self._document.place((*path, "as")),
            over=over,
        )


def _items(tree: list[Any]) -> Iterator[tuple[int, Any]]:
    return ((index, item) for index, item in enumerate(tree) if item is not _GONE)


def _without_gone(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_without_gone(item) for item in tree if item is not _GONE]
    if isinstance(tree, dict):
        return {key: _without_gone(value) for key, value in tree.items()}
    return tree


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
