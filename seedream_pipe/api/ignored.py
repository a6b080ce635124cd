"""What git is told not to keep: the store and the outputs, where the project's root has them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from seedream_pipe.errors import SeedreamError
from seedream_pipe.snapshot.root import find_root

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ignore"]

_FOLDERS: Final = (".seedream", "out")


def ignore(folder: Path) -> Path | None:
    """Add the store and the outputs to the .gitignore of the repository that `folder` is in.

    Lines that are there stay as they are. Gives the file when something was added to it.

    Raises:
        SeedreamError: it cannot be read or written.

    """
    root = find_root(folder)
    path = root / ".gitignore"
    if not os.path.lexists(root / ".git") and not path.exists():
        return None
    try:
        text = path.read_bytes() if path.exists() else b""
        known = {line.strip().strip(b"/") for line in text.splitlines()}
        missing = [name for name in _FOLDERS if name.encode() not in known]
        if missing:
            with path.open("ab") as file:
                gap = b"\n" if text and not text.endswith(b"\n") else b""
                file.write(gap + b"".join(f"/{name}/\n".encode() for name in missing))
    except OSError as error:
        raise SeedreamError(f"{path} cannot be written: {error.strerror}") from None
    return path if missing else None
