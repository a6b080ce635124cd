"""What stands under `with:`: every wrong value is told by its name, and no picture library is loaded."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, strategies

from seedream_pipe.makers import WrongParameter
from seedream_pipe.operations.colours import Colour
from seedream_pipe.operations.geometry import Aspect, Length
from tests.operations.made import OPERATIONS, SMALLEST

# operation, parameters, path of what is wrong, words of the message or its hint
BAD: list[tuple[str, dict[str, Any], tuple[str | int, ...], str]] = [
    ("crop", {}, (), "`box` or `aspect`"),
    ("crop", {"box": {"width": 5, "height": 5}, "aspect": "1:1"}, ("box",), "`box` or `aspect`"),
    ("crop", {"box": {"width": 5}}, ("box", "height"), "`box.height` is missing"),
    ("crop", {"box": {"width": 0, "height": 5}}, ("box", "width"), "`box.width` must be within its bounds"),
    ("crop", {"box": {"width": "101%", "height": 5}}, ("box", "width"), "100%"),
    ("crop", {"box": {"width": "0%", "height": 5}}, ("box", "width"), "more than 0"),
    ("crop", {"box": {"width": 1.5, "height": 5}}, ("box", "width"), "such as 640 or 25%"),
    ("crop", {"box": {"x": -1, "width": 5, "height": 5}}, ("box", "x"), "`box.x` must be"),
    ("crop", {"box": {"widht": 5, "height": 5}}, ("box", "widht"), 'did you mean "width"?'),
    ("crop", {"box": 5}, ("box",), "`box` must be a map, not 5"),
    ("crop", {"box": {"width": 5, "height": 5}, "anchor": "top"}, ("anchor",), "goes with `aspect`"),
    ("crop", {"aspect": "16x9"}, ("aspect",), "written width:height"),
    ("crop", {"aspect": "0:9"}, ("aspect",), "from 1:100 to 100:1"),
    ("crop", {"aspect": "1000:1"}, ("aspect",), "from 1:100 to 100:1"),
    ("crop", {"aspect": 1.78}, ("aspect",), "not 1.78"),
    ("crop", {"aspect": "1:1", "anchor": "centre"}, ("anchor",), 'did you mean "center"?'),
    ("crop", {"apsect": "1:1"}, ("apsect",), 'did you mean "aspect"?'),
    ("resize", {}, (), "says the size"),
    ("resize", {"enlarge": True}, (), "says the size"),
    ("resize", {"width": 5, "longest": 5}, ("longest",), "only one"),
    ("resize", {"longest": 5, "shortest": 5}, ("shortest",), "only one"),
    ("resize", {"width": 0}, ("width",), "`width` must be from 1 to 16384, not 0"),
    ("resize", {"width": 16385}, ("width",), "16384"),
    ("resize", {"width": True}, ("width",), "a whole number, not true"),
    ("resize", {"width": None}, ("width",), "not nothing"),
    ("resize", {"width": "wide"}, ("width",), 'not "wide"'),
    ("resize", {"width": 9, "fit": "cover"}, ("fit",), "needs `width` and `height`"),
    ("resize", {"width": 9, "height": 9, "fit": "crop"}, ("fit",), "contain, cover, exact"),
    ("resize", {"width": 9, "filter": "lanzcos"}, ("filter",), 'did you mean "lanczos"?'),
    ("resize", {"width": 9, "enlarge": "yes"}, ("enlarge",), "true or false"),
    ("pad", {}, (), "how large it gets"),
    ("pad", {"width": 5, "aspect": "1:1"}, ("aspect",), "one of them must"),
    ("pad", {"aspect": "1:1", "background": "#12"}, ("background",), "a name such as white"),
    ("pad", {"aspect": "1:1", "background": "whit"}, ("background",), 'did you mean "white"?'),
    ("pad", {"aspect": "1:1", "background": 0}, ("background",), "a colour, not 0"),
    ("grid", {"columns": 0}, ("columns",), "from 1 to 100"),
    ("grid", {"columns": 5, "rows": 5, "page": 10}, ("page",), "at least 25"),
    ("grid", {"cell": {"width": 8}}, ("cell", "width"), "from 16 to 4096"),
    ("grid", {"cell": "640x360"}, ("cell",), "it may hold width, height"),
    ("grid", {"labels": "wide"}, ("labels",), "a list of texts"),
    ("grid", {"labels": ["a", {"b": 1}]}, ("labels", 1), "`labels[1]` must be a text, not a map"),
    ("grid", {"title": ""}, ("title",), "leave it out for none"),
    ("grid", {"gap": -1}, ("gap",), "from 0 to 1000"),
    ("caption", {}, ("text",), "`text` is missing"),
    ("caption", {"text": "  "}, ("text",), "leave it out"),
    ("caption", {"text": ["a"]}, ("text",), "a text, not a list"),
    ("caption", {"text": "a" * 2001}, ("text",), "2001 characters"),
    ("caption", {"text": "a", "size": "60%"}, ("size",), "50%"),
    ("caption", {"text": "a", "position": "under"}, ("position",), "below, above, bottom, top, middle"),
    ("caption", {"text": "a", "lines": 41}, ("lines",), "from 1 to 40"),
    ("concat", {"direction": "across"}, ("direction",), "horizontal, vertical"),
    ("concat", {"gap": "2%"}, ("gap",), "a whole number"),
    ("concat", {"scale": True}, ("scale",), "smallest, largest, first, none"),
    ("convert", {}, ("format",), "`format` is missing"),
    ("convert", {"format": "jpg"}, ("format",), 'did you mean "jpeg"?'),
    ("convert", {"format": "jpeg", "quality": 0}, ("quality",), "from 1 to 100"),
    ("convert", {"format": "png", "quality": 90}, ("quality",), "it loses nothing"),
    ("convert", {"format": "webp", "background": "red"}, ("background",), "webp keeps transparency"),
    ("convert", {"format": "jpeg", "background": "#fff8"}, ("background",), "must be opaque"),
    ("convert", {"format": "jpeg", "\u202e": 1}, ("\u202e",), "\\u202e"),
]


@pytest.mark.parametrize(("name", "with_", "path", "words"), BAD)
def test_wrong_parameter_is_named(name: str, with_: dict[str, Any], path: tuple[str | int, ...], words: str):
    with pytest.raises(WrongParameter) as caught:
        OPERATIONS[name].decode(with_)

    assert caught.value.path == path
    assert caught.value.hint
    assert words in str(caught.value)


def test_every_operation_has_wrong_parameters_here():
    assert {name for name, *_ in BAD} == set(OPERATIONS)


json_values = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(),
    lambda below: (
        strategies.lists(below, max_size=3) | strategies.dictionaries(strategies.text(), below, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@given(data=strategies.data())
def test_any_value_is_a_record_or_a_wrong_parameter(name: str, data: strategies.DataObject):
    known = [field.name for field in fields(OPERATIONS[name].decode(SMALLEST[name]))]
    names = strategies.sampled_from(known) | strategies.text(max_size=5)
    with_ = {**SMALLEST[name], **data.draw(strategies.dictionaries(names, json_values, max_size=3))}

    with suppress(WrongParameter):
        assert is_dataclass(OPERATIONS[name].decode(with_))


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_parameters_are_a_frozen_record(name: str):
    params = OPERATIONS[name].decode(SMALLEST[name])

    with pytest.raises(FrozenInstanceError):
        setattr(params, fields(params)[0].name, None)
    assert hash(params) == hash(OPERATIONS[name].decode(json.loads(json.dumps(SMALLEST[name]))))


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("crop", {"aspect": "16:9"}, {"aspect": " 1920 / 1080"}),
        (
            "crop",
            {"box": {"width": "50%", "height": "50%"}},
            {"box": {"x": 0, "width": "50.0 %", "height": "50%"}},
        ),
        ("pad", {"aspect": "1:1", "background": "white"}, {"aspect": "1:1", "background": "#FFF"}),
        ("resize", {"width": 640}, {"width": "640", "fit": "contain"}),
        ("caption", {"text": "7"}, {"text": 7, "size": "4%"}),
        ("grid", {"columns": 3}, {"columns": 3, "labels": True}),
    ],
)
def test_equal_meanings_are_equal_records(name: str, one: dict[str, Any], other: dict[str, Any]):
    """They go into the key: another spelling must not make another picture."""
    assert OPERATIONS[name].decode(one) == OPERATIONS[name].decode(other)


def test_values_are_what_they_say():
    crop = OPERATIONS["crop"].decode({"box": {"x": "12.5%", "y": 3, "width": "10 px", "height": "100%"}})

    assert crop.box.x == Length(amount=125_000, unit="%/10000")
    assert crop.box.width == Length(amount=10)
    assert OPERATIONS["pad"].decode({"aspect": "2.39:1"}).aspect == Aspect(width=239, height=100)
    assert OPERATIONS["caption"].decode({"text": "a", "colour": "#1234"}).colour == Colour(
        red=0x11, green=0x22, blue=0x33, alpha=0x44
    )


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_parameters_are_read_with_a_picture_library(name: str):
    """An up-to-date run makes keys, and no pictures."""
    program = (
        f"import sys, importlib\n"
        f"module = importlib.import_module('seedream_pipe.operations.{name}')\n"
        f"operation = getattr(module, '{name.capitalize()}')()\n"
        f"operation.ceiling(operation.decode({SMALLEST[name]!r}), 3)\n"
        f"sys.exit('PIL' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
