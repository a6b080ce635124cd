"""The git checkout around a pipeline: what was at another revision."""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe.confidential import without_keys
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ask", "checkout", "git"]

_GIT_SECONDS: Final = 120


@contextmanager
def checkout(file: Path, revision: str) -> Iterator[Path]:
    """The tree of a revision in a folder of its own, as long as it lasts; gives the file in it.

    Raises:
        UsageError: there is no git, no checkout, no such revision, or no such file in it.

    """
    path = Path(os.path.abspath(file))
    top = Path(git(path.parent, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    inside = path.resolve().relative_to(top.resolve())
    commit = git(
        path.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    with tempfile.TemporaryDirectory(prefix="seedream-") as folder:
        archive = Path(folder) / "tree.tar"
        git(top, "archive", "--format=tar", f"--output={archive}", commit.decode().strip())
        tree = Path(folder) / "tree"
        tree.mkdir()
        with tarfile.open(archive) as tar:
            tar.extractall(tree, filter="data")
        archive.unlink()
        # The root is found by it.
        (tree / ".git").mkdir()
        if not (tree / inside).is_file():
            raise UsageError(f'{escaped(revision)} has no file "{escaped(os.fspath(inside))}"')
        yield tree / inside


def ask(folder: Path, *words: str, seconds: float = _GIT_SECONDS) -> subprocess.CompletedProcess[bytes]:
    """Let git do something in a folder; its hooks and helpers are programs of others, so without the keys.

    Raises:
        UsageError: there is no git, or it takes too long.

    """
    try:
        return subprocess.run(  # noqa: S603 - no shell, and options end before what a user wrote
            ["git", *words],  # noqa: S607 - the user's own git
            cwd=folder,
            env=without_keys(os.environ),
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"git cannot be asked: {error}") from None


def git(folder: Path, *words: str) -> bytes:
    """What git says in a folder.

    Raises:
        UsageError: there is no git, or it says no; with its own last words.

    """
    asked = ask(folder, *words)
    if asked.returncode != 0:
        said = asked.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"git knows no such thing: {' '.join(map(escaped, words))}",
            hint=escaped(said[-1]) if said else "is it a revision of this checkout?",
        )
    return asked.stdout
