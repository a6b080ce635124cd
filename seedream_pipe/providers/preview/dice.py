"""Chance without chance: numbers that follow from a text, alike on every machine and version."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Dice"]

T = TypeVar("T")
MASK = (1 << 64) - 1


class Dice:
    """A splitmix64 generator seeded with the SHA-256 of texts and bytes."""

    def __init__(self, *seeds: str | bytes | int) -> None:
        digest = hashlib.sha256()
        for seed in seeds:
            raw = seed if isinstance(seed, bytes) else str(seed).encode("utf-8", "replace")
            digest.update(len(raw).to_bytes(8, "big") + raw)
        self._state = int.from_bytes(digest.digest()[:8], "big")

    def unit(self) -> float:
        """The next number, from 0 up to but not including 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        z = self._state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) / (1 << 53)

    def span(self, low: float, high: float) -> float:
        """The next number between two."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """The next whole number between two, both included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of several."""
        return choices[int(self.unit() * len(choices))]

    def maybe(self, chance: float) -> bool:
        """True with the given chance."""
        return self.unit() < chance
