"""Git is a program of others, with hooks and helpers: the keys are not for it."""

import os
import sys
from pathlib import Path

import pytest

from seedream_pipe.api.checkout import ask
from seedream_pipe.confidential import without_keys

KEYS = {
    "ARK_API_KEY": "sk-9f8Kq2LmZr7TnW4xYbVd0GhJ",
    "AI302_API_KEY": "sk-3b7Xc1QwEr5TyU8iOpAs6DfG",
    "BYTEPLUS_API_KEY": "sk-2n4MzXcVb9LkJhGf0QwErTyU",
    "SOMEONES_API_KEY": "sk-7y6TgBnHuJm3KiLo5PwQaZxS",
}


@pytest.fixture
def seen(board, tmp_path, monkeypatch) -> Path:
    """What a git of one's own on PATH wrote down of its environment; it then does as git does."""
    written = tmp_path / "seen"
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        f"with open({str(written)!r}, 'a') as file:\n"
        "    print(sys.argv[1:], dict(os.environ), file=file)\n"
        f"os.environ['PATH'] = {os.environ['PATH']!r}\n"
        "os.execvp('git', ['git', *sys.argv[1:]])\n",
        "utf-8",
    )
    fake.chmod(0o755)
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    git = {"HOME": str(tmp_path), "GIT_AUTHOR_NAME": "Mina", "GIT_COMMITTER_NAME": "Mina"}
    git |= {"GIT_AUTHOR_EMAIL": "m@example.org", "GIT_COMMITTER_EMAIL": "m@example.org"}
    for name, value in git.items():
        monkeypatch.setenv(name, value)
    for words in (("init", "-q"), ("add", "board.yaml", "shots.csv", "refs"), ("commit", "-q", "-m", "one")):
        assert ask(board, *words).returncode == 0
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    return written


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "board.yaml", "--base", "HEAD"),
        ("refactor-check", "board.yaml", "HEAD"),
        ("why", "board.yaml", "shots@sc01_010"),
        ("adopt", "board.yaml", "shots@sc01_010", "--reason", "mended"),
    ],
)
def test_git_never_sees_a_key(cli, edit, seen, command) -> None:
    cli("run", "board.yaml")
    edit("shots.csv", "in the rain", "in the snow")
    cli(*command)
    told = seen.read_text("utf-8")
    assert "['" in told
    assert not [name for name, key in KEYS.items() if key in told or name in told]


def test_all_but_the_keys_is_left_to_it() -> None:
    environment = {"PATH": "/bin", "HTTPS_PROXY": "http://proxy:1", **KEYS}
    assert without_keys(environment) == {"PATH": "/bin", "HTTPS_PROXY": "http://proxy:1"}
