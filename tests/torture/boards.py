"""Small pipelines to be tortured, and what each must come to when all is well."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULTS: Final = "version: 1\ndefaults: {model: seedream-4.0, size: 1280x720, watermark: false}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A pipeline file with the flags that it is run under.

    `pictures` is what it comes to, in `calls` paid calls. Every prompt in it is another one, so a prompt
    says whose call it was.
    """

    name: str
    text: str
    pictures: int
    calls: int
    flags: tuple[str, ...] = ()
    provider: str = "ark"

    def write(self, folder: Path) -> None:
        """Make the project: the pipeline file in a folder that is the root of one."""
        (folder / ".git").mkdir(parents=True)
        (folder / "board.yaml").write_text(f"name: {self.name}\n{self.text}", "utf-8")


SMALL: Final = Board(
    name="small",
    text=DEFAULTS
    + """\
steps:
  one: {prompt: The harbour at dawn}
  two: {references: [one], prompt: "The same harbour, an hour later"}
  set: {group: 3, prompt: "Generate a set of 3 pictures: a ferry that leaves"}
""",
    pictures=5,
    calls=3,
)
"""Two pictures in a chain and a series, by link."""

INLINE: Final = Board(
    name="inline",
    text=SMALL.text.replace("harbour", "market").replace("ferry", "cart"),
    pictures=5,
    calls=3,
    flags=("--response-format", "b64_json"),
)
"""The same with the pictures in the answers."""


LATER: Final = Board(
    name="later",
    text=SMALL.text.replace("harbour", "station").replace("ferry", "train"),
    pictures=5,
    calls=3,
    flags=("--async-calls", "--price", "0.04"),
    provider="302ai",
)
"""The same where a call is taken at once and its answer is asked for."""

OPEN: Final = Board(
    name="open",
    text=DEFAULTS
    + """\
steps:
  lost: {prompt: The lighthouse in fog}
  late: {prompt: The lighthouse at noon}
  set: {group: 3, prompt: "Generate a set of 3 pictures: a gull that lands"}
""",
    pictures=5,
    calls=3,
)
"""What is left open in three ways: a hold, an answer that is not fetched, a series that was cut."""


def singles(count: int, name: str = "singles") -> Board:
    """So many pictures that need nothing of one another."""
    rows = "".join(f"    r{number:02}: {{n: {number}}}\n" for number in range(count))
    text = (
        f"{DEFAULTS}data:\n  rows:\n{rows}"
        'steps:\n  shot:\n    foreach: {in: rows, as: r, key: "{{ r.id }}"}\n'
        '    prompt: "lantern number {{ r.n }}"\n'
    )
    return Board(name=name, text=text, pictures=count, calls=count)


ONE: Final = singles(1, "single")
FOUR: Final = singles(4, "four")
EIGHT: Final = singles(8, "eight")
FORTY: Final = singles(40, "forty")
BOARDS: Final = {board.name: board for board in (SMALL, INLINE, LATER, OPEN, ONE, FOUR, EIGHT, FORTY)}
