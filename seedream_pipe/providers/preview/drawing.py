"""A storyboard frame from a prompt: `draw` paints it, `encode` makes a file of it.

Painted at a working size and scaled up; letters are set at the full size. The same
arguments give the same pixels on every run: all chance comes from digests of the inputs,
and nothing here keeps state between two frames.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from seedream_pipe.providers.preview.cast import (
    FRAMINGS,
    Actor,
    Framing,
    framing_of,
    looks_for,
    paint_actor,
    paint_cast,
    paint_crowd,
    place_cast,
)
from seedream_pipe.providers.preview.colour import (
    Colour,
    hexed,
    luma,
    mix,
    opened,
    palette_of,
    saturation,
    vivid,
)
from seedream_pipe.providers.preview.dice import Dice
from seedream_pipe.providers.preview.figures import head_centre
from seedream_pipe.providers.preview.interiors import INTERIORS
from seedream_pipe.providers.preview.lettering import (
    Reference,
    letter_bubble,
    letter_caption,
    letter_sign,
    letter_title,
)
from seedream_pipe.providers.preview.light import affinity, light_of
from seedream_pipe.providers.preview.looks import Look, look_of
from seedream_pipe.providers.preview.outdoors import OUTDOORS
from seedream_pipe.providers.preview.props import paint_props
from seedream_pipe.providers.preview.reading import Figure, Lettering, Scene
from seedream_pipe.providers.preview.series import read_picture
from seedream_pipe.providers.preview.sets import (
    paint_close,
    paint_foreground,
    paint_from_above,
    paint_hands,
    paint_pinned,
    paint_product,
    paint_sheet,
)
from seedream_pipe.providers.preview.slate import (
    Slate,
    draw_slate,
    draw_thumbnails,
    free_corner,
    slate_height,
)
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.weather import before_figures, behind_figures

__all__ = ["Reference", "draw", "encode"]

WORKING_PIXELS: Final = 2_300_000
WORKING_SIDE: Final = 2600
ACCENTS: Final[tuple[tuple[str, ...], ...]] = (
    ("#b5533f", "#d9a25c", "#4d7a78", "#7a5a70", "#8c9a5c", "#c98b6a"),
    ("#2f6f7e", "#e0a458", "#c25b4e", "#5d5f8a", "#8aa07c", "#d0b28a"),
    ("#8a4f6a", "#e3b062", "#4f6f8f", "#b0654a", "#6f8f72", "#c9a0a0"),
    ("#3f5f8a", "#d98a4f", "#6d8f6a", "#a84f55", "#c9b06a", "#75688f"),
)


def draw(
    *,
    prompt: str,
    width: int,
    height: int,
    references: Sequence[Reference],
    index: int = 0,
    count: int = 1,
    take_label: str = "",
    seed: int = 0,
) -> Image.Image:
    """Draw a prompt as a storyboard frame.

    Args:
        prompt: any text, Chinese, English or mixed.
        width: pixels, as is `height`; the frame has exactly this size.
        height: pixels.
        references: pictures in the order the prompt counts them ("image 1", 图1).
        index: which picture of a group this is, from 0.
        count: how many pictures the group has; 1 for a single picture.
        take_label: a short note for the slate, for example "take 2".
        seed: another number gives another variant of the same scene.

    Returns:
        An RGB picture. Unreadable references are shown as empty cards.
    """
    scene = progressed(read_picture(prompt, index=index, count=count), index=index, count=count)
    pictures = [opened(r.data, 320) for r in references]
    known = [p for p in pictures if p is not None]
    palettes = {k: palette_of([p]) for k, p in enumerate(pictures) if p is not None}
    palette = palette_of(known)
    looks = looks_for(scene, [r.data for r in references], palettes, pictures)
    band = slate_height(width, height)
    art, actors = paint(
        scene, looks, known, palette, size=(width, max(1, height - band)), seed=(seed, index, take_label),
        things=thing_colours(scene, pictures),
    )  # fmt: skip
    image = Image.new("RGB", (width, height))
    scaled = art.resize((width, max(1, height - band)), Image.Resampling.BICUBIC)
    image.paste(scaled, (0, 0))
    factor = width / art.width
    letter(image, scene, actors, factor, band, palette, cards=len(references))
    labels = [reference_label(k, r.label, chinese=scene.chinese) for k, r in enumerate(references)]
    draw_thumbnails(image, pictures, labels, band)
    note = " · ".join(x for x in (f"{index + 1}/{count}" if count > 1 else "", take_label) if x)
    mark = "PREVIEW 预览" if scene.chinese else "PREVIEW"
    draw_slate(image, Slate(excerpt=scene.excerpt, note=note, size=f"{width}x{height}", mark=mark), band)
    return image


def encode(image: Image.Image, media_type: str = "image/jpeg", *, quality: int = 90) -> bytes:
    """The picture as a JPEG or PNG file, without metadata.

    Args:
        image: what `draw` gave.
        media_type: ``image/png``; anything else gives a JPEG.
        quality: of the JPEG, 1 to 95.
    """
    out = io.BytesIO()
    if media_type == "image/png":
        image.save(out, "PNG", compress_level=3)
    else:
        image.save(out, "JPEG", quality=quality, subsampling=2)
    return out.getvalue()


def reference_label(number: int, label: str, *, chinese: bool) -> str:
    """How a reference is called under its card (R134): by its number and the end of its name."""
    place = f"图{number + 1}" if chinese else f"{number + 1}"
    name = re.split(r"[/\\@]", label.strip())[-1]
    stem, dot, ending = name.rpartition(".")
    name = stem if dot and stem and ending.isalnum() and len(ending) <= 4 else name
    return f"{place} {name}".strip()


def thing_colours(scene: Scene, pictures: Sequence[Image.Image | None]) -> dict[str, Colour]:
    """The colour of each thing that a reference shows: what stands out in the middle of it."""
    colours: dict[str, Colour] = {}
    for kind, number in scene.thing_images:
        picture = pictures[number - 1] if 0 < number <= len(pictures) else None
        if picture is None or kind in colours:
            continue
        w, h = picture.size
        middle = picture.crop((int(w * 0.34), int(h * 0.3), max(1, int(w * 0.66)), max(1, int(h * 0.95))))
        told = [c for c in palette_of([middle]) if saturation(c) > 0.15 and 0.2 < luma(c) < 0.93]
        if told:
            colours[kind] = told[0]
    return colours


TIMES_OF_GROUP: Final = ("dawn", "day", "golden", "dusk", "night")
SEASONS: Final = ("spring", "", "autumn", "winter")


def progressed(scene: Scene, *, index: int, count: int) -> Scene:
    """A picture of a group: what the prompt leaves open moves on from picture to picture."""
    if count <= 1 or scene.kind != "frame":
        return scene
    text = scene.excerpt.lower()
    seasons = "四季" in text or "春夏秋冬" in text or "seasons" in text
    features, weather = scene.features, scene.weather
    if seasons:
        season = SEASONS[index % 4]
        features = frozenset({*features - {"spring", "autumn", "winter"}, season} - {""})
        weather = "snow" if season == "winter" else weather
    time = scene.time or TIMES_OF_GROUP[index * len(TIMES_OF_GROUP) // max(count, 1) % len(TIMES_OF_GROUP)]
    shot = scene.shot or ("wide", "", "medium", "full", "close")[index % 5] or None
    return replace(
        scene,
        time="day" if seasons and scene.time is None else time,
        features=features,
        weather=weather,
        shot=shot,
    )


# --- painting ------------------------------------------------------------------------------


def working_size(width: int, height: int) -> tuple[int, int]:
    part = min(1.0, (WORKING_PIXELS / (width * height)) ** 0.5, WORKING_SIDE / max(width, height))
    return max(1, round(width * part)), max(1, round(height * part))


def paint(
    scene: Scene,
    looks: Sequence[Look],
    pictures: Sequence[Image.Image],
    palette: Sequence[Colour],
    *,
    size: tuple[int, int],
    seed: tuple[int, int, str],
    things: Mapping[str, Colour],
) -> tuple[Image.Image, list[Actor]]:
    """The picture at its working size, and who stands where in it."""
    image = Image.new("RGB", working_size(*size), (90, 90, 90))
    framing = framing_of(scene)
    stage = Stage(
        image=image,
        scene=scene,
        light=light_of(scene, palette),
        dice=Dice("frame", scene.place or "", scene.excerpt, *seed),
        accents=accents_of(scene, palette),
        horizon=image.height * framing.horizon,
        things=things,
    )
    actors: list[Actor] = []
    if image.width >= 8 and image.height >= 8:
        actors = fill(
            stage, framing, looks, pictures, shift=stage.dice.span(-1, 1) if seed[0] or seed[1] else 0.0
        )
        finish(stage, palette)
    return stage.image, actors


def accents_of(scene: Scene, palette: Sequence[Colour]) -> tuple[Colour, ...]:
    """Six colours for cloths, signs and walls: the references' first, else a set by the place."""
    own = [hexed(c) for c in Dice("accents", scene.place or scene.excerpt[:24]).pick(ACCENTS)]
    telling = [vivid(c, 1.15, max(1.0, 0.4 / luma(c))) for c in palette if 0.1 < luma(c) < 0.93][:5]
    for k, colour in enumerate(telling):
        own[k] = mix(colour, own[k], 0.12)
    return tuple(own)


def fill(
    stage: Stage, framing: Framing, looks: Sequence[Look], pictures: Sequence[Image.Image], *, shift: float
) -> list[Actor]:
    scene = stage.scene
    says_nothing = not (
        scene.figures or scene.place or scene.subject or scene.crowd or scene.weather or scene.time
    )
    if scene.kind == "sheet":
        paint_sheet(stage, looks)
        return []
    if scene.kind != "product" and says_nothing and pictures:
        paint_pinned(stage, pictures)
        return []
    if scene.angle == "high" and not framing.heads and scene.kind == "frame":
        paint_from_above(stage, looks)
        before_figures(stage)
        return []
    alone = scene.kind == "poster" and scene.subject is not None and not scene.figures
    if scene.kind == "product" or alone:
        placed = scene.place not in (None, "studio")
        background(stage, replace(framing, blur=0.012 if placed else 0.0), default="studio")
        paint_product(stage, placed=placed)
        if scene.weather != "fog":
            before_figures(stage)
        return []
    background(stage, framing, default="")
    if scene.crowd:
        paint_crowd(stage, framing, 12 if framing.heads else 22)
        if framing.heads:
            stage.soften(stage.h * framing.blur * 0.7)
    return foreground(stage, framing, looks, shift=shift)


def foreground(stage: Stage, framing: Framing, looks: Sequence[Look], *, shift: float) -> list[Actor]:
    scene = stage.scene
    held = (
        scene.subject
        or next((f.holds for f in scene.figures if f.holds), None)
        or next(iter(scene.props), None)
    )
    if scene.shot in ("insert", "extreme_close") and held and (scene.shot == "insert" or not scene.figures):
        if scene.shot == "insert" and not HANDS.search(scene.excerpt):
            paint_still(stage, looks, held)
        elif scene.figures or scene.shot == "insert":
            look = looks[0] if looks else look_of(Figure(kind="person", name=scene.excerpt[:24]))
            paint_hands(stage, look, held)
        else:
            paint_product(stage, placed=True)
        before_figures(stage)
        return []
    if not framing.heads and scene.kind == "frame":
        paint_props(stage, framing)
    actors = place_cast(stage, framing, looks, shift=shift)
    if scene.shot == "over_shoulder":
        actors = over_shoulder(stage, actors)
    else:
        paint_cast(stage, actors)
    if scene.foreground is not None:
        paint_foreground(stage, *scene.foreground)
    before_figures(stage)
    return actors


HANDS: Final = re.compile(
    r"\b(?:hands?|palms?|fingers?|fists?|holds?|holding)\b(?!-)|[双两只]手|手[中里上]|捧|拿|握", re.IGNORECASE
)


def paint_still(stage: Stage, looks: Sequence[Look], held: str) -> None:
    """An insert of a thing that nobody holds: large and sharp, who else is there soft behind it."""
    away = replace(FRAMINGS[""], man=0.95, feet=0.86)
    actors = [replace(a, x=stage.w * 0.78, flip=True) for a in place_cast(stage, away, looks)[:1]]
    paint_cast(stage, actors)
    stage.soften(stage.h * 0.006)
    paint_close(stage, held, hanging=re.search(r"\bhang|挂", stage.scene.excerpt) is not None)


def background(stage: Stage, framing: Framing, *, default: str) -> None:
    place = stage.scene.place or default
    painter = INTERIORS.get(place) or OUTDOORS.get(place) or OUTDOORS[""]
    painter(stage)
    if place not in INTERIORS:
        behind_figures(stage)
    stage.bloom()
    stage.soften(stage.h * framing.blur)


def over_shoulder(stage: Stage, actors: list[Actor]) -> list[Actor]:
    """One figure faces us across the dark, blurred shoulder of another."""
    if not actors:
        return actors
    leads = sorted(actors, key=lambda a: stage.scene.figures.index(a.figure))
    seen = leads[1] if len(leads) > 1 else leads[0]
    near = leads[0] if len(leads) > 1 else None
    facing = replace(seen, x=stage.w * 0.66, flip=True, stance=replace(seen.stance, back=False))
    paint_actor(stage, facing)
    if near is None:
        stranger = Figure(kind="person", name="over the shoulder")
        near = replace(facing, figure=stranger, look=look_of(stranger))
    unit = min(float(stage.h), stage.w * 0.9)
    size = unit * (1.15 if near.figure.animal and near.stance.beast is None else 2.3)
    stance = replace(near.stance, back=True, holds=None, beast=near.stance.beast)
    dx, dy = head_centre(near.look, stance.pose)
    y = stage.h * 0.44 - dy * size
    if near.figure.animal and near.stance.beast is None:
        y = stage.h * 0.5 + size * 0.66
    shoulder = replace(near, x=stage.w * 0.2 - dx * size, y=y, size=size, flip=False, stance=stance, dim=0.34)
    paint_actor(stage, shoulder)
    return [facing]


def finish(stage: Stage, palette: Sequence[Colour]) -> None:
    """Bloom, colour grade, vignette and grain."""
    stage.bloom()
    if stage.scene.angle == "dutch":
        tilted = stage.image.rotate(7, Image.Resampling.BICUBIC, fillcolor=stage.light.haze)
        dx, dy = int(stage.w * 0.09), int(stage.h * 0.09)
        stage.image.paste(
            tilted.crop((dx, dy, stage.w - dx, stage.h - dy)).resize(
                stage.image.size, Image.Resampling.BICUBIC
            )
        )
    if palette:
        stage.image = leaning(stage.image, palette, 0.16 * affinity(stage.light, palette))
    if stage.scene.kind != "sheet":
        stage.image = graded(stage.image, NIGHT_GRADE if stage.light.night else DAY_GRADE)
    if stage.scene.style is not None:
        styled(stage, stage.scene.style)
    if stage.scene.kind != "sheet":
        stage.vignette(mix(stage.light.shade, (0, 0, 0), 0.45), 0.4)
    stage.image = stage.image.filter(ImageFilter.BoxBlur(0.35))
    stage.grain(1.0)


NIGHT_GRADE: Final = (0.46, 1.16)
DAY_GRADE: Final = (0.3, 1.1)


def graded(image: Image.Image, grade: tuple[float, float]) -> Image.Image:
    """Deeper blacks, brighter lights and fuller colours; `grade` is (contrast, saturation)."""
    part, fuller = grade
    curve = [i / 255 for i in range(256)]
    curve = [x + part * (x * x * (3 - 2 * x) - x) - part * 0.05 * (1 - x) for x in curve]
    table = [max(0, min(255, int(x * 255 + 0.5))) for x in curve]
    return ImageEnhance.Color(image.point(table * 3)).enhance(fuller)


def leaning(image: Image.Image, palette: Sequence[Colour], part: float) -> Image.Image:
    """The picture with its hues leaning towards the palette and its brightness kept."""
    bright, *_ = image.convert("YCbCr").split()
    _, blue, red = Image.blend(image, duotone(image, palette), part).convert("YCbCr").split()
    return Image.merge("YCbCr", (bright, blue, red)).convert("RGB")


def duotone(image: Image.Image, palette: Sequence[Colour]) -> Image.Image:
    """The picture in the palette's colours, from its darkest to its brightest."""
    ordered = sorted(palette[:5], key=luma)
    middle = palette[0]
    return ImageOps.colorize(
        image.convert("L"),
        black=mix(ordered[0], (8, 8, 14), 0.55),
        white=mix(ordered[-1], (255, 252, 244), 0.7),
        mid=middle,
    )


STYLE_INKS: Final[Mapping[str, tuple[str, str, str, float]]] = MappingProxyType({
    "mono": ("#0c0c0e", "#7c7c7e", "#f4f3f0", 1.0), "sketch": ("#26262b", "#a9a6a2", "#f8f5ee", 0.9),
    "ink": ("#16191c", "#8f9896", "#f3eee0", 0.82), "vintage": ("#2a1c14", "#a5825a", "#f6e8c8", 0.62),
    "watercolour": ("#5a5668", "#c9b8a8", "#fffaf0", 0.22), "neon": ("#0c0620", "#7a2f8f", "#9ff0ff", 0.26),
})  # fmt: skip


def styled(stage: Stage, style: str) -> None:
    """Grade the picture towards a drawing manner."""
    dark, middle, bright, part = STYLE_INKS[style]
    if style in ("mono", "sketch"):
        stage.image.paste(ImageOps.autocontrast(stage.image, cutoff=2))
    graded = ImageOps.colorize(
        stage.image.convert("L"), black=hexed(dark), mid=hexed(middle), white=hexed(bright)
    )
    stage.image.paste(Image.blend(stage.image, graded, part))
    if style in ("sketch", "ink", "watercolour"):
        small = stage.image.convert("L").filter(ImageFilter.GaussianBlur(1.2))
        lines = small.filter(ImageFilter.FIND_EDGES).point(
            [min(255, int(i * (4.2 if style == "sketch" else 2.2))) for i in range(256)]
        )
        stage.image.paste(
            hexed("#2a2730"),
            (0, 0, stage.w, stage.h),
            lines.point([int(i * (0.8 if style == "sketch" else 0.5)) for i in range(256)]),
        )


# --- letters -------------------------------------------------------------------------------


def letter(
    image: Image.Image,
    scene: Scene,
    actors: Sequence[Actor],
    factor: float,
    band: int,
    palette: Sequence[Colour],
    *,
    cards: int,
) -> None:
    """Set the prompt's quoted texts, each where it belongs."""
    w, h = image.width, image.height - band
    unit = min(w, h)
    if unit < 60:
        return
    accent = accents_of(scene, palette)
    lit = scene.time in ("night", "dusk") or "neon" in scene.features
    signs, top, low = 0, h * 0.045, 0
    roles = [roled(text, scene, number) for number, text in enumerate(scene.lettering)]
    for number, (text, role) in enumerate(zip(scene.lettering, roles, strict=True)):
        match role:
            case "speech":
                set_speech(image, text, actors, factor, (w, h), number)
            case "sign":
                set_sign(image, text, (w, h), signs, mix(accent[signs % 6], hexed("#d8432c"), 0.3), lit=lit)
                signs += 1
            case "title":
                large = number == roles.index("title")
                tall = h * ((0.2 if scene.kind == "poster" else 0.15) if large else 0.085)
                letter_title(image, text.text, (w * 0.07, top, w * 0.86, tall), accent[0])
                top += tall + h * 0.01
            case _ if AT_BOTTOM.search(text.before):
                x, y, wide, tall = free_corner((image.width, h), cards)
                letter_caption(image, text.text, (x, y - low * tall * 1.1, wide, tall))
                low += 1
            case _:
                tall = min(h * 0.1, unit * 0.12)
                letter_caption(image, text.text, (w * 0.08, top, w * 0.84, tall))
                top += tall + h * 0.015


AT_BOTTOM: Final = re.compile(
    r"\b(?:bottom|below|lower|foot|footer|underneath)\b|底边|底部|下方|下边|下面|页脚", re.IGNORECASE
)


def roled(text: Lettering, scene: Scene, number: int) -> str:
    """What a text is in this picture: the first one on a poster is its title."""
    if scene.kind == "poster" and number == 0 and not any(t.role == "title" for t in scene.lettering):
        return "title"
    return text.role


def set_speech(
    image: Image.Image,
    text: Lettering,
    actors: Sequence[Actor],
    factor: float,
    size: tuple[int, int],
    number: int,
) -> None:
    w, h = size
    unit = min(w, h)
    mouth = (w * 0.45, h * 0.5)
    left = number % 2 == 1
    if actors:
        speaker = speaker_of(text, actors, number)
        x, y = speaker.head
        mouth = (x * factor, y * factor + speaker.head_size * factor * 0.25)
        left = mouth[0] > w * 0.5
    wide, tall = min(w * 0.44, unit * 0.74), unit * 0.22
    side = -1 if left else 1
    head = speaker_of(text, actors, number) if actors else None
    reach = min(head.head_size * factor * 0.8, w * 0.24) if head else 0
    x = mouth[0] + side * (wide * 0.5 + reach) - wide / 2
    x = max(w * 0.02, min(w * 0.98 - wide, x))
    heads = [a.head[1] * factor - a.head_size * factor * 0.6 for a in actors]
    top = max(h * 0.03, min(h * 0.5, mouth[1] - tall * 1.5, *(y - tall for y in heads)))
    if head is not None and head.head_size * factor > 0.3 * h:
        mouth = edge_of(head, factor, towards=(x + wide / 2, top + tall / 2))
    letter_bubble(image, text.text, (x, top, wide, tall), mouth)


def edge_of(actor: Actor, factor: float, *, towards: tuple[float, float]) -> tuple[float, float]:
    """A point just outside a large head: a tail that reached the mouth would cross the face."""
    x, y = actor.head[0] * factor, actor.head[1] * factor
    dx, dy = towards[0] - x, towards[1] - y
    part = actor.head_size * factor * 0.42 / max(1.0, math.hypot(dx, dy))
    return x + dx * part, y + dy * part


def speaker_of(text: Lettering, actors: Sequence[Actor], number: int) -> Actor:
    """Who says it: whose name or pronoun stands last before it, else the people in turn."""
    people = sorted((a for a in actors if not a.figure.animal), key=lambda a: a.x) or list(actors)
    said = [(text.before.rfind(a.figure.name), a) for a in actors if a.figure.name in text.before[:-1]]
    said = [(at, a) for at, a in said if a.figure.name]
    for pronoun, female in ((SHE, True), (HE, False)):
        last = max((m.end() for m in pronoun.finditer(text.before)), default=-1)
        said += [(last, a) for a in people if last >= 0 and a.look.female is female][:1]
    return max(said, key=lambda place: place[0])[1] if said else people[number % len(people)]


SHE: Final = re.compile(r"\bshe\b|她", re.IGNORECASE)
HE: Final = re.compile(r"\bhe\b|他", re.IGNORECASE)


def set_sign(
    image: Image.Image, text: Lettering, size: tuple[int, int], number: int, colour: Colour, *, lit: bool
) -> None:
    w, h = size
    unit = min(w, h)
    han = sum(1 for c in text.text if ord(c) > 0x2E7F) * 2 > len(text.text)
    if han and len(text.text) <= 8 and number % 2 == 0 and w > h * 0.8:
        tall = min(h * 0.5, unit * 0.115 * max(2, len(text.text)))
        letter_sign(
            image,
            text.text,
            (w * 0.8 if number == 0 else w * 0.06, h * 0.07, unit * 0.14, tall),
            colour,
            lit=lit,
        )
        return
    wide = min(w * 0.42, unit * (0.14 + 0.05 * len(text.text) * (1.6 if han else 1.0)))
    x = w * 0.94 - wide if number % 2 == 0 else w * 0.06
    letter_sign(image, text.text, (x, h * (0.07 + 0.2 * (number // 2)), wide, unit * 0.14), colour, lit=lit)
