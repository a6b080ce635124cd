"""Drawings of what needs what."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.reports import dot, mermaid, svg
from seedream_pipe.reports.graph import Box, Drawing, listing

NASTY = 'a "quoted" <b>\\name\\ & `x` #1 *2* _3_ 夜市\x1b'
SVG = "{http://www.w3.org/2000/svg}"


def _drawing(*arrows: tuple[str, str], names: str = "") -> Drawing:
    known = dict.fromkeys([*names.split(), *(name for arrow in arrows for name in arrow)])
    return Drawing(boxes=tuple(Box(name=name, detail="1 task") for name in known), arrows=arrows)


def _boxes(text: str) -> dict[str, tuple[float, float, float, float]]:
    """Name → left, top, right, bottom of every box of a picture."""
    root = ET.fromstring(text)
    rectangles = [node for node in root.iter(f"{SVG}rect") if node.get("rx") == "8"]
    names = [node.text or "" for node in root.iter(f"{SVG}text") if node.get("font-weight") == "600"]
    found = {}
    for name, node in zip(names, rectangles, strict=True):
        x, y, width, height = (float(node.get(part, "0")) for part in ("x", "y", "width", "height"))
        found[name] = (x, y, x + width, y + height)
    return found


def test_dot_quotes_what_would_end_a_name() -> None:
    text = dot.render(_drawing((NASTY, "b")))

    assert '"a \\"quoted\\" <b>\\\\name\\\\ & `x` #1 *2* _3_ 夜市\\\\x1b" -> "b";' in text


def test_mermaid_writes_markup_as_entities() -> None:
    text = mermaid.render(_drawing((NASTY, "b")))

    label = re.search(r'n0\["(.*)<br/>', text)
    assert label is not None
    assert not set(label[1]) & set('"<>`*_')
    assert "夜市" in label[1]


def test_picture_escapes_markup() -> None:
    root = ET.fromstring(svg.render(_drawing((NASTY, "b"))))

    assert next(node.text for node in root.iter(f"{SVG}text")) == NASTY.replace("\x1b", "\\x1b")


def test_what_is_needed_stands_to_the_left() -> None:
    boxes = _boxes(svg.render(_drawing(("a", "b"), ("b", "c"), ("a", "c"))))

    assert boxes["a"][2] < boxes["b"][0]
    assert boxes["b"][2] < boxes["c"][0]


@given(
    st.integers(2, 14).flatmap(
        lambda n: st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=30)
    )
)
def test_no_box_stands_on_another_and_all_are_on_the_page(pairs) -> None:
    arrows = tuple({(f"n{min(pair)}", f"n{max(pair)}"): None for pair in pairs if pair[0] != pair[1]})
    order = sorted({name for arrow in arrows for name in arrow}, key=lambda name: int(name[1:]))
    text = svg.render(_drawing(*arrows, names=" ".join(order)))
    root, boxes = ET.fromstring(text), list(_boxes(text).values())

    for index, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[1] >= 0
        assert one[2] <= float(root.get("width", "0"))
        assert one[3] <= float(root.get("height", "0"))
        for other in boxes[index + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart


def test_nothing_is_a_drawing_too() -> None:
    nothing = Drawing(boxes=(), arrows=())

    assert listing(nothing) == ""
    ET.fromstring(svg.render(nothing))


@pytest.mark.parametrize("arrows", [(("a", "b"), ("b", "a"))])
def test_steps_that_need_each_other_are_drawn(arrows) -> None:
    assert set(_boxes(svg.render(_drawing(*arrows)))) == {"a", "b"}
