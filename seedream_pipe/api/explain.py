"""Where what differs is written: the var, the row, the line of a prompt, and who changed it last.

Only who asks why pays for it: the templates are rendered once more, and git is asked for lines.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from seedream_pipe.api.blame import commits_of
from seedream_pipe.api.impact import tracked
from seedream_pipe.api.paths import shown_path_of
from seedream_pipe.plan.model import FilesError, FromTask
from seedream_pipe.plan.prompts import inside
from seedream_pipe.plan.reads import Reads
from seedream_pipe.plan.tracking import row_path
from seedream_pipe.problems import Place
from seedream_pipe.run.decisions import Make, Reuse
from seedream_pipe.run.reasons import (
    Adopted,
    FileChanged,
    HeldApproved,
    InputChanged,
    PickChanged,
    RecipeChanged,
    Remade,
    Replaced,
    Source,
    ToMake,
)
from seedream_pipe.run.wording import opcodes, tokens
from seedream_pipe.spec.model import Generate, PromptFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from re import Pattern

    from seedream_pipe.api.planning import Planned
    from seedream_pipe.api.project import Project
    from seedream_pipe.plan.model import Address, Input, Plan, Row, Task
    from seedream_pipe.plan.tracking import Path
    from seedream_pipe.run.decisions import Decision
    from seedream_pipe.run.reasons import Cause, Change, Reason
    from seedream_pipe.settings import Settings

__all__ = ["explained"]

_AROUND: Final = (24, 12, 6, 0)
_MARKS: Final = ("{{", "{%")
_MOST_SOURCES: Final = 6
_LONGEST_FILE: Final = 16 << 20
_SAID: Final = 80
"""How long at most a mention is in the prompt that is sent."""
_INPUTS: Final = frozenset({"references", "images"})

_Differs: TypeAlias = RecipeChanged | InputChanged


def explained(found: Planned, settings: Settings) -> Planned:
    """The same plan, in which every difference says where it is written, and in which commit.

    Sends nothing, writes nothing. Where there is no git, no commit is told.
    """
    reasons = {
        address: reason
        for address, each in found.forecast.tasks.items()
        if isinstance(reason := _reason_of(each.decision), (RecipeChanged, InputChanged))
    }
    if not any(reason.changes for reason in reasons.values()):
        return found
    written = _Written.of(found, settings)
    told = {
        address: replace(
            reason, changes=tuple(written.explained(address, change) for change in reason.changes)
        )
        for address, reason in reasons.items()
    }
    told = _with_causes(_with_commits(told))
    tasks = {
        address: replace(each, decision=_with_reason(each.decision, told[address]))
        if address in told
        else each
        for address, each in found.forecast.tasks.items()
    }
    return replace(found, forecast=replace(found.forecast, tasks=tasks))


def _reason_of(decision: Decision) -> Reason | None:
    match decision:
        case Make(reason=reason):
            return reason
        case Reuse(stale=stale):
            return stale
        case _:
            return None


def _with_reason(decision: Decision, reason: Reason) -> Decision:
    match decision:
        case Make():
            return replace(decision, reason=reason)
        case Reuse():
            return replace(decision, stale=reason)
        case _:
            return decision


def _with_causes(reasons: Mapping[Address, _Differs]) -> dict[Address, _Differs]:
    """The reasons, in whose causes the same differences are told as well as at the tasks themselves."""

    def known(cause: Cause) -> Cause:
        own = reasons.get(cause.task) if isinstance(cause, ToMake) else None
        if own is None or not isinstance(cause, ToMake):
            return cause
        if not isinstance(cause.reason, (RecipeChanged, InputChanged)) or not cause.reason.changes:
            return cause
        return replace(cause, reason=replace(cause.reason, changes=own.changes))

    return {
        address: replace(reason, causes=tuple(map(known, reason.causes)))
        if isinstance(reason, InputChanged)
        else reason
        for address, reason in reasons.items()
    }


def _with_commits(reasons: Mapping[Address, _Differs]) -> dict[Address, _Differs]:
    commits = commits_of(
        source.at
        for reason in reasons.values()
        for change in _all_changes(reason.changes)
        for source in change.sources
    )
    if not commits:
        return dict(reasons)

    def known(change: Change) -> Change:
        found = tuple(
            replace(source, commit=commits.get((source.at.file, source.at.line))) for source in change.sources
        )
        return _within(replace(change, sources=found), known)

    return {
        address: replace(reason, changes=tuple(map(known, reason.changes)))
        for address, reason in reasons.items()
    }


def _all_changes(changes: Iterable[Change]) -> Iterator[Change]:
    """Changes, with those that a picture was made anew for."""
    for change in changes:
        yield change
        if isinstance(change.cause, Remade):
            yield from _all_changes(change.cause.changes)


def _within(change: Change, told: Callable[[Change], Change]) -> Change:
    """The change, in which those that a picture was made anew for are told too."""
    cause = change.cause
    if not isinstance(cause, Remade):
        return change
    return replace(change, cause=replace(cause, changes=tuple(map(told, cause.changes))))


@dataclass(slots=True)
class _Written:
    """Where the values stand that the tasks of a project read."""

    project: Project
    plan: Plan
    reads: Reads
    _rows: dict[Path, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Planned, settings: Settings) -> _Written:
        project = found.project
        _, tracker = tracked(project, settings)
        made = cls(project, found.plan, Reads(project.pipeline, tracker))
        for table in project.tables.values():
            for index, row in enumerate(table.rows):
                made._rows[row_path(table, index)] = row
        return made

    def explained(self, address: Address, change: Change) -> Change:
        """The change with the places that it may come from, where they can be told."""
        cause = change.cause
        if isinstance(cause, Remade):
            change = _within(change, lambda inner: self.explained(cause.task, inner))
        found = self._of_input if change.field in _INPUTS else self._sources
        return replace(change, sources=tuple(dict.fromkeys(found(address, change)))[:_MOST_SOURCES])

    def _sources(self, address: Address, change: Change) -> Iterator[Source]:
        if change.field == "prompt" and isinstance(change.new, str) and isinstance(change.old, str):
            yield from self._of_prompt(address, change.old, change.new, change.at)
            return
        paths = sorted(path for path in self.reads.of_field(address, change.field) if path[0] != "file")
        found = [source for path in paths if (source := self._source(path)) is not None]
        if found:
            yield from found
        elif change.at is not None:
            yield Source(at=change.at)

    def _of_input(self, address: Address, change: Change) -> Iterator[Source]:
        """The file that has other bytes, the line of a pick, or else where the picture is written or was."""
        match change.cause:
            case PickChanged(task=task):
                decided = self.project.picks.of(task)
                if decided is not None:
                    yield Source(at=decided.at)
                    return
            case FileChanged(file=file, old="", is_new=False) if os.path.lexists(file):
                yield Source(at=Place(file))
                return
            case Remade() | HeldApproved() | Adopted():
                return
            case _:
                pass
        if isinstance(change.cause, FileChanged) and os.path.lexists(change.cause.file):
            yield Source(at=Place(change.cause.file))
        yield from self._where_it_is(address, change)

    def _where_it_is(self, address: Address, change: Change) -> Iterator[Source]:
        """The values that name a picture, or else the field; of one that is gone what it was."""
        step = change.old_from.partition("@")[0]
        if change.new is None and step in self.project.pipeline.steps and "@" in change.old_from:
            row = self.plan.tasks[address].row
            gone = change.old_from.split(" ", maxsplit=1)[0].partition("[")[0] not in self.plan.tasks
            if gone and row is not None and row.file:
                yield Source(at=Place(row.file))
                return
        is_file = bool(change.old_from) and "@" not in change.old_from and step not in self.plan.tasks
        if change.new is None and is_file and not os.path.lexists(change.old_from):
            yield Source(at=Place(change.old_from))
            return
        paths = sorted(self.reads.of_field(address, change.field))
        texts = {path: self._text(path) for path in paths if path[0] in {"vars", "data", "steps"}}
        elsewhere = isinstance(change.cause, (Replaced, FileChanged))
        named = [path for path, text in texts.items() if elsewhere and text and text in change.new_from]
        longest = max((len(texts[path]) for path in named), default=0)
        found = [self._source(path) for path in named if len(texts[path]) == longest]
        if any(found):
            yield from (source for source in found if source is not None)
        elif change.at is not None:
            yield Source(at=change.at)

    def _of_prompt(self, address: Address, old: str, new: str, at: Place | None) -> Iterator[Source]:
        paths = self.reads.of_field(address, "prompt")
        values = {path: text for path in paths if (text := self._text(path))}
        templates = list(self._templates(address, paths))
        mention = _mention(self.plan.tasks[address])
        for begin, stop in _spans(old, new):
            written = new[begin:stop].strip()
            start = new.index(written, begin)
            end = start + len(written) if written else stop
            path = _covering(values, new, start, end, mention)
            source = self._source(path, written) if path else None
            place = None if source is not None else _written_at(templates, new, start, end)
            if source is not None:
                yield source
                is_gone = path and not written and not _is_within(values[path], new, start, mention)
                if is_gone and at is not None:
                    yield Source(at=at)
            elif place is not None:
                yield Source(at=place)
            elif at is not None:
                yield Source(at=at)

    def _text(self, path: Path) -> str:
        """The value at a path as it stands in a prompt; empty for what is none, or made of others."""
        value = self._value(path)
        text = "" if value is None or isinstance(value, dict | list | bool) else str(value).strip()
        return "" if any(mark in text for mark in _MARKS) else text

    def _value(self, path: Path) -> Any:
        if path[0] == "vars" and len(path) > 1:
            given = self.project.pipeline.vars.get(path[1])
            return None if given is None else _below(given.value, path[2:])
        length = 3 if path[0] == "data" else 5
        row = self._rows.get(path[:length])
        return None if row is None else _below(row.value, path[length:])

    def _source(self, path: Path, written: str = "") -> Source | None:
        """Where the value at a path stands; of a table in a file of its own its row.

        With `written`, a part of the value, the line of a text of several lines that has it.
        """
        place = self._in_tree(path, written)
        if place is None:
            row = self._rows.get(path[:3])
            place = None if row is None else row.at
        return None if place is None else Source(at=place, path=shown_path_of(path))

    def _in_tree(self, path: Path, written: str) -> Place | None:
        composed = self.project.composed
        if composed is None or path[0] not in {"vars", "data", "steps"}:
            return None
        tree: Any = composed.root
        steps: list[str | int] = []
        for part in path:
            entry: str | int = int(part) if isinstance(tree, list) and part.isdigit() else part
            try:
                tree = tree[entry]
            except (LookupError, TypeError):
                return None
            steps.append(entry)
        place = composed.place(steps)
        first, indent = composed.text_place(steps) if isinstance(tree, str) else (0, 0)
        if not written or first <= place.line:
            return place
        return _in_block(place, first, indent, written.split("\n", maxsplit=1)[0]) or place

    def _templates(self, address: Address, paths: Iterable[Path]) -> Iterator[_Template]:
        """The texts that a prompt is made of: its own, or its files."""
        step = self.project.pipeline.steps[address.partition("@")[0]]
        if isinstance(step, Generate) and not isinstance(step.prompt, PromptFile):
            given = step.prompt
            yield _Template(str(given.value), lambda written: inside(given, written))
        for path in paths:
            if path[0] == "file":
                try:
                    text = self.project.files.text(path[1])
                except FilesError:
                    continue
                yield _Template(text, _InFile(self.project.files.shown(path[1]), text))


@dataclass(frozen=True, slots=True)
class _Template:
    text: str
    at: Any
    """The place of a text that stands in it."""


@dataclass(frozen=True, slots=True)
class _InFile:
    file: str
    text: str

    def __call__(self, written: str) -> Place:
        at = self.text.find(written)
        line = self.text.count("\n", 0, at) + 1
        return Place(self.file, line, at - (self.text.rfind("\n", 0, at) + 1) + 1, len(written))


def _in_block(place: Place, first: int, indent: int, written: str) -> Place | None:
    """The line of a block of text that has a part of it, as the file has its lines."""
    try:
        with open(place.file, encoding="utf-8") as file:
            lines = file.read(_LONGEST_FILE).split("\n")
    except (OSError, ValueError):
        return None
    for number, line in enumerate(lines[first - 1 :], first):
        if line.strip() and not line.startswith(" " * indent):
            return None
        at = line.find(written)
        if at >= 0:
            return Place(place.file, number, at + 1, len(written))
    return None


def _below(tree: Any, path: Path) -> Any:
    for part in path:
        if isinstance(tree, dict):
            tree = tree.get(part)
        elif isinstance(tree, list) and part.isdigit() and int(part) < len(tree):
            tree = tree[int(part)]
        else:
            return None
    return tree


def _spans(old: str, new: str) -> Iterator[tuple[int, int]]:
    """Where the new text differs, as offsets into it; where something was taken out, an empty span."""
    before, now = tokens(old), tokens(new)
    starts = [0]
    for token in now:
        starts.append(starts[-1] + len(token))
    for kind, _, _, start, end in opcodes(before, now):
        if kind != "equal":
            yield starts[start], starts[end]


def _covering(
    values: Mapping[Path, str], new: str, start: int, end: int, mention: Pattern[str]
) -> Path | None:
    """The longest value that stands where the text differs."""
    found: list[tuple[int, Path]] = []
    for path, text in values.items():
        at, stop = _found(text, new, start, end, mention)
        if at <= start and stop >= end:
            found.append((stop - at, path))
    return max(found)[1] if found else None


def _found(value: str, new: str, start: int, end: int, mention: Pattern[str]) -> tuple[int, int]:
    """Where a value stands in a prompt, over the text that differs; its mentions are words by then."""
    at = new.find(value, max(0, end - len(value)))
    if 0 <= at <= start and at + len(value) >= end:
        return at, at + len(value)
    first, *others = mention.split(value)
    if others:
        pattern = re.escape(first) + "".join(f"(?>(.{{1,{_SAID}}}?){re.escape(each)})" for each in others)
        for found in re.finditer(pattern, new, re.DOTALL):
            spans = map(found.span, range(1, len(others) + 1))
            is_said = any(begin <= start and end <= stop for begin, stop in spans)
            if found.start() <= start and found.end() >= end and not is_said:
                return found.span()
    return len(new) + 1, -1


def _mention(task: Task) -> Pattern[str]:
    """Mentions as the values of a task may have them: names of its pictures, else Latin letters."""
    names = {name for each in task.inputs for name in _names(each) if name}
    known = "".join(f"{re.escape(name)}|" for name in sorted(names, key=len, reverse=True))
    return re.compile(f"[@\uff20](?:{known}[A-Za-z0-9_-]+)")


def _names(given: Input) -> tuple[str, ...]:
    if not isinstance(given, FromTask):
        return (given.name,)
    step, _, key = given.task.partition("@")
    return given.name, step, key


def _is_within(value: str, new: str, at: int, mention: Pattern[str]) -> bool:
    """Whether what was taken out stood within a value, and not perhaps beside it."""
    begin, stop = _found(value, new, at, at, mention)
    return begin < at < stop


def _written_at(templates: Iterable[_Template], new: str, start: int, end: int) -> Place | None:
    """The place in a template of the text that differs, found by what stands around it."""
    texts = list(templates)
    begin = new.rfind("\n", 0, start) + 1
    stop = (new.find("\n", start) + 1 or len(new) + 1) - 1
    for around in _AROUND:
        for left, right in ((around, around), (around, 0), (0, around)):
            part = new[max(begin, start - left) : min(stop, end + right)].strip()
            for template in texts:
                if part and template.text.count(part) == 1:
                    at: Place = template.at(part)
                    return at
    return None
