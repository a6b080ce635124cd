"""How a run waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

__all__ = ["Pace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a run waits between tries and for answers.

    `sleep` and `clock` are its time, in seconds; they have to agree. `patience` is the most seconds
    that an answer may take; None leaves each model what it needs (R131, R132).
    """

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    patience: float | None = None
