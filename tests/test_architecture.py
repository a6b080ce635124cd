"""The house rules as data: which room may import which, read from the sources and never by importing.

Imports inside functions count, and so does a string that is exactly the name of one of our modules, because
that is how a lazy import is written. A room that does not exist yet breaks nothing; one without a row does.
"""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
US: Final = "seedream_pipe"
FACE: Final = ""

# Room → what it may import beside itself. "plan" stands for the whole room, "plan.key" for that module only.
MAY_IMPORT: Final[Mapping[str, frozenset[str]]] = {
    "__main__": frozenset({"cli", "version"}),
    # the values that a run gives are read by the command line as by the reports
    "cli": frozenset(
        {
            "api",
            "picks.model",
            "reports",
            "run.codes",
            "run.events",
            "run.decisions",
            "run.outcomes",
            "run.pace",
            "run.record",
            "run.spending",
            "run.state",
            "settings",
            "confidential",
            "spec.schema",
            "emulator",
            "errors",
            "problems",
            "version",
        }
    ),
    FACE: frozenset({"api", "errors", "version"}),
    "api": frozenset(
        {
            "catalog",
            "confidential",  # git is called without the keys
            "digest",
            "errors",
            "graph",
            "ledger",
            "makers",
            "money",
            "picks",
            "pictures",
            "plan",
            "problems",
            "profiles",
            "provenance",
            "run",
            "settings",
            "snapshot",
            "spec",
            "store",
            "version",
        }
    ),
    # a forecast is the record of a run that was not made
    "reports": frozenset(
        {
            "run.record",
            "run.codes",
            "run.compare",
            "run.difference",
            "run.events",
            "run.decisions",
            "run.history",
            "run.outcomes",
            "run.reason_text",
            "run.reasons",
            "run.wording",
            "run.spending",
            "plan.model",  # a graph is drawn of a plan
            "plan.advice",  # what the codes of warnings mean
            "version",  # a report says who made it
            "store.results",  # what a task holds
            "money",
            "problems",
            "errors",
        }
    ),
    "run": frozenset(
        {
            "plan.model",
            "plan.key",
            "picks.model",
            "plan.outputs",  # a second picture is numbered here by the rule that planned its name
            "graph",
            "store",
            "ledger",
            "makers",
            "merge",
            "digest",
            "money",
            "problems",  # a reason has its place in the file
            "errors",
            "pictures",
            "provenance",
            "version",  # the record says who made it
        }
    ),
    # a table in YAML is read by the rules of the pipeline, and what is wrong in it is a finding
    "snapshot": frozenset(
        {
            "spec.document",
            "spec.model",
            "plan.model",
            "problems",
            "digest",
            "errors",
            "pictures",
            "provenance",  # a reference is the picture without the note of how it was made
        }
    ),
    # what a template gave is read as a reference and checked as a name here, by the rules of spec
    "plan": frozenset(
        {
            "picks.model",
            "spec.model",
            "spec.names",
            "spec.refs",
            "graph",
            "makers",
            "profiles",
            "digest",
            "problems",
            "errors",
        }
    ),
    # what people decided is YAML of one shape
    "picks": frozenset(
        {"spec.document", "spec.schema", "spec.positions", "merge", "problems", "digest", "errors"}
    ),
    "catalog": frozenset({"operations", "providers", "makers", "profiles", "settings", "version"}),
    "spec": frozenset({"makers", "profiles", "graph", "merge", "problems", "errors"}),
    "operations": frozenset({"makers", "pictures", "digest", "errors", "lettering", "problems"}),
    "providers": frozenset(
        {"confidential", "makers", "profiles", "settings", "errors", "digest", "pictures", "version"}
    ),
    "makers": frozenset({"settings", "digest", "errors"}),
    "profiles": frozenset({"errors"}),
    "store": frozenset({"digest", "errors", "pictures"}),
    # the one way to write durably is the store's, and what is written is a maker's answer
    "ledger": frozenset({"store.durable", "store.folder", "makers", "digest", "money", "errors"}),
    "confidential": frozenset(),
    "settings": frozenset({"confidential", "errors", "money"}),
    "errors": frozenset({"problems"}),  # an invalid pipeline carries what is wrong with it
    "digest": frozenset(),
    "money": frozenset(),
    "merge": frozenset({"problems"}),
    "problems": frozenset(),
    "graph": frozenset(),
    "lettering": frozenset(),
    "pictures": frozenset(),
    "provenance": frozenset({"confidential", "digest"}),  # a picture is passed on with its note
    "version": frozenset(),
    "emulator": frozenset(),  # a misreading of the API must not hide in both ends of the wire
}

# Third-party package → the rooms that may know it.
ROOMS_OF: Final[Mapping[str, frozenset[str]]] = {
    "click": frozenset({"cli"}),
    "httpx": frozenset({"providers"}),
    "jinja2": frozenset({"plan"}),
    "rich": frozenset({"cli", "reports"}),
    "sqlite3": frozenset({"ledger"}),
}

# A fork of httpx may have to take its place one day, so one module stands between it and us. Other
# programs are started in one module, which keeps the keys from them.
IN_ONE_MODULE: Final = frozenset({"httpx", "subprocess"})

# Name of what is imported → name on the package registry, where they differ.
DISTRIBUTION: Final[Mapping[str, str]] = {"PIL": "pillow", "yaml": "pyyaml"}

BANNED_MODULES: Final = frozenset({"dill", "pickle", "requests", "shelve"})
BANNED_CALLS: Final = frozenset({"eval", "exec", "yaml.load", "yaml.load_all", "yaml.unsafe_load"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import as it stands in a source."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}, line {self.line}, imports {self.imported}"


def _module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _sources() -> dict[str, ast.Module]:
    paths = sorted((ROOT / US).rglob("*.py"))
    return {_module_name(path): ast.parse(path.read_text("utf-8"), str(path)) for path in paths}


def _names(node: ast.AST, ours: frozenset[str]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), level=0, names=names):
            whole = [f"{module}.{alias.name}" for alias in names]
            yield from (name if name in ours else module for name in whole)
        case ast.Constant(value=str(text)) if text in ours and "." in text:
            yield text


def _imports(sources: Mapping[str, ast.Module]) -> tuple[Import, ...]:
    ours = frozenset(sources)
    return tuple(
        Import(importer=module, imported=name, line=getattr(node, "lineno", 0))
        for module, tree in sources.items()
        for node in ast.walk(tree)
        for name in _names(node, ours)
    )


SOURCES: Final = _sources()
IMPORTS: Final = _imports(SOURCES)


def _inside(module: str) -> str:
    """Return the name of one of our modules without the package's own."""
    return module.removeprefix(US).removeprefix(".")


def _room(module: str) -> str:
    return _inside(module).partition(".")[0]


def _top(module: str) -> str:
    return module.partition(".")[0]


def _covers(allowed: str, inside: str) -> bool:
    return inside == allowed or inside.startswith(f"{allowed}.")


def _may(importer: str, imported: str) -> bool:
    if _room(importer) == _room(imported):
        return True
    return any(_covers(allowed, _inside(imported)) for allowed in MAY_IMPORT[_room(importer)])


def _dotted(function: ast.expr) -> str:
    return ast.unparse(function) if isinstance(function, ast.Name | ast.Attribute) else ""


def test_there_are_sources() -> None:
    assert SOURCES
    assert IMPORTS


def test_every_room_has_a_row() -> None:
    assert {_room(module) for module in SOURCES} - set(MAY_IMPORT) == set()


def test_every_row_allows_rooms_that_have_a_row() -> None:
    allowed = {name.partition(".")[0] for names in MAY_IMPORT.values() for name in names}

    assert allowed - set(MAY_IMPORT) == set()


@pytest.mark.parametrize("room", MAY_IMPORT, ids=lambda room: room or "face")
def test_room_imports_only_what_its_row_allows(room: str) -> None:
    forbidden = [
        str(found)
        for found in IMPORTS
        if _room(found.importer) == room
        and _top(found.imported) == US
        and not _may(found.importer, found.imported)
    ]

    assert forbidden == []


def test_rooms_import_one_way() -> None:
    """The table itself must not allow a circle, whatever the sources do today."""
    rooms = {room: {name.partition(".")[0] for name in allowed} for room, allowed in MAY_IMPORT.items()}

    assert _circle(rooms) == []


def test_no_module_imports_itself_over_others() -> None:
    graph: dict[str, set[str]] = {module: set() for module in SOURCES}
    for found in IMPORTS:
        if found.imported in graph and found.imported != found.importer:
            graph[found.importer].add(found.imported)

    assert _circle(graph) == []


def _circle(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_import_is_relative() -> None:
    relative = [
        f"{module}, line {node.lineno}"
        for module, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


@pytest.mark.parametrize("package", ROOMS_OF)
def test_package_is_known_to_its_rooms_only(package: str) -> None:
    elsewhere = [
        str(found)
        for found in IMPORTS
        if _top(found.imported) == package and _room(found.importer) not in ROOMS_OF[package]
    ]

    assert elsewhere == []


@pytest.mark.parametrize("package", sorted(IN_ONE_MODULE))
def test_package_stands_in_one_module(package: str) -> None:
    importers = {found.importer for found in IMPORTS if _top(found.imported) == package}

    assert len(importers) <= 1, importers


def test_every_package_imported_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {requirement.partition(">=")[0] for requirement in project["dependencies"]}
    imported = {_top(found.imported) for found in IMPORTS} - sys.stdlib_module_names - {US}

    assert {DISTRIBUTION.get(name, name) for name in imported} - declared == set()


def test_nothing_imports_a_banned_module() -> None:
    assert [str(found) for found in IMPORTS if _top(found.imported) in BANNED_MODULES] == []


def test_nothing_calls_what_runs_text_as_code() -> None:
    calls = [
        f"{module}, line {node.lineno}: {_dotted(node.func)}"
        for module, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _dotted(node.func) in BANNED_CALLS
    ]

    assert calls == []
