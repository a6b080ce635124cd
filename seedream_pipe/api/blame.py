"""Which commit of the git checkout last changed a line; quiet where there is none."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe.api.checkout import git
from seedream_pipe.errors import UsageError
from seedream_pipe.run.reasons import Commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from seedream_pipe.problems import Place

__all__ = ["commits_of"]

_MOST_LINES: Final = 200
"""Lines of one file that are asked for at once."""
_NOT_YET: Final = "0" * 40
_SHORT: Final = 12
_FORMAT: Final = "%H%x00%an%x00%at%x00%s"
_PENDING: Final = Commit(id="", by="", at="", subject="", pending=True)


def commits_of(places: Iterable[Place]) -> dict[tuple[str, int], Commit]:
    """The commits that last changed the lines of some places, by file and line. Asks git once a file.

    A place without a line is a file as a whole, also one that is gone.
    """
    lines: dict[str, dict[int, None]] = {}
    for place in places:
        lines.setdefault(place.file, {})[place.line] = None
    found: dict[tuple[str, int], Commit] = {}
    for file, numbers in lines.items():
        asked = [number for number in numbers if number][:_MOST_LINES]
        if asked:
            found |= {(file, line): commit for line, commit in _blamed(file, asked).items()}
        whole = _of_file(file) if 0 in numbers else None
        if whole is not None:
            found[file, 0] = whole
    return found


def _of_file(file: str) -> Commit | None:
    """Who changed a file last; None where git knows nothing of it."""
    path = Path(os.path.abspath(file))
    try:
        if _is_pending(path):
            return _PENDING
        told = git(path.parent, "log", "-1", f"--format={_FORMAT}", "--", path.name)
    except UsageError:
        return None
    words = told.decode("utf-8", "replace").rstrip("\n").split("\0")
    if len(words) != len(_FORMAT.split("%x00")):
        return None
    facts = dict(zip(("name", "author", "author-time", "summary"), words, strict=True))
    return _commit(words[0], facts, _shallow(path.parent))


def _is_pending(path: Path) -> bool:
    """Whether a file has changes that are not committed, or is new."""
    return bool(git(path.parent, "status", "--porcelain", "--", path.name))


def _shallow(folder: Path) -> str:
    """The commits at which a history ends that was not fetched whole."""
    try:
        name = git(folder, "rev-parse", "--git-path", "shallow").decode("utf-8", "surrogateescape").strip()
        return (folder / name).read_text("utf-8")
    except (UsageError, OSError, ValueError):
        return ""


def _blamed(file: str, lines: list[int]) -> dict[int, Commit]:
    path = Path(os.path.abspath(file))
    if not path.is_file():
        return {}
    ranges = [word for line in lines for word in ("-L", f"{line},{line}")]
    try:
        told = git(path.parent, "blame", "--porcelain", *ranges, "--", path.name)
    except UsageError:
        return _all_pending(path, lines)
    return _read(told.decode("utf-8", "replace"), _shallow(path.parent))


def _all_pending(path: Path, lines: list[int]) -> dict[int, Commit]:
    """Of a file that is not committed yet, every line."""
    try:
        return dict.fromkeys(lines, _PENDING) if _is_pending(path) else {}
    except UsageError:
        return {}


def _read(text: str, shallow: str) -> dict[int, Commit]:
    """The lines of `git blame --porcelain`: what is said of a commit stands where it comes first."""
    known: dict[str, dict[str, str]] = {}
    found: dict[int, Commit] = {}
    commit = ""
    line = 0
    for row in text.split("\n"):
        words = row.split(" ")
        if row.startswith("\t"):
            found[line] = _commit(commit, known[commit], shallow)
        elif len(words) >= 3 and len(words[0]) == len(_NOT_YET) and words[2].isdigit():
            commit, line = words[0], int(words[2])
            known.setdefault(commit, {})
        elif commit:
            name, _, value = row.partition(" ")
            known[commit][name] = value
    return found


def _commit(name: str, facts: Mapping[str, str], shallow: str) -> Commit:
    if name == _NOT_YET:
        return _PENDING
    seconds = facts.get("author-time", "0")
    return Commit(
        id=name[:_SHORT],
        by=facts.get("author", ""),
        at=datetime.fromtimestamp(int(seconds) if seconds.isdigit() else 0, UTC).isoformat(),
        subject=facts.get("summary", ""),
        or_before=name in shallow,
    )
