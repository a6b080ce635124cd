"""Whether anything moved since a pipeline's last whole run. Reads one file, asks once a path.

Imports little on purpose: an up-to-date run is the run that people make most.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from seedream_pipe.api.origin import local_server
from seedream_pipe.run import state as states
from seedream_pipe.snapshot.root import find_root
from seedream_pipe.version import MAKER_VERSIONS

if TYPE_CHECKING:
    from seedream_pipe.api.variant import Variant
    from seedream_pipe.run.state import State
    from seedream_pipe.settings import Settings

__all__ = ["up_to_date"]


def up_to_date(file: str, settings: Settings, variant: Variant | None = None) -> State | None:
    """The state of the last whole run of a pipeline's variant when nothing has moved since, else None."""
    path = Path(os.path.abspath(file))
    realm = "preview" if settings.provider == "preview" else "seedream"
    store = settings.store.absolute() if settings.store else find_root(path.parent) / ".seedream"
    state = states.read(states.path_of(store, path, realm))
    if state is None:
        return None
    out = os.fspath(settings.out.absolute()) if settings.out else ""
    mark = states.fingerprint(
        pipeline=path, maker=realm, version=MAKER_VERSIONS[realm], out=out, origin=local_server(settings)
    )
    return state if states.unchanged(state, mark + (variant.mark if variant else "")) else None
