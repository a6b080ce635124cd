"""Errors to a message and an exit code: the one place that catches broadly and the one that exits."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.cli.problems import show
from seedream_pipe.cli.terminal import out, say, style
from seedream_pipe.errors import InvalidPipeline, SeedreamError
from seedream_pipe.problems import escaped
from seedream_pipe.reports.problems import error_tree

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READER_GONE", "guarded"]

_LONGEST: Final = 1000
READER_GONE: Final = 141


def guarded(call: Callable[[], Any], *, as_json: bool = False) -> int:
    """Run a command; gives its exit code, whatever happens.

    With `as_json` an error is an object on standard output too, for whoever reads it there.
    """
    try:
        code = call()
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return error.exit_code
    except click.ClickException as error:
        _usage(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("stopped; what was bought is in the store")
        return 130
    except SeedreamError as error:
        return _told(error, as_json=as_json)
    except BrokenPipeError:
        # The reader has gone: nothing more can be said there, and nothing of the work is lost.
        return READER_GONE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EMFILE}:
            return _told(SeedreamError(f"the system refused: {error}"), as_json=as_json)
        _bug(error)
        return 1
    return code if isinstance(code, int) else 0


def _told(error: SeedreamError, *, as_json: bool) -> int:
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


def _usage(error: click.ClickException) -> None:
    say(f"{_head()}[E-USAGE] {escaped(error.format_message(), limit=_LONGEST)}")
    context = getattr(error, "ctx", None)
    if context is not None:
        say(f"  try: {context.command_path} --help")


def _bug(error: Exception) -> None:
    say(f"{_head()}[E-BUG] {type(error).__name__}: {escaped(str(error), limit=500)}")
    say("  this is a fault of seedream-pipe; what was bought is in the store and recorded")
    if os.environ.get("SEEDREAM_DEBUG"):
        say("".join(traceback.format_exception(error)))
    else:
        command = escaped(" ".join(sys.argv[1:3]))
        say(f"  next: SEEDREAM_DEBUG=1 seedream-pipe {command} …   (shows where; report it with the version)")
