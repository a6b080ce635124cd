"""A scenario as its file says it: what goes wrong, and what has to come of it."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from tests.scenarios.boards import BOARDS

HERE = Path(__file__).parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LASTING = ("exit", "billed", "delivered", "foreign", "held", "out")
CERTIFICATES = ("cert", "expired", "other_host")
DOORS = ("closed", "nowhere", "cut handshake", "no tls", "reset at once", "closed at once")


class Wrong(ValueError):
    """A scenario's file says what nobody can play."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is to be seen after a run. A member that a file leaves out is not looked at.

    exit: the exit code, or several that will do. requests, polls: generations and polls asked for in
    this run. billed, delivered, held, out: so far. A picture is delivered when its own bytes are in the
    store; out is the number of outputs, and `foreign` are such as nobody was billed for. outcomes: how many
    tasks had each. says: words that the run or `held` says (in any case); silent: such that none does.
    waited: seconds of the run's own time, from and to. answers: raw answers on disk. touched: requests
    that the stranger's server saw.
    """

    exit: Any = None
    requests: Any = None
    polls: Any = None
    billed: Any = None
    delivered: Any = None
    foreign: int = 0
    held: Any = None
    out: Any = None
    outcomes: dict[str, int] | None = None
    says: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    waited: tuple[float, float] | None = None
    answers: Any = None
    touched: Any = None


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a file says.

    says: the sentence. rules: where it is written. board, model, size: what is wanted. provider: of the
    user; settings: the user's others, as variables of the environment. emulator: its options. faults: its
    script. door: what stands where the service should be, in the first run. tls: the service speaks https
    under this certificate, and `trusted` says whether the user's machine vouches for it. later: the clock
    goes on so many seconds before each further run. patience: seconds for an answer. process: played by a
    process of its own. seconds: the most that a run may take. torture: too long for every day. lost:
    billed pictures that nobody can know to be missing. word: what a person says of the calls that are
    held, before the third run: drop, or retry. first, second, third: what is to be seen after
    each run; what lasts is expected of the next one too, where it says nothing else.
    """

    name: str
    says: str
    rules: tuple[str, ...]
    board: str = "single"
    model: str = "seedream-4.5"
    size: str = "2K"
    provider: str = "ark"
    settings: dict[str, Any] = field(default_factory=dict)
    emulator: dict[str, Any] = field(default_factory=dict)
    faults: tuple[dict[str, Any], ...] = ()
    door: str = ""
    tls: str = ""
    trusted: bool = True
    later: float = 0.0
    patience: float = 5.0
    process: bool = False
    seconds: float = 20.0
    torture: bool = False
    lost: int = 0
    word: str = ""
    first: Expected = field(default_factory=Expected)
    second: Expected = field(default_factory=Expected)
    third: Expected = field(default_factory=Expected)

    @property
    def stands(self) -> bool:
        """Whether the service itself is there from the beginning, under a certificate that is good."""
        return not self.door and self.trusted and self.tls in {"", "cert"}


def scenarios() -> list[Scenario]:
    """Every scenario below this folder, by its name."""
    return [read(path) for path in sorted(HERE.rglob("*.yaml"))]


def read(path: Path, top: Path = HERE) -> Scenario:
    """The scenario of a file below `top`. Raises `Wrong` for what it does not know."""
    tree = yaml.load(path.read_text("utf-8"), Loader=LOADER)
    name = str(path.relative_to(top).with_suffix(""))
    _expect_known(tree, Scenario, name)
    for run in ("first", "second", "third"):
        if run in tree:
            _expect_known(tree[run], Expected, name)
    if "exit" not in tree.get("first", {}) or not tree.get("rules"):
        raise Wrong(f"{name}: a scenario says its rules and the exit of the first run")
    first = tree["first"]
    settled = {member: first[member] for member in _LASTING if member in first}
    second = {"requests": 0, **settled, **tree.pop("second", {})}
    third = {"requests": 0, **{key: second[key] for key in settled}, **tree.pop("third", {})}
    found = Scenario(
        name=name,
        first=_expected(tree.pop("first")),
        second=_expected(second),
        third=_expected(third),
        **{member: tuple(value) if isinstance(value, list) else value for member, value in tree.items()},
    )
    if found.word not in {"", "drop", "retry"}:
        raise Wrong(f"{name}: nobody says {found.word!r}")
    if found.board not in BOARDS or found.door not in ("", *DOORS) or found.tls not in ("", *CERTIFICATES):
        raise Wrong(f"{name}: no such board, door or certificate")
    return found


def _expect_known(tree: dict[str, Any], kind: type, name: str) -> None:
    unknown = sorted(tree.keys() - {each.name for each in fields(kind)})
    if unknown:
        raise Wrong(f"{name}: what is {unknown[0]!r}?")


def _expected(tree: dict[str, Any]) -> Expected:
    return Expected(
        **{key: tuple(value) if key in {"says", "silent", "waited"} else value for key, value in tree.items()}
    )
