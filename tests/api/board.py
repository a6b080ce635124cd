"""A storyboard in a folder: sheets, frames chained within a scene, a series, takes, a named set."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import seedream_pipe
from seedream_pipe import Forecast, Record
from seedream_pipe.emulator import Emulator
from seedream_pipe.run.decisions import Make, Reuse
from tests.run.tasks import jpeg

KEY = "sk-0123456789abcdef0123456789abcdef"
KEYS = {"AI302_API_KEY": KEY, "ARK_API_KEY": KEY, "BYTEPLUS_API_KEY": KEY}
PICTURES = 2 + 6 + 3 + 2
"""What the whole board comes to: sheets, frames, series, takes."""

YAML = """\
version: 1
name: market
data:
  cast:
    mei: {look: "girl in a red raincoat", photo: refs/mei.jpg}
    duke: {look: "old orange cat", photo: refs/duke.jpg}
  shots: shots.csv
references:
  market: refs/market/*.jpg
defaults: {model: seedream-4.5, size: 2K, watermark: false}
steps:
  sheet:
    foreach: {in: cast, as: c, key: "{{ c.id }}"}
    references: ["{{ c.photo }}"]
    prompt: "Character sheet of {{ c.look }}"
  shots:
    foreach: {in: shots, as: shot, key: "{{ shot.scene }}_{{ shot.id }}"}
    references:
      - "sheet@{{ shot.who }}"
      - {from: prev, within: "{{ shot.scene }}"}
      - market
    prompt: "{{ shot.action }}, at night"
    output: frames/{{ shot.scene }}/{{ shot.id }}.jpg
  turnaround:
    references: [sheet@mei]
    group: 3
    prompt: "Generate a set of 3 pictures: Mei turning on the spot"
  poster:
    references: ["turnaround[0]"]
    takes: 2
    prompt: "Key art"
"""

SHOTS = """\
scene,id,who,action
sc01,010,mei,Mei looks up
sc01,020,mei,Mei runs
sc01,030,duke,Duke follows
sc02,010,duke,Duke sleeps
sc02,020,mei,Mei wakes him
sc02,030,mei,They leave
"""


@dataclass
class Board:
    """A project folder, and the settings under which it is run."""

    folder: Path
    settings: Mapping[str, Any]
    emulator: Emulator | None = None
    name: str = "board.yaml"

    @property
    def file(self) -> Path:
        return self.folder / self.name

    def plan(self, *targets: str, **changes: Any) -> Forecast:
        return seedream_pipe.plan(self.file, targets, **(dict(self.settings) | changes))

    def run(self, *targets: str, **changes: Any) -> Record:
        manner = {"yes": True, **self.settings, **changes}
        return seedream_pipe.run(self.file, targets, environment=KEYS, **manner)

    def edit(self, old: str, new: str, name: str = "") -> None:
        path = self.folder / (name or self.name)
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")

    def outputs(self) -> dict[str, tuple[bytes, int]]:
        """Every output with its bytes and modification time."""
        top = self.folder / "out"
        files = (path for path in sorted(top.rglob("*")) if path.is_file())
        return {str(path.relative_to(top)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    @property
    def billed(self) -> int:
        return len(self.emulator.ledger.billed)

    @property
    def requests(self) -> int:
        return len(self.emulator.ledger.requests)

    @property
    def lock(self) -> str:
        return self.file.with_suffix(".lock").read_text("utf-8")


def make_board(folder: Path, **settings: Any) -> Board:
    """The storyboard's files in an empty folder."""
    (folder / "refs" / "market").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "board.yaml").write_text(YAML, "utf-8")
    (folder / "shots.csv").write_text(SHOTS, "utf-8")
    for name, colour in (("mei", "red"), ("duke", "orange"), ("market/a", "teal"), ("market/b", "navy")):
        (folder / "refs" / f"{name}.jpg").write_bytes(jpeg(colour, (320, 240)))
    return Board(folder=folder, settings=settings)


def paid_board(folder: Path, emulator: Emulator, provider: str = "302ai", **settings: Any) -> Board:
    """The same on a provider that the emulator plays."""
    board = make_board(folder, **on(emulator, provider), **settings)
    board.emulator = emulator
    return board


def on(emulator: Emulator, provider: str) -> dict[str, Any]:
    """The settings of a provider that the emulator plays."""
    return {"provider": provider, "base_url": emulator.base_url(provider)}


def simple_board(folder: Path, emulator: Emulator, text: str, **settings: Any) -> Board:
    """A pipeline of one's own, in a folder that is a project."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "board.yaml").write_text(text, "utf-8")
    return Board(folder=folder, settings={**on(emulator, "302ai"), **settings}, emulator=emulator)


def singles(count: int, *, name: str = "shots") -> str:
    """A pipeline of so many frames that need nothing of one another."""
    rows = "".join(f"    s{number:02}: {{n: {number}}}\n" for number in range(count))
    return (
        f"version: 1\nname: {name}\ndata:\n  rows:\n{rows}"
        "defaults: {model: seedream-4.5, size: 2K, watermark: false}\n"
        "steps:\n  shots:\n"
        '    foreach: {in: rows, as: r, key: "{{ r.id }}"}\n'
        '    prompt: "frame number {{ r.n }}"\n'
    )


def to_make(forecast: Forecast) -> list[str]:
    return [address for address, task in forecast.tasks.items() if isinstance(task.decision, Make)]


def to_reuse(forecast: Forecast) -> list[str]:
    return [address for address, task in forecast.tasks.items() if isinstance(task.decision, Reuse)]
