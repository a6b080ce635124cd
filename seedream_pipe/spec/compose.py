"""One tree out of several: a pipeline file, what it includes, the overlays chosen, single values set.

    included files  ─┐
    pipeline file   ─┴▶ joined ─▶ profiles, in order ─▶ files of vars ─▶ --set

Rule 1: joining never chooses. What two files give is an error with both places; only an
overlay, a file of vars and `--set` may say another thing than the files.
Rule 2: an overlay names what is there. A name that the files do not have is a typo, told
with the place in the overlay, whether the profile is chosen or not.
Rule 3: each value keeps its place and its folder. Containers made here note where each of
their entries came from; all others belong to the document of the entry that led to them.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.problems import Place, Problem, did_you_mean, escaped
from seedream_pipe.spec import document as documents

if TYPE_CHECKING:
    from seedream_pipe.spec.document import Document
    from seedream_pipe.spec.model import Tree
    from seedream_pipe.spec.positions import Span

__all__ = ["MOST_FILES", "Composed", "Load", "compose"]

Load: TypeAlias = "Callable[[str, Place], Document]"
"""Reads an included file: its path relative to the pipeline file, and where it is included.

Raises `InvalidPipeline` when it cannot be had."""

MOST_FILES: Final = 100
"""Files that one pipeline may be made of."""

_ENDINGS: Final = (".yaml", ".yml")
_DEEPEST: Final = 16
_NAMED: Final = {"vars": "var", "data": "table", "references": "set", "steps": "step"}
_JOINED: Final = (*_NAMED, "defaults", "budget")
"""Sections whose entries come from every file."""

_SETTABLE: Final = ("data", "defaults", "steps", "vars")
_SHORTEST: Final = {"data": 4, "steps": 3}
"""How many words a path has at least that can be set: a column of a row, a field of a step."""
_LONGEST_SHOWN: Final = 60


_Container = TypeVar("_Container", dict[str, Any], list[Any])


class _Origin(NamedTuple):
    """Where an entry was written: in `holder`, a container of `document`; its root when that is None."""

    document: Document
    holder: Any
    entry: str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A pipeline's files as one tree; see `document.Placed`.

    `parts` are the included files, whose shape is to be looked at by itself. `missing` are
    the sections that a file which could not be read may have had a part in.
    """

    document: Document
    root: Tree
    parts: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()
    profiles: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    origins: Mapping[int, Mapping[str | int, _Origin]] = field(default_factory=dict, repr=False)
    kept: tuple[Any, ...] = field(default=(), repr=False)
    """Containers whose identity is in use."""
    files_of_vars: tuple[Document, ...] = ()

    @property
    def file(self) -> str:
        """See `Placed`."""
        return self.document.file

    @property
    def files(self) -> tuple[str, ...]:
        """See `Placed`."""
        return tuple(one.file for one in (self.document, *self.parts, *self.files_of_vars))

    @property
    def silenced(self) -> dict[tuple[str, int], frozenset[str]]:
        """See `Placed`."""
        found: dict[tuple[str, int], frozenset[str]] = {}
        for one in (self.document, *self.parts, *self.files_of_vars):
            found |= one.silenced
        return found

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """See `Placed`."""
        document, _, span = self._find(path, key=key)
        return document.positions.place(span)

    def text_place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """See `Placed`."""
        document, value, span = self._find(path, key=False)
        return document.text_place_of(value, span)

    def folder_of(self, path: Sequence[str | int]) -> str:
        """See `Placed`."""
        return self._find(path, key=False)[0].folder

    def _find(self, path: Sequence[str | int], *, key: bool) -> tuple[Document, Tree, Span]:
        value: Any = self.root
        at = _Origin(self.document, None, "")
        for entry in path:
            if not documents.has(value, entry):
                key = False
                break
            here = self.origins.get(id(value))
            at = here[entry] if here is not None else _Origin(at.document, value, entry)
            value = value[entry]
        positions = at.document.positions
        if at.holder is None:
            return at.document, value, positions.root
        return at.document, value, (positions.key if key else positions.value)(at.holder, at.entry)


def compose(
    document: Document,
    *,
    load: Load,
    profiles: Sequence[str] = (),
    overrides: Sequence[str] = (),
    vars_files: Sequence[Document] = (),
) -> Composed:
    """One tree of a pipeline file and all that belongs to it. Never raises: see `Composed.problems`.

    Args:
        document: the pipeline file.
        load: reads an included file.
        profiles: overlays to apply, in this order.
        overrides: ``vars.look=neon``, ``steps.poster.takes=4``, ``defaults.size=4K``: values in YAML.
        vars_files: maps of vars that take the place of the pipeline's own.

    """
    gathered = _Gathered(load)
    gathered.visit(document, os.path.basename(document.file), ())
    made = _Joined(document, gathered)
    made.join()
    made.expect_known_names()
    made.overlay(profiles)
    for of_vars in vars_files:
        made.take_vars(of_vars)
    for override in overrides:
        made.set(override)
    return Composed(
        document=document,
        root=made.root,
        parts=tuple(gathered.files[:-1]),
        problems=(*gathered.problems, *made.problems),
        profiles=tuple(made.offered),
        chosen=tuple(name for name in profiles if name in made.offered),
        missing=frozenset(_NAMED) if gathered.is_partial else frozenset(),
        origins=made.origins,
        kept=tuple(made.kept),
        files_of_vars=tuple(vars_files),
    )


class _Gathered:
    """A pipeline file and the files that it includes, each once, included ones first."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._known: set[str] = set()
        self.files: list[Document] = []
        self.problems: list[Problem] = []
        self.is_partial = False

    def visit(self, document: Document, name: str, above: tuple[tuple[str, str], ...]) -> None:
        """Read what a file includes, and note the file after it.

        Args:
            document: the file.
            name: its path relative to the pipeline file.
            above: path and shown name of the files that led here.

        """
        self._known.add(name)
        chain = (*above, (name, document.file))
        for index, entry in _texts(document.root.get("include")):
            if not entry.lower().endswith(_ENDINGS):
                continue  # the schema says so
            at = document.place(("include", index))
            target = posixpath.normpath(posixpath.join(document.folder, entry))
            if target in dict(chain):
                shown = [shown for path, shown in chain[[path for path, _ in chain].index(target) :]]
                message = f"files include each other: {' → '.join([*shown, shown[0]])}"
                self._complain("E-CYCLE", at, message)
            elif target not in self._known:
                self._include(target, at, chain)
        self.files.append(document)

    def _include(self, target: str, at: Place, chain: tuple[tuple[str, str], ...]) -> None:
        if len(self._known) >= MOST_FILES:
            self._complain("E-FILE", at, f"a pipeline may be made of at most {MOST_FILES} files")
            return
        if len(chain) > _DEEPEST:
            self._complain("E-FILE", at, f"files may include files at most {_DEEPEST} deep")
            return
        try:
            part = self._load(target, at)
        except InvalidPipeline as error:
            self._known.add(target)
            self.problems.extend(error.problems)
            self.is_partial = True
            return
        self.visit(replace(part, folder=posixpath.dirname(target)), target, chain)

    def _complain(self, code: str, at: Place, message: str) -> None:
        self.problems.append(Problem(code=code, place=at, message=message))
        self.is_partial = self.is_partial or code != "E-CYCLE"


class _Joined:
    """The tree as it grows: joined, overlaid, set."""

    def __init__(self, document: Document, gathered: _Gathered) -> None:
        self._document = document
        self._files = gathered.files
        self._is_partial = gathered.is_partial
        self.root: dict[str, Any] = document.root
        self.origins: dict[int, dict[str | int, _Origin]] = {}
        self.kept: list[Any] = []
        self.problems: list[Problem] = []
        self.offered = dict.fromkeys(name for file in gathered.files for name in file.profiles)

    def join(self) -> None:
        """Bring the entries of every file together."""
        if len(self._files) == 1:
            return
        sections = {name: joined for name in _JOINED if (joined := self._section(name)) is not None}
        silenced = [
            (item, _Origin(file, file.root["lint"]["ignore"], index))
            for file in self._files
            for index, item in _texts(_below(file.root, "lint", "ignore"))
        ]
        if silenced:
            codes = self._made([item for item, _ in silenced], dict(enumerate(at for _, at in silenced)))
            first = silenced[0][1].document
            sections["lint"] = self._made({"ignore": codes}, {"ignore": _entry(first, "lint", "ignore")})
        places = self._entries(self.root, self._document)
        for name in sections:
            holder = next((file for file in reversed(self._files) if name in file.root), self._document)
            places[name] = _Origin(holder, holder.root, name)
        self.root = self._made({**self.root, **sections}, places)

    def _section(self, section: str) -> dict[str, Any] | None:
        """The entries of a section in all files; None when only the pipeline file has it, or it is no map."""
        holders = [file for file in self._files if isinstance(file.root.get(section), dict)]
        if all(file is self._document for file in holders) or not isinstance(
            self._document.root.get(section, {}), dict
        ):
            return None
        joined: dict[str, Any] = {}
        places: dict[str | int, _Origin] = {}
        for file in holders:
            for name, value in file.root[section].items():
                if name in places:
                    self._clash(section, name, file, places[name])
                    continue
                joined[name] = value
                places[name] = _Origin(file, file.root[section], name)
        return self._made(joined, places)

    def _clash(self, section: str, name: str, file: Document, first: _Origin) -> None:
        what = f'{_NAMED[section]} "{name}"' if section in _NAMED else f'"{section}.{name}"'
        also = (first.document.place((section, name), key=True),)
        self.problems.append(
            Problem(
                code="E-DUPLICATE-KEY",
                place=file.place((section, name), key=True),
                message=f"{what} is given by two files",
                hint="" if section in _NAMED else "defaults and caps hold for all files together",
                also=also,
            )
        )

    def expect_known_names(self) -> None:
        """Report every name in a profile that the files do not have."""
        for file in self._files:
            for profile, overlay in _maps(file.root.get("profiles")):
                for section, what in _NAMED.items():
                    known, named = self._names(section), overlay.get(section)
                    if known is None or not isinstance(named, dict):
                        continue
                    for name in named:
                        if name not in known:
                            place = file.place(("profiles", profile, section, name), key=True)
                            shown = escaped(name, limit=_LONGEST_SHOWN)
                            message = f'profile "{profile}" changes the {what} "{shown}", which is not there'
                            self._unknown(place, message, name, known)

    def overlay(self, profiles: Sequence[str]) -> None:
        """Lay the chosen profiles over the tree, in their order."""
        for profile in profiles:
            if profile not in self.offered:
                if not self._is_partial:
                    shown = escaped(profile, limit=_LONGEST_SHOWN)
                    self._unknown(Place("--profile"), f'there is no profile "{shown}"', profile, self.offered)
                continue
            for file in self._files:
                overlay = _below(file.root, "profiles", profile)
                if isinstance(overlay, dict):
                    self._lay(overlay, file)

    def _lay(self, overlay: Mapping[str, Any], file: Document) -> None:
        for section in _JOINED:
            entries, base = overlay.get(section), self.root.get(section, {})
            if not isinstance(entries, dict) or not isinstance(base, dict):
                continue
            # Steps that are no maps would not be steps any more; the schema tells of them.
            kept = {
                name: value
                for name, value in entries.items()
                if (section not in _NAMED or name in base) and (section != "steps" or isinstance(value, dict))
            }
            self._put(section, kept, entries, _Origin(file, overlay, section))

    def take_vars(self, of_vars: Document) -> None:
        """Let a file of vars speak for the vars that it names."""
        known = self.root.get("vars", {})
        if not isinstance(known, dict):
            return
        for name in of_vars.root:
            if name not in known and not self._is_partial:
                shown = escaped(str(name), limit=_LONGEST_SHOWN)
                self._unknown(
                    of_vars.place((name,), key=True), f'there is no var "{shown}"', str(name), known
                )
        given = {name: value for name, value in of_vars.root.items() if name in known}
        self._put("vars", given, of_vars.root, _Origin(of_vars, None, ""))

    def set(self, override: str) -> None:
        """Set one value: ``path=value``, the value in YAML."""
        path, equals, text = override.partition("=")
        parts = tuple(path.strip().split("."))
        shown = f"--set {escaped(path.strip(), limit=_LONGEST_SHOWN)}"
        at = Place(shown)
        if not equals:
            message = f'"{escaped(override, limit=_LONGEST_SHOWN)}" has no "="'
            hint = "for example --set vars.look=neon"
            self.problems.append(Problem(code="E-VALUE", place=Place("--set"), message=message, hint=hint))
            return
        if not self._is_settable(parts, at):
            return
        try:
            value = documents.parse(text if text.strip() else '""', file=shown, root="any")
        except InvalidPipeline as error:
            self.problems.extend(error.problems)
            return
        self.root = self._with(self.root, self._document, parts, value)

    def _is_settable(self, parts: tuple[str, ...], at: Place) -> bool:
        """Whether a path leads to a var, a default, a field of a step or a cell; reports when it does not."""
        path = escaped(".".join(parts), limit=_LONGEST_SHOWN)
        section = parts[0]
        if section not in _SETTABLE or len(parts) < _SHORTEST.get(section, 2) or "" in parts:
            can = "vars.NAME, defaults.FIELD, steps.STEP.FIELD and data.TABLE.ROW.COLUMN can"
            message = f'"{path}" cannot be set; {can}'
            self._unknown(at, message, section, () if section in _SETTABLE else _SETTABLE)
            return False
        table = _below(self.root, "data", parts[1]) if section == "data" else None
        if table is not None and (not isinstance(table, dict) or isinstance(table.get("file"), str)):
            message = f'"{path}" cannot be set: the rows of "{escaped(parts[1], limit=_LONGEST_SHOWN)}"'
            hint = "a row has a name to be set by where the table is written as a map from id to row"
            message += " are a list" if isinstance(table, list) else " stand in a file of their own"
            self.problems.append(Problem(code="E-VALUE", place=at, message=message, hint=hint))
            return False
        if self._is_partial:
            return isinstance(_below(self.root, *parts[:-1]), dict)
        # Fields are the schema's to know; names are the author's.
        depth = {"vars": len(parts), "data": len(parts), "steps": 2}.get(section, 1)
        holder: Any = self.root.get(section, {})
        for number, part in enumerate(parts[1:depth], 2):
            if not isinstance(holder, dict) or part not in holder:
                known = holder if isinstance(holder, dict) else {}
                missing = escaped(".".join(parts[:number]), limit=_LONGEST_SHOWN)
                above = ".".join(parts[: number - 1])
                self._unknown(at, f'there is no "{missing}"', missing, [f"{above}.{name}" for name in known])
                return False
            holder = holder[part]
        return True

    def _with(
        self, base: dict[str, Any], home: Document, path: tuple[str, ...], value: Document
    ) -> dict[str, Any]:
        """A map with a value at a path below it; maps on the way that are not written out begin there."""
        places = self._entries(base, home)
        name, rest = path[0], path[1:]
        if not rest:
            places[name] = _Origin(value, None, "")
            return self._made({**base, name: value.root}, places)
        below = base.get(name)
        if not isinstance(below, dict):
            below, places[name] = {}, _Origin(value, None, "")
        return self._made({**base, name: self._with(below, places[name].document, rest, value)}, places)

    def _put(self, section: str, entries: Mapping[str, Any], holder: Any, at: _Origin) -> None:
        """Lay entries over a section; `at` is where the section stands when it was not there."""
        places = self._entries(self.root, self._document)
        home = places.setdefault(section, at).document
        made = self._over(self.root.get(section, {}), home, entries, holder, at.document)
        self.root = self._made({**self.root, section: made}, places)

    def _over(
        self,
        base: dict[str, Any],
        home: Document,
        entries: Mapping[str, Any],
        holder: Any,
        file: Document,
    ) -> dict[str, Any]:
        """A map with the entries of another one over it: maps key by key, everything else replaced."""
        made, places = dict(base), self._entries(base, home)
        for name, value in entries.items():
            old = made.get(name)
            if isinstance(old, dict) and isinstance(value, dict):
                made[name] = self._over(old, places[name].document, value, value, file)
            else:
                made[name] = value
                places[name] = _Origin(file, holder, name)
        return self._made(made, places)

    def _entries(self, container: Mapping[str, Any], home: Document) -> dict[str | int, _Origin]:
        """Where each entry of a map was written."""
        known = self.origins.get(id(container))
        return dict(known) if known is not None else {key: _Origin(home, container, key) for key in container}

    def _made(self, container: _Container, places: dict[str | int, _Origin]) -> _Container:
        """A container of ours: kept, so that nothing else gets its identity."""
        self.kept.append(container)
        self.origins[id(container)] = places
        return container

    def _names(self, section: str) -> Mapping[str, Any] | None:
        """What a section has; None when nobody can know all of it."""
        entries = self.root.get(section, {})
        return entries if isinstance(entries, dict) and not self._is_partial else None

    def _unknown(
        self, place: Place, message: str, name: str, known: Sequence[str] | Mapping[str, Any]
    ) -> None:
        hint = did_you_mean(name, known)
        self.problems.append(Problem(code="E-UNKNOWN", place=place, message=message, hint=hint))


def _entry(document: Document, *path: str) -> _Origin:
    holder = document.root
    for part in path[:-1]:
        holder = holder[part]
    return _Origin(document, holder, path[-1])


def _below(tree: Any, *path: str) -> Any:
    """What a tree has at a path; None when there is nothing."""
    for part in path:
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree


def _texts(tree: Any) -> Iterator[tuple[int, str]]:
    items = tree if isinstance(tree, list) else ()
    return ((index, item) for index, item in enumerate(items) if isinstance(item, str))


def _maps(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    items = tree.items() if isinstance(tree, dict) else ()
    return ((name, value) for name, value in items if isinstance(value, dict))
