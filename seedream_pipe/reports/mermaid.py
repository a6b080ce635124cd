"""A drawing for Mermaid, which Markdown viewers draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from seedream_pipe.reports.graph import Drawing

__all__ = ["render"]

# Mermaid reads HTML entities with # for &; what could begin markup or end the label is written so.
_ENTITIES: Final = str.maketrans(
    {
        "#": "#35;",
        '"': "#quot;",
        "<": "#lt;",
        ">": "#gt;",
        "&": "#amp;",
        "`": "#96;",
        "*": "#42;",
        "_": "#95;",
    }
)


def render(drawn: Drawing) -> str:
    """The drawing as a flow chart from left to right."""
    ids = {box.name: f"n{number}" for number, box in enumerate(drawn.boxes)}
    lines = ["flowchart LR"]
    for box in drawn.boxes:
        detail = f"<br/>{_text(box.detail)}" if box.detail else ""
        lines.append(f'  {ids[box.name]}["{_text(box.name)}{detail}"]')
    lines += [f"  {ids[start]} --> {ids[end]}" for start, end in drawn.arrows]
    return "\n".join(lines)


def _text(text: str) -> str:
    return escaped(text).translate(_ENTITIES)
