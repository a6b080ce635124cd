"""What a character looks like, always the same for the same description.

What the prompt states wins; what it leaves open follows from the figure's descriptor, or
from the bytes of the reference that shows it, never from the scene around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from seedream_pipe.providers.preview.colour import Colour, hexed, luma, mix, named, saturation, scale
from seedream_pipe.providers.preview.dice import Dice
from seedream_pipe.providers.preview.reading import Figure, Garment

__all__ = ["Look", "look_of"]

Top: TypeAlias = Literal["raincoat", "coat", "jacket", "suit", "dress", "sweater", "shirt"]

SKINS: Final = tuple(map(hexed, ("#f3cfb3", "#ecbd98", "#dea67e", "#b97d56", "#8a5a3c")))
SKIN_ODDS: Final = (0, 0, 0, 1, 1, 1, 2, 2, 3, 4)
HAIRS: Final = tuple(map(hexed, ("#25202a", "#2e2422", "#3f2a20", "#5a3825", "#7c4a28", "#b98a4e")))
HAIR_ODDS: Final = (0, 0, 0, 1, 1, 2, 2, 3, 4, 5)
EYES: Final = tuple(map(hexed, ("#3a2a22", "#4a3526", "#35424d", "#3d5340", "#5a4630")))
CLOTHS: Final = tuple(
    map(
        hexed,
        "#b5523f #d08a4a #d9b45c #5d7f64 #3f6f7a #47638f #7a5a7e #a86a70 #6d6258 #39445a #8c9a86 "
        "#c9a58a".split(),
    )
)
BOTTOMS: Final = tuple(map(hexed, "#39425a #4b4a52 #5c4f46 #2f3a42 #6b6a60 #3d3340".split()))
SHOES: Final = tuple(map(hexed, "#2c2a2e #57402f #3b3f4a #7a4636 #d9d2c4".split()))

HEADS: Final = {"child": 0.225, "girl": 0.205, "boy": 0.205, "baby": 0.30}
STATURE: Final = {
    "baby": 0.42, "child": 0.66, "girl": 0.72, "boy": 0.72, "woman": 0.94, "old_woman": 0.88,
    "old_man": 0.92, "man": 1.0, "person": 0.97, "robot": 1.0, "astronaut": 1.0,
}  # fmt: skip
SHELLS: Final = {"robot": (150, 160, 172), "astronaut": (232, 233, 234)}
LAYERS: Final = ("raincoat", "coat", "jacket", "suit", "dress", "sweater", "shirt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A character, ready to draw. `height` is in statures of a grown man, `head` in own heights."""

    kind: str
    female: bool
    height: float
    head: float
    girth: float
    skin: Colour
    hair: str
    hair_colour: Colour
    fringe: int
    eyes: Colour
    top: str
    top_colour: Colour
    under: Colour
    bottom: Colour
    skirt: bool
    shorts: bool
    shoes: Colour
    boots: bool
    scarf: Colour | None
    hat: str | None
    hat_colour: Colour
    beard: bool
    glasses: bool
    old: bool
    young: bool
    pattern: int
    coat: Colour
    bag: Colour | None = None


def look_of(
    figure: Figure,
    *,
    reference: bytes | None = None,
    palette: Sequence[Colour] = (),
    skin: Colour | None = None,
) -> Look:
    """The look of a figure. `palette` and `skin` are the reference's, if the figure has one."""
    seed = b"ref" + reference if reference is not None else figure.descriptor.encode("utf-8", "replace")
    dice = Dice("look", seed)
    rolls = [dice.unit() for _ in range(16)]
    kind = figure.kind
    if kind == "person":
        kind = "woman" if rolls[0] < 0.45 and not figure.beard else "man"
    if kind == "child":
        kind = "girl" if rolls[0] < 0.5 else "boy"
    female = kind in ("woman", "girl", "old_woman")
    old = kind.startswith("old")
    young = kind in ("girl", "boy", "baby")
    clothes = cloth_colours(rolls, palette)
    worn = {g.kind: g for g in figure.garments}
    top = next((layer for layer in LAYERS if layer in worn), None) or usual_top(kind, rolls[3], figure)
    top_colour = stated(worn.get(top)) or clothes[0]
    trousers = worn.get("trousers")
    bottom = stated(trousers) or mix(BOTTOMS[int(rolls[5] * len(BOTTOMS))], clothes[1], 0.2)
    if kind in ("robot", "astronaut") and top == "suit":
        top = "sweater"
        top_colour = stated(worn.get("suit")) or SHELLS[kind]
        bottom = scale(top_colour, 0.9)
    if top == "suit":
        bottom = mix(top_colour, (0, 0, 0), 0.12)
    style, colour = hair_of(figure, kind, rolls)
    boots = worn.get("boots")
    shelled = kind in SHELLS
    hat = worn.get("hat")
    return Look(
        kind=kind,
        female=female,
        height=STATURE.get(kind, 0.97) * (0.97 + 0.06 * rolls[6]),
        head=0.215 if figure.animal else HEADS.get(kind, 0.155),
        girth=(0.92 + 0.22 * rolls[7]) * (1.06 if old else 1.0),
        skin=nearest(skin) if skin is not None else SKINS[SKIN_ODDS[int(rolls[1] * 10)]],
        hair=style,
        hair_colour=colour,
        fringe=int(rolls[8] * 4),
        eyes=EYES[int(rolls[9] * len(EYES))],
        top=top,
        top_colour=top_colour,
        under=mix(clothes[2], (240, 236, 226), 0.65),
        bottom=bottom,
        skirt=top == "dress" or (not shelled and female and trousers is None and rolls[10] < 0.25),
        shorts=young and not female and rolls[10] < 0.35 and trousers is None,
        shoes=stated(boots)
        or (scale(top_colour, 0.7) if top == "raincoat" else None)
        or SHOES[int(rolls[11] * len(SHOES))],
        boots=top == "raincoat" or boots is not None or shelled,
        scarf=(stated(worn["scarf"]) or clothes[3]) if "scarf" in worn else None,
        hat="hat" if hat else None,
        hat_colour=stated(hat) or mix(clothes[1], (90, 70, 50), 0.3),
        beard=figure.beard or (kind == "old_man" and rolls[12] < 0.6),
        glasses=figure.glasses or (old and not figure.beard and rolls[13] < 0.35),
        old=old,
        young=young,
        pattern=int(rolls[14] * 4),
        coat=animal_coat(figure, rolls[15]),
        bag=(stated(worn["bag"]) or hexed("#8a5c3c")) if "bag" in worn else None,
    )


def nearest(skin: Colour) -> Colour:
    """The artist's skin that is closest in brightness."""
    return min(SKINS, key=lambda one: abs(luma(one) - luma(skin)))


def stated(garment: Garment | None) -> Colour | None:
    return named(garment.colour) if garment is not None and garment.colour else None


def cloth_colours(rolls: Sequence[float], palette: Sequence[Colour]) -> list[Colour]:
    """Four colours for clothes: from the reference's palette where it has any to give."""
    own = [CLOTHS[int(roll * len(CLOTHS))] for roll in (rolls[2], rolls[4], rolls[10], rolls[13])]
    telling = [c for c in palette if saturation(c) > 0.22 and 0.12 < luma(c) < 0.9]
    for place, colour in enumerate(telling[:4]):
        own[place] = mix(colour, own[place], 0.1)
    return own


def usual_top(kind: str, roll: float, figure: Figure) -> str:
    if any(g.kind == "trousers" for g in figure.garments):
        return "shirt"
    usual: dict[str, tuple[str, ...]] = {
        "woman": ("coat", "sweater", "dress", "jacket", "shirt"),
        "girl": ("dress", "sweater", "dress", "shirt", "coat"),
        "old_woman": ("sweater", "coat", "dress", "sweater", "jacket"),
        "old_man": ("jacket", "sweater", "coat", "shirt", "jacket"),
        "boy": ("shirt", "sweater", "jacket", "shirt", "sweater"),
        "baby": ("sweater", "sweater", "sweater", "sweater", "sweater"),
        "robot": ("suit", "suit", "suit", "suit", "suit"),
        "astronaut": ("suit", "suit", "suit", "suit", "suit"),
    }
    return usual.get(kind, ("jacket", "coat", "shirt", "sweater", "shirt"))[int(roll * 5)]


def hair_of(figure: Figure, kind: str, rolls: Sequence[float]) -> tuple[str, Colour]:
    styles: dict[str, tuple[str, ...]] = {
        "woman": ("long", "bob", "bun", "ponytail", "long", "curly"),
        "girl": ("bob", "twin", "ponytail", "long", "bob", "bun"),
        "old_woman": ("bun", "bob", "curly", "bun", "short", "bun"),
        "old_man": ("short", "bald", "short", "short", "bald", "short"),
        "baby": ("bald", "short", "short", "short", "bald", "short"),
    }
    style = (
        figure.hair
        or styles.get(kind, ("short", "short", "curly", "short", "short", "short"))[
            int(rolls[3] * 6) if rolls[3] < 1 else 0
        ]
    )
    if figure.hair_colour is not None:
        return style, named(figure.hair_colour)
    if kind.startswith("old"):
        return style, mix(hexed("#d8d5d0"), hexed("#8d8a88"), rolls[12] * 0.6)
    return style, HAIRS[HAIR_ODDS[int(rolls[12] * 10)]]


COATS: Final = {
    "cat": "#c98a4a #5a5a60 #e8dfd0 #34323a", "dog": "#c99a5e #7a5638 #e9dcc4 #4a4146",
    "rabbit": "#e9e2d8 #b9a48c #8d8a8c", "fox": "#cf6a2f", "wolf": "#7d828a", "bear": "#7a5238",
    "panda": "#f1eee8", "deer": "#b57c48", "horse": "#7b4a2e #5b4a40 #e6ded0", "cow": "#efe9df",
    "sheep": "#efe9da", "pig": "#e9a9a2", "mouse": "#9a9290", "elephant": "#8a909a",
    "tiger": "#d9842f", "lion": "#d6a150", "monkey": "#8a5c3c", "frog": "#6a9a4a",
    "turtle": "#6d8a55", "duck": "#f0e9d8 #e8c04a", "hen": "#c9703a #efe6d6", "owl": "#8c6a48",
    "bird": "#4c6f94 #394048 #c46a4a #e9e4da", "fish": "#d9743a #4d86a8", "dragon": "#4f8a6a #b0473c",
    "butterfly": "#e0a640 #5b8fc7 #c97aa8",
}  # fmt: skip


def animal_coat(figure: Figure, roll: float) -> Colour:
    if figure.coat_colour is not None:
        return named(figure.coat_colour)
    choices = COATS.get(figure.kind, "#9a7a5a").split()
    return hexed(choices[int(roll * len(choices))])
