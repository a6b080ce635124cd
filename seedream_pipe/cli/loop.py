"""The event loop of a run that may spend: it never waits for what want of memory has lost.

asyncio starts threads when they are first needed and tells of their ends by a callback. Where memory
is gone, a thread that cannot begin and an end that cannot be told are both waited for without end.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import ctypes
import os
import queue
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.cli.boundary import LAST_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Loop"]

_PATIENCE: Final = 10.0
"""Seconds a thread may take to begin."""

_STACK: Final = 2 * 2**20
"""Bytes of addresses a thread's stack takes; usual are eight million each."""

_ARENAS: Final = -8
"""glibc's M_ARENA_MAX (mallopt(3)): else each thread lays claim to 64 MB of addresses for its own heap."""

_Call = tuple[asyncio.Future[Any], "Callable[..., Any]", tuple[Any, ...]]


class Loop(asyncio.SelectorEventLoop):
    """Its threads are all there before anything is sent; when memory ends, so does the program.

    Ending at once is safe wherever it happens: a start completes what a dead run has paid for.
    """

    def __init__(self) -> None:
        super().__init__()
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        begun: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._threads = min(32, (os.cpu_count() or 1) + 4)
        _thread.stack_size(_STACK)
        with contextlib.suppress(AttributeError, OSError):
            ctypes.CDLL(None).mallopt(_ARENAS, 1)
        for _ in range(self._threads):
            try:
                _thread.start_new_thread(_serve, (self, self._calls, begun, self._ended))
                begun.get(timeout=_PATIENCE)
            except (queue.Empty, RuntimeError):
                for _ in range(self._threads):
                    self._calls.put(None)
                self.close()
                raise MemoryError("a thread cannot begin") from None

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Call it in one of the loop's own threads."""
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        future = self.create_future()
        self._calls.put((future, func, args))
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio's own name
        """End the loop's threads, once each is through with its call."""
        for _ in range(self._threads):
            self._calls.put(None)
        for _ in range(self._threads):
            self._ended.get(timeout=timeout)
        self._threads = 0
        await super().shutdown_default_executor()

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tell of an error nobody waits for; where it is want of memory, somebody waits for ever."""
        if isinstance(context.get("exception"), MemoryError):
            raise context["exception"]
        super().call_exception_handler(context)


def _serve(
    loop: Loop,
    calls: queue.SimpleQueue[_Call | None],
    begun: queue.SimpleQueue[None],
    ended: queue.SimpleQueue[None],
) -> None:
    """What one thread does. An end that cannot be told ends the program, with no frame more to make."""
    try:
        begun.put(None)
        while (call := calls.get()) is not None:
            future, func, args = call
            try:
                result = func(*args)
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to who waits
                loop.call_soon_threadsafe(_fail, future, error)
                del error
            else:
                loop.call_soon_threadsafe(_give, future, result)
                del result
            del call, future, func, args
        ended.put(None)
    except MemoryError:
        os.write(2, LAST_WORDS)
        os._exit(1)
    except RuntimeError:
        # The loop was closed, and nobody waits.
        ended.put(None)


def _give(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
