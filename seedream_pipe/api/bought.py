"""Whose pictures are meant where nobody chose a provider: those of the lock in version control.

Keys do not say which provider a picture was bought from; the store does, and it is its prices that
lost pictures are told with. Only for what spends nothing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seedream_pipe import profiles
from seedream_pipe.errors import SeedreamError
from seedream_pipe.run import lock as locks
from seedream_pipe.settings import DEFAULT_PROVIDER
from seedream_pipe.snapshot.root import find_root
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from seedream_pipe.settings import Settings

__all__ = ["of_lock"]


def of_lock(file: str | os.PathLike[str], settings: Settings) -> Settings:
    """The settings for what a pipeline's lock holds; unchanged where it has none or a provider was chosen."""
    path = Path(os.path.abspath(file)).with_suffix(".lock")
    if settings.chosen or settings.provider != DEFAULT_PROVIDER or not path.exists():
        return settings
    folder = settings.store.absolute() if settings.store else find_root(path.parent) / ".seedream"
    return replace(settings, provider=_provider(path, folder))


def _provider(lock: Path, store: Path) -> str:
    """Where the first picture of a lock came from that the store remembers; else any that sells pictures."""
    paid = [each.name for each in profiles.providers() if each.paid]
    with suppress(SeedreamError):
        results = Store.open(store, create=False).results
        for held in locks.read(lock).values():
            found = results.get(held.takes[0].key).result
            if found is not None and found.provider in paid:
                return found.provider
    return paid[0]
