"""Open files: as many calls at once as the system lets a process have, and a clear word when that is none."""

from __future__ import annotations

import resource
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from seedream_pipe.errors import SeedreamError

if TYPE_CHECKING:
    from seedream_pipe.settings import Settings

__all__ = ["fitted"]

_OWN: Final = 28
"""Files that a run has open whatever it does: streams, event loop, ledger, folders that are synced."""
_EACH: Final = 6
"""Files that one call has open at most: its claim, its connection, its answer, a download and its file."""


def fitted(made: Settings) -> Settings:
    """The settings with no more calls at once than there can be open files for.

    The process is given more where the system allows it.

    Raises:
        SeedreamError: not even one call has room; nothing was sent.

    """
    wanted = _OWN + _EACH * made.jobs
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        more = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
            soft = more
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return made
    jobs = (soft - _OWN) // _EACH
    if jobs < 1:
        raise SeedreamError(
            f"only {soft} files may be open, and a run needs {_OWN + _EACH}; nothing was sent",
            hint="allow more: ulimit -n 1024",
            code="E-FILES",
        )
    return replace(made, jobs=jobs)
