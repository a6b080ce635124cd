"""People who make a board together: the command line in this process, an emulated service that bills."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from seedream_pipe.cli import group
from seedream_pipe.emulator import Emulator
from tests.picks.git import IDENTITY, Repository


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command gave back."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """A person's folder with the pipeline ``board.yaml``, where commands are typed."""

    folder: Path
    emulator: Emulator
    capture: pytest.CaptureFixture[str]
    variables: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, command: str, *words: str) -> Said:
        """Type a command for the pipeline."""
        return self.typed(command, "board.yaml", *words)

    def typed(self, *words: str) -> Said:
        """Type words as they are."""
        self.capture.readouterr()
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            code = group.run([*words])
        finally:
            os.chdir(before)
        said = self.capture.readouterr()
        return Said(code=code, out=said.out, err=said.err)

    @property
    def billed(self) -> int:
        """How many pictures the service has billed, all people together."""
        return len(self.emulator.ledger.billed)

    @property
    def requests(self) -> int:
        return len(self.emulator.ledger.requests)

    @property
    def git(self) -> Repository:
        return Repository(self.folder)

    def text(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.text(name)
        assert text.count(old) == 1, text.count(old)
        self.write(name, text.replace(old, new))

    def outputs(self) -> dict[str, tuple[bytes, int]]:
        """Every output with its bytes and modification time."""
        top = self.folder / "out" / "board"
        files = (path for path in sorted(top.rglob("*")) if path.is_file() and "takes" not in path.parts)
        return {str(path.relative_to(top)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    def clone(self, folder: Path, *, store: bool) -> "Desk":
        """Another person's clone of what is committed here, with a copy of the store or without."""
        self.git.must("clone", "-q", str(self.folder), str(folder))
        if store:
            shutil.copytree(self.folder / ".seedream", folder / ".seedream")
        return Desk(folder=folder, emulator=self.emulator, capture=self.capture)


@pytest.fixture
def desk(tmp_path, monkeypatch, capfd):
    """A desk with an empty folder; the provider is the emulator."""
    folder = tmp_path / "anna"
    folder.mkdir()
    with Emulator(keys=("test-key",)) as emulator:
        monkeypatch.setenv("SEEDREAM_PROVIDER", "302ai")
        monkeypatch.setenv("SEEDREAM_BASE_URL", emulator.base_url("302ai"))
        monkeypatch.setenv("AI302_API_KEY", "test-key")
        for name, value in IDENTITY.items():
            monkeypatch.setenv(name, value)
        yield Desk(folder=folder, emulator=emulator, capture=capfd)
