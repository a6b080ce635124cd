"""A real language server, fetched once at the version of the lock beside this file.

`YAML_LANGUAGE_SERVER` names a folder that keeps it between runs (`make editor` fills one); without it
a temporary folder is used. Where node, npm or the package cannot be had, the tests are skipped.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.editor.language_server import Editor

HERE: Final = Path(__file__).parent
SERVER: Final = Path("node_modules", "yaml-language-server", "bin", "yaml-language-server")
FETCH: Final = "npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=0 --fetch-timeout=20000".split()


def _fetch(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, folder / name)
    try:
        subprocess.run(
            [*FETCH, "--cache", str(folder / "cache")],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=90,
        )
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm cannot fetch yaml-language-server: {error.stderr.strip().splitlines()[:1]}")
    except subprocess.TimeoutExpired:
        pytest.skip("npm cannot fetch yaml-language-server in 90 seconds")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of the language server."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    kept = os.environ.get("YAML_LANGUAGE_SERVER")
    folder = Path(kept).absolute() if kept else tmp_path_factory.getbasetemp().parent / "language-server"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # workers of one run fetch it once
        if not (folder / SERVER).exists():
            _fetch(folder)
    return [node, str(folder / SERVER), "--stdio"]


@pytest.fixture(scope="module")
def editor(server: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor in an empty project; files are opened from anywhere."""
    with Editor(server, tmp_path_factory.mktemp("project")) as opened:
        yield opened
