"""What a command loads: start-up time is what people feel."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("PIL", "httpx", "jinja2", "jsonschema", "rich")
LOADED = """
import json, sys
sys.argv = ["seedream-pipe", *{arguments!r}]
from seedream_pipe.__main__ import main
try:
    main()
finally:
    print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
"""


def _loaded(folder: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"]])
def test_help_loads_nothing_heavy(tmp_path, arguments) -> None:
    assert _loaded(tmp_path, *arguments) & set(HEAVY) == set()


def test_up_to_date_run_loads_nothing_heavy(board, cli) -> None:
    time.sleep(0.03)  # a file as young as the look at it is looked at again, and these are
    cli("run", "board.yaml")

    assert _loaded(board, "run", "board.yaml") & {*HEAVY, "yaml", "sqlite3"} == set()


def test_version_loads_not_even_the_command_line(tmp_path) -> None:
    assert "click" not in _loaded(tmp_path, "--version")
