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


def commits_of(places: Iterable[Place]) -> dict[tuple[str, int], Commit]:
    """The commits that last changed the lines of some places, by file and line. Asks git once a file."""
    lines: dict[str, dict[int, None]] = {}
    for place in places:
        if place.line:
            lines.setdefault(place.file, {})[place.line] = None
    found: dict[tuple[str, int], Commit] = {}
    for file, numbers in lines.items():
        asked = list(numbers)[:_MOST_LINES]
        found |= {(file, line): commit for line, commit in _blamed(file, asked).items()}
    return found


def _blamed(file: str, lines: list[int]) -> dict[int, Commit]:
    path = Path(os.path.abspath(file))
    if not path.is_file():
        return {}
    ranges = [word for line in lines for word in ("-L", f"{line},{line}")]
    try:
        told = git(path.parent, "blame", "--porcelain", *ranges, "--", path.name)
    except UsageError:
        return {}
    return _read(told.decode("utf-8", "replace"))


def _read(text: str) -> dict[int, Commit]:
    """The lines of `git blame --porcelain`: what is said of a commit stands where it comes first."""
    known: dict[str, dict[str, str]] = {}
    found: dict[int, Commit] = {}
    commit = ""
    line = 0
    for row in text.split("\n"):
        words = row.split(" ")
        if row.startswith("\t"):
            found[line] = _commit(commit, known[commit])
        elif len(words) >= 3 and len(words[0]) == len(_NOT_YET) and words[2].isdigit():
            commit, line = words[0], int(words[2])
            known.setdefault(commit, {})
        elif commit:
            name, _, value = row.partition(" ")
            known[commit][name] = value
    return found


def _commit(name: str, facts: Mapping[str, str]) -> Commit:
    if name == _NOT_YET:
        return Commit(id="", by="", at="", subject="", pending=True)
    seconds = facts.get("author-time", "0")
    return Commit(
        id=name[:_SHORT],
        by=facts.get("author", ""),
        at=datetime.fromtimestamp(int(seconds) if seconds.isdigit() else 0, UTC).isoformat(),
        subject=facts.get("summary", ""),
    )
