"""What the tasks of a plan read of the author's files, and which of them an edit at a path would reach.

Made of what a `Tracker` noted. Pure. A value that is read over a var or over a set of references
counts for every path that the var or the set reads itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from seedream_pipe.plan.tracking import rows_path
from seedream_pipe.spec.model import Generate, PromptFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from seedream_pipe.plan.model import Address, Plan
    from seedream_pipe.plan.tracking import Path, Reader, Tracker
    from seedream_pipe.problems import Place
    from seedream_pipe.spec.model import Pipeline, ReferenceEntry, Step

__all__ = ["Reached", "Reads", "field_places", "matches", "reached"]

_AROUND: Final = frozenset({"meta", "output", "tags", "needs", "was"})
"""Fields that shape no picture: names of files, notes, words to select by, order."""
_OF_KEY: Final = "foreach.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The tasks that an edit reaches, each with the fields that read what is edited.

    `recipes`: their pictures become others. `named`: they would have another address, so that
    picks and references under the old one are nobody's. `around`: names of files, notes and tags
    alone. `left_out`: tasks that `when` leaves out, and may come in.
    """

    recipes: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    named: tuple[Address, ...] = ()
    around: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[Address, ...] = ()


class Reads:
    """Who reads what, by reader and by field."""

    def __init__(self, pipeline: Pipeline, tracker: Tracker) -> None:
        self._pipeline = pipeline
        self._reads = tracker.reads
        self._rows = tracker.rows
        self._fields = {name: field_places(step) for name, step in pipeline.steps.items()}

    def of_field(self, address: Address, name: str) -> set[Path]:
        """The paths that a field of a task's recipe reads; of vars and sets what they read themselves too."""
        step = address.partition("@")[0]
        found: set[Path] = set()
        for at, paths in self._of_task(address, step):
            if self._fields[step].get(at) == name:
                found |= paths
        return self._deep(found)

    def _deep(self, paths: set[Path]) -> set[Path]:
        found, waiting = set(paths), list(paths)
        while waiting:
            section, *rest = waiting.pop()
            for more in self._reads.get((section, rest[0] if rest else ""), {}).values():
                waiting += more - found
                found |= more
        return found

    def fields_of(self, address: Address, edited: Collection[Path]) -> tuple[str, ...]:
        """The fields of a task, or of its step for all tasks, that read something of what is edited."""
        step = address.partition("@")[0]
        names = self._fields[step]
        found = {
            names.get(at, "matrix" if at.line else "foreach"): None
            for at, paths in self._of_task(address, step)
            if any(_touches(path, edited) for path in paths)
        }
        found |= dict.fromkeys(self._written(self._pipeline.steps[step], edited))
        return tuple(name for name in found if name != "step") or tuple(found)

    def _of_task(self, address: Address, step: str) -> Iterator[tuple[Place, set[Path]]]:
        for reader in (("task", address), ("step", step)):
            yield from self._reads.get(reader, {}).items()

    def _written(self, step: Step, edited: Collection[Path]) -> Iterator[str]:
        """Fields that are written where it is edited: in the step itself, or in the defaults."""
        for path in edited:
            if path[:2] == ("steps", step.name):
                rows = path[2:4] == ("foreach", "in")
                if not (rows and len(path) > len(rows_path(f".{step.name}"))):
                    yield (
                        _OF_KEY if path[2:4] == ("foreach", "key") else (path[2] if len(path) > 2 else "step")
                    )
            if path[0] == "defaults" and isinstance(step, Generate):
                named = path[1:2] or tuple(step.defaulted)
                yield from (name for name in named if name in step.defaulted)
            if step.foreach is not None and not step.foreach.over and rows_path(step.foreach.table) == path:
                yield "foreach"

    def widened(self, paths: Iterable[Path]) -> set[Path]:
        """The paths with all vars and sets whose value comes of them."""
        found = set(paths)
        waiting = [*self._pipeline.vars, *self._pipeline.references]
        readers: list[Reader] = [("vars", name) for name in self._pipeline.vars]
        readers += [("references", name) for name in self._pipeline.references]
        while waiting:
            waiting = []
            for reader in readers:
                reads = self._reads.get(reader, {}).values()
                if reader not in found and any(_touches(path, found) for paths in reads for path in paths):
                    found.add(reader)
                    waiting.append(reader[1])
        return found

    def row_of(self, address: Address) -> Path:
        """Where the row of a task stands; empty when it has none."""
        return self._rows.get(address, ())


def reached(plan: Plan, reads: Reads, paths: Iterable[Path]) -> Reached:
    """The tasks that an edit at any of the paths reaches."""
    edited = reads.widened(paths)
    recipes: dict[Address, tuple[str, ...]] = {}
    around: dict[Address, tuple[str, ...]] = {}
    named: list[Address] = []
    for address in plan.tasks:
        fields = reads.fields_of(address, edited)
        shaping = tuple(name for name in fields if name not in _AROUND and name != _OF_KEY)
        if shaping:
            recipes[address] = shaping
        elif _OF_KEY in fields:
            named.append(address)
        elif fields:
            around[address] = fields
    left_out = tuple(address for address in plan.left_out if reads.fields_of(address, edited))
    return Reached(recipes=recipes, named=tuple(named), around=around, left_out=left_out)


def _touches(path: Path, edited: Collection[Path]) -> bool:
    """Whether what is read at a path is what is edited, or lies in it."""
    if any(path[:length] in edited for length in range(1, len(path) + 1)):
        return True
    if path[0] == "glob":
        return any(each[0] == "file" and matches(path[1], each[1]) for each in edited)
    return False


def matches(pattern: str, path: str) -> bool:
    """Whether a glob takes a file: ``*`` within a folder, ``**`` over folders."""
    parts = [_part(part) for part in re.split(r"(\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\])", pattern)]
    return re.fullmatch("".join(parts), path) is not None


def _part(text: str) -> str:
    match text:
        case "**/":
            return "(?:[^/]+/)*"
        case "**":
            return ".*"
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
        case _ if text.startswith("[") and text.endswith("]"):
            return f"[^{text[2:]}" if text.startswith("[!") else text
        case _:
            return re.escape(text)


def field_places(step: Step) -> dict[Place, str]:
    """The fields of a step by the place where each, or a part of it, is written."""
    found: dict[Place, str] = {}
    if isinstance(step, Generate):
        prompt = step.prompt.file if isinstance(step.prompt, PromptFile) else step.prompt
        found |= dict.fromkeys((prompt.at, *(each.at for each in step.arguments.values())), "prompt")
        found |= dict.fromkeys((each.at for each in step.extra.values()), "extra")
        found |= {each.at: name for name, each in step.fields.items()}
        found |= dict.fromkeys(_entry_places(step.references), "references")
    else:
        found |= dict.fromkeys((each.at for each in step.options.values()), "options")
        found |= dict.fromkeys(_entry_places(step.images), "images")
        found |= {step.output.at: "output"} if step.output else {}
    for name, fields in (("meta", step.meta.values()), ("tags", step.tags), ("needs", step.needs)):
        found |= {each.at: name for each in fields}
    found |= {step.foreach.key.at: _OF_KEY} if step.foreach else {}
    found |= {step.when.at: "when"} if step.when else {}
    return found


def _entry_places(entries: Iterable[ReferenceEntry]) -> Iterator[Place]:
    for entry in entries:
        parts = (entry.source, entry.name, entry.within, entry.each.items if entry.each else None)
        yield from (part.at for part in parts if part is not None)
