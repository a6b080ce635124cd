"""The tea campaign's pictures: the bottle, the model, the glaze, the mark."""

from __future__ import annotations

from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from reference_art.brush import FINE, Canvas, mix, oval, path, rgb
from reference_art.cast import eye, mirrored

FONT = (
    Path(__file__).resolve().parent.parent.parent
    / "seedream_pipe/providers/preview/fonts/wqy-microhei-gb2312.woff2"
)
GREEN, DEEP, PALE = "#5f8f5a", "#234a3a", "#e4ecd2"


def lettered(art: Canvas, x: float, y: float, text: str, *, size: float, colour: str, gap: float = 0) -> None:
    """Write a line around a point; `gap` spreads the letters."""
    font = ImageFont.truetype(str(FONT), round(size * FINE))
    pen = ImageDraw.Draw(art.image)
    wide = sum(font.getlength(c) for c in text) + gap * FINE * (len(text) - 1)
    left = x * FINE - wide / 2
    for letter in text:
        pen.text((left, y * FINE), letter, font=font, fill=rgb(colour), anchor="lm")
        left += font.getlength(letter) + gap * FINE


def leaf(art: Canvas, x: float, y: float, size: float, *, turn: float, colour: str) -> None:
    """A tea leaf with its vein, pointing along `turn` degrees."""
    whole = oval(x, y, size, size * 0.36, turn=turn)
    tip, foot = whole[0], whole[32]
    spike = (tip[0] + (tip[0] - x) * 0.28, tip[1] + (tip[1] - y) * 0.28)
    body = [*whole[4:61], spike]
    art.shape(body, colour, shade=mix(colour, "#10281f", 0.4), light=(-size / 12, -size / 7))
    art.taper([foot, (x, y), spike], mix(colour, "#f4f8d8", 0.55), max(1.6, size / 14))
    for part in (0.2, 0.42, 0.62):
        for side in (14, 50):
            px, py = x + (foot[0] - x) * (0.7 - part * 1.4), y + (foot[1] - y) * (0.7 - part * 1.4)
            ex, ey = whole[side]
            art.stroke(
                [(px, py), (px + (ex - px) * 0.55, py + (ey - py) * 0.55)],
                mix(colour, "#f4f8d8", 0.3),
                max(0.8, size / 40),
            )


def mark(art: Canvas, x: float, y: float, size: float, colour: str) -> None:
    """The brand's mark: a drop that holds two leaves."""
    drop = [
        (x, y - size * 1.25),
        (x, y - size * 1.25),
        (x + size * 0.62, y - size * 0.2),
        (x + size * 0.78, y + size * 0.34),
        (x, y + size),
        (x - size * 0.78, y + size * 0.34),
        (x - size * 0.62, y - size * 0.2),
    ]
    art.shape(drop, colour, smooth=True)
    for turn, dx in ((-68, 0.2), (-118, -0.2)):
        art.shape(oval(x + dx * size * 1.1, y + size * 0.16, size * 0.44, size * 0.17, turn=turn), PALE)
    art.stroke([(x, y + size * 0.74), (x, y + size * 0.2)], PALE, size * 0.07)


def logo() -> Image.Image:
    """YUQIAN 雨前, the mark and the name on white."""
    art = Canvas(768, 512, "#ffffff")
    mark(art, 384, 170, 96, DEEP)
    lettered(art, 384, 352, "雨前", size=84, colour=DEEP, gap=26)
    lettered(art, 384, 440, "YUQIAN", size=40, colour=GREEN, gap=22)
    return art.finished()


def bottle() -> Image.Image:
    """The bottle: clear glass, pale tea, bamboo cap, paper label with the mark."""
    art = Canvas(768, 1024, "#e9ebe2")
    art.gradient("#f6f6ee", "#d6dccb")
    art.shape(oval(384, 520, 300, 420), "#ffffff", soft=60, alpha=0.8)
    art.gradient("#dfe3d2", "#cfd5c0", start=862)
    art.shape(oval(410, 934, 210, 26), "#8f9a80", alpha=0.55, soft=12)
    art.shape(oval(470, 930, 150, 16), "#b9d08a", alpha=0.6, soft=10)
    glass = path(
        "334,222 334,222 330,290 282,356 258,430 256,640 258,880 272,924 300,936 "
        "384,940 468,936 496,924 510,880 512,640 510,430 486,356 438,290 434,222 "
        "434,222"
    )
    body = art.shape(glass, "#d8e4c4", smooth=True, edge="#4a6650", line=4)
    tea = [(250, 392), (518, 392), (520, 950), (250, 950)]
    art.shape(tea, "#c3d58a", inside=body)
    art.shape([(250, 392), (300, 392), (292, 950), (250, 950)], "#9fb866", inside=body, soft=12)
    art.shape([(470, 392), (520, 392), (520, 950), (484, 950)], "#86a254", inside=body, soft=14)
    art.shape(oval(384, 392, 118, 12), "#e2ecb4", inside=body)
    for x, y, size, turn in (
        (340, 880, 44, -38),
        (420, 894, 40, 24),
        (384, 850, 36, -80),
        (452, 852, 30, -50),
        (312, 838, 26, 60),
    ):
        leaf(art, x, y, size, turn=turn, colour=GREEN)
    _label(art)
    art.shape([(282, 420), (296, 420), (294, 860), (282, 860)], "#ffffff", alpha=0.7, soft=3, inside=body)
    art.shape([(494, 440), (500, 440), (500, 840), (494, 840)], "#ffffff", alpha=0.55, soft=2, inside=body)
    art.shape([(346, 250), (356, 250), (346, 330), (322, 358)], "#ffffff", alpha=0.7, soft=2, inside=body)
    _cap(art)
    for x, y, size in (
        (300, 404, 5),
        (330, 780, 4),
        (486, 700, 5),
        (276, 560, 4),
        (470, 800, 6),
        (498, 476, 4),
    ):
        art.shape(oval(x, y, size, size * 1.2), "#f6fbe6", shade="#9fb27a", light=(-1, -2))
    return art.finished()


def _label(art: Canvas) -> None:
    paper = art.shape([(257, 486), (511, 486), (511, 776), (257, 776)], "#faf7ea")
    art.shape([(257, 486), (292, 486), (292, 776), (257, 776)], "#d9d5c0", soft=12, inside=paper)
    art.shape([(482, 486), (511, 486), (511, 776), (482, 776)], "#cbc7b0", soft=12, inside=paper)
    for y in (498, 764):
        art.stroke([(258, y), (510, y)], DEEP, 2.5)
    mark(art, 384, 568, 46, DEEP)
    lettered(art, 384, 668, "雨前", size=62, colour=DEEP, gap=14)
    lettered(art, 384, 722, "YUQIAN", size=24, colour=GREEN, gap=10)
    lettered(art, 384, 748, "COLD BREW · LONGJING", size=12, colour="#6f7a62", gap=2)


def _cap(art: Canvas) -> None:
    art.shape(
        [(328, 216), (440, 216), (440, 236), (328, 236)],
        "#cfd6c0",
        shade="#98a488",
        light=(-20, 0),
        edge="#4a6650",
        line=3,
    )
    cap = art.shape(
        [(322, 112), (446, 112), (446, 216), (322, 216)],
        "#d9b67a",
        shade="#a87f48",
        light=(-34, 0),
        edge="#5e4526",
        line=4,
    )
    for x in (338, 352, 371, 389, 402, 421, 436):
        art.stroke([(x, 114), (x - 1, 214)], "#bd9457", 2, inside=cap)
    art.shape(oval(384, 112, 62, 13), "#ecd09a", edge="#5e4526", line=3.5)
    for size in (44, 28, 12):
        art.stroke([*oval(384, 112, size, size * 0.19)], "#cfa968", 1.6)


def model() -> Image.Image:
    """The campaign's face: a woman of thirty, hair in a bun, sage linen, a glass of tea."""
    art = Canvas(768, 1024, "#e6dfd0")
    art.gradient("#efe9dc", "#d8d0bd")
    art.shape(oval(470, 400, 300, 380), "#fbf7ec", soft=60, alpha=0.8)
    hair, line = "#2b2326", "#3a2a2a"
    art.shape(oval(396, 118, 74, 66), hair, shade="#17120f", light=(-9, -8), edge=line, line=4)
    art.taper([(350, 104), (390, 86), (436, 104)], "#5d4c4c", 7)
    art.shape(
        path("384,140 286,166 244,250 256,340 312,400 456,400 512,340 524,250 482,166"),
        hair,
        smooth=True,
        edge=line,
        line=4,
    )
    art.shape(path("340,410 428,410 436,540 384,580 332,540"), "#d9a17e", edge=line, line=4)
    _dress(art)
    face = path(
        "276,270 282,350 312,420 356,464 384,472 412,464 456,420 486,350 492,270 450,190 384,172 318,190"
    )
    head = art.shape(face, "#f3cfad", smooth=True, shade="#d9a17e", light=(-10, -8), edge=line, line=4)
    for side in (-1, 1):
        eye(art, 384 + side * 54, 322, side, iris="#5a3a28", size=0.8)
        art.taper([(384 + side * 28, 280), (384 + side * 58, 270), (384 + side * 88, 284)], line, 9)
        art.shape(oval(384 + side * 74, 384, 27, 16), "#eb9a83", alpha=0.5, soft=8, inside=head)
        art.shape(oval(384 + side * 112, 392, 7, 11), "#6fa088", edge=line, line=2)
    art.taper([(386, 330), (394, 374), (378, 384)], "#b87e5e", 6)
    art.shape(
        path("346,418 346,418 370,410 384,415 398,410 422,418 422,418 400,436 384,440 368,436"),
        "#c25f56",
        smooth=True,
    )
    art.taper([(344, 418), (384, 425), (424, 417)], "#7c3036", 4)
    fringe = path(
        "268,318 268,318 252,230 300,160 384,142 468,160 516,230 500,318 500,318 "
        "486,244 430,206 384,182 338,206 282,244"
    )
    top = art.shape(fringe, hair, smooth=True, shade="#17120f", light=(-9, -6), edge=line, line=4)
    for points in ([(290, 214), (330, 176), (376, 164)], [(400, 164), (446, 178), (486, 220)]):
        art.taper(points, "#6b5656", 9, inside=top)
    return art.finished()


def _dress(art: Canvas) -> None:
    line, sage, dark = "#3a2a2a", "#9fb08a", "#71866a"
    body = path(
        "322,522 250,552 206,600 190,700 176,1040 176,1040 610,1040 610,1040 590,760 "
        "566,610 518,552 446,522 446,522 384,620 322,522"
    )
    linen = art.shape(body, sage, smooth=True, shade=dark, light=(-26, -12), edge=line, line=4.5)
    for points in (
        [(250, 640), (262, 800), (246, 1020)],
        [(330, 740), (338, 880), (330, 1020)],
        [(520, 660), (504, 800), (520, 1020)],
        [(420, 900), (426, 960), (420, 1020)],
    ):
        art.taper(points, dark, 9, inside=linen)
    art.taper([(266, 650), (262, 760), (240, 880), (236, 1030)], line, 9, inside=linen)
    for points in ([(226, 620), (214, 740), (206, 900)], [(300, 620), (296, 700), (290, 780)]):
        art.taper(points, "#bccaa8", 12, inside=linen)
    for side in (-1, 1):
        lapel = path("314,520 314,520 286,556 300,640 384,690 384,690 384,622 340,570")
        lapel = lapel if side < 0 else mirrored(lapel, 384)
        art.shape(lapel, "#b2c19c", smooth=True, shade=dark, light=(-7, -9), edge=line, line=4)
    art.shape([(440, 742), (546, 742), (532, 900), (454, 900)], "#eef3e6", edge="#5d7260", line=4)
    art.shape([(446, 786), (541, 786), (531, 894), (455, 894)], "#c3d58a", shade="#93ad5c", light=(-14, 0))
    art.shape(oval(493, 786, 47, 8), "#e2ecb4")
    leaf(art, 492, 846, 26, turn=-62, colour=GREEN)
    art.stroke([(456, 756), (464, 888)], "#ffffff", 6)
    sleeve = path("544,584 590,650 636,780 640,890 600,944 562,930 540,900 560,850 548,760 526,680")
    art.shape(sleeve, sage, smooth=True, shade=dark, light=(-14, -8), edge=line, line=4)
    hand = path(
        "580,866 548,836 500,832 470,842 468,862 496,866 470,874 472,894 500,894 "
        "482,906 492,922 540,930 580,926"
    )
    art.shape(hand, "#f3cfad", smooth=True, shade="#d9a17e", light=(-6, -8), edge=line, line=4)


def glaze() -> Image.Image:
    """Celadon glaze with fine cracks, dew and a few fresh leaves: the ground of the campaign."""
    chance, art = Random(83), Canvas(896, 768, "#a9c4ab")
    art.gradient("#c4d8bf", "#8fb39c")
    for _ in range(26):
        x, y, size = chance.uniform(0, 896), chance.uniform(0, 768), chance.uniform(60, 200)
        art.shape(
            oval(x, y, size, size * 0.7),
            chance.choice(("#d2e2c8", "#86ab94", "#b4cfb2")),
            alpha=0.28,
            soft=38,
        )
    for _ in range(58):
        x, y = chance.uniform(0, 896), chance.uniform(0, 768)
        angle, path = chance.uniform(-3, 3), [(x, y)]
        for _ in range(chance.randrange(4, 9)):
            angle += chance.uniform(-0.8, 0.8)
            step = oval(*path[-1], 46, 46)[round(angle * 10.2) % 64]
            path.append(step)
        art.stroke(path, "#5f7f6c", 1.3, alpha=0.55)
        art.stroke([(px + 1.2, py + 1.2) for px, py in path], "#e4efdc", 0.9, alpha=0.6)
    for x, y, size, turn in (
        (150, 150, 110, -32),
        (260, 218, 92, 18),
        (180, 290, 70, 74),
        (742, 560, 120, 150),
        (640, 650, 90, 196),
        (780, 684, 74, 104),
        (700, 130, 54, 40),
    ):
        art.shape(oval(x + 12, y + 18, size, size * 0.36, turn=turn), "#4d6f5e", alpha=0.45, soft=9)
        leaf(art, x, y, size, turn=turn, colour=chance.choice(("#6fa055", "#7fae5c", "#5a8f52")))
    for _ in range(46):
        x, y, size = chance.uniform(0, 896), chance.uniform(0, 768), chance.uniform(4, 17)
        art.shape(oval(x + size * 0.2, y + size * 0.3, size, size * 0.9), "#54786a", alpha=0.5, soft=2)
        art.shape(oval(x, y, size, size * 0.9), "#d6e8d6", shade="#9cc0ac", light=(size / 4, size / 4))
        art.shape(oval(x - size * 0.3, y - size * 0.3, size * 0.25, size * 0.2), "#ffffff")
    return art.finished()
