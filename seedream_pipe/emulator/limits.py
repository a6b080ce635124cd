"""How much the account may ask for: pictures per rolling minute, generations at once (R130, R157)."""

from __future__ import annotations

from collections import deque
from typing import Final

from seedream_pipe.emulator.failures import Declined, ark
from seedream_pipe.emulator.models import family
from seedream_pipe.emulator.options import Options

__all__ = ["Limits"]

_MINUTE: Final = 60.0


class Limits:
    """What was admitted in the last minute, by key and model."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._admitted: dict[tuple[str, str], deque[tuple[float, int]]] = {}

    def admit(self, key: str, model_id: str, pictures: int, *, in_flight: int, now: float) -> None:
        """Count these pictures, or raise `Declined`."""
        most_at_once = self._options.max_in_flight
        if most_at_once is not None and in_flight >= most_at_once:
            raise Declined(ark("429-request-burst").coded("RequestConcurrentLimitExceeded"))
        limit = self._options.pictures_per_minute
        if limit is None:
            return
        admitted = self._admitted.setdefault((key, model_id), deque())
        while admitted and admitted[0][0] <= now - _MINUTE:
            admitted.popleft()
        if sum(count for _, count in admitted) + pictures > limit:
            raise Declined(ark("429-model-ipm", model=family(model_id)))
        admitted.append((now, pictures))
