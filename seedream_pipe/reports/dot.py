"""A drawing for Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from seedream_pipe.reports.graph import Drawing

__all__ = ["render"]


def render(drawn: Drawing) -> str:
    """The drawing in the DOT language."""
    lines = [
        "digraph pipeline {",
        "  rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fillcolor="#eef3fa", fontname="sans-serif"];',
    ]
    for box in drawn.boxes:
        label = _text(box.name) + (f"\\n{_text(box.detail)}" if box.detail else "")
        lines.append(f'  "{_text(box.name)}" [label="{label}"];')
    lines += [f'  "{_text(start)}" -> "{_text(end)}";' for start, end in drawn.arrows]
    return "\n".join([*lines, "}"])


def _text(text: str) -> str:
    return escaped(text).replace("\\", "\\\\").replace('"', '\\"')
