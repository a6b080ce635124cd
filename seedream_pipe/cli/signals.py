"""Signals: what each one ends a command with, and how a command that does not run a pipeline ends by them.

A run of a pipeline drains (`cli.draining`); everything else has nothing to lose and stops at once.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType
    from typing import NoReturn

__all__ = ["CODES", "Signalled", "at_once", "code_of", "heard", "leave", "name_of", "ready", "signalled"]

CODES: Final[Mapping[int, int]] = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
"""The exit code after each signal that asks to stop: 128 and its number, as shells say it."""


class Signalled(KeyboardInterrupt):
    """A signal came where nothing has to be drained. `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__(name_of(number))
        self.number = number


def heard() -> list[int]:
    """The signals to listen to: SIGHUP not where `nohup` had it ignored."""
    return [number for number in CODES if number == signal.SIGINT or _is_heard(number)]


def _is_heard(number: int) -> bool:
    return signal.getsignal(number) is not signal.SIG_IGN


def name_of(number: int) -> str:
    """``SIGTERM``."""
    return signal.Signals(number).name


def signalled(error: BaseException) -> Signalled:
    """The signal behind an interruption, which click tells as an abort; Ctrl-C when it is not known."""
    for found in (error, error.__cause__, error.__context__):
        if isinstance(found, Signalled):
            return found
    return Signalled(signal.SIGINT)


def code_of(error: BaseException) -> int:
    """The exit code of what a signal raised."""
    return CODES[signalled(error).number]


def ready() -> None:
    """From here on a signal raises `Signalled`, and the way out tells its exit code."""
    for number in heard():
        signal.signal(number, _raise)


def _raise(number: int, _frame: FrameType | None) -> None:
    raise Signalled(number)


@contextmanager
def at_once(said: bytes) -> Iterator[None]:
    """While it lasts a signal ends the process without a way back, whatever its threads are doing.

    For what only reads, or what a crash may cut as well: planning, and the recovery of a store.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        with suppress(OSError):
            os.write(2, said)
        os._exit(CODES[number])

    before = {number: signal.signal(number, end) for number in heard()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(code: int) -> NoReturn:
    """Leave the process with a code that is decided: a signal that comes now changes nothing of it.

    A thread that is still at work, looking a name up for example, is not waited for. Nor is the
    interpreter let clean up after a failure: where memory has ended it would only complain, at length.
    """
    with suppress(ValueError):
        for number in heard():
            signal.signal(number, lambda *_: os._exit(code))
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    threads = sys.modules.get("threading")
    if code or (threads is not None and threads.active_count() > 1):
        os._exit(code)
    sys.exit(code)
