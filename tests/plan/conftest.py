"""A project in a temporary folder, written by a test and expanded."""

import io
from pathlib import Path

import pytest
from PIL import Image

from seedream_pipe import profiles
from seedream_pipe.catalog import OPERATIONS
from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.makers import MakerId
from seedream_pipe.plan.expand import Expansion, expand
from seedream_pipe.plan.model import Plan, Task
from seedream_pipe.problems import Problem
from seedream_pipe.snapshot.files import ProjectFiles
from seedream_pipe.snapshot.root import Root
from seedream_pipe.snapshot.tables import read_table
from seedream_pipe.spec import document
from seedream_pipe.spec.decode import decode

MAKER = MakerId(name="seedream", version=1, realm="seedream")


class Board:
    """The project. A pipeline is given as the text below ``version: 1``."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.provider = ""

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def picture(self, name: str, shade: int = 0, *, size: tuple[int, int] = (16, 16)) -> Path:
        made = io.BytesIO()
        kind = "PNG" if name.endswith(".png") else "JPEG"
        Image.new("RGB", size, (shade, shade, shade)).save(made, kind)
        return self.write(name, made.getvalue())

    def expand(self, text: str) -> Expansion:
        tree = document.parse(f"version: 1\nname: board\n{text}", file="board.yaml", max_bytes=1 << 24)
        pipeline = decode(tree)
        root = Root(top=self.folder.resolve(), folder=self.folder)
        tables = {name: read_table(table, root, {}) for name, table in pipeline.data.items()}
        provider = profiles.provider(self.provider) if self.provider else None
        return expand(
            pipeline,
            tables=tables,
            files=ProjectFiles(root),
            maker=MAKER,
            operations=OPERATIONS,
            provider=provider,
        )

    def plan(self, text: str) -> Plan:
        expansion = self.expand(text)
        if any(problem.is_error for problem in expansion.problems):
            raise InvalidPipeline(expansion.problems)
        return expansion.plan

    def tasks(self, text: str) -> dict[str, Task]:
        return dict(self.plan(text).tasks)

    def task(self, text: str) -> Task:
        (task,) = self.plan(text).tasks.values()
        return task

    def problems(self, text: str) -> list[tuple[str, str]]:
        """Code and message of each error."""
        return [(found.code, found.message) for found in self.expand(text).problems if found.is_error]

    def advice(self, text: str) -> list[Problem]:
        """The warnings."""
        return [found for found in self.expand(text).problems if not found.is_error]


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)
