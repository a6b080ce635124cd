"""Problems as a person reads them: place, sentence, the line with a caret, the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seedream_pipe.cli.terminal import plural, say, style
from seedream_pipe.problems import shown, split_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.problems import Problem

__all__ = ["show", "summary"]


def show(problems: Sequence[Problem]) -> None:
    """All of them on standard error, and how many."""
    lines: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        file = problem.place.file
        if file not in lines:
            lines[file] = _lines(file)
        say(_coloured(shown(problem, lines[file]), problem))
        say()
    say(summary(problems))


def summary(problems: Sequence[Problem]) -> str:
    """How many errors and warnings there are."""
    errors = sum(problem.is_error for problem in problems)
    warnings = len(problems) - errors
    parts = [plural(errors, "error")] if errors else []
    parts += [plural(warnings, "warning")] if warnings else []
    return ", ".join(parts) + ("; nothing was sent" if errors else "")


def _lines(file: str) -> tuple[str, ...]:
    try:
        return tuple(split_lines(Path(file).read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError):
        return ()


def _coloured(text: str, problem: Problem) -> str:
    head, line, rest = text.partition("\n")
    severity = "error" if problem.is_error else "warning"
    colour = "red" if problem.is_error else "yellow"
    return style(severity, fg=colour, bold=True) + head.removeprefix(severity) + line + rest
