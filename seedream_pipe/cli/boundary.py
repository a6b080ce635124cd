"""Errors to a message and an exit code: the one place that catches broadly and the one that exits."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.cli.problems import show
from seedream_pipe.cli.terminal import say, style
from seedream_pipe.errors import InvalidPipeline, SeedreamError
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["guarded"]


def guarded(call: Callable[[], Any]) -> int:
    """Run a command; gives its exit code, whatever happens."""
    try:
        code = call()
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        _usage(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        say("stopped")
        return 130
    except InvalidPipeline as error:
        show(error.problems)
        return error.exit_code
    except SeedreamError as error:
        say(f"{style('error', fg='red', bold=True)}[{error.code}] {escaped(error.message, limit=1000)}")
        if error.hint:
            say(f"  {style('hint:', bold=True)} {escaped(error.hint, limit=1000)}")
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone: nothing more can be said there, and nothing of the work is lost.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        _bug(error)
        return 1
    return code if isinstance(code, int) else 0


def _usage(error: click.ClickException) -> None:
    say(f"{style('error', fg='red', bold=True)}[E-USAGE] {escaped(error.format_message(), limit=1000)}")
    context = getattr(error, "ctx", None)
    if context is not None:
        say(f"  try: {context.command_path} --help")


def _bug(error: Exception) -> None:
    say(
        f"{style('error', fg='red', bold=True)}[E-BUG] {type(error).__name__}: {escaped(str(error), limit=500)}"
    )
    say("  this is a fault of seedream-pipe; what was bought is in the store and recorded")
    if os.environ.get("SEEDREAM_DEBUG"):
        say("".join(traceback.format_exception(error)))
    else:
        say("  SEEDREAM_DEBUG=1 shows where, to be reported with the version (seedream-pipe --version)")
