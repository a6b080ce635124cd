"""The live line of a run on a terminal: never wider than it, never more than two lines."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.text import Text

from seedream_pipe.cli.terminal import columns, cut, harmless

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import RenderableType

    from seedream_pipe.reports.progress import Progress

__all__ = ["Live"]

_REFRESHES: Final = 8
_LONGEST_BAR: Final = 30
_SHORTEST_BAR: Final = 8


class Live:
    """Draws what a `Progress` counted: done, money, time left, pictures a minute, and what is under way."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._console = Console(stderr=True, highlight=False)
        self._live = RichLive(
            console=self._console,
            refresh_per_second=_REFRESHES,
            transient=True,
            redirect_stdout=False,
            get_renderable=self._picture,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._live.stop()

    def draw(self, line: str = "") -> None:
        """Begin to draw; a line given is printed above for good."""
        # A terminal that has gone, or knows fewer letters, is no reason to lose what is under way.
        with contextlib.suppress(OSError, ValueError):
            if not self._live.is_started:
                self._live.start()
            if line:
                self._console.print(Text.from_ansi(harmless(line)), soft_wrap=True)

    def _picture(self) -> RenderableType:
        shown = self._progress
        if not shown.total:
            return Text("")
        # The last column stays free: a terminal may wrap when it is written.
        room = self._console.width - 1
        below = harmless(shown.pause) or _under_way(list(shown.under_way), room)
        return Group(self._head(room), Text(cut(below, room), style="dim", no_wrap=True))

    def _head(self, room: int) -> Text:
        shown = self._progress
        count = f" {shown.ended:,}/{shown.total:,}"
        length = min(_LONGEST_BAR, max(_SHORTEST_BAR, room // 4))
        filled = round(length * shown.ended / shown.total)
        head = Text(no_wrap=True)
        head.append("━" * filled, style="green").append("─" * (length - filled), style="dim").append(count)
        used = length + columns(count)
        for index, fact in enumerate(shown.facts()):
            text = f"{'  ' if index == 0 else ' · '}{fact}"
            used += columns(text)
            if used > room:
                break
            head.append(text)
        return head


def _under_way(addresses: list[str], room: int) -> str:
    """As many as fit, and how many more there are."""
    text = ""
    for index, address in enumerate(addresses):
        left = len(addresses) - index
        more = f" and {left} more" if left > 1 else ""
        longer = f"{text}, {address}" if text else address
        if text and columns(longer) + columns(more) > room:
            return f"{text} and {left} more"
        text = longer
    return text
