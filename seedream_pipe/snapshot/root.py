"""The one way to a file of the project: below its root, a regular file, never waiting.

Every path of a pipeline file goes through `Root`: it can come from a stranger, so a
link that leads out, a device or a pipe is refused before a byte is read.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from seedream_pipe.plan.model import FilesError

__all__ = ["Root", "find_root", "name_problem"]

_WITH_UTF_8: Final = "export PYTHONUTF8=1, or a locale with UTF-8: export LC_ALL=C.UTF-8"


def find_root(folder: Path) -> Path:
    """The project's root: nearest folder up with ``.seedream`` or ``.git``, else `folder` itself."""
    start = folder.resolve()
    for candidate in (start, *start.parents):
        # os.path, not Path: a folder above that may not be read is no root, and no error.
        if os.path.isdir(candidate / ".seedream") or os.path.exists(candidate / ".git"):
            return candidate
    return start


def name_problem(name: str) -> tuple[str, str]:
    """Why the system cannot have a file of that name, and the remedy; both empty where it can.

    Python names files in the letters of the locale, which are not always those of UTF-8.
    """
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        letters = f'names of files are {sys.getfilesystemencoding()}, without "{name[error.start]}"'
        return f'no file can be called "{name}" here: {letters}', _WITH_UTF_8
    return "", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Files below `top`, named relative to `folder` (the pipeline's own), shown with `shown` before them."""

    top: Path
    folder: Path
    shown_prefix: str = ""

    def shown(self, path: str) -> str:
        """The path as the user would type it."""
        return os.path.normpath(f"{self.shown_prefix}/{path}") if self.shown_prefix else path

    def watched(self, path: str) -> str:
        """The absolute path with its links as they are: asked again, it tells when one leads elsewhere."""
        return os.fspath(self.folder / path)

    def resolve(self, path: str) -> Path:
        """The real path of an existing file or folder, links followed, proven to lie below the root.

        Raises:
            FilesError: missing, outside, or not a possible path.

        """
        if not path or "\0" in path:
            raise FilesError("E-PATH", "an empty or impossible path")
        complaint, hint = name_problem(path)
        if complaint:
            raise FilesError("E-PATH", complaint, hint=hint)
        try:
            path.encode()
        except UnicodeEncodeError:
            hint = "rename the file" if sys.getfilesystemencoding() == "utf-8" else _WITH_UTF_8
            raise FilesError("E-PATH", f'"{path}" is not UTF-8', hint=hint) from None
        if path.startswith(("/", "~")) or "\\" in path:
            raise FilesError(
                "E-PATH",
                f'"{path}" is not a path inside the project',
                hint="write it relative to the pipeline file, with forward slashes",
            )
        try:
            real = (self.folder / path).resolve(strict=True)
        except OSError as error:
            # Whether a file outside is there or not is nothing that a stranger's pipeline may learn.
            if not Path(os.path.normpath(self.folder.resolve() / path)).is_relative_to(self.top):
                raise self._outside(path) from None
            raise _unusable(self.shown(path), error) from None
        except RuntimeError:  # what Python says of a loop of links before 3.13
            raise FilesError("E-PATH", f'"{self.shown(path)}" is a loop of links') from None
        if not real.is_relative_to(self.top):
            raise self._outside(path)
        return real

    def _outside(self, path: str) -> FilesError:
        return FilesError(
            "E-PATH",
            f'"{self.shown(path)}" leads outside the project',
            hint=f"copy the file below {self.top.name or 'the project'}/",
        )

    def open(self, path: str, *, limit: int) -> BinaryIO:
        """An open regular file of at most `limit` bytes.

        Raises:
            FilesError: as `resolve`, or not a regular file, unreadable, or larger.

        """
        real = self.resolve(path)
        try:
            # Non-blocking, so that a pipe without a writer cannot hold the run.
            handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise _unusable(self.shown(path), error) from None
        facts = os.fstat(handle)
        complaint = ""
        if not stat.S_ISREG(facts.st_mode):
            kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "not a regular file"
            complaint = f'"{self.shown(path)}" is {kind}'
        elif facts.st_size > limit:
            complaint = (
                f'"{self.shown(path)}" has {facts.st_size / 1e6:,.1f} MB; the limit is {limit / 1e6:,.1f} MB'
            )
        if complaint:
            os.close(handle)
            raise FilesError("E-FILE", complaint)
        return os.fdopen(handle, "rb")

    def read(self, path: str, *, limit: int) -> bytes:
        """All bytes of a regular file, also of one that does not tell its size.

        Raises:
            FilesError: as `open`, or it cannot be read.

        """
        with self.open(path, limit=limit) as file:
            try:
                data = file.read(limit + 1)
            except OSError as error:
                raise _unusable(self.shown(path), error) from None
        if len(data) > limit:
            raise FilesError("E-FILE", f'"{self.shown(path)}" grows beyond {limit / 1e6:,.1f} MB')
        return data


def _unusable(shown: str, error: OSError) -> FilesError:
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return FilesError("E-MISSING", f'there is no file "{shown}"')
    if error.errno == errno.ELOOP:
        return FilesError("E-PATH", f'"{shown}" is a loop of links')
    return FilesError("E-FILE", f'"{shown}" cannot be read: {os.strerror(error.errno or 0).lower()}')
