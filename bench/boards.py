"""Projects of a given size, whose pictures are in the store already."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from seedream_pipe.api.project import load
from seedream_pipe.catalog import MAKERS
from seedream_pipe.plan.key import key, keyed
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Result, Stored

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["board", "bought", "large_file", "text_board"]

_PIPELINE = """\
version: 1
name: board
vars:
  look: "1980s cel animation, warm rim light"
data:
  shots: shots.csv
defaults:
  size: {tier: 2K, aspect: 16:9}
steps:
  shots:
    foreach: {in: shots, as: shot, key: "{{ shot.scene }}_{{ shot.id }}"}
    references: [refs/mei.jpg]
    prompt: |
      {{ shot.action }} {{ vars.look }}
    tags: ["{{ shot.scene }}"]
    output: frames/{{ shot.scene }}/{{ shot.id }}.jpg
"""


def board(folder: Path, tasks: int) -> Path:
    """A project with so many tasks from a CSV; gives its pipeline file."""
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "mei.jpg").write_bytes(_picture())
    rows = (
        f'sc{i // 20:04d},{i % 20:03d},"Shot {i}: Mei walks down street {i % 97} in the rain, medium shot"'
        for i in range(tasks)
    )
    (folder / "shots.csv").write_text("scene,id,action\n" + "\n".join(rows) + "\n", encoding="utf-8")
    file = folder / "board.yaml"
    file.write_text(_PIPELINE, encoding="utf-8")
    return file


def text_board(folder: Path, tasks: int) -> Path:
    """A board whose pictures are made of text alone, 2560x1440 each."""
    file = board(folder, tasks)
    text = file.read_text(encoding="utf-8")
    text = text.replace("    references: [refs/mei.jpg]\n", "")
    file.write_text(text.replace("{tier: 2K, aspect: 16:9}", "2560x1440"), encoding="utf-8")
    return file


def bought(file: Path, store: Store) -> None:
    """Put a result for every task of a board of single pictures into the store."""
    data = _picture()
    digest = store.blobs.put(data)
    entry = Stored(digest=digest, media_type="image/jpeg", width=640, height=360, bytes=len(data))
    plan = load(file).expand(MAKERS["preview"])
    for task in plan.tasks.values():
        inputs = tuple(given.digest for given in task.inputs)  # type: ignore[union-attr]  # all are files
        result = Result(
            key=key(task.recipe, inputs, 1),
            recipe=keyed(task.recipe, inputs, 1),
            inputs=inputs,
            take=1,
            pictures=(entry,),
            provider="preview",
            model="seedream-4.5",
            created_at="2026-01-01T00:00:00+00:00",
        )
        store.results.put(result)


def large_file(folder: Path, megabytes: float) -> Path:
    """A pipeline file of about so many megabytes, all of it steps."""
    folder.mkdir(parents=True)
    file = folder / "large.yaml"
    step = (
        '  step{i}:\n    prompt: "A quiet street, number {i}, at dusk in the rain. '
        'Wide shot, warm rim light, 1980s cel animation, paper texture, muted colours."\n'
        "    size: 2560x1440\n    tags: [street, dusk]\n    output: streets/{i}.jpg\n"
        "    meta: {{seconds: {s}, camera: locked}}\n"
    )
    parts = ["version: 1\nname: large\nsteps:\n"]
    size = 0
    while size < megabytes * 1e6:
        text = step.format(i=len(parts), s=len(parts) % 9)
        size += len(text)
        parts.append(text)
    file.write_text("".join(parts), encoding="utf-8")
    return file


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (640, 360), (180, 60, 50)).save(buffer, "JPEG")
    return buffer.getvalue()
