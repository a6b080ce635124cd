"""The references of a step as inputs of its tasks, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedream_pipe.plan.model import FilesError, FromTask, FromUrl, Known
from seedream_pipe.problems import did_you_mean
from seedream_pipe.spec import refs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.plan.model import Address, Files, Input, Task
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.plan.values import Options
    from seedream_pipe.spec.model import Field, ReferenceEntry, Step

__all__ = ["Entry", "Inputs", "count_problems", "texts"]

_CALL_LIMIT = 15
"""References plus outputs of one call (R30)."""


class _Wrong(Exception):
    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of `references:`, compiled."""

    given: ReferenceEntry
    source: Rendering | None
    name: Rendering | None
    within: Rendering | None


class Inputs:
    """Turns rendered references into inputs. Knows every step's addresses and the named sets."""

    def __init__(
        self,
        context: Context,
        files: Files,
        steps: Mapping[str, Step],
        sets: Mapping[str, list[tuple[str, Field]]],
        addresses: Mapping[str, list[Address]],
    ) -> None:
        self._context = context
        self._files = files
        self._steps = steps
        self._sets = sets
        self._addresses = addresses
        self._known = frozenset(address for found in addresses.values() for address in found)
        self._set_inputs: dict[str, list[Input]] = {}
        self._last: dict[tuple[str, int, str], Address] = {}

    def entries(self, references: tuple[ReferenceEntry, ...]) -> list[Entry]:
        """A step's references, compiled once for all of its rows."""
        compiled = self._context.compiled
        return [
            Entry(
                given=entry,
                source=compiled(entry.source),
                name=compiled(entry.name) if entry.name else None,
                within=compiled(entry.within) if entry.within else None,
            )
            for entry in references
        ]

    def of(self, entries: list[Entry], address: Address, scope: Scope) -> tuple[Input, ...]:
        """The inputs of one task; what is wrong with them goes to the findings."""
        found: list[Input] = []
        for number, entry in enumerate(entries):
            name = self._text(entry.name, entry.given.name, scope)
            for text in texts(self._context.render(entry.source, entry.given.source, scope)):
                try:
                    found += self._inputs(text, name, (entry, number), address, scope)
                except (_Wrong, FilesError) as wrong:
                    self._context.complain(
                        wrong.code, entry.given.source.at, str(wrong), hint=wrong.hint, scope=scope
                    )
        return tuple(found)

    def addresses(self, text: str) -> list[Address]:
        """The tasks that ``step``, ``step@key`` or ``step[*]`` names; empty when there is none."""
        try:
            parsed = refs.parse(text)
        except ValueError:
            return []
        if not isinstance(parsed, refs.Name):
            return []
        if parsed.key is None:
            return list(self._addresses.get(parsed.name, ()))
        address = f"{parsed.name}@{parsed.key}"
        return [address] if address in self._known else []

    def _text(self, rendering: Rendering | None, given: Field | None, scope: Scope) -> str:
        if given is None:
            return ""
        rendered = self._context.render(rendering, given, scope)
        return "" if rendered is None else str(rendered).strip()

    def _inputs(
        self, text: str, name: str, entry: tuple[Entry, int], address: Address, scope: Scope
    ) -> Iterator[Input]:
        try:
            parsed = refs.parse(text)
        except ValueError as error:
            raise _Wrong("E-REF", str(error)) from None
        match parsed:
            case refs.Prev():
                return self._previous(name, entry, address, scope)
            case refs.Name() if parsed.name in self._sets and parsed.key is None and parsed.index is None:
                return iter(self._named(parsed.name))
            case refs.Name():
                return self._from_step(parsed, text, name)
            case _:
                return self._outside(parsed, name)

    def _named(self, name: str) -> list[Input]:
        if name not in self._set_inputs:
            # Set before it is filled: a set that is wrong is told once, not per row.
            made = self._set_inputs[name] = []
            for text, source in self._sets[name]:
                try:
                    parsed = refs.parse(text)
                    if isinstance(parsed, (refs.Name, refs.Prev)):
                        raise _Wrong(
                            "E-REF",
                            f'the set "{name}" names "{text}"; a set holds files, globs, URLs and data URIs',
                            "a path has a / or a . in it",
                        )
                    made += self._outside(parsed, "")
                except ValueError as error:
                    self._context.complain("E-REF", source.at, str(error))
                except (_Wrong, FilesError) as wrong:
                    self._context.complain(wrong.code, source.at, str(wrong), hint=wrong.hint)
        return self._set_inputs[name]

    def _outside(self, parsed: refs.Reference, name: str) -> Iterator[Input]:
        match parsed:
            case refs.Path(path=path):
                yield self._file(path, name)
            case refs.Glob(pattern=pattern):
                paths = list(self._files.matches(pattern))
                if not paths:
                    raise _Wrong("E-GLOB", f'no file matches "{self._files.shown(pattern)}"')
                for path in paths:
                    yield self._file(path, name)
            case refs.Url(url=url):
                yield FromUrl(url=url, label=name or urlsplit(url).path.rpartition("/")[2] or url, name=name)
            case refs.DataUri(uri=uri):
                facts, data = self._files.data_uri(uri)
                yield Known(
                    digest=facts.digest,
                    path="",
                    label=name or "data URI",
                    name=name,
                    media_type=facts.media_type,
                    width=facts.width,
                    height=facts.height,
                    data=data,
                )
            case _:
                raise _Wrong("E-REF", "a set cannot name another set or a step")

    def _file(self, path: str, name: str) -> Known:
        facts = self._files.picture(path)
        return Known(
            digest=facts.digest,
            path=facts.path,
            label=name or self._files.shown(path),
            name=name,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
        )

    def _previous(
        self, name: str, entry: tuple[Entry, int], address: Address, scope: Scope
    ) -> Iterator[Input]:
        """The task before this one, in the table's order, whose `within` is the same."""
        given = entry[0].given
        step = scope.values["step"]
        if self._steps[step].foreach is None:
            raise _Wrong("E-REF", f'"prev" needs foreach: step "{step}" is a single task')
        bound = self._text(entry[0].within, given.within, scope)
        before = self._last.get((step, entry[1], bound))
        self._last[step, entry[1], bound] = address
        if before is not None:
            index = -1 if "group" in self._steps[step].fields else 0
            yield FromTask(task=before, index=index, label=name or "prev", name=name)

    def _from_step(self, parsed: refs.Name, text: str, name: str) -> Iterator[Input]:
        step = self._steps.get(parsed.name)
        if step is None:
            known = [*self._steps, *self._sets]
            raise _Wrong(
                "E-UNKNOWN", f'there is no step or set "{parsed.name}"', did_you_mean(parsed.name, known)
            )
        index: int | None = None if parsed.index == "*" else int(parsed.index or 0)
        addresses = self._addresses[parsed.name]
        if parsed.key is not None:
            address = f"{parsed.name}@{parsed.key}"
            if address not in self._known:
                keys = [known.partition("@")[2] for known in addresses]
                hint = (
                    did_you_mean(parsed.key, keys)
                    if step.foreach
                    else f'"{parsed.name}" is one task, without a key'
                )
                raise _Wrong("E-UNKNOWN", f'step "{parsed.name}" has no task "{parsed.key}"', hint)
            addresses = [address]
        elif step.foreach is not None and parsed.index != "*":
            raise _Wrong(
                "E-REF",
                f'"{text}" does not say which: step "{parsed.name}" has {len(addresses)} tasks',
                f"write {parsed.name}@KEY, or {parsed.name}[*] for all",
            )
        for address in addresses:
            yield FromTask(task=address, index=index, label=name or address, name=name)


def texts(value: Any) -> list[str]:
    """A rendered text or list as texts; nothing for nothing."""
    items = value if isinstance(value, (list, tuple)) else [value]
    return [str(item).strip() for item in items if item is not None and str(item).strip()]


def count_problems(
    options: Options, inputs: tuple[Input, ...], ceilings: Callable[[Address], int]
) -> Iterator[tuple[str, str, str]]:
    """Too many references for the model, or for one call with its pictures (R30): code, message, hint."""
    count = sum(
        ceilings(given.task) if isinstance(given, FromTask) and given.index is None else 1 for given in inputs
    )
    limit = options.profile.references.count
    if count > limit:
        yield "E-REFERENCES", f"{count} references; {options.profile.name} takes at most {limit}", ""
    elif options.group is not None and count + options.group > _CALL_LIMIT:
        yield (
            "E-REFERENCES",
            f"{count} references and a group of {options.group}: together at most {_CALL_LIMIT} (R30)",
            f"a group of {_CALL_LIMIT - count} fits",
        )


def index_problems(tasks: Mapping[Address, Task]) -> Iterator[tuple[str, Task, str]]:
    """References to a picture that its task can never have: code, the referring task, message."""
    for task in tasks.values():
        for given in task.inputs:
            source = tasks.get(given.task) if isinstance(given, FromTask) else None
            if source is None or not isinstance(given, FromTask) or given.index is None:
                continue
            pictures = source.recipe.generation.group or 1
            if given.index >= pictures:
                made = "one picture" if pictures == 1 else f"at most {pictures} pictures"
                yield "E-REF", task, f'"{given.task}[{given.index}]" does not exist: the task makes {made}'
