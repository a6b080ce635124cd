"""The references of a step as inputs of its tasks, in their order."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, assert_never

from seedream_pipe.picks.model import NO_PICKS
from seedream_pipe.plan import bind
from seedream_pipe.plan.context import FAILED, Scope, as_text
from seedream_pipe.plan.model import FilesError, FromTask, FromUrl, Known
from seedream_pipe.plan.rows import has_keys
from seedream_pipe.problems import did_you_mean
from seedream_pipe.spec import refs
from seedream_pipe.spec.model import Generate, Transform

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seedream_pipe.picks.model import Picks
    from seedream_pipe.plan.context import Context
    from seedream_pipe.plan.model import Address, FileFacts, Files, Input
    from seedream_pipe.plan.rows import Rows, Seed
    from seedream_pipe.plan.template import Rendering
    from seedream_pipe.problems import Place
    from seedream_pipe.spec.model import Field, NamedSet, Pipeline, ReferenceEntry

__all__ = ["Absent", "Attached", "Entry", "Indexed", "Inputs", "beside"]

_MOST_HINTS: Final = 20
"""A table of thousands of wrong names is not compared with thousands of tasks."""
_SHOWN_KEYS: Final = 5
_FEW_KEYS: Final = 12
_COMPARED: Final = 500
_MOST_MATCHES: Final = 14
"""No call takes more references (R30), so no more pictures of a glob are read."""
_MOST_OF_OPERATION: Final = 1000
"""An operation takes more."""

_SHORT: Final = 300
_parsed: Final = lru_cache(maxsize=4096)(refs.parse)


class _Wrong(Exception):
    """`str()` says why a reference names nothing; of `silent` ones a finding tells already."""

    def __init__(self, code: str, message: str, *, hint: str = "", silent: bool = False) -> None:
        super().__init__(message)
        self.code, self.hint, self.silent = code, hint, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of `references:`, compiled. `follows`: it is ``prev``, or can become that."""

    given: ReferenceEntry
    source: Rendering | None
    name: Rendering | None
    within: Rendering | None
    items: Rendering | None
    follows: bool


class Attached(NamedTuple):
    """A picture, or pictures of one task, that a task refers to, and what a prompt may call it."""

    given: Input
    called: bind.Called


class Absent(NamedTuple):
    """Names that have no picture in a task, and `told` those whose reference is told to be wrong."""

    names: set[str]
    told: set[str]


class Indexed(NamedTuple):
    """A reference to one picture of a group: whose it is, and where it stands."""

    address: Address
    given: FromTask
    at: Place
    row: Place | None


class Inputs:
    """Turns rendered references into inputs. Knows every step's addresses and the named sets.

    `indexed` collects the references whose picture may not exist, `used` the names of the sets
    that some task refers to.
    """

    def __init__(
        self,
        context: Context,
        files: Files,
        pipeline: Pipeline,
        *,
        base: Scope,
        rows: Rows,
        picks: Picks = NO_PICKS,
    ) -> None:
        """As the class says. Tasks of `rows.partial` steps may be missing, for a finding told already."""
        self._picks = picks
        self._context = context
        self._files = files
        self._steps = pipeline.steps
        self._addresses = {name: [seed.address for seed in rows.of(name)] for name in pipeline.steps}
        self._partial = rows.partial
        self._left_out = rows.left_out
        self._known = frozenset(address for found in self._addresses.values() for address in found)
        self._doubtful = frozenset(
            seed.address for name in pipeline.steps for seed in rows.of(name) if seed.picture_of is not None
        )
        self._lost = pipeline.unsound
        self._hints = 0
        transforms = any(isinstance(step, Transform) for step in pipeline.steps.values())
        self._most = _MOST_OF_OPERATION if transforms else _MOST_MATCHES
        self._broken: set[str] = set()
        self._sets = {name: self._set(named, base) for name, named in pipeline.references.items()}
        self._last: dict[tuple[str, str, int, str, str], Address] = {}
        self.indexed: list[Indexed] = []
        self.used: set[str] = set()

    def entries(self, references: tuple[ReferenceEntry, ...]) -> list[Entry]:
        """A step's references, compiled once for all of its rows."""
        compiled = self._context.compiled
        found: list[Entry] = []
        for entry in references:
            source = compiled(entry.source)
            made = Entry(
                given=entry,
                source=source,
                name=compiled(entry.name) if entry.name else None,
                within=compiled(entry.within) if entry.within else None,
                items=compiled(entry.each.items) if entry.each else None,
                follows=source is not None
                and (not source.constant or str(entry.source.value).strip() == "prev"),
            )
            found.append(made)
        return found

    def of(self, entries: list[Entry], seed: Seed, *, unique: bool = False) -> tuple[list[Attached], Absent]:
        """The inputs of one task in their order, and the names that have no picture in it.

        With `unique` a picture that stands there already is left out: the same bytes, the same
        URL, the same picture of the same task. What is wrong goes to the findings.
        """
        found: list[Attached] = []
        absent = Absent(set(), set())
        for number, entry in enumerate(entries):
            for item, scope in self._items(entry, seed.scope):
                own = seed if scope is seed.scope else replace(seed, scope=scope)
                found += self._of_entry(entry, number, item, own, absent)
        present = {name for each in found for name in (each.called.name, *each.called.ids)}
        if unique:
            first: dict[object, Attached] = {}
            for each in found:
                first.setdefault(_identity(each.given), each)
            found = list(first.values())
        return found, Absent(absent.names - present, absent.told)

    def _items(self, entry: Entry, scope: Scope) -> Iterator[tuple[str, Scope]]:
        """The scope once; or for `each` once an item, with the item under its name."""
        each = entry.given.each
        if each is None:
            yield "", scope
            return
        value = self._context.render(entry.items, each.items, scope)
        if value is FAILED:
            return
        if not isinstance(value, list | dict | None):
            message = f'each is "{as_text(value)}"; a list is expected'
            hint = "{{ row.cast.split() }} makes a list of words"
            self._context.complain("E-EACH", each.items.at, message, hint=hint, row=scope.row)
            return
        for item in value or ():
            yield as_text(item) or repr(item), scope.with_values(**{each.variable: item})

    def _of_entry(self, entry: Entry, number: int, item: str, seed: Seed, absent: Absent) -> list[Attached]:
        before = self._before(entry, number, item, seed) if entry.follows else None
        name = self._name(entry, seed.scope)
        source, row = entry.given.source, seed.scope.row
        found: list[Attached] = []
        told = len(self._context.problems)
        texts = self._texts(entry.source, source, seed.scope)
        if len(self._context.problems) > told:
            absent.told.add(name)
        for text in texts:
            ids = bind.ids(text)
            try:
                inputs = list(self._inputs(text, name, before, seed.scope, folder=entry.given.folder))
            except (_Wrong, FilesError) as wrong:
                self._tell(wrong, source.at, row)
                # What is wrong is told; that nothing has its name need not be told as well.
                absent.told.update((*ids, name))
                continue
            if not inputs:
                absent.names.update(ids)
            if not self._broken.isdisjoint(ids):
                absent.told.update((*ids, name))
            for given in inputs:
                own = bind.ids(given.task) if isinstance(given, FromTask) else ()
                called = bind.Called(entry=number, name=name, ids=tuple(dict.fromkeys((*ids, *own))))
                found.append(Attached(given, called))
                if isinstance(given, FromTask) and given.index is not None and given.index > 0:
                    self.indexed.append(Indexed(seed.address, given, source.at, row))
        if not found and name:
            absent.names.add(name)
        return found

    def needed(self, compiled: Rendering | None, given: Field, scope: Scope) -> Iterator[Address]:
        """The tasks that an entry of `needs:` names: ``step``, ``step@key`` or ``step[*]``."""
        for text in self._texts(compiled, given, scope):
            try:
                parsed = _parse(text)
                if not isinstance(parsed, refs.Name) or parsed.name in self._sets:
                    message = f'"{text}" is not a step or a task; pictures belong under `references:`'
                    raise _Wrong("E-REF", message)
                if f"{parsed.name}@{parsed.key}" not in self._left_out:
                    yield from self._tasks(refs.Name(name=parsed.name, key=parsed.key, index="*"))
            except _Wrong as wrong:
                self._tell(wrong, given.at, scope.row)

    def _tell(self, wrong: _Wrong | FilesError, at: Place, row: Place | None) -> None:
        if not (isinstance(wrong, _Wrong) and wrong.silent):
            self._context.complain(wrong.code, at, str(wrong), hint=wrong.hint, row=row)

    def _texts(self, compiled: Rendering | None, given: Field, scope: Scope) -> list[str]:
        value = self._context.render(compiled, given, scope)
        found = [] if value is FAILED else [as_text(item) for item in _items(value)]
        if None in found:
            message = "a reference is a text, or a list of texts"
            self._context.complain("E-TEMPLATE-VALUE", given.at, message, row=scope.row)
        return [text for text in found if text]

    def _name(self, entry: Entry, scope: Scope) -> str:
        given = entry.given.name
        return (self._context.text(entry.name, given, scope) or "") if given else ""

    def _before(self, entry: Entry, number: int, item: str, seed: Seed) -> Address | None:
        """The task before this one, in the table's order, of the same combination and `within`.

        Kept for every row, also for one that does not refer to it: the row after may.
        """
        given, scope = entry.given.within, seed.scope
        bound = (self._context.text(entry.within, given, scope) or "") if given else ""
        mark = (scope.values["step"], seed.lane, number, item, bound)
        before = self._last.get(mark)
        self._last[mark] = seed.address
        return before

    def _inputs(
        self, text: str, name: str, before: Address | None, scope: Scope, *, folder: str
    ) -> Iterable[Input]:
        match parsed := _parse(text):
            case refs.Prev():
                return self._previous(name, before, scope.values["step"])
            case refs.Name() if parsed.name in self._sets:
                if parsed.key is not None or isinstance(parsed.index, int):
                    message = f'"{parsed.name}" is a set of references; it has neither keys nor indices'
                    raise _Wrong("E-REF", message)
                self.used.add(parsed.name)
                if self._context.tracker is not None:
                    self._context.tracker.read(("references", parsed.name))
                return self._sets[parsed.name]
            case refs.Name():
                return [
                    FromTask(
                        task=task,
                        index=self._index(parsed, task),
                        label=name or task,
                        name=name,
                        optional=parsed.key is None and task in self._doubtful,
                    )
                    for task in self._tasks(parsed)
                ]
            case _:
                return self._outside(parsed, name, folder)

    def _set(self, named: NamedSet, base: Scope) -> list[Input]:
        """A set's pictures; what is wrong with it is told once, whether a step uses it or not."""
        found: list[Input] = []
        if self._context.tracker is not None:
            self._context.tracker.reader = ("references", named.name)
        for source in named.sources:
            for text in self._texts(self._context.compiled(source), source, base):
                try:
                    parsed = _parse(text)
                    if isinstance(parsed, refs.Name | refs.Prev):
                        holds = "a set holds files, globs, URLs and data URIs"
                        message = f'the set "{named.name}" names "{text}"; {holds}'
                        raise _Wrong("E-REF", message, hint="a path has a / or a . in it")
                    found += self._outside(parsed, "", named.folder)
                except (_Wrong, FilesError) as wrong:
                    self._tell(wrong, source.at, None)
                    self._broken.add(named.name)
        return found

    def _file(self, path: str, name: str) -> Known:
        # Its label is the same wherever the user stands: an operation that letters it has it in its key.
        return _known(self._files.picture(path), name or path, name=name, shown=self._files.shown(path))

    def _outside(
        self, parsed: refs.Path | refs.Glob | refs.Url | refs.DataUri, name: str, folder: str
    ) -> Iterator[Input]:
        match parsed:
            case refs.Path():
                path = beside(folder, parsed.path)
                yield self._file(path, name)
            case refs.Glob(pattern=pattern):
                for path in self._matches(beside(folder, pattern)):
                    yield self._file(path, name)
            case refs.Url(url=url):
                yield FromUrl(url=url, label=name or _last_part(url), name=name)
            case refs.DataUri(uri=uri):
                facts, data = self._files.data_uri(uri)
                yield _known(facts, name or "data URI", name=name, data=data)
            case _:
                assert_never(parsed)

    def _matches(self, pattern: str) -> list[str]:
        paths = list(self._files.matches(pattern))
        shown = self._files.shown(pattern)
        if not paths:
            raise _Wrong("E-GLOB", f'no file matches "{shown}"')
        if len(paths) > self._most:
            message = f'{len(paths):,} files match "{shown}"; a call takes at most {self._most} references'
            raise _Wrong("E-REFERENCES", message, hint="narrow it")
        return paths

    def _previous(self, name: str, before: Address | None, step: str) -> Iterator[Input]:
        given = self._steps[step]
        if given.foreach is None:
            raise _Wrong("E-REF", f'"prev" needs foreach: step "{step}" is a single task')
        if before is not None:
            last = -1 if isinstance(given, Generate) and "group" in given.fields else 0
            index = self._standing(before, last)
            yield FromTask(task=before, index=index, label=name or "prev", name=name)

    def _index(self, parsed: refs.Name, task: Address) -> int | None:
        """Which picture of a task a name means; None for all of them."""
        if parsed.index is None:
            return self._standing(task, 0)
        return None if parsed.index == "*" else int(parsed.index)

    def _standing(self, task: Address, usual: int) -> int:
        """The picture that stands for a task where one is needed: as a person picked it, or the usual one."""
        decided = self._picks.of(task)
        return usual if decided is None or decided.image is None else decided.image

    def _tasks(self, parsed: refs.Name) -> list[Address]:
        """The tasks that a name means; raises `_Wrong` when there are none of it."""
        step = self._steps.get(parsed.name)
        if step is None:
            silent = not self._lost.isdisjoint((parsed.name, "steps", "references"))
            message = f'there is no step or set "{parsed.name}"'
            hint = self._near(parsed.name, [*self._steps, *self._sets])
            raise _Wrong("E-UNKNOWN", message, hint=hint, silent=silent)
        addresses = self._addresses[parsed.name]
        if parsed.key is not None:
            address = f"{parsed.name}@{parsed.key}"
            if address not in self._known:
                raise self._unknown_key(parsed.name, parsed.key, single=not has_keys(step))
            return [address]
        if parsed.index == "*":
            return addresses
        if has_keys(step):
            each = "row" if step.foreach is not None else "combination"
            raise _Wrong(
                "E-REF",
                f'"{parsed.name}" does not say which: the step has a task for every {each}',
                hint=f"write {parsed.name}@KEY, or {parsed.name}[*] for all",
            )
        if not addresses and parsed.name in self._left_out:
            raise self._absent(parsed.name)
        return addresses

    def _absent(self, address: Address) -> _Wrong:
        message = f'"{address}" is left out by `when` at {self._left_out[address]}'
        name = address.partition("@")[0]
        hint = f"{name}[*] takes those that there are; `when` here can leave this one out as well"
        return _Wrong("E-LEFT-OUT", message, hint=hint)

    def _unknown_key(self, step: str, key: str, *, single: bool) -> _Wrong:
        if f"{step}@{key}" in self._left_out:
            return self._absent(f"{step}@{key}")
        keys = [known.partition("@")[2] for known in self._addresses[step]]
        hint = f'"{step}" is one task, without a key' if single else self._near_keys(key, keys)
        message = f'step "{step}" has no task "{key}"'
        return _Wrong("E-UNKNOWN", message, hint=hint, silent=step in self._partial)

    def _near_keys(self, key: str, keys: list[str]) -> str:
        if len(keys) <= _FEW_KEYS:
            return self._near(key, keys) or ("" if keys else "the step has no tasks")
        self._hints += 1
        return (
            f"nearest of {len(keys):,}: {', '.join(_nearest(key, keys))}"
            if self._hints <= _MOST_HINTS
            else ""
        )

    def _near(self, word: str, known: Iterable[str]) -> str:
        self._hints += 1
        return did_you_mean(word, known) if self._hints <= _MOST_HINTS else ""


def _nearest(key: str, keys: list[str]) -> list[str]:
    """Those most like it; of thousands, among those that stand around it in their order."""
    among = sorted(keys)
    at = bisect_left(among, key)
    among = among[max(0, at - _COMPARED) : at + _COMPARED]

    def likeness(known: str) -> float:
        return SequenceMatcher(None, key, known).ratio() + 0.1 * known.startswith(key)

    return sorted(among, key=likeness, reverse=True)[:_SHOWN_KEYS]


def _parse(text: str) -> refs.Reference:
    try:
        return _parsed(text) if len(text) < _SHORT else refs.parse(text)
    except ValueError as error:
        raise _Wrong("E-REF", str(error)) from None


def _last_part(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rpartition("/")[2] or url


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _known(
    facts: FileFacts, label: str, *, name: str = "", shown: str = "", data: bytes | None = None
) -> Known:
    return Known(
        digest=facts.digest,
        path=facts.path,
        label=label,
        name=name,
        shown=shown,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        size=facts.bytes,
        data=data,
    )


def _identity(given: Input) -> object:
    match given:
        case Known():
            return given.digest
        case FromUrl():
            return given.url
        case FromTask():
            return given.task, given.index
        case _:
            assert_never(given)


def beside(folder: str, path: str) -> str:
    """A path as the pipeline's folder sees it, when it was written in a file of another folder."""
    if not folder or path.startswith("/"):
        return path
    return posixpath.normpath(f"{folder}/{path}")
