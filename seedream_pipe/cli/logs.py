"""What libraries log, warn of, and raise where nobody catches it: said here, without secrets."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seedream_pipe.cli.terminal import say
from seedream_pipe.confidential import scrub_log
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["told"]


@contextmanager
def told(*, debug: bool) -> Iterator[None]:
    """While it lasts, what is logged is said; all of it with `debug`, else only errors, in a line each."""
    root = logging.getLogger()
    handler = _Saying(debug=debug)
    before, thread_hook, stray_hook = root.level, threading.excepthook, sys.unraisablehook
    root.addHandler(handler)
    logging.captureWarnings(capture=True)
    threading.excepthook = lambda thrown: _thrown(thrown.exc_value, debug=debug)
    sys.unraisablehook = lambda thrown: _thrown(thrown.exc_value, debug=debug) if debug else None
    if debug:
        root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        logging.captureWarnings(capture=False)
        threading.excepthook, sys.unraisablehook = thread_hook, stray_hook


class _Saying(logging.Handler):
    """Says log records on standard error."""

    def __init__(self, *, debug: bool) -> None:
        super().__init__(logging.DEBUG if debug else logging.ERROR)
        self._debug = debug
        self.addFilter(scrub_log)

    def emit(self, record: logging.LogRecord) -> None:
        if self._debug:
            say(f"{record.levelname.lower()} {record.name}: {self.format(record)}")
        else:
            say(f"{record.levelname.lower()} {record.name}: {escaped(record.getMessage().split(chr(10))[0])}")


def _thrown(error: BaseException | None, *, debug: bool) -> None:
    if error is None:
        return
    if debug:
        say("".join(traceback.format_exception(error)))
    else:
        say(f"error[E-BUG] {type(error).__name__}: {escaped(str(error))}")
