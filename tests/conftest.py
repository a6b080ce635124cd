"""What holds for every test: no network beyond this machine, no key, no folder of the person who runs it.

The guards are audit hooks of the interpreter and not patches, so they hold for our code and for every
library alike, and no test needs to know their names. Processes that a test starts inherit the environment
only; the session looks afterwards whether one of them made a folder in the home that is nobody's.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

ROOT: Final = Path(__file__).resolve().parent.parent

# A run inside the checkout would leave its store, its pictures and its locks there.
NOT_FOR_TESTS: Final = tuple(str(ROOT / name) for name in (".seedream", "out", "pipelines"))

# In an environment of their own: make clients
collect_ignore: Final = ["clients"]

FOREIGN_VARIABLES: Final = frozenset({"COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR"})
FOREIGN_PREFIXES: Final = ("SEEDREAM_", "XDG_", "GIT_")
FOREIGN_SUFFIXES: Final = ("_API_KEY", "_PROXY")

LOOPBACK_NAMES: Final = frozenset({"localhost", "::1", "::", "0.0.0.0", ""})
WRITING_FLAGS: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

settings.register_profile(
    "house",
    deadline=None,  # a busy machine is no failure
    max_examples=50,
    derandomize="CI" in os.environ,  # CI says the same about the same commit
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


class YouForgotToExplicitlyChooseAStoreFolder(BaseException):
    """A test was about to write where a person's own pictures, settings or checkout are."""


class ATestMustNotLeaveThisMachine(BaseException):
    """A test was about to speak to an address that is not of the loopback network."""


def _is_loopback(host: object) -> bool:
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    return name in LOOPBACK_NAMES or name.startswith("127.")


def _guard_network(event: str, args: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        if isinstance(address, tuple) and not _is_loopback(address[0]):
            raise ATestMustNotLeaveThisMachine(f"{event} to {address!r}")
    elif not _is_loopback(args[0]):
        raise ATestMustNotLeaveThisMachine(f"{event} of {args[0]!r}")


def _written_path(event: str, args: tuple[object, ...]) -> object:
    if event == "open":
        flags = args[2]
        return args[0] if isinstance(flags, int) and flags & WRITING_FLAGS else None
    return args[1] if event == "os.rename" else args[0]


def _guard_folders(event: str, args: tuple[object, ...], forbidden: tuple[str, ...]) -> None:
    if event == "os.mkdir" and args[2] != -1:
        return  # below a folder that is open, which is not where we stand
    path = _written_path(event, args)
    if not isinstance(path, str | bytes | os.PathLike):
        return
    full = os.path.abspath(os.fsdecode(path))
    for folder in forbidden:
        if full == folder or full.startswith(folder + os.sep):
            raise YouForgotToExplicitlyChooseAStoreFolder(f"{event} of {full}")


NETWORK_EVENTS: Final = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
    }
)
FOLDER_EVENTS: Final = frozenset({"open", "os.mkdir", "os.rename", "os.symlink", "sqlite3.connect"})


def _impersonal(environment: dict[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if name not in FOREIGN_VARIABLES
        and not name.startswith(FOREIGN_PREFIXES)
        and not name.upper().endswith(FOREIGN_SUFFIXES)
    }


@pytest.fixture(scope="session", autouse=True)
def _nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run the whole session as somebody without a home, a key or a network."""
    home = tmp_path_factory.mktemp("nobody") / "has-no-home"
    # Answers that a failing disk drives out of a store come here.
    state = str(home.with_name("state"))
    forbidden = (*NOT_FOR_TESTS, str(home))
    before = dict(os.environ)
    on_guard = True

    def guard(event: str, args: tuple[object, ...]) -> None:
        if event in FOLDER_EVENTS and on_guard:
            _guard_folders(event, args, forbidden)
        elif event in NETWORK_EVENTS and on_guard:
            _guard_network(event, args)

    os.environ.clear()
    os.environ.update({**_impersonal(before), "HOME": str(home), "XDG_STATE_HOME": state})
    sys.addaudithook(guard)
    yield
    on_guard = False  # a hook cannot be taken away, only put to rest
    os.environ.clear()
    os.environ.update(before)
    if home.exists():
        found = ", ".join(sorted(str(path.relative_to(home)) for path in home.rglob("*")))
        raise YouForgotToExplicitlyChooseAStoreFolder(f"a process that a test started made {found}")


@pytest.fixture
def anyio_backend() -> str:
    """The one event loop that we run on."""
    return "asyncio"
