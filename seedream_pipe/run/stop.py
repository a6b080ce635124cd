"""How a run is asked to stop: three rungs, each with the ones before it. Nothing climbs down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

__all__ = ["Stop"]


@dataclass(slots=True)
class Stop:
    """A request to stop, shared by a run and whoever watches over it. One for a run.

    `why` is what the first one to ask said, `remedy` what a person does about it, if anything;
    `kind` is what the tasks that wait for it are told: ``budget`` or ``stopped``. `over` is the cap that
    was come to and the currency, where it was one.
    """

    why: str = ""
    remedy: str = ""
    kind: str = "stopped"
    over: tuple[str, str] = ("", "")
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    drained: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)

    def close(
        self, why: str, *, kind: str = "stopped", remedy: str = "", over: tuple[str, str] = ("", "")
    ) -> None:
        """Send nothing more. What is in flight is kept, and what needs no call goes on."""
        if not self.closed.is_set():
            self.why, self.kind, self.remedy, self.over = why, kind, remedy, over
        self.closed.set()

    def drain(self, why: str) -> None:
        """Begin nothing more; what was sent is paid for, so it is kept."""
        self.close(why)
        self.drained.set()

    def abandon(self, why: str) -> None:
        """Stop now; what was sent becomes a hold."""
        self.drain(why)
        self.cut.set()
