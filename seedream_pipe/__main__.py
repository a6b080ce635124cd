"""The command line's way in: what can be answered without the rest is answered here."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from seedream_pipe.version import VERSION

        print(f"seedream-pipe {VERSION}")  # noqa: T201 - this is the answer
        return
    from seedream_pipe.cli.group import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
