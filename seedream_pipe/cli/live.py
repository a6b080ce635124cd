"""The live line of a run on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import RenderableType

    from seedream_pipe.cli.progress import Progress

__all__ = ["Live"]

_SHOWN = 4
_LEAST = 3


class Live:
    """Draws what a `Progress` counted: done, money, pictures a minute, time left, and what is under way."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._console = Console(stderr=True, highlight=False)
        self._live = RichLive(
            console=self._console, refresh_per_second=8, transient=True, get_renderable=self._picture
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def draw(self, line: str = "") -> None:
        """Draw anew; a line given is printed above for good."""
        if line:
            self._console.print(Text.from_ansi(line), soft_wrap=True)

    def _picture(self) -> RenderableType:
        shown = self._progress
        if not shown.total:
            return Text("")
        head = Table.grid(padding=(0, 1), expand=False)
        width = max(10, min(30, self._console.width - 70))
        bar = ProgressBar(total=shown.total, completed=shown.ended, width=width)
        head.add_row(
            bar, Text(f"{shown.ended}/{shown.total}"), Text(self._facts(), overflow="ellipsis", no_wrap=True)
        )
        under_way = list(shown.flying)[:_SHOWN]
        more = len(shown.flying) - len(under_way)
        text = ", ".join(under_way) + (f" and {more} more" if more > 0 else "")
        if shown.pause:
            text = shown.pause
        return Group(head, Text(text, style="dim", overflow="ellipsis", no_wrap=True))

    def _facts(self) -> str:
        shown = self._progress
        counts = [f"{count} {name}" for name, count in shown.counts.items()]
        facts = [", ".join(counts)] if counts else []
        if shown.price.currency:
            facts.append(str(shown.price))
        if shown.made and shown.seconds > 1:
            facts.append(f"{shown.made / shown.seconds * 60:.0f} pictures/min")
        made = shown.counts.get("made", 0)
        left = shown.total - shown.ended
        if made >= _LEAST and left:
            seconds = left * shown.seconds / made
            facts.append(f"{int(seconds // 60)}:{int(seconds % 60):02d} left")
        return " · ".join(facts)
