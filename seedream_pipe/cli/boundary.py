"""Errors to a message and an exit code: the one place that catches broadly and the one that exits.

Every message says what happened, what of it is safe or may cost, and what to type next. Where it
happened in the code is shown with `--debug` alone.
"""

from __future__ import annotations

import json
import os
import shlex
import traceback
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.cli.problems import show
from seedream_pipe.cli.signals import code_of, signalled
from seedream_pipe.cli.terminal import out, say, style
from seedream_pipe.errors import (
    InvalidPipeline,
    SeedreamError,
    StoreError,
    UsageError,
    crash_code,
    is_short_of_files,
)
from seedream_pipe.problems import escaped
from seedream_pipe.reports.problems import error_tree
from seedream_pipe.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["DEBUG", "DEBUG_VARIABLE", "LAST_WORDS", "READER_GONE", "guarded"]

DEBUG: Final = "--debug"
"""The option, and where the context keeps that it was given."""
DEBUG_VARIABLE: Final = "SEEDREAM_DEBUG"
READER_GONE: Final = 141

LAST_WORDS: Final = b"error[E-MEMORY] there is not enough memory, not even to say where\n"
"""Said where there is no memory left to put a sentence together."""

_LONGEST: Final = 1000
_SAFE: Final = "nothing more was sent; what was bought is in the store, and every call is in its account"


def guarded(
    call: Callable[[], Any], arguments: Sequence[str] = (), *, as_json: bool = False, debug: bool = False
) -> int:
    """Run a command; gives its exit code, whatever happens.

    With `as_json` an error is an object on standard output too, for whoever reads it there;
    with `debug` it is told where in the code it arose.
    """
    try:
        return _guarded(call, arguments, as_json=as_json, debug=debug)
    except (MemoryError, SystemError):
        # It came a second time, while the first was being told; the interpreter itself may not know.
        os.write(2, LAST_WORDS)
        return SeedreamError.exit_code


def _guarded(call: Callable[[], Any], arguments: Sequence[str], *, as_json: bool, debug: bool) -> int:
    try:
        code = call()
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return error.exit_code
    except click.ClickException as error:
        return _usage(error, as_json=as_json)
    except (click.Abort, KeyboardInterrupt) as error:
        say(f"stopped by {signalled(error)}; what was bought is in the store")
        return code_of(error)
    except SeedreamError as error:
        return _told(_better(error), error, as_json=as_json, debug=debug)
    except BrokenPipeError:
        # The reader has gone: nothing more can be said there, and nothing of the work is lost.
        return READER_GONE
    except Exception as error:
        return _told(_translated(error, arguments), error, as_json=as_json, debug=debug)
    return code if isinstance(code, int) else 0


def _told(error: SeedreamError, cause: BaseException, *, as_json: bool, debug: bool) -> int:
    if debug:
        say("".join(traceback.format_exception(cause)))
    if isinstance(error, InvalidPipeline):
        show(error.problems)
    else:
        say(f"{_head()}[{error.code}] {escaped(error.message, limit=_LONGEST)}")
        if error.hint:
            say(f"  {style('hint:', bold=True)} {escaped(error.hint, limit=_LONGEST)}")
    if as_json:
        try:
            out(json.dumps(error_tree(error), ensure_ascii=False, indent=1))
        except (BrokenPipeError, SeedreamError):
            say("  nobody reads standard output")
    return error.exit_code


def _head() -> str:
    return style("error", fg="red", bold=True)


def _usage(error: click.ClickException, *, as_json: bool) -> int:
    # What there is to choose from comes on lines of their own.
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    hint = "" if context is None else f"try: {context.command_path} --help"
    say(f"{_head()}[{UsageError.code}] {escaped(message, limit=_LONGEST)}")
    if hint:
        say(f"  {hint}")
    if as_json:
        tree = error_tree(UsageError(message, hint=hint))
        out(json.dumps(tree, ensure_ascii=False, indent=1))
    return error.exit_code


def _better(error: SeedreamError) -> SeedreamError:
    """The error with a remedy that only its cause tells."""
    if type(error) is not InvalidPipeline and is_short_of_files(error):
        error.hint = _MORE_FILES
    elif isinstance(error, StoreError) and not error.hint:
        error.hint = (
            "nothing more is sent until it can be used: mend it; another one with --store has nothing of what"
            " was bought"
        )
    return error


_MORE_FILES: Final = "allow more open files: ulimit -n 1024; or ask for less at once: -j 1"


def _translated(error: Exception, arguments: Sequence[str]) -> SeedreamError:
    """What is not said on purpose: the machine's fault where it can be known, else ours."""
    code = crash_code(error)
    if code == "E-MEMORY":
        return SeedreamError(
            f"there is not enough memory; {_SAFE}", hint="ask for less at once: -j 1", code=code
        )
    if code == "E-FILES":
        return SeedreamError(f"too many files are open; {_SAFE}", hint=_MORE_FILES, code=code)
    if code == "E-SYSTEM":
        hint = "mend that, then run the same again"
        return SeedreamError(f"the system refused: {error}", hint=hint, code=code)
    again = escaped(shlex.join(["seedream-pipe", *arguments, DEBUG]), limit=_LONGEST)
    return SeedreamError(
        f"{type(error).__name__}: {escaped(str(error))} — a fault of seedream-pipe {VERSION}; {_SAFE}",
        hint=f"{again}   (shows where; report it)",
        code="E-BUG",
    )
