from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageColor

from seedream_pipe.operations.colours import NAMES, Colour, colour, ink, mixed

PARTS = st.integers(0, 255)
COLOURS = st.builds(Colour, red=PARTS, green=PARTS, blue=PARTS, alpha=PARTS)


def test_names_are_those_of_css():
    # Through getrgb: Pillow replaces the texts of its table by what they mean as they are asked for.
    assert {name: bytes.fromhex(digits) for name, digits in NAMES.items()} == {
        name: bytes(ImageColor.getrgb(name)) for name in ImageColor.colormap
    }


@given(COLOURS)
def test_digits_are_read_back(one: Colour):
    assert colour((), "#" + bytes(one.rgba).hex()) == one
    assert colour((), " #" + bytes(one.rgb).hex().upper() + " ").rgb == one.rgb


@given(st.builds(Colour, red=PARTS, green=PARTS, blue=PARTS))
def test_letters_stand_out(background: Colour):
    letters = ink(background)
    light = [299 * one.red + 587 * one.green + 114 * one.blue for one in (letters, background)]

    assert abs(light[0] - light[1]) > 90_000


@given(COLOURS, COLOURS, st.integers(0, 100))
def test_a_mixture_lies_between(one: Colour, other: Colour, percent: int):
    made = mixed(one, other, percent)

    assert all(min(a, b) <= c <= max(a, b) for a, b, c in zip(one.rgb, other.rgb, made.rgb, strict=True))
    assert made.alpha == one.alpha
