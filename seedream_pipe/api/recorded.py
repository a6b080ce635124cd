"""The files that were references in earlier runs, by what was in them: runs record it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.digest import is_digest
from seedream_pipe.plan.model import Known
from seedream_pipe.run.reason_text import causes_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.plan.model import Plan

__all__ = ["Recorded", "recorded", "references_of"]

_MOST_RUNS: Final = 100
"""Of the runs the last ones: reading them is for who asks why alone."""
_LARGEST: Final = 64 << 20


def references_of(plan: Plan, root: Path) -> dict[str, str]:
    """The files of a plan that are references, by their path in the project, each with its digest."""
    inputs = (given for task in plan.tasks.values() for given in task.inputs)
    files = {given.path: given.digest for given in inputs if isinstance(given, Known) and given.path}
    return {_inside(path, root): str(files[path]) for path in sorted(files)}


def _inside(path: str, root: Path) -> str:
    name = os.path.relpath(path, root).replace(os.sep, "/")
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the last runs say of pictures: the file or the task of each by its digest; why, by its key."""

    files: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    began: dict[str, tuple[str, ...]] = field(default_factory=dict)


def recorded(store: Path) -> Recorded:
    """What the runs of a store recorded; the last that says so is believed."""
    found = Recorded()
    try:
        paths = sorted((path for path in (store / "runs").iterdir() if path.suffix == ".json"), reverse=True)
    except OSError:
        return found
    for path in paths[:_MOST_RUNS]:
        tree = _tree(path)
        for name, digest in _map(tree.get("references")).items():
            if isinstance(digest, str) and is_digest(digest):
                found.files.setdefault(digest, str(name))
        for address, outcome in _map(tree.get("tasks")).items():
            _take(found, address, _map(outcome))
    return found


def _take(found: Recorded, address: str, outcome: Mapping[str, Any]) -> None:
    takes = outcome.get("pictures")
    for digest in _digests(takes):
        found.tasks.setdefault(digest, address)
    reason = _map(outcome.get("reason"))
    if not reason or reason.get("reason") == "never-made":
        return
    causes = tuple(dict.fromkeys(text for text in causes_in(reason) if text))
    told = causes or (str(reason.get("message", "")),)
    for take in takes if isinstance(takes, list) else ():
        found.began.setdefault(str(_map(take).get("key")), told)


def _digests(takes: object) -> Iterator[str]:
    for take in takes if isinstance(takes, list) else ():
        pictures = _map(take).get("digests")
        yield from (one for one in pictures if isinstance(one, str)) if isinstance(pictures, list) else ()


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tree(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            return _map(json.loads(file.read(_LARGEST)))
    except (OSError, ValueError, RecursionError):
        return {}
