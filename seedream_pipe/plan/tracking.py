"""Which parts of the author's files each task reads, noted while its templates are rendered.

Only who asks for it has a tracker: then vars, tables and rows are handed to templates as maps and
lists that note what is taken out of them. A path is a tuple of the words that lead to a value:
``("vars", "look")``, ``("data", "cast", "mei", "look")``, ``("references", "market")``,
``("file", "prompts/shot.j2")``, ``("glob", "refs/*.jpg")``.

Rule 1: what is noted is what was read, never what a text looks as if it read.
Rule 2: a template gives the same with a tracker and without one.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from seedream_pipe.problems import Place

if TYPE_CHECKING:
    from seedream_pipe.plan.model import Address, TableRows

__all__ = ["Path", "Reader", "Tracker", "row_path", "rows_path"]

Path: TypeAlias = tuple[str, ...]
Reader: TypeAlias = tuple[str, str]
"""Who reads: ``("task", address)``, ``("step", name)``, ``("vars", name)``, ``("references", name)``."""

_ROW: Final[Reader] = ("row", "")
"""The row that is being keyed: whose task it becomes is not known yet."""
_NOWHERE: Final = Place("")


def rows_path(table: str) -> Path:
    """Where the rows of a table stand; one that a step has inline, below the step."""
    if table.startswith("."):
        return ("steps", table[1:], "foreach", "in")
    return ("data", table)


def row_path(table: TableRows, index: int) -> Path:
    """Where a row stands: under its id, or under its number from 0."""
    row = table.rows[index]
    name = str(row.value["id"]) if table.keyed and isinstance(row.value, dict) else str(index)
    return (*rows_path(table.name), name)


@dataclass(slots=True)
class Tracker:
    """Collects reads. `reads` has for each reader, by the place of the field that read, the paths.

    `rows` says which row a task was made of.
    """

    reads: dict[Reader, dict[Place, set[Path]]] = field(default_factory=dict)
    rows: dict[Address, Path] = field(default_factory=dict)
    reader: Reader = _ROW
    at: Place = _NOWHERE
    _row_at: dict[Place, tuple[Path, bool]] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        """Note that the present reader reads a path, at the field that is being rendered."""
        self.reads.setdefault(self.reader, {}).setdefault(self.at, set()).add(path)

    def file(self, path: str) -> None:
        """Note that a file is read."""
        self.read(("file", posixpath.normpath(path)))

    def begin_row(self) -> None:
        """What is read from now on belongs to the tasks of the row that comes next."""
        self.reads.pop(_ROW, None)
        self.reader = _ROW

    def row_is(self, address: Address, row: Place | None) -> None:
        """The row has become a task, one of several perhaps, or would have, but for `when`."""
        path, is_scalar = self._row_at.get(row, ((), False)) if row is not None else ((), False)
        if path:
            self.rows[address] = path
        if is_scalar:
            # It cannot be watched: its task is taken to be made of it.
            self.reads.setdefault(("task", address), {}).setdefault(_NOWHERE, set()).add(path)
        for at, paths in self.reads.get(_ROW, {}).items():
            self.reads.setdefault(("task", address), {}).setdefault(at, set()).update(paths)

    def table(self, table: TableRows) -> TableRows:
        """The table with rows that note what is read of them."""
        rows = []
        for index, row in enumerate(table.rows):
            path = row_path(table, index)
            self._row_at[row.at] = path, not isinstance(row.value, dict | list)
            rows.append(replace(row, value=self.watched(path, row.value)))
        return replace(table, rows=tuple(rows))

    def watched(self, path: Path, value: Any) -> Any:
        """The value, so that what is taken out of it is noted; a scalar as it is."""
        match value:
            case _Map() | _List():
                return value
            case dict():
                return _Map(self, path, value)
            case list():
                return _List(self, path, value)
            case _:
                return value

    def taken(self, path: Path, value: Any) -> Any:
        """A value that is handed to a template."""
        self.read(path)
        return self.watched(path, value)


class _Map(dict[str, Any]):
    """A map that notes which of its entries are read."""

    __slots__ = ("_path", "_tracker")

    def __init__(self, tracker: Tracker, path: Path, value: Mapping[str, Any]) -> None:
        super().__init__(value)
        self._tracker, self._path = tracker, path

    def __getitem__(self, name: str) -> Any:
        return self._tracker.taken((*self._path, str(name)), super().__getitem__(name))

    def get(self, name: str, default: Any = None) -> Any:
        # Not the map's own, which would note nothing.
        return self[name] if name in self else default  # noqa: SIM401

    def __iter__(self) -> Iterator[str]:
        self._tracker.read(self._path)
        return super().__iter__()

    def keys(self) -> Any:
        return list(self)

    def values(self) -> Any:
        return [self[name] for name in self]

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def __eq__(self, other: object) -> bool:
        return dict(self.items()) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None


class _List(list[Any]):
    """A list that notes that it is read, and what of its items."""

    __slots__ = ("_path", "_tracker")

    def __init__(self, tracker: Tracker, path: Path, value: list[Any]) -> None:
        super().__init__(value)
        self._tracker, self._path = tracker, path

    def _item(self, index: int) -> Any:
        return self._tracker.taken((*self._path, str(index)), list.__getitem__(self, index))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._item(at) for at in range(*index.indices(len(self)))]
        list.__getitem__(self, index)
        return self._item(index % len(self))

    def __iter__(self) -> Iterator[Any]:
        self._tracker.read(self._path)
        return (self._item(at) for at in range(len(self)))

    def __reversed__(self) -> Iterator[Any]:
        yield from reversed(list(iter(self)))

    def __contains__(self, item: object) -> bool:
        return any(item == each for each in self)

    def __eq__(self, other: object) -> bool:
        return list(iter(self)) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __add__(self, other: Any) -> Any:
        return list(iter(self)) + list(iter(other))

    def __radd__(self, other: Any) -> Any:
        return other + list(iter(self))

    def __mul__(self, times: Any) -> Any:
        return list(iter(self)) * times

    __hash__ = None
