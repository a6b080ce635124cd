"""The tasks of a pipeline by name, for the shell."""

from __future__ import annotations

from seedream_pipe.api.project import load
from seedream_pipe.catalog import MAKERS
from seedream_pipe.errors import SeedreamError

__all__ = ["addresses_of", "paths_of", "steps_of", "tags_of", "take_numbers_of"]


def addresses_of(file: str) -> tuple[str, ...]:
    """The addresses of a pipeline's tasks; none when it cannot be read."""
    try:
        return tuple(load(file).expand(MAKERS["preview"]).tasks)
    except (SeedreamError, OSError):
        return ()


def steps_of(file: str) -> tuple[str, ...]:
    """The steps of a pipeline; none when it cannot be read."""
    return tuple(dict.fromkeys(address.partition("@")[0] for address in addresses_of(file)))


def tags_of(file: str) -> tuple[str, ...]:
    """The tags of a pipeline's tasks; none when it cannot be read."""
    try:
        tasks = load(file).expand(MAKERS["preview"]).tasks.values()
    except (SeedreamError, OSError):
        return ()
    return tuple(dict.fromkeys(tag for task in tasks for tag in task.tags))


def paths_of(file: str) -> tuple[str, ...]:
    """Vars, tables, sets and steps of a pipeline, as `impact` takes them; none when it cannot be read."""
    try:
        pipeline = load(file).pipeline
    except (SeedreamError, OSError):
        return ()
    tables = (name for name in pipeline.data if not name.startswith("."))
    sections = (("vars", pipeline.vars), ("data", tables), ("references", pipeline.references))
    found = [f"{section}.{name}" for section, names in sections for name in names]
    return (*found, *(f"steps.{name}" for name in pipeline.steps))


def take_numbers_of(file: str, address: str) -> tuple[str, ...]:
    """What can be picked of a task: ``1``, ``2`` …, of a series ``1.0`` … too; else none."""
    try:
        task = load(file).expand(MAKERS["preview"]).tasks.get(address)
    except (SeedreamError, OSError):
        return ()
    if task is None:
        return ()
    takes = range(1, task.takes + 1)
    images = range(task.most) if task.is_series else ()
    return tuple([str(take) for take in takes] + [f"{take}.{image}" for take in takes for image in images])
