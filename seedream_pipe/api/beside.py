"""Files of the user's that the tool writes beside a pipeline: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from seedream_pipe.errors import UsageError

__all__ = ["replaced", "write"]


def replaced(path: Path, data: bytes) -> None:
    """Replace a file of the user's, whole or not at all; with the mode that their other files get.

    Raises:
        OSError: it cannot be written; what was there is there still.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write(path: Path, data: bytes) -> None:
    """As `replaced`, for a file that a person asked for.

    Raises:
        UsageError: it cannot be written.

    """
    try:
        replaced(path, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
