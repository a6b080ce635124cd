"""Templates and reference pictures of the project, read once each: the `plan.model.Files` seam."""

from __future__ import annotations

import base64
import binascii
import difflib
import fnmatch
import io
import os
import re
import shlex
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from seedream_pipe import pictures
from seedream_pipe.digest import blob_digest
from seedream_pipe.plan.model import FileFacts, FilesError
from seedream_pipe.provenance import bare_digest

if TYPE_CHECKING:
    from seedream_pipe.snapshot.root import Root

__all__ = ["GLOB_SCANNED", "PICTURE_LIMIT", "TEXT_LIMIT", "ProjectFiles"]

TEXT_LIMIT: Final = 1 << 20
PICTURE_LIMIT: Final = 31_457_280
"""30 MB each (contract section 4, today)."""
GLOB_SCANNED: Final = 10_000
_MOST_HINTS: Final = 20
"""A table of thousands of wrong names is not compared with a folder of thousands of files."""
_MIN_SIDE: Final = 15
_MAX_PIXELS: Final = 36_000_000
_MAX_ASPECT: Final = 16
_FORMATS: Final = "references are JPEG, PNG, WebP, BMP, TIFF or GIF files"
_ANEW: Final = "get it anew, or save it again: part of it did not arrive"
_DATA_URI: Final = re.compile(r"data:(image/[a-z0-9.+-]+);base64,", re.ASCII)
_GLOB_CHARACTERS: Final = frozenset("*?[")


class ProjectFiles:
    """Files below a root; each picture is hashed once, each text read once.

    `seen` has the absolute path of every file and folder that was looked at, links not
    followed, so that an up-to-date check can ask later whether any of them moved.
    """

    def __init__(self, root: Root) -> None:
        self._root = root
        self._pictures: dict[str, FileFacts | FilesError] = {}
        self._texts: dict[str, str] = {}
        self._hints = 0
        self.seen: dict[str, None] = {}

    def shown(self, path: str) -> str:
        """The path as the user would type it."""
        return self._root.shown(path)

    def text(self, path: str) -> str:
        """A template's text, UTF-8, at most 1 MiB."""
        if path not in self._texts:
            try:
                data = self._root.read(path, limit=TEXT_LIMIT)
            except FilesError as error:
                raise self._with_neighbour(path, error) from None
            self.seen[self._root.watched(path)] = None
            try:
                self._texts[path] = data.decode("utf-8-sig").replace("\r\n", "\n")
            except UnicodeDecodeError as error:
                raise FilesError(
                    "E-ENCODING",
                    f'"{self.shown(path)}" is not UTF-8 (byte {error.start})',
                    hint="save it as UTF-8",
                ) from None
        return self._texts[path]

    def picture(self, path: str) -> FileFacts:
        """A reference picture's facts, from its header and its bytes' digest.

        A note of how it was made is no part of it: with another note it is the same reference.
        """
        known = self._pictures.get(path)
        if known is None:
            try:
                known = self._inspect(path)
            except FilesError as error:
                known = error
            self._pictures[path] = known
        if isinstance(known, FilesError):
            raise known
        return known

    def _inspect(self, path: str) -> FileFacts:
        try:
            file = self._root.open(path, limit=PICTURE_LIMIT)
        except FilesError as error:
            raise self._with_neighbour(path, error) from None
        self.seen[self._root.watched(path)] = None
        shown = self.shown(path)
        with file:
            try:
                facts = pictures.inspect(file)
                digest = bare_digest(file)
                size = file.tell()
            except pictures.NotAPicture as error:
                raise FilesError("E-REF", f'reference "{shown}" {error}', hint=_remedy(error)) from None
            except OSError as error:
                message = f'"{shown}" cannot be read: {os.strerror(error.errno or 0).lower()}'
                raise FilesError("E-FILE", message) from None
        complaint = picture_complaint(facts)
        if complaint:
            raise FilesError("E-REF", f'reference "{shown}" {complaint}')
        return FileFacts(
            digest=digest,
            path=os.fspath(self._root.resolve(path)),
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            bytes=size,
        )

    def _with_neighbour(self, path: str, error: FilesError) -> FilesError:
        """The same error with the name in the same folder that was probably meant."""
        if error.code != "E-MISSING" or self._hints == _MOST_HINTS:
            return error
        self._hints += 1
        folder, _, name = path.rpartition("/")
        try:
            with os.scandir(self._root.resolve(folder or ".")) as entries:
                names = [entry.name for entry in islice(entries, GLOB_SCANNED)]
        except (FilesError, OSError):
            return FilesError(error.code, str(error), hint=f'there is no folder "{self.shown(folder)}"')
        near = difflib.get_close_matches(name, sorted(names), n=1, cutoff=0.6)
        back = f"put it there; if git has it: git checkout -- {shlex.quote(self.shown(path))}"
        hint = f'did you mean "{near[0]}"?' if near else back
        return FilesError(error.code, str(error), hint=hint)

    def data_uri(self, uri: str) -> tuple[FileFacts, bytes]:
        """The facts and bytes of a picture given as a data URI (R45)."""
        match = _DATA_URI.match(uri)
        if match is None:
            raise FilesError(
                "E-REF",
                "a data URI starts with data:image/<format>;base64, in lower case (R45)",
            )
        try:
            data = base64.b64decode(uri[match.end() :], validate=True)
        except (binascii.Error, ValueError):
            raise FilesError("E-REF", "what follows base64, in the data URI is not base64") from None
        try:
            facts = pictures.inspect(io.BytesIO(data))
        except pictures.NotAPicture as error:
            raise FilesError("E-REF", f"the data URI's picture {error}", hint=_remedy(error)) from None
        complaint = picture_complaint(facts)
        if complaint or len(data) > PICTURE_LIMIT:
            raise FilesError("E-REF", f"the data URI's picture {complaint or 'is over 30 MB'}")
        return (
            FileFacts(
                digest=blob_digest(data),
                path="",
                media_type=facts.media_type,
                width=facts.width,
                height=facts.height,
                bytes=len(data),
            ),
            data,
        )

    def matches(self, pattern: str) -> list[str]:
        """Paths that match a glob, sorted by name; ``**`` goes into folders.

        Links to folders are not followed, so that a loop of them ends; names that begin
        with a dot are never matched.
        """
        parts = PurePosixPath(pattern).parts
        for part in parts:
            _expect_closed(part, pattern)
        fixed = _fixed(parts)
        folder = "/".join(fixed)
        try:
            self._root.resolve(folder or ".")
        except FilesError as error:
            if error.code != "E-MISSING":
                raise
            raise FilesError("E-MISSING", f'there is no folder "{self.shown(folder)}"') from None
        found = _Glob(self._root, self.seen, parts[len(fixed) :]).matches(folder or ".")
        return sorted(f"{folder}/{name}" if folder else name for name in found)


class _Glob:
    """One walk for one pattern. Each folder is read once and each name counted."""

    def __init__(self, root: Root, seen: dict[str, None], parts: tuple[str, ...]) -> None:
        self._root, self._seen, self._parts = root, seen, parts
        self._fits = [re.compile(fnmatch.translate(part)).match for part in parts]
        self._listed: dict[str, list[tuple[str, bool]]] = {}
        self._scanned = 0

    def matches(self, start: str) -> set[str]:
        found: set[str] = set()
        done: set[tuple[str, int]] = set()
        todo = [("", 0)]
        while todo:
            place = todo.pop()
            if place in done:
                continue
            done.add(place)
            prefix, number = place
            deep, last = self._parts[number] == "**", number == len(self._parts) - 1
            if deep and not last:
                todo.append((prefix, number + 1))
            for name, is_folder in self._names(start, prefix):
                path = prefix + name
                if is_folder and deep:
                    todo.append((f"{path}/", number))
                elif is_folder and not last and self._fits[number](name):
                    todo.append((f"{path}/", number + 1))
                elif not is_folder and last and (deep or self._fits[number](name)):
                    found.add(path)
        return found

    def _names(self, start: str, prefix: str) -> list[tuple[str, bool]]:
        """What stands in a folder, links to other folders aside."""
        if prefix not in self._listed:
            path = prefix.rstrip("/") if start == "." else f"{start}/{prefix}".rstrip("/")
            folder = self._root.watched(path)
            self._seen[folder] = None
            try:
                with os.scandir(folder) as entries:
                    names = [
                        (entry.name, entry.is_dir(follow_symlinks=False))
                        for entry in islice(entries, GLOB_SCANNED + 1)
                        if not entry.name.startswith(".") and not (entry.is_symlink() and entry.is_dir())
                    ]
            except OSError as error:
                shown = self._root.shown(path or ".")
                message = f'the folder "{shown}" cannot be read: {os.strerror(error.errno or 0).lower()}'
                raise FilesError("E-FILE", message) from None
            self._scanned += len(names)
            if self._scanned > GLOB_SCANNED:
                raise FilesError("E-GLOB", f"a glob looks through at most {GLOB_SCANNED:,} names; narrow it")
            self._listed[prefix] = names
        return self._listed[prefix]


def _remedy(error: pictures.NotAPicture) -> str:
    if error.is_pointer:
        return "git lfs pull fetches the picture itself"
    return _ANEW if error.is_cut else _FORMATS


def picture_complaint(facts: pictures.Facts) -> str:
    """Why no model takes a picture of these pixels as a reference (contract section 4), or nothing."""
    width, height = facts.width, facts.height
    if min(width, height) < _MIN_SIDE:
        return f"is {width}x{height}; each side must be over 14 px"
    if width * height > _MAX_PIXELS:
        return f"has {width}x{height} pixels; the limit is 36,000,000"
    if max(width, height) > _MAX_ASPECT * min(width, height):
        return f"is {width}x{height}; the aspect must lie between 1:16 and 16:1"
    return ""


def _expect_closed(part: str, pattern: str) -> None:
    """Otherwise a forgotten bracket would match nothing, or a bracket."""
    start = part.find("[")
    while start >= 0:
        # A bracket that stands first among the characters is one of them.
        first = start + 2 if part[start + 1 : start + 2] == "!" else start + 1
        end = part.find("]", first + 1)
        if end < 0:
            raise FilesError(
                "E-GLOB",
                f'the glob "{pattern}" has a "[" that is never closed',
                hint='a "[" that is part of a name is written [[]',
            )
        start = part.find("[", end)


def _fixed(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The leading folders of a pattern that have no wildcard."""
    count = 0
    for part in parts[:-1]:
        if _GLOB_CHARACTERS.intersection(part):
            break
        count += 1
    return parts[:count]
