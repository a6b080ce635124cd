"""A run that is asked to stop by signals.

Once: start nothing new and keep what arrives, because it is paid for. Twice: stop now, and say
what may be owed. A third time: leave, whatever is still being written; the next start mends it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import TYPE_CHECKING, Final

from seedream_pipe.cli.signals import CODES, heard, name_of
from seedream_pipe.cli.terminal import plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from seedream_pipe.api.run_options import RunOptions
    from seedream_pipe.reports.progress import InFlight

__all__ = ["Draining"]

_ONE_BLOW: Final = 0.1
"""Seconds within which signals count as one: ``timeout`` and ``npm`` send theirs to the process and to its
group, and a second that nobody asked for would abandon calls that are paid for."""


class Draining:
    """Turns signals into requests to stop. `code` is the exit code that the first one asks for, or 0."""

    def __init__(
        self, how: RunOptions, note: Callable[[str], None], in_flight: Callable[[], InFlight]
    ) -> None:
        self._stop, self._note, self._in_flight = how.stop, note, in_flight
        self.code = 0
        self.abandoned = False
        self._last = -_ONE_BLOW

    def listen(self) -> None:
        """From here on signals drain. Call it in the event loop, before anything can be sent."""
        loop = asyncio.get_running_loop()
        for number in heard():
            loop.add_signal_handler(number, self._came, number)

    def rest(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear signals without the loop, which is about to close; all is done, and only the code is told."""
        for number in heard():
            if loop.remove_signal_handler(number):
                signal.signal(number, self._late)

    def _late(self, number: int, _frame: FrameType | None) -> None:
        self.code = self.code or CODES[number]

    def _came(self, number: int) -> None:
        before, self._last = self._last, time.monotonic()
        if self._last - before < _ONE_BLOW:
            return
        if self.abandoned:
            os._exit(self.code)
        if self.code:
            self.abandoned = True
            self._stop.abandon("stopped by a second signal")
            return
        self.code = CODES[number]
        self._stop.drain(f"stopped by {name_of(number)}")
        self._note(f"{name_of(number)}: {self._said()}; {_again(number)}")

    def _said(self) -> str:
        flight = self._in_flight()
        if not flight.calls:
            return "nothing more is sent; what is under way is finished"
        money = f", up to {flight.worst}" if flight.worst.currency else ""
        wait = (
            f"; waiting up to {flight.seconds:.0f} s"
            if flight.seconds >= 1
            else "; waiting for their pictures"
        )
        return f"{plural(flight.calls, 'call')} in flight{money}{wait}"


def _again(number: int) -> str:
    again = "Ctrl-C again" if number == signal.SIGINT else "a second signal"
    return f"{again} stops now, and what was sent is held"
