"""Branches of a repository with one file, merged by git itself."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "Anna",
    "GIT_AUTHOR_EMAIL": "anna@example.com",
    "GIT_COMMITTER_NAME": "Anna",
    "GIT_COMMITTER_EMAIL": "anna@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@dataclass
class Repository:
    """A folder under version control."""

    folder: Path

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env={**os.environ, **IDENTITY},
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *words: str) -> str:
        done = self.git(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def begin(self) -> None:
        self.must("init", "-q", "-b", "main")
        self.commit("begin")

    def commit(self, message: str) -> None:
        self.must("add", "-A")
        self.must("commit", "-q", "--allow-empty", "-m", message)

    def branch(self, name: str) -> None:
        """A new branch off main, checked out."""
        self.must("checkout", "-q", "-b", name, "main")


def merged(folder: Path, name: str, base: str, ours: str, theirs: str) -> tuple[int, str]:
    """What git makes of two branches that changed one file: its exit code and the text."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = Repository(folder)
    (folder / name).write_text(base, "utf-8")
    repository.begin()
    for branch, text in (("anna", ours), ("bo", theirs)):
        repository.branch(branch)
        (folder / name).write_text(text, "utf-8")
        repository.commit(branch)
    done = repository.git("merge", "-q", "anna")
    return done.returncode, (folder / name).read_text("utf-8")
