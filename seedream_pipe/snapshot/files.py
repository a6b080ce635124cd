"""Templates and reference pictures of the project, read once each: the `plan.model.Files` seam."""

from __future__ import annotations

import base64
import binascii
import difflib
import io
import os
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from seedream_pipe import pictures
from seedream_pipe.digest import blob_digest, file_digest
from seedream_pipe.plan.model import FileFacts, FilesError

if TYPE_CHECKING:
    from seedream_pipe.snapshot.root import Root

__all__ = ["GLOB_SCANNED", "PICTURE_LIMIT", "TEXT_LIMIT", "ProjectFiles"]

TEXT_LIMIT: Final = 1 << 20
PICTURE_LIMIT: Final = 31_457_280
"""30 MB each (contract section 4, today)."""
GLOB_SCANNED: Final = 10_000
_MIN_SIDE: Final = 15
_MAX_PIXELS: Final = 36_000_000
_MAX_ASPECT: Final = 16
_DATA_URI: Final = re.compile(r"data:(image/[a-z0-9.+-]+);base64,", re.ASCII)
_GLOB_CHARACTERS: Final = frozenset("*?[")


class ProjectFiles:
    """Files below a root; each picture is hashed once, each text read once.

    `seen` has the real path of every file and folder that was looked at, so that an
    up-to-date check can ask later whether any of them moved.
    """

    def __init__(self, root: Root) -> None:
        self._root = root
        self._pictures: dict[str, FileFacts | FilesError] = {}
        self._texts: dict[str, str] = {}
        self.seen: dict[str, None] = {}

    def shown(self, path: str) -> str:
        """The path as the user would type it."""
        return self._root.shown(path)

    def text(self, path: str) -> str:
        """A template's text, UTF-8, at most 1 MiB."""
        if path not in self._texts:
            with self._root.open(path, limit=TEXT_LIMIT) as file:
                self.seen[os.fspath(self._root.resolve(path))] = None
                data = file.read()
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
        """A reference picture's facts, from its header and its bytes' digest."""
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
        with file:
            real = os.fspath(self._root.resolve(path))
            self.seen[real] = None
            try:
                facts = pictures.inspect(file)
            except pictures.NotAPicture as error:
                raise FilesError(
                    "E-REF",
                    f'reference "{self.shown(path)}" {error}',
                    hint="references are JPEG or PNG files",
                ) from None
            complaint = picture_complaint(facts)
            if complaint:
                raise FilesError("E-REF", f'reference "{self.shown(path)}" {complaint}')
            file.seek(0)
            digest = file_digest(file)
            size = file.tell()
        return FileFacts(
            digest=digest,
            path=real,
            media_type=facts.media_type,
            width=facts.width,
            height=facts.height,
            bytes=size,
        )

    def _with_neighbour(self, path: str, error: FilesError) -> FilesError:
        """The same error with the name in the same folder that was probably meant."""
        if error.code != "E-MISSING":
            return error
        folder, _, name = path.rpartition("/")
        try:
            names = os.listdir(self._root.resolve(folder or "."))
        except (FilesError, OSError):
            return FilesError(error.code, f"{error}", hint=f'there is no folder "{self.shown(folder)}"')
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        return FilesError(error.code, f"{error}", hint=f'did you mean "{near[0]}"?' if near else "")

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
            facts = pictures.inspect(io.BytesIO(data))
        except (binascii.Error, ValueError) as error:
            raise FilesError("E-REF", f"the data URI's picture {error}") from None
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
        """Paths that match a glob, sorted by name; ``**`` goes into folders, links are not followed."""
        parts = PurePosixPath(pattern).parts
        _refuse_unclosed(pattern)
        fixed = list(_fixed(parts))
        folder = "/".join(fixed) or "."
        start = self._root.resolve(folder)
        match = _pattern(parts[len(fixed) :])
        deep = "**" in parts
        depth = len(parts) - len(fixed)
        found: list[str] = []
        for relative in self._walk(os.fspath(start), None if deep else depth):
            if match.fullmatch(relative):
                found.append(f"{folder}/{relative}" if fixed else relative)
        return sorted(found)

    def _walk(self, start: str, depth: int | None) -> list[str]:
        names: list[str] = []
        stack = [("", start)]
        scanned = 0
        while stack:
            prefix, folder = stack.pop()
            self.seen[folder] = None
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                raise FilesError(
                    "E-FILE", f'the folder "{folder}" cannot be read: {error.strerror}'
                ) from None
            for entry in entries:
                scanned += 1
                if scanned > GLOB_SCANNED:
                    raise FilesError(
                        "E-GLOB", f"a glob looks through at most {GLOB_SCANNED:,} names; narrow it"
                    )
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(".") and (depth is None or name.count("/") + 1 < depth):
                        stack.append((f"{name}/", entry.path))
                elif not entry.name.startswith("."):
                    names.append(name)
        return names


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


def _refuse_unclosed(pattern: str) -> None:
    rest = pattern
    while "[" in rest:
        rest = rest.partition("[")[2]
        if "]" not in rest[1:]:
            raise FilesError("E-GLOB", f'the glob "{pattern}" has a "[" that is never closed')
        rest = rest[1:].partition("]")[2]


def _fixed(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The leading folders of a pattern that have no wildcard."""
    count = 0
    for part in parts[:-1]:
        if _GLOB_CHARACTERS.intersection(part):
            break
        count += 1
    return parts[:count]


def _pattern(parts: tuple[str, ...]) -> re.Pattern[str]:
    pieces: list[str] = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            pieces.append(".*" if last else "(?:[^/]+/)*")
        else:
            pieces.append(_segment(part) + ("" if last else "/"))
    try:
        return re.compile("".join(pieces))
    except re.error:
        raise FilesError("E-GLOB", f'the glob "{"/".join(parts)}" cannot be read') from None


def _segment(part: str) -> str:
    out: list[str] = []
    position = 0
    while position < len(part):
        char = part[position]
        end = part.find("]", position + 2) if char == "[" else -1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif end > 0:
            body = part[position + 1 : end].replace("\\", r"\\")
            out.append(f"[^{body[1:]}]" if body.startswith("!") else f"[{body}]")
            position = end
        else:
            out.append(re.escape(char))
        position += 1
    return "".join(out)
