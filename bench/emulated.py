"""The emulator as a process of its own, so that it shares no interpreter with what is measured."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CLEAN", "Emulated", "buying"]

CLEAN: Final = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("SEEDREAM_") and name != "PYTHONDONTWRITEBYTECODE"
}
"""The environment without what a person has set for themselves."""


class Emulated:
    """An emulator for as long as the `with` lasts; what it gives is the base URL for 302.AI."""

    def __init__(self, folder: Path, *, latency: float = 0.2, picture_bytes: int = 1_000_000) -> None:
        self._folder = folder
        self._options = f"latency={latency}, picture_bytes={picture_bytes}, keep_bodies=False"

    def __enter__(self) -> str:
        code = (
            "from seedream_pipe.emulator import Options, serve; "
            f"serve('127.0.0.1', 0, options=Options({self._options}))"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=self._folder, env=CLEAN, stdout=subprocess.PIPE, text=True
        )
        if self._process.stdout is None:
            raise RuntimeError("the emulator has no standard output")
        return self._process.stdout.readline().strip() + "/doubao"

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def buying(base_url: str, **settings: str) -> Mapping[str, str]:
    """The environment of a run that buys there; settings as they are called without ``SEEDREAM_``."""
    return {
        **CLEAN,
        "AI302_API_KEY": "bench",
        "SEEDREAM_BASE_URL": base_url,
        "SEEDREAM_PROVIDER": "302ai",
        **{f"SEEDREAM_{name}": value for name, value in settings.items()},
    }
