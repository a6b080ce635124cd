"""Whether pictures can be placed where they are wanted, asked before they are paid for."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from seedream_pipe.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["expect_writable"]

_TOP: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW: Final = _TOP | os.O_NOFOLLOW
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def expect_writable(top: Path, folder: Path, names: Iterable[str]) -> None:
    """See that files can be placed under names below a folder, which is below `top`. Makes no folder.

    As they will be placed: `top` may be a link, what is below it may not. A file is made in each
    folder and removed, because rights alone do not tell what a file system takes. Blocking.

    Raises:
        StoreError: a folder cannot be written, or a link or a file is in its place.

    """
    tried: set[tuple[int, int]] = set()
    for wanted in dict.fromkeys((folder / name).parent for name in names):
        try:
            with _nearest(top, wanted.relative_to(top).parts) as handle:
                facts = os.fstat(handle)
                if (facts.st_dev, facts.st_ino) not in tried:
                    _try_to_write(handle)
                tried.add((facts.st_dev, facts.st_ino))
        except OSError as error:
            raise _unfit(wanted, error) from error


@contextmanager
def _nearest(top: Path, parts: Iterable[str]) -> Iterator[int]:
    """The folder, or where it has to be made the one that it goes into."""
    there = next(each for each in (top, *top.parents) if os.path.lexists(each))
    handle = os.open(there, _TOP)
    try:
        for part in parts if there == top else ():
            try:
                below = os.open(part, _BELOW, dir_fd=handle)
            except FileNotFoundError:
                break
            os.close(handle)
            handle = below
        yield handle
    finally:
        os.close(handle)


def _try_to_write(folder: int) -> None:
    name = f".{secrets.token_hex(8)}.part"
    os.close(os.open(name, _NEW, 0o666, dir_fd=folder))
    os.unlink(name, dir_fd=folder)


def _unfit(folder: Path, error: OSError) -> StoreError:
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        message = (
            f'the outputs cannot be placed in "{folder}": a link or a file that is no folder is in the way'
        )
    else:
        said = os.strerror(error.errno or errno.EIO).lower()
        message = f'the outputs cannot be placed in "{folder}": {said}'
    hint = "nothing was sent; mend the folder, or choose another place with --out"
    return StoreError(message, hint=hint)
