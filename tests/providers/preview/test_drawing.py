import hashlib
import io
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from seedream_pipe.providers.preview.drawing import Reference, draw, encode, reference_label
from seedream_pipe.providers.preview.interiors import INTERIORS
from seedream_pipe.providers.preview.lettering import font
from seedream_pipe.providers.preview.looks import look_of
from seedream_pipe.providers.preview.outdoors import OUTDOORS
from seedream_pipe.providers.preview.reading import read
from seedream_pipe.providers.preview.vocabulary import ANIMALS, OBJECTS, PLACES

SMALL = (320, 180)


def frame(prompt, size=SMALL, **more):
    more.setdefault("references", ())
    return draw(prompt=prompt, width=size[0], height=size[1], **more)


def picture(colour, kind="PNG", size=(64, 48)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def difference(one, two):
    return sum(ImageStat.Stat(ImageChops.difference(one, two)).mean)


@pytest.mark.parametrize(
    "size", [(1280, 720), (720, 1280), (1000, 1000), (1500, 1000), (4096, 256), (256, 4096), (961, 959)]
)
def test_a_frame_has_exactly_the_size_asked_for(size):
    image = frame("a girl in the rain", size)

    assert (image.size, image.mode) == (size, "RGB")


@settings(max_examples=25, deadline=None)
@given(
    st.text(max_size=40),
    st.tuples(st.integers(1, 160), st.integers(1, 160)),
    st.integers(0, 3),
    st.binary(max_size=30),
)
def test_no_text_and_no_size_stops_the_artist(text, size, count, junk):
    references = [Reference(junk, text)] * count

    assert frame(text, size, references=references).size == size


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_has_a_painter(place):
    assert place in OUTDOORS or place in INTERIORS


@pytest.mark.parametrize("place", sorted({*OUTDOORS, *INTERIORS} - {""}))
def test_every_place_can_be_painted_in_bad_weather(place):
    word = PLACES[place].split("|")[0]

    assert frame(f"{word}, night, storm, two people", (160, 90)).size == (160, 90)


@pytest.mark.parametrize("kind", sorted(ANIMALS))
def test_every_animal_can_be_seen(kind):
    word = ANIMALS[kind].split("|")[0]
    empty, inhabited = frame("a studio", (160, 90)), frame(f"a {word} in a studio", (160, 90))

    assert difference(empty.crop((0, 0, 160, 80)), inhabited.crop((0, 0, 160, 80))) > 1


@pytest.mark.parametrize("kind", sorted(OBJECTS))
def test_every_thing_can_be_shown(kind):
    word = OBJECTS[kind].split("|")[0]

    assert read(f"product shot of one {word}, white background").subject == kind
    assert frame(f"product shot of one {word}, white background", (160, 120)).size == (160, 120)


SCRIPT = """
import hashlib
from seedream_pipe.providers.preview.drawing import Reference, draw, encode, reference_label
lin = Reference(open({path!r}, "rb").read(), "lin")
prompt = "夜市雨中，穿红色雨衣的女孩和三只猫，招牌写着“面馆”, crowd, lanterns"
image = draw(prompt=prompt, width=480, height=270, references=[lin], index=1, count=3, seed=7)
for kind in ("image/jpeg", "image/png"):
    print(hashlib.sha256(encode(image, kind)).hexdigest())
"""


def test_the_same_inputs_give_the_same_bytes_in_every_process(tmp_path):
    path = tmp_path / "lin.png"
    path.write_bytes(picture((200, 40, 30)))
    answers = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT.format(path=str(path))],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(answers) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"index": 1, "count": 4},
        {"take_label": "take 2"},
        {"references": [Reference(picture("red"))]},
    ],
)
def test_what_is_asked_for_differently_looks_different(change):
    assert frame("a man in a street").tobytes() != frame("a man in a street", **change).tobytes()


def test_a_name_looks_the_same_in_every_scene():
    one = look_of(read("Close-up of Mei, a girl, crying in the rain").figures[0])
    two = look_of(read("Wide. A girl named Mei runs through the market at night").figures[0])

    assert one == two


def test_the_same_character_is_drawn_the_same_in_two_frames():
    one = frame("Close-up of Mei, a girl, white background", (640, 360))
    two = frame("Close-up of Mei, a girl, white background, quietly.", (640, 360))
    face = (260, 110, 380, 230)

    assert difference(one.crop(face), two.crop(face)) < 3
    assert (
        difference(one.crop(face), frame("Close-up of Anna, a girl, white background", (640, 360)).crop(face))
        > 3
    )


def test_a_reference_gives_a_character_its_looks():
    figure = read("the girl from image 1 runs").figures[0]
    red, blue = picture((210, 40, 30)), picture((30, 60, 210))

    assert look_of(figure, reference=red) == look_of(figure, reference=red)
    assert look_of(figure, reference=red) != look_of(figure, reference=blue)


def test_what_the_prompt_states_wins_over_the_reference():
    figure = read("the girl from image 1 in a yellow raincoat").figures[0]

    assert look_of(figure, reference=b"one").top_colour == look_of(figure, reference=b"two").top_colour


def test_the_palette_follows_the_references():
    red = [Reference(picture((205, 40, 30)), "a")] * 2
    blue = [Reference(picture((30, 60, 205)), "b")] * 2
    top = (0, 0, 320, 110)
    warm = ImageStat.Stat(frame("a street, day", references=red).crop(top)).mean
    cold = ImageStat.Stat(frame("a street, day", references=blue).crop(top)).mean

    assert warm[0] - warm[2] > cold[0] - cold[2] + 20


def test_references_are_shown_as_cards():
    marked = [Reference(picture((0, 255, 0)), "lin")] * 3
    colours = frame("a street", (640, 360), references=marked).getcolors(1 << 20)

    assert sum(count for count, colour in colours if colour == (0, 255, 0)) > 500


@pytest.mark.parametrize("count", [1, 6, 14])
@pytest.mark.parametrize("size", [(480, 270), (270, 480), (320, 320)])
def test_up_to_fourteen_references_fit(size, count):
    assert (
        frame("图1", size, references=[Reference(picture("teal"), f"参考{k}") for k in range(count)]).size
        == size
    )


@pytest.mark.parametrize("data", [b"", b"not a picture", picture("red")[:40], picture("red", "JPEG")[:300]])
def test_an_unreadable_reference_is_an_empty_card(data):
    assert frame("a street", references=[Reference(data, "broken")]).size == SMALL


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16", "LA", "1"])
def test_references_of_any_mode_are_seen(mode):
    out = io.BytesIO()
    Image.new(mode, (20, 20)).save(out, "TIFF")

    assert frame("a street", references=[Reference(out.getvalue())]).size == SMALL


def test_quoted_text_is_lettered_on_the_frame():
    plain, lettered = frame("a street", (640, 360)), frame('a street, the sign reads "OPEN"', (640, 360))

    assert difference(plain.crop((320, 0, 640, 120)), lettered.crop((320, 0, 640, 120))) > 5


def test_every_frame_is_marked_as_a_preview():
    bottom = frame("a street", (640, 360)).crop((0, 344, 90, 360))

    assert {colour: count for count, colour in bottom.getcolors(1 << 16)}[240, 176, 66] > 100


@pytest.mark.parametrize(
    ("media_type", "kind", "end"),
    [("image/jpeg", "JPEG", b"\xff\xd9"), ("image/png", "PNG", b"IEND\xaeB`\x82")],
)
def test_encoded_frames_are_whole_files(media_type, kind, end):
    data = encode(frame("雪山"), media_type)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert (image.format, image.size, image.info.get("exif")) == (kind, SMALL, None)
    assert data.endswith(end)


def test_chinese_is_lettered_with_real_glyphs():
    face = font(32)
    missing = bytes(face.getmask("\U000e0001"))
    shapes = {bytes(face.getmask(c)) for c in "夜市雨中的女孩老王面馆图预览“”《》「」"}

    assert missing not in shapes
    assert len(shapes) == len("夜市雨中的女孩老王面馆图预览“”《》「」")


def test_all_of_gb2312_is_in_the_font():
    face = font(16)
    missing = hashlib.sha256(bytes(face.getmask("\U000e0001"))).digest()
    hanzi = [
        bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA, 5)
    ]

    assert not [c for c in hanzi if hashlib.sha256(bytes(face.getmask(c))).digest() == missing]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("pipelines/night-market/refs/market/lane.jpg", "2 lane"),
        ("sheet@mei", "2 mei"),
        ("last frame", "2 last frame"),
        ("", "2"),
        ("v1.2", "2 v1"),
    ],
)
def test_a_card_says_the_end_of_a_path_or_the_name(label, shown):
    assert reference_label(1, label, chinese=False) == shown


def test_a_product_has_the_colour_of_the_picture_that_shows_it():
    prompt = "Product shot: the bottle from image 1, white background"
    middle = (250, 150, 390, 300)
    red, blue = (
        ImageStat.Stat(frame(prompt, (640, 360), references=[Reference(picture(c))]).crop(middle)).mean
        for c in ((200, 60, 50), (50, 70, 200))
    )

    assert red[0] - red[2] > blue[0] - blue[2] + 30


def test_the_pictures_of_a_listed_series_differ():
    prompt = "1. a dog on a beach, day\n2. a cat in a forest, night"

    assert difference(frame(prompt, index=0, count=2), frame(prompt, index=1, count=2)) > 30


def test_a_heading_and_a_caption_do_not_share_a_place():
    plain = frame("Product shot of a bottle", (640, 360))
    heading = frame('Product shot of a bottle. Headline: "ONE". Caption at the bottom: "two"', (640, 360))

    assert difference(plain.crop((120, 0, 520, 60)), heading.crop((120, 0, 520, 60))) > 5
    assert difference(plain.crop((240, 300, 400, 340)), heading.crop((240, 300, 400, 340))) > 5
