"""One point of a sweep at work: a service, a project, and runs of the tool in it.

`Warm` forks runs from a process that has everything imported; a cold run starts the interpreter, as a
person does. Whatever ran is kept as `Ended`, for the judge.
"""

import contextlib
import itertools
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from seedream_pipe.emulator import Emulator, Ledger
from tests.torture.boards import Board
from tests.torture.shim import Arm, Done, NoShim, build, read_log

KEY: Final = "ark-torture-8d1f4c0b7e2a-Zq7Xw9Kv3R"
"""A key that stands nowhere else: where any of it is found, it has leaked."""

PATIENCE: Final = 40.0
"""Seconds: a run that takes longer hangs. On an idle machine none takes a twentieth of it."""

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = (sys.executable, "-m", "seedream_pipe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run of the tool that is over. `code` is negative after a signal; `hung` when it had to be ended."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float
    hung: bool = False
    hurt: bool = False
    """Whether something was done to it: only the others have to end well."""
    left: bool = False
    """Whether a process of it is still there."""


@dataclass(slots=True, kw_only=True)
class Running:
    """A run under way; in a process group of its own."""

    argv: tuple[str, ...]
    pid: int
    wait: Callable[[float], int | None]
    out: Path
    err: Path
    began: float = field(default_factory=time.monotonic)
    hurt: bool = True
    ended: Ended | None = None

    def signal(self, number: int) -> None:
        """Send it a signal, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    @property
    def is_over(self) -> bool:
        """Whether it has ended; never waits."""
        return self.wait(0) is not None

    def end(self, patience: float = PATIENCE) -> Ended:
        """Wait for its end; what hangs is asked where, and then killed."""
        if self.ended is None:
            code = self.wait(patience)
            hung = code is None
            if hung:
                self.signal(signal.SIGUSR1)
                time.sleep(0.3)
                self.signal(signal.SIGKILL)
                code = self.wait(PATIENCE)
            self.ended = Ended(
                argv=self.argv,
                code=-signal.SIGKILL if code is None else code,
                out=_text(self.out),
                err=_text(self.err),
                seconds=time.monotonic() - self.began,
                hung=hung,
                hurt=self.hurt,
                left=_is_there(self.pid),
            )
        return self.ended


class Warm:
    """The process that forks. One for each process of a sweep; one thread asks it."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        with contextlib.suppress(NoShim):
            environment["LD_PRELOAD"] = str(build())
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.torture.warm"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._numbers = itertools.count(1)
        self._pids: dict[int, int] = {}
        self._codes: dict[int, int] = {}
        self._rest = b""
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._process.stdout, selectors.EVENT_READ)
        self._hear(PATIENCE)

    def start(self, order: dict[str, Any]) -> tuple[int, Callable[[float], int | None]]:
        """Fork a run; its process id, and how to wait for its exit code."""
        run = next(self._numbers)
        self._process.stdin.write(json.dumps({"run": run, **order}).encode() + b"\n")
        self._process.stdin.flush()
        deadline = time.monotonic() + PATIENCE
        while run not in self._pids:
            self._hear(deadline - time.monotonic())
        return self._pids[run], lambda patience: self._wait(run, patience)

    def close(self) -> None:
        """End it; runs that are under way go on."""
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()
        self._ready.close()

    def _wait(self, run: int, patience: float) -> int | None:
        deadline = time.monotonic() + patience
        while run not in self._codes:
            left = deadline - time.monotonic()
            if not self._hear(max(left, 0)) and left <= 0:
                return None
        return self._codes[run]

    def _hear(self, patience: float) -> bool:
        if not self._ready.select(patience):
            return False
        data = os.read(self._process.stdout.fileno(), 1 << 16)
        if not data:
            raise RuntimeError("the warm process is gone")
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "pid" in said:
                self._pids[said["run"]] = said["pid"]
            elif "status" in said:
                self._codes[said["run"]] = said["status"]
        return True


@dataclass(slots=True, kw_only=True)
class Scene:
    """A board's project beside a running service, for as long as one point lasts."""

    board: Board
    folder: Path
    emulator: Emulator
    warm: Warm
    runs: list[Running] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    exits: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    """What has to be undone when the judge has spoken."""
    weight: int = 0
    """The size that the service pads its pictures to, in bytes."""
    spoiled: bool = False
    """Whether the store was damaged on purpose: then a picture may be in the output folder alone."""
    released: int = 0
    """Holds that a person ended: so often may something be bought once more."""

    @property
    def project(self) -> Path:
        """The folder of the pipeline."""
        return self.folder / "project"

    @property
    def store(self) -> Path:
        """The tool's store."""
        return self.project / ".seedream"

    @property
    def ledger(self) -> Ledger:
        """What the service says: the judge's witness."""
        return self.emulator.ledger

    @property
    def requests(self) -> int:
        """How many generations were asked for so far."""
        return len(self.ledger.requests)

    @property
    def environment(self) -> dict[str, str]:
        """What a run inherits: nothing of the person who runs the sweep."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "ARK_API_KEY": KEY,
            "AI302_API_KEY": KEY,
            "SEEDREAM_PROVIDER": self.board.provider,
            "SEEDREAM_BASE_URL": self.emulator.base_url(self.board.provider),
            "PYTHONDONTWRITEBYTECODE": "1",
            **{name: "1" for name in ("SEEDREAM_DEBUG",) if "TORTURE_DEBUG" in os.environ},
        }

    def demand(self, kept: object, promise: str) -> None:
        """Note a promise of this sweep that was not kept."""
        if not kept:
            self.broken.append(promise)

    def run_flags(self, *more: str) -> tuple[str, ...]:
        """The arguments of a paid run."""
        return ("run", "board.yaml", "--yes", *self.board.flags, *more)

    def start(
        self,
        *argv: str,
        arm: Arm | None = None,
        held: bool = False,
        hurt: bool = True,
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Running:
        """Begin a run of the tool; of the pipeline when nothing is said. `held`: stopped, until SIGCONT."""
        number = next(self._numbers)
        out, err = self.folder / f"{number}.out", self.folder / f"{number}.err"
        arguments = argv or self.run_flags()
        pid, wait = self.warm.start(
            {
                "argv": arguments,
                "folder": str(folder or self.project),
                "environment": {**self.environment, **(variables or {})},
                "out": str(out),
                "err": str(err),
                "arm": arm.line(self.project, self.folder / f"{number}.log", self.undo) if arm else "",
                "held": held,
            }
        )
        return self._begun(Running(argv=tuple(arguments), pid=pid, wait=wait, out=out, err=err, hurt=hurt))

    def go_on(self, running: Running) -> None:
        """Let a run begin that was started `held`; only the tool's own lines are before it."""
        state = Path(f"/proc/{running.pid}/stat")
        self.until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T")
        running.signal(signal.SIGCONT)

    def run(self, *argv: str, hurt: bool = False, **how: Any) -> Ended:
        """A run of the tool to its end."""
        return self.start(*argv, hurt=hurt, **how).end()

    def cold(
        self,
        *argv: str,
        hurt: bool = True,
        shell: str = "",
    ) -> Running:
        """Begin a run as a person does, from nothing; `shell` is what bash is to do with ``"$@"``."""
        number = next(self._numbers)
        out, err = self.folder / f"{number}.out", self.folder / f"{number}.err"
        arguments = argv or self.run_flags()
        command: Sequence[str] = [*PROGRAM, *arguments]
        if shell:
            command = ["bash", "-c", shell, "bash", *command]
        with out.open("ab") as out_file, err.open("ab") as err_file:
            process = subprocess.Popen(
                command,
                cwd=self.project,
                env={**self.environment, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=out_file,
                stderr=err_file,
                process_group=0,
            )

        def wait(patience: float) -> int | None:
            try:
                return process.wait(patience)
            except subprocess.TimeoutExpired:
                return None

        return self._begun(
            Running(argv=tuple(arguments), pid=process.pid, wait=wait, out=out, err=err, hurt=hurt)
        )

    def log(self, running: Running) -> list[Done]:
        """What the shim told of a run."""
        return read_log(running.out.with_suffix(".log"))

    @property
    def undo(self) -> Path:
        """Where the shim keeps what a loss of power brings back."""
        return self.folder / "undo"

    def until(self, condition: Callable[[], bool], *runs: Running, patience: float = PATIENCE) -> bool:
        """Wait until something is so; False when the runs are over, or time is, before it is."""
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline or (runs and all(run.is_over for run in runs)):
                return condition()
            time.sleep(0.002)
        return True

    def _begun(self, running: Running) -> Running:
        self.runs.append(running)
        return running


@dataclass(slots=True, kw_only=True)
class Stage:
    """Where points are played one after the other; one for each process."""

    top: Path
    warm: Warm = field(default_factory=Warm)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.warm.close()

    @contextlib.contextmanager
    def scene(self, board: Board, **options: Any) -> Iterator[Scene]:
        """A new project and a new service; options are the emulator's. The folder stays until `clear`."""
        folder = self.top / f"{os.getpid()}-{next(self._numbers)}"
        for name in ("home", "tmp", "undo"):
            (folder / name).mkdir(parents=True)
        board.write(folder / "project")
        with Emulator(**options) as emulator:
            weight = options.get("picture_bytes", 0)
            scene = Scene(board=board, folder=folder, emulator=emulator, warm=self.warm, weight=weight)
            try:
                yield scene
            finally:
                for running in scene.runs:
                    if not running.is_over:
                        running.signal(signal.SIGCONT)
                        running.signal(signal.SIGKILL)
                        running.wait(PATIENCE)
                scene.exits.close()


def _is_there(group: int) -> bool:
    """Whether a process of a group is there, and does not go within a second."""
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return False
        time.sleep(0.01)
    return True


def clear(folder: Path) -> None:
    """Remove a scene, whatever was done to its modes."""
    for path, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def quick_folder() -> Path:
    """Where sweeps work when nobody says: in memory where there is such a place, for the syncs."""
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix="torture-", dir=os.environ.get("TORTURE_DIR", base)))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
