"""The git checkout around a pipeline: what was at another revision."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe.confidential import without_keys
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import did_you_mean, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ask", "bring_unkept", "checkout", "git"]

_GIT_SECONDS: Final = 120
_MOST_UNKEPT: Final = 5000
_UNKEPT: Final = (
    *(".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif"),
    *(".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".txt", ".j2"),
)


@contextmanager
def checkout(file: Path, revision: str) -> Iterator[Path]:
    """The tree of a revision in a folder of its own, as long as it lasts; gives the file in it.

    Raises:
        UsageError: there is no git, no checkout, no such revision, or no such file in it.

    """
    path = Path(os.path.abspath(file))
    top = Path(git(path.parent, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    inside = path.resolve().relative_to(top.resolve())
    commit = _commit(path.parent, revision)
    with tempfile.TemporaryDirectory(prefix="seedream-") as folder:
        archive = Path(folder) / "tree.tar"
        git(top, "archive", "--format=tar", f"--output={archive}", commit)
        tree = Path(folder) / "tree"
        tree.mkdir()
        with tarfile.open(archive) as tar:
            tar.extractall(tree, filter="data")
        archive.unlink()
        # The root is found by it.
        (tree / ".git").mkdir()
        then = inside if (tree / inside).is_file() else _former(top, commit, inside)
        if then is None or not (tree / then).is_file():
            raise UsageError(f'{escaped(revision)} has no file "{escaped(os.fspath(inside))}"')
        yield tree / then


def bring_unkept(file: Path, then: Path) -> None:
    """Put pictures and tables that git does not keep beside the file of another revision, as they are today.

    Raises:
        UsageError: git cannot be asked.

    """
    told = git(file.parent, "ls-files", "--others", "-z", "--", ".").decode("utf-8", "surrogateescape")
    names = [name for name in told.split("\0") if name.lower().endswith(_UNKEPT) and _is_theirs(name)]
    for name in names[:_MOST_UNKEPT]:
        target = then.parent / name
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(file.parent / name, target)
        except OSError:
            continue  # whoever needs it is told that it is not there


def _is_theirs(name: str) -> bool:
    return name.partition("/")[0] not in {".seedream", "out"}


def _commit(folder: Path, revision: str) -> str:
    """The commit that a revision means; of ``main...`` the one at which this branch left main.

    Raises:
        UsageError: there is none.

    """
    git(folder, "rev-parse", "--is-inside-work-tree")
    base, dots, other = revision.partition("...")
    words = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    if dots:
        words = ["merge-base", "--end-of-options", base or "HEAD", other or "HEAD"]
    try:
        return git(folder, *words).decode().strip()
    except UsageError:
        pass
    try:
        names = git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags")
    except UsageError:
        names = b""
    hint = did_you_mean(revision, names.decode("utf-8", "replace").split())
    raise UsageError(
        f'git has no revision "{escaped(revision)}"',
        hint=hint or "a branch, a tag or a commit of this checkout",
    )


def _former(top: Path, commit: str, inside: Path) -> Path | None:
    """What a file was called at a commit, where git sees that it was renamed since."""
    try:
        told = git(top, "diff", "--name-status", "--find-renames", "--diff-filter=R", "-z", commit, "--")
    except UsageError:
        return None
    words = told.decode("utf-8", "surrogateescape").split("\0")
    renamed = dict(zip(words[2::3], words[1::3], strict=False))
    former = renamed.get(inside.as_posix())
    return None if former is None else Path(former)


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
