"""What people write for a place in the files: ``vars.look``, ``data.cast.mei.look``, ``refs/mei.jpg``."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.errors import UsageError
from seedream_pipe.plan.reads import matches
from seedream_pipe.plan.tracking import row_path, rows_path
from seedream_pipe.problems import did_you_mean, escaped
from seedream_pipe.spec.model import Generate, InlineTable, TableFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seedream_pipe.api.project import Project
    from seedream_pipe.plan.model import TableRows
    from seedream_pipe.plan.tracking import Path, Tracker

__all__ = ["Places", "shown_path_of"]

_SECTIONS: Final = ("vars", "data", "references", "steps", "defaults")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Several:
    """A word that stands for several paths: a column for that of every row, a task's key for its rows."""

    paths: tuple[Path, ...]


class Places:
    """Finds the paths that a text means. Knows what there is, so that a typo is told."""

    def __init__(self, project: Project, tracker: Tracker) -> None:
        self._project, self._tracker = project, tracker
        self._pipeline = project.pipeline

    def of(self, text: str) -> tuple[Path, ...]:
        """The paths that a text means.

        Raises:
            UsageError: it means nothing; with what it is like.

        """
        files = tuple(self._of_file(text))
        if files:
            return files
        head, dot, rest = text.partition(".")
        if head == "profiles" and dot and "/" not in text:
            return self.of(self._in_profile(rest))
        if head in _SECTIONS and "/" not in text:
            return self._below(self._tree(head), (head,), rest) if dot else ((head,),)
        raise self._unknown(text)

    def _in_profile(self, text: str) -> str:
        """What a value of a profile stands for, where that is chosen: the value that it lies over."""
        name, _, rest = text.partition(".")
        composed = self._project.composed
        offered = self._pipeline.profiles
        if name not in offered or not rest:
            raise self._unknown(f"profiles.{text}", [f"profiles.{each}.{rest}" for each in offered])
        if composed is None or name not in composed.chosen:
            raise UsageError(
                f'the profile "{escaped(name)}" is not chosen, so no task reads it',
                hint=f"add --profile {escaped(name)}",
            )
        return rest

    def _tree(self, section: str) -> Any:
        pipeline = self._pipeline
        match section:
            case "vars":
                return {name: given.value for name, given in pipeline.vars.items()}
            case "data":
                tables = self._project.tables.items()
                return {name: self._rows(each) for name, each in tables if not name.startswith(".")}
            case "references":
                return dict.fromkeys(pipeline.references)
            case "steps":
                return {name: self._step(name) for name in pipeline.steps}
            case _:
                steps = [step for step in pipeline.steps.values() if isinstance(step, Generate)]
                return dict.fromkeys(name for step in steps for name in sorted(step.defaulted))

    def _step(self, name: str) -> dict[str, Any]:
        composed = self._project.composed
        written = composed.root["steps"][name] if composed is not None else {}
        fields = dict.fromkeys(written) if isinstance(written, Mapping) else {}
        inline = self._project.tables.get(f".{name}")
        if inline is not None:
            fields["foreach"] = {"in": self._rows(inline), "key": None, "as": None}
        return fields

    def _rows(self, table: TableRows) -> dict[str, Any]:
        """A table as a tree: its rows by id or number, then by their tasks' keys, then its columns."""
        paths = [row_path(table, index) for index in range(len(table.rows))]
        found: dict[str, Any] = {path[-1]: row.value for path, row in zip(paths, table.rows, strict=True)}
        called: dict[str, dict[Path, None]] = {}
        keys = {path: address.partition("@")[2] for address, path in self._tracker.rows.items()}
        for path, row in zip(paths, table.rows, strict=True):
            names = [keys.get(path, "")]
            if isinstance(row.value, dict):
                names.append(str(row.value.get("id", "")))
            for name in names:
                called.setdefault(name, {})[path] = None
        for name, of_rows in called.items():
            if name:
                found.setdefault(name, _Several(paths=tuple(of_rows)))
        columns: dict[str, list[Path]] = {}
        for path, row in zip(paths, table.rows, strict=True):
            for column in row.value if isinstance(row.value, dict) else ():
                columns.setdefault(str(column), []).append((*path, str(column)))
        for name, of_column in columns.items():
            found.setdefault(name, _Several(paths=tuple(of_column)))
        return found

    def _below(self, tree: Any, path: Path, text: str) -> tuple[Path, ...]:
        """The paths of what a text means in a tree; names may have points in them, the longest fits."""
        if not text:
            return (path,)
        if isinstance(tree, _Several):
            return tuple((*each, *text.split(".")) for each in self._checked(tree, text, path))
        known = {str(index): item for index, item in enumerate(tree)} if isinstance(tree, list) else tree
        names = known if isinstance(known, Mapping) else {}
        fits = [name for name in names if text == name or text.startswith(f"{name}.")]
        if not fits:
            raise self._unknown(".".join((*path, text)), [".".join((*path, name)) for name in names])
        name = max(fits, key=len)
        below, rest = names[name], text[len(name) + 1 :]
        if isinstance(below, _Several) and not rest:
            return below.paths
        return self._below(below, path if isinstance(below, _Several) else (*path, name), rest)

    def _checked(self, several: _Several, text: str, path: Path) -> Iterator[Path]:
        """The rows of several that have the column that comes next."""
        column = text.split(".", maxsplit=1)[0]
        table = self._project.tables[path[1] if path[0] == "data" else f".{path[1]}"]
        columns: dict[str, None] = {}
        for index, row in enumerate(table.rows):
            own = row_path(table, index)
            if own in several.paths and isinstance(row.value, dict):
                columns |= dict.fromkeys(row.value)
                if column in row.value:
                    yield own
        if column not in columns:
            raise self._unknown(text, columns)

    def _of_file(self, text: str) -> Iterator[Path]:
        """What a file is to the pipeline: a table, a part of it, a template, a picture."""
        root = self._project.root
        here = os.path.relpath(os.path.abspath(text), root.folder).replace(os.sep, "/")
        for path in dict.fromkeys((here, posixpath.normpath(text))):
            own = [*self._tables_in(path), *self._written_in(root.shown(path))]
            read = ("file", path)
            if read in self._known():
                own.append(read)
            if own:
                yield from own
                return
        if os.path.exists(text) or ("/" in text and self._is_wanted(here)):
            # Nobody reads it yet: a glob may take it.
            yield ("file", here)

    def _is_wanted(self, path: str) -> bool:
        """Whether a glob would take a file, were it there."""
        reads = self._tracker.reads.values()
        globs = {
            each[1] for fields in reads for paths in fields.values() for each in paths if each[0] == "glob"
        }
        return any(matches(pattern, path) for pattern in globs)

    def _tables_in(self, path: str) -> Iterator[Path]:
        for name, table in self._pipeline.data.items():
            if isinstance(table, TableFile):
                files = [posixpath.join(table.folder, table.path)]
                if isinstance(table.row_schema, str):
                    files.append(posixpath.join(table.row_schema_folder, table.row_schema))
                if path in map(posixpath.normpath, files):
                    yield rows_path(name)

    def _written_in(self, file: str) -> Iterator[Path]:
        """Everything that a YAML file of the pipeline gives."""
        pipeline = self._pipeline
        if file not in pipeline.files:
            return
        yield from (("vars", name) for name, given in pipeline.vars.items() if given.at.file == file)
        yield from (
            ("references", name) for name, each in pipeline.references.items() if each.at.file == file
        )
        yield from (("steps", name) for name, step in pipeline.steps.items() if step.at.file == file)
        for name, table in pipeline.data.items():
            if isinstance(table, InlineTable) and table.at.file == file:
                yield rows_path(name)
        for step in pipeline.steps.values():
            if isinstance(step, Generate):
                given = step.fields.items()
                yield from (
                    ("defaults", name)
                    for name, each in given
                    if name in step.defaulted and each.at.file == file
                )

    def _known(self) -> set[Path]:
        reads = self._tracker.reads.values()
        return {path for fields in reads for paths in fields.values() for path in paths if path[0] == "file"}

    def _unknown(self, text: str, known: Iterable[str] = ()) -> UsageError:
        words = list(known) or [
            *(f"vars.{name}" for name in self._pipeline.vars),
            *(f"data.{name}" for name in self._pipeline.data if not name.startswith(".")),
            *(f"references.{name}" for name in self._pipeline.references),
            *(f"steps.{name}" for name in self._pipeline.steps),
            *(path[1] for path in self._known()),
        ]
        hint = did_you_mean(text, words) or "vars.NAME, data.TABLE.ROW.COLUMN, references.NAME, or a file"
        return UsageError(f'nothing is called "{escaped(text)}"', hint=hint)


def shown_path_of(path: Path) -> str:
    """A path as people write it."""
    return path[1] if path[0] in {"file", "glob"} else ".".join(path)
