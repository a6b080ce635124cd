"""The tasks of a pipeline by name, for the shell."""

from __future__ import annotations

from seedream_pipe.api.project import load
from seedream_pipe.catalog import MAKERS
from seedream_pipe.errors import SeedreamError

__all__ = ["addresses_of"]


def addresses_of(file: str) -> tuple[str, ...]:
    """The addresses of a pipeline's tasks; none when it cannot be read."""
    try:
        return tuple(load(file).expand(MAKERS["preview"]).tasks)
    except (SeedreamError, OSError):
        return ()
