"""What to type next: the command, with what was chosen by flags."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FOLDER", "command", "quoted"]

FOLDER: Final = "seedream_pipe.folder"
"""Where the context keeps the folder of -C."""

_KEPT: Final = frozenset(
    {"profiles", "overrides", "vars_files", "provider", "base_url", "store", "out", "price", "fallback"}
)
_KEPT_BY_RUN: Final = _KEPT | {
    "jobs",
    "response_format",
    "stream",
    "async_calls",
    "provenance",
    "images_per_minute",
    "retry_uncertain",
    "held",
}
_KEPT_BY_HELD: Final = frozenset({"store"})
_KEPT_BY_PICKS: Final = _KEPT - {"price"}
_WITHOUT_TARGETS: Final = frozenset({"status", "held"})
_KEPT_BY: Final = {
    "run": _KEPT_BY_RUN,
    "reroll": _KEPT_BY_RUN,
    "held": _KEPT_BY_HELD,
    "takes": _KEPT_BY_PICKS,
    "pick": _KEPT_BY_PICKS,
    "adopt": _KEPT_BY_PICKS,
}
_LONGEST: Final = 2000
_PLAIN: Final = re.compile(r"[\w@%+=:,./-]+")
"""What no shell reads as anything but itself: as `shlex` has it, in every script."""


def command(name: str, *words: str) -> str:
    """A command for the pipeline of the one that runs, with what its flags chose.

    With its targets, or with other words in their place.
    """
    context = click.get_current_context()
    typed = ["seedream-pipe"]
    if folder := context.meta.get(FOLDER):
        typed += ["-C", folder]
    first, *rest = name.split()
    typed += [first, *rest, context.params["file"]]
    if words:
        typed += words
    elif first not in _WITHOUT_TARGETS:
        typed += context.params.get("targets", ())
    kept = _KEPT_BY.get(first, _KEPT)
    return quoted(*typed, *_flags(context, kept))


def quoted(*words: str) -> str:
    """Words as a shell takes them. Letters of any script stand as they are."""
    return escaped(" ".join(map(_quoted, words)), limit=_LONGEST)


def _quoted(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else shlex.quote(word)


def _flags(context: click.Context, kept: frozenset[str]) -> Iterator[str]:
    for option in context.command.params:
        name = option.name or ""
        if name in kept and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = context.params[name]
            if isinstance(value, bool):
                yield (option.opts if value else option.secondary_opts)[0]
                continue
            for one in value if isinstance(value, tuple) else (value,):
                yield from (option.opts[0], str(one))
