"""A drawing as SVG, laid out here: layers from left to right, arrows that keep clear of boxes.

The usual four movements: give every box a layer (after all that it needs), send an arrow over
several layers through a place of its own in each, order the layers so that few arrows cross,
then put boxes as near as they may to what they are tied to.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedream_pipe.reports.graph import Box, Drawing

__all__ = ["render"]

_SWEEPS: Final = 8
_BOX: Final = 46.0
_LANE: Final = 12.0
"""Height of the place through which an arrow passes a layer."""
_SPACE: Final = 18.0
_GAP: Final = 76.0
_MARGIN: Final = 24.0
_PADDING: Final = 14.0
_NAME_SIZE: Final = 15
_DETAIL_SIZE: Final = 11.5
_FONTS: Final = "system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"

_HEAD: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" \
viewBox="0 0 {width:.0f} {height:.0f}" font-family="{fonts}">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">\
<path d="M0 0 8 4 0 8z" fill="#7b8794"/></marker></defs>"""


@dataclass(slots=True, eq=False)
class _Node:
    """A box, or a place in a layer through which an arrow passes (`box` None)."""

    box: Box | None
    layer: int
    height: float
    width: float = 0.0
    y: float = 0.0
    place: int = 0
    """From the top of its layer."""
    before: dict[_Node, None] = field(default_factory=dict)
    after: dict[_Node, None] = field(default_factory=dict)


def render(drawn: Drawing) -> str:
    """The drawing as one SVG document."""
    nodes = _layered(drawn)
    paths = _paths(drawn, nodes)
    lanes = dict.fromkeys(node for path in paths for node in path[1:-1])
    layers = _layers([*nodes.values(), *lanes])
    _untangle(layers)
    _settle(layers)
    lefts, width = _columns(layers)
    height = max((node.y + node.height / 2 for layer in layers for node in layer), default=0) + _MARGIN
    return "\n".join(
        [
            _HEAD.format(width=width, height=height, fonts=_FONTS),
            '<rect width="100%" height="100%" rx="10" fill="#ffffff"/>',
            '<g fill="none" stroke="#7b8794" stroke-width="1.4">',
            *(_curve(path, lefts) for path in paths),
            "</g>",
            *(line for node in nodes.values() for line in _drawn(node, lefts[node.layer])),
            "</svg>",
        ]
    )


def _layered(drawn: Drawing) -> dict[str, _Node]:
    """A node for every box, in the layer after the last of what it needs."""
    needs: dict[str, list[str]] = {}
    for start, end in drawn.arrows:
        needs.setdefault(end, []).append(start)
    nodes: dict[str, _Node] = {}
    for box in drawn.boxes:
        known = [nodes[need].layer for need in needs.get(box.name, ()) if need in nodes]
        nodes[box.name] = _Node(box=box, layer=max(known, default=-1) + 1, height=_BOX, width=_box_width(box))
    return nodes


def _box_width(box: Box) -> float:
    return max(_text_width(box.name, _NAME_SIZE), _text_width(box.detail, _DETAIL_SIZE)) + 2 * _PADDING


def _text_width(text: str, size: float) -> float:
    """About as wide as a sans serif sets it; a Chinese character is as wide as the size."""
    return sum(size * (1.0 if unicodedata.east_asian_width(char) in "WF" else 0.56) for char in text)


def _paths(drawn: Drawing, nodes: dict[str, _Node]) -> list[list[_Node]]:
    """Each arrow as the nodes that it touches, one in each layer; one that runs back goes straight.

    Arrows from the same box share their way as long as they can.
    """
    paths: list[list[_Node]] = []
    lanes: dict[tuple[str, int], _Node] = {}
    for start, end in drawn.arrows:
        first, last = nodes[start], nodes[end]
        between = [
            lanes.setdefault((start, layer), _Node(box=None, layer=layer, height=_LANE))
            for layer in range(first.layer + 1, last.layer)
        ]
        path = [first, *between, last]
        if last.layer > first.layer:
            for one, other in pairwise(path):
                one.after[other] = None
                other.before[one] = None
        paths.append(path)
    return paths


def _layers(nodes: list[_Node]) -> list[list[_Node]]:
    layers: list[list[_Node]] = [[] for _ in range(max((node.layer for node in nodes), default=-1) + 1)]
    for node in nodes:
        layers[node.layer].append(node)
    return layers


def _untangle(layers: list[list[_Node]]) -> None:
    """Order every layer by where its neighbours stand on the average, to and fro."""
    for layer in layers:
        _number(layer)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in layers if forward else layers[::-1]:
            keys = {
                node: _mean([other.place for other in (node.before if forward else node.after)], node.place)
                for node in layer
            }
            layer.sort(key=keys.__getitem__)
            _number(layer)


def _number(layer: list[_Node]) -> None:
    for place, node in enumerate(layer):
        node.place = place


def _settle(layers: list[list[_Node]]) -> None:
    """Give every node its height on the page: near its neighbours, in order, never on another."""
    for layer in layers:
        top = 0.0
        for node in layer:
            node.y = top + node.height / 2
            top += node.height + _SPACE
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            wished = [_mean([other.y for other in (*node.before, *node.after)], node.y) for node in layer]
            _spread(layer, wished)
    top = min((node.y - node.height / 2 for layer in layers for node in layer), default=0.0)
    for layer in layers:
        for node in layer:
            node.y += _MARGIN - top


def _spread(layer: list[_Node], wished: list[float]) -> None:
    """As near to the wishes as order and space allow: pushed down, then moved back by the mean push."""
    floor = float("-inf")
    for node, wish in zip(layer, wished, strict=True):
        node.y = max(wish, floor + node.height / 2)
        floor = node.y + node.height / 2 + _SPACE
    push = _mean([node.y - wish for node, wish in zip(layer, wished, strict=True)], 0.0)
    for node in layer:
        node.y -= push


def _mean(values: list[float] | list[int], default: float) -> float:
    return sum(values) / len(values) if values else default


def _columns(layers: list[list[_Node]]) -> tuple[list[float], float]:
    """The left edge of every layer, and the width of the page; boxes of a layer are equally wide."""
    lefts, left = [], _MARGIN
    for layer in layers:
        widest = max((node.width for node in layer), default=0.0)
        for node in layer:
            node.width = widest
        lefts.append(left)
        left += widest + _GAP
    return lefts, max(left - _GAP + _MARGIN, 2 * _MARGIN)


def _curve(path: list[_Node], lefts: list[float]) -> str:
    first = path[0]
    x, y = lefts[first.layer] + first.width, first.y
    steps = [f"M{x:.1f} {y:.1f}"]
    for node in path[1:]:
        to_x, to_y = lefts[node.layer], node.y
        bend = max(_GAP / 2, abs(to_x - x) / 2) if to_x > x else _GAP
        steps.append(f"C{x + bend:.1f} {y:.1f} {to_x - bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
        x, y = to_x, to_y
        if node.box is None:
            x += node.width
            steps.append(f"H{x:.1f}")
    return f'<path d="{" ".join(steps)}" marker-end="url(#tip)"/>'


def _drawn(node: _Node, left: float) -> Iterator[str]:
    if node.box is None:
        return
    top, middle = node.y - node.height / 2, left + node.width / 2
    yield (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{node.width:.1f}" height="{node.height:.1f}" rx="8"'
        ' fill="#eef3fa" stroke="#5b7ea8" stroke-width="1.2"/>'
    )
    name_y = node.y - 3 if node.box.detail else node.y + _NAME_SIZE / 3
    yield _text(node.box.name, middle, name_y, size=_NAME_SIZE, colour="#1c2b3a", weight="600")
    if node.box.detail:
        yield _text(node.box.detail, middle, node.y + 14, size=_DETAIL_SIZE, colour="#51647a", weight="400")


def _text(text: str, x: float, y: float, *, size: float, colour: str, weight: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="{size}" font-weight="{weight}"'
        f' fill="{colour}">{escape(escaped(text))}</text>'
    )
