"""The guards of conftest.py guard."""

import os
import socket
from pathlib import Path

import pytest

from tests import conftest

# pytest loads conftest.py under a name of its own, so its exceptions are matched by theirs.
DOCUMENTATION_ADDRESS = "192.0.2.1"


def _raised_by(act: object, *arguments: object) -> str:
    assert callable(act)
    try:
        act(*arguments)
    except BaseException as error:  # noqa: BLE001 - the guards' errors are to pass every net of ours
        return type(error).__name__
    return "nothing"


def test_no_name_is_looked_up() -> None:
    assert _raised_by(socket.getaddrinfo, "example.com", 443) == "ATestMustNotLeaveThisMachine"


def test_no_foreign_address_is_spoken_to() -> None:
    with socket.socket() as stranger:
        assert _raised_by(stranger.connect, (DOCUMENTATION_ADDRESS, 9)) == "ATestMustNotLeaveThisMachine"


def test_this_machine_is_spoken_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


@pytest.mark.parametrize("folder", [".seedream", "out", "pipelines/night-market/out"])
def test_nothing_is_made_in_the_checkout(folder: str) -> None:
    made = conftest.ROOT / folder / "made-by-a-test"

    assert _raised_by(made.mkdir) == "YouForgotToExplicitlyChooseAStoreFolder"
    assert _raised_by(made.write_bytes, b"") == "YouForgotToExplicitlyChooseAStoreFolder"


def test_nothing_is_made_at_home() -> None:
    assert _raised_by(Path.home().mkdir) == "YouForgotToExplicitlyChooseAStoreFolder"


def test_a_temporary_folder_is_free(tmp_path: Path) -> None:
    (tmp_path / ".seedream").mkdir()

    assert (tmp_path / ".seedream").is_dir()


def test_no_key_and_no_proxy_is_left() -> None:
    left = {name for name in os.environ if name.upper().endswith(("_API_KEY", "_PROXY"))}

    assert left == set()
    assert [name for name in os.environ if name.startswith("SEEDREAM_")] == []
