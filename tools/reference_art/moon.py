"""The picture book's rabbit, its friend and its moon, in soft gouache on paper."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageFilter

from reference_art.brush import FINE, Canvas, Stencil, mix, oval, path

LINE = "#5b4a52"


def papered(art: Canvas, seed: int) -> Image.Image:
    """The finished picture on rough paper."""
    chance, (wide, high) = Random(seed), art.image.size
    small = (wide // 6, high // 6)
    grain = Image.frombytes("L", small, bytes(chance.choices(range(234, 256), k=small[0] * small[1])))
    grain = grain.resize((wide, high), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(FINE))
    art.image = ImageChops.multiply(art.image, Image.merge("RGB", (grain, grain, grain)))
    return art.finished()


def rabbit() -> Image.Image:
    """Tuantuan, the white rabbit on the moon: blue scarf with stars, a little brass lamp."""
    art = Canvas(768, 1024, "#f4ead6")
    art.gradient("#f8f0e0", "#eadcc2")
    art.shape(oval(384, 520, 300, 400), "#fbf6ea", soft=40, alpha=0.9)
    art.shape(oval(390, 956, 190, 22), "#b7a184", alpha=0.5, soft=9)
    art.shape(oval(536, 846, 44, 40), "#fffdf6", shade="#d9d3dc", light=(-8, -8), edge=LINE, line=3)
    _rabbit_body(art)
    _rabbit_ears(art)
    _rabbit_face(art)
    _scarf(art)
    _lamp(art)
    return papered(art, 61)


def _rabbit_ears(art: Canvas) -> None:
    left = path("306,250 276,190 262,110 278,50 312,60 340,130 360,236")
    right = path("412,236 428,140 470,74 520,66 548,110 560,156 528,150 500,168 474,250")
    inner = path("316,230 292,170 286,100 300,84 322,140 338,226")
    fold = path("434,226 448,150 480,104 510,96 494,134 476,170 458,236")
    for ear, inside in ((left, inner), (right, fold)):
        art.shape(ear, "#fffdf6", smooth=True, shade="#d9d3dc", light=(-9, -5), edge=LINE, line=3.5)
        art.shape(inside, "#f2b9b0", smooth=True, shade="#d9938e", light=(6, 8))


def _rabbit_body(art: Canvas) -> None:
    for side in (-1, 1):
        foot = oval(384 + side * 68, 938, 64, 27, turn=side * 6)
        art.shape(foot, "#fffdf6", shade="#d9d3dc", light=(-6, -8), edge=LINE, line=3.5)
        for toe in (-1, 1):
            art.stroke([(384 + side * 82 + toe * 14, 934), (384 + side * 84 + toe * 15, 954)], LINE, 3)
    body = path("318,520 270,620 244,740 250,850 302,922 384,934 466,922 518,850 524,740 498,620 450,520")
    coat = art.shape(body, "#fffdf6", smooth=True, shade="#d3ccd9", light=(-24, -10), edge=LINE, line=4)
    art.shape(oval(372, 770, 84, 118), "#fff6e4", inside=coat, soft=12)
    for x, y in ((318, 700), (336, 726), (430, 700), (448, 730), (362, 868), (402, 868)):
        art.taper([(x, y), (x + 5, y + 14), (x + 2, y + 26)], "#cfc6d2", 5, inside=coat)
    arm = path("300,560 266,610 240,690 248,730 282,738 304,700 330,620")
    art.shape(arm, "#fffdf6", smooth=True, shade="#d3ccd9", light=(-9, -6), edge=LINE, line=3.5)
    reach = path("452,560 500,596 556,616 590,606 598,636 572,664 510,664 450,640")
    art.shape(reach, "#fffdf6", smooth=True, shade="#d3ccd9", light=(-7, -10), edge=LINE, line=3.5)


def _rabbit_face(art: Canvas) -> None:
    face = path(
        "384,210 290,236 236,310 222,400 262,478 330,514 384,520 438,514 506,478 546,400 532,310 478,236"
    )
    head = art.shape(face, "#fffdf6", smooth=True, shade="#d9d3dc", light=(-18, -12), edge=LINE, line=4)
    for side in (-1, 1):
        x = 384 + side * 76
        art.shape(oval(x + side * 34, 436, 38, 24), "#f4a79c", alpha=0.6, soft=10, inside=head)
        art.shape(oval(x, 376, 21, 27), "#4a2f36")
        art.shape(oval(x + 2, 388, 14, 11), "#8c5248", soft=3)
        art.shape(oval(x - 7, 364, 8, 9), "#ffffff")
        art.shape(oval(x + 8, 388, 4, 4), "#ffffff", alpha=0.9)
        art.taper([(x - 24, 326), (x, 316), (x + 24, 328)], "#b9a6ad", 6)
    art.shape([(368, 414), (400, 414), (384, 432)], "#e58a86", smooth=True, edge=LINE, line=2.5)
    art.taper([(384, 432), (382, 452), (352, 458)], LINE, 5)
    art.taper([(384, 432), (388, 452), (418, 458)], LINE, 5)
    art.shape([(374, 456), (394, 456), (392, 472), (376, 472)], "#ffffff", edge=LINE, line=2)


def _scarf(art: Canvas) -> None:
    tail = path("300,520 262,590 240,670 262,690 318,676 344,600 350,530")
    end = art.shape(tail, "#3f6fa8", smooth=True, shade="#27497c", light=(-9, -4), edge=LINE, line=3.5)
    for n in range(5):
        art.stroke([(248 + n * 16, 684 - n * 1), (244 + n * 16, 708)], "#3f6fa8", 5)
    wrap = path("268,486 300,524 384,540 468,524 500,486 508,520 480,560 384,580 288,560 260,520")
    band = art.shape(wrap, "#4f84c0", smooth=True, shade="#2c558c", light=(-6, -14), edge=LINE, line=3.5)
    for x, y, place in (
        (310, 540, band),
        (376, 560, band),
        (446, 548, band),
        (290, 610, end),
        (300, 650, end),
        (268, 650, end),
    ):
        star(art, x, y, 11, colour="#ffe08a", inside=place)


def star(art: Canvas, x: float, y: float, size: float, *, colour: str, inside: Stencil | None = None) -> None:
    """A small five-pointed star."""
    points = []
    for n in range(10):
        long = size if n % 2 == 0 else size * 0.45
        (px, py) = oval(x, y, long, long, turn=-90)[round(n * 6.4) % 64]
        points.append((px, py))
    art.shape(points, colour, inside=inside)


def _lamp(art: Canvas) -> None:
    art.glow(612, 760, 190, "#ffb84a", strength=0.5)
    art.stroke([(586, 640), (606, 682), (612, 700)], "#7a5a34", 5, smooth=True)
    art.shape(
        [(574, 712), (612, 690), (612, 690), (650, 712)],
        "#c9963f",
        shade="#8f6428",
        light=(-8, -4),
        edge=LINE,
        line=3,
    )
    art.shape([(580, 714), (644, 714), (652, 800), (572, 800)], "#fff0b4", edge=LINE, line=3)
    star(art, 612, 758, 27, colour="#ffc23a")
    art.stroke([(612, 716), (612, 730)], "#8f6428", 2)
    art.shape(
        [(566, 800), (658, 800), (650, 818), (574, 818)],
        "#c9963f",
        shade="#8f6428",
        light=(-8, -4),
        edge=LINE,
        line=3,
    )
    for x in (596, 628):
        art.stroke([(x, 714), (x + (x - 612) * 0.2, 800)], "#c9963f", 3)


def mouse() -> Image.Image:
    """Mimi, the grey mouse from Earth: red bobble hat, patched knapsack."""
    art = Canvas(640, 768, "#f1e7d4")
    art.gradient("#f7efe0", "#e8dac2")
    art.shape(oval(326, 712, 140, 18), "#b7a184", alpha=0.5, soft=8)
    art.stroke(path("400,660 480,676 540,640 548,580 580,556"), "#d99a94", 11, smooth=True)
    for x in (272, 372):
        art.shape(oval(x, 696, 44, 18), "#e2a59e", edge=LINE, line=3)
    pack = path("400,480 470,490 490,560 474,630 400,640")
    art.shape(pack, "#b98a4e", smooth=True, shade="#7f5a30", light=(-12, -6), edge=LINE, line=3.5)
    art.shape([(438, 540), (476, 540), (472, 578), (436, 576)], "#6f9a76", edge=LINE, line=2)
    body = path("322,430 256,480 226,570 236,650 280,694 322,700 368,694 412,650 420,570 390,480")
    art.shape(body, "#a8a9b8", smooth=True, shade="#7e7f94", light=(-16, -8), edge=LINE, line=3.5)
    art.shape(oval(312, 600, 56, 78), "#ded9da", soft=8)
    art.stroke([(272, 470), (262, 560), (280, 640)], "#8a5f34", 11, smooth=True)
    for points in (
        path("256,500 216,560 214,604 238,610 268,570"),
        path("384,500 426,560 430,600 408,612 376,572"),
    ):
        art.shape(points, "#a8a9b8", smooth=True, shade="#7e7f94", light=(-6, -6), edge=LINE, line=3)
    for side in (-1, 1):
        x = 322 + side * 124
        art.shape(oval(x, 220, 74, 78), "#a8a9b8", shade="#7e7f94", light=(-8, -8), edge=LINE, line=3.5)
        art.shape(oval(x, 226, 48, 52), "#f0b8b2", shade="#d99690", light=(6, 8))
    face = path("322,210 240,240 206,320 232,400 290,446 322,456 354,446 412,400 438,320 404,240")
    head = art.shape(face, "#b6b7c5", smooth=True, shade="#8a8ba0", light=(-14, -10), edge=LINE, line=3.5)
    art.shape(oval(322, 412, 62, 42), "#e6e1e2", inside=head, soft=5)
    for side in (-1, 1):
        x = 322 + side * 54
        art.shape(oval(x, 340, 17, 23), "#33262c")
        art.shape(oval(x - 6, 331, 7, 8), "#ffffff")
        art.shape(oval(x + side * 30, 388, 27, 17), "#f09c92", alpha=0.55, soft=8, inside=head)
        for drop in (-8, 6, 20):
            art.taper(
                [
                    (322 + side * 44, 408 + drop / 3),
                    (322 + side * 100, 402 + drop),
                    (322 + side * 138, 404 + drop * 1.8),
                ],
                "#6f6878",
                3.5,
            )
    art.shape(oval(322, 392, 15, 12), "#e0736e", edge=LINE, line=2.5)
    art.taper([(300, 422), (322, 436), (346, 420)], LINE, 5)
    _bobble_hat(art)
    return papered(art, 67)


def _bobble_hat(art: Canvas) -> None:
    hat = path("226,262 240,190 290,140 322,132 356,140 404,190 420,262 420,262 322,240 226,262")
    cap = art.shape(hat, "#d0453c", smooth=True, shade="#98283a", light=(-14, -6), edge=LINE, line=3.5)
    for n in range(6):
        art.taper([(246 + n * 30, 250), (262 + n * 25, 190), (296 + n * 11, 140)], "#b23438", 6, inside=cap)
    band = path("214,250 322,226 432,250 436,284 322,260 210,284")
    art.shape(band, "#f2e6cf", smooth=True, shade="#cdbb9c", light=(-4, -10), edge=LINE, line=3.5)
    art.shape(oval(322, 122, 34, 32), "#f2e6cf", shade="#cdbb9c", light=(-8, -8), edge=LINE, line=3.5)


def moon_home() -> Image.Image:
    """The moon's meadow: craters, a round door in a hill, an osmanthus tree, the Earth in the sky."""
    chance, art = Random(71), Canvas(1024, 704, "#1d2a56")
    art.gradient("#172350", "#5a5f9c", end=460)
    for _ in range(150):
        x, y = chance.uniform(0, 1024), chance.uniform(0, 420)
        art.shape(oval(x, y, 1.6, 1.6), "#fff3cf", alpha=chance.uniform(0.3, 1))
    for x, y, size in ((90, 80, 10), (420, 60, 8), (620, 150, 9), (930, 240, 8)):
        star(art, x, y, size, colour="#ffe9a8")
    _earth(art, 790, 150, 88)
    for points, tone in (
        (path("-40,430 120,352 330,398 560,340 800,392 1070,350 1070,720 -40,720"), "#b9b3c8"),
        (path("-40,500 160,430 420,470 640,420 880,468 1070,440 1070,720 -40,720"), "#d5cbd2"),
        (path("-40,600 220,540 520,572 800,530 1070,566 1070,740 -40,740"), "#f0e4d4"),
    ):
        art.shape(points, tone, smooth=True, shade=mix(tone, "#5c5a8c", 0.35), light=(0, 18))
    for x, y, wide in (
        (150, 452, 56),
        (690, 452, 70),
        (930, 500, 60),
        (420, 520, 64),
        (640, 616, 96),
        (160, 640, 84),
        (900, 640, 70),
    ):
        art.shape(oval(x, y, wide, wide * 0.27), "#a79fb8")
        art.shape(oval(x + 3, y + wide * 0.06, wide * 0.9, wide * 0.2), "#c3b9c6")
        art.stroke([(x - wide, y + 2), (x, y + wide * 0.29), (x + wide, y + 2)], "#fbf2e2", 4, smooth=True)
    _burrow(art)
    _osmanthus(art, chance)
    for x, y in ((520, 640), (548, 652), (488, 660), (830, 580), (860, 592), (60, 560)):
        art.stroke([(x, y), (x + 2, y - 20)], "#7aa07c", 3)
        art.shape(oval(x + 2, y - 24, 7, 7), "#a8c4f0")
        art.shape(oval(x + 2, y - 24, 3, 3), "#fff0a8")
    return papered(art, 73)


def _earth(art: Canvas, x: float, y: float, size: float) -> None:
    art.glow(x, y, size * 2.6, "#6fb0ff", strength=0.5)
    ball = art.shape(oval(x, y, size, size), "#4f96cf", shade="#244a86", light=(-30, -16))
    for points in (
        [(x - 60, y - 44), (x - 10, y - 66), (x + 24, y - 40), (x + 2, y - 10), (x - 36, y - 2)],
        [(x - 6, y + 12), (x + 40, y + 2), (x + 52, y + 34), (x + 18, y + 66), (x + 2, y + 44)],
        [(x - 78, y + 16), (x - 46, y + 20), (x - 44, y + 52), (x - 70, y + 50)],
    ):
        art.shape(points, "#7fb573", smooth=True, inside=ball, shade="#4d8560", light=(-6, -4))
    for dx, dy, wide in ((-20, -20, 44), (30, -2, 38), (-30, 34, 40), (10, 60, 34)):
        art.shape(oval(x + dx, y + dy, wide, 7), "#ffffff", alpha=0.75, soft=2, inside=ball)


def _burrow(art: Canvas) -> None:
    hill = path("120,600 120,600 150,490 240,410 340,408 430,480 470,600 470,600")
    art.shape(hill, "#e2d6cf", smooth=True, shade="#b3a8bc", light=(-26, -14))
    art.shape(oval(300, 520, 74, 80), "#8a5f4a")
    art.shape(oval(300, 522, 62, 68), "#3f7f8c", shade="#28566a", light=(-12, -8))
    art.stroke([(300, 456), (300, 590)], "#28566a", 3)
    art.shape(oval(332, 524, 6, 6), "#ffd76a")
    art.shape(oval(300, 492, 17, 17), "#ffe6a0")
    art.stroke([(300, 476), (300, 508)], "#8a5f4a", 3)
    art.stroke([(284, 492), (316, 492)], "#8a5f4a", 3)
    art.glow(300, 492, 60, "#ffd76a", strength=0.6)
    art.shape([(372, 430), (400, 440), (398, 392), (376, 388)], "#a87a5c", shade="#7a523e", light=(-6, 0))
    for n in range(4):
        art.shape(
            oval(392 + n * 14, 374 - n * 22, 12 + n * 4, 9 + n * 3), "#dcd8ec", alpha=0.5 - n * 0.09, soft=3
        )
    art.shape([(250, 598), (350, 598), (390, 704), (220, 704)], "#dac7b0", alpha=0.8)


def _osmanthus(art: Canvas, chance: Random) -> None:
    art.shape(
        path("846,560 862,440 840,380 862,376 878,420 904,372 920,384 894,450 900,560"),
        "#8a6450",
        shade="#5c4244",
        light=(-8, 0),
    )
    for x, y, size in ((800, 350, 66), (880, 300, 84), (960, 350, 64), (850, 372, 52), (930, 384, 48)):
        art.shape(oval(x, y, size, size * 0.76), "#5f8f74", shade="#3c6468", light=(-14, -12))
    for _ in range(90):
        x, y = chance.gauss(880, 62), chance.gauss(338, 38)
        art.shape(oval(x, y, 4.6, 4.6), chance.choice(("#ffd56a", "#ffe7a0", "#f7b84a")))
    for _ in range(16):
        art.shape(oval(chance.uniform(790, 990), chance.uniform(420, 570), 3.4, 3.4), "#ffd56a")
