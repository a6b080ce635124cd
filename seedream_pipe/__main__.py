"""The command line's way in: what can be answered without the rest is answered here."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from seedream_pipe.version import VERSION

        print(f"seedream-pipe {VERSION}")  # noqa: T201 - this is the answer
        return
    try:
        from seedream_pipe.cli import signals
    except KeyboardInterrupt:
        os._exit(130)
    try:
        signals.ready()
        code = _run(sys.argv[1:])
    except KeyboardInterrupt as error:
        code = signals.code_of(error)
    except (MemoryError, ImportError, OSError) as error:
        # Too little memory or too few files to load the program: the boundary is not there yet.
        os.write(2, f"error[E-SYSTEM] seedream-pipe cannot start: {error!r}\n".encode())
        code = 1
    try:
        signals.leave(code)
    except (MemoryError, SystemError):
        os._exit(code)


def _run(arguments: list[str]) -> int:
    from seedream_pipe.cli.group import run

    return run(arguments)


if __name__ == "__main__":
    main()
