"""How to run: what a person chose for one run, beside their settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from seedream_pipe.run.pace import Pace
from seedream_pipe.run.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.events import Listener

__all__ = ["RunOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run.

    `confirm` is asked before money is spent; None means that nobody can be asked. `yes` spends
    without asking, up to the cap; `frozen` spends nothing at all. `force` overwrites outputs
    that were edited. `retry_refused` sends again what the content filter refused, `retry_lost` buys
    again what was paid for and the store has lost. `listener` is told every event; `stop` is how
    to ask the run to stop, once; `pace` is how it waits. `agreed` is called when the run may
    spend, before anything is sent.
    """

    fail_fast: bool = False
    force: bool = False
    frozen: bool = False
    yes: bool = False
    retry_refused: bool = False
    retry_lost: bool = False
    confirm: Callable[[Forecast], bool] | None = None
    listener: Listener | None = None
    stop: Stop = field(default_factory=Stop)
    pace: Pace = field(default_factory=Pace)
    agreed: Callable[[], object] | None = None
