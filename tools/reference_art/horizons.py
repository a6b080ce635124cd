"""The night market's places above and beyond: the rooftops, the harbour."""

from __future__ import annotations

from random import Random

from PIL import Image

from reference_art.brush import Canvas, Lens, box, mix, oval, path
from reference_art.streets import HIGH, WIDE, lantern, windows, wire


def rooftop_sky() -> Image.Image:
    """The roof under the moon: water tank, aerials, washing line, the city's lights beyond."""
    chance, art = Random(41), Canvas(WIDE, HIGH, "#14204a")
    art.gradient("#101c48", "#6b6aa4", end=470)
    for _ in range(110):
        x, y = chance.uniform(0, WIDE), chance.uniform(0, 300)
        art.shape(oval(x, y, 1.2, 1.2), "#e8ecff", alpha=chance.uniform(0.3, 1))
    art.glow(760, 130, 250, "#cfdcff", strength=0.6)
    art.shape(oval(760, 130, 62, 62), "#fdf6dc")
    for x, y, size in ((740, 115, 14), (782, 142, 19), (765, 98, 8), (738, 152, 9)):
        art.shape(oval(x, y, size, size * 0.9), "#e6dcbe")
    for x, y, wide in ((180, 130, 190), (470, 200, 150), (900, 230, 170)):
        for n in range(4):
            art.shape(
                oval(x + n * wide * 0.3 - wide * 0.4, y + (n % 2) * 9, wide * 0.38, 17),
                "#8d92c6",
                alpha=0.45,
                soft=7,
            )
    for layer, (base, tone) in enumerate(((330, "#4b5290"), (380, "#363c76"), (430, "#262b5c"))):
        x = -20.0
        while x < WIDE:
            wide = chance.uniform(44, 104)
            top = base - chance.uniform(10, 120 - layer * 24)
            art.shape(box(x, top, x + wide, 520), tone)
            windows(
                art,
                chance,
                (x + 7, top + 9, x + wide - 5, 500),
                (13, 17),
                lit=("#ffd27a", "#ffb35c", "#a8d4e8"),
                dark=mix(tone, "#0c1030", 0.3),
                share=0.22 + layer * 0.1,
            )
            x += wide + chance.uniform(-4, 6)
    art.haze("#f0a860", start=330, end=520, strength=0.4)
    _roof_floor(art)
    _tank(art)
    _washing(art)
    return art.finished()


def _roof_floor(art: Canvas) -> None:
    art.shape([(0, 500), (1024, 484), (1024, 640), (0, 640)], "#4c4f74")
    art.shape([(0, 470), (1024, 456), (1024, 500), (0, 516)], "#6c70a0", shade="#3c4068", light=(0, -18))
    art.shape([(0, 462), (1024, 448), (1024, 460), (0, 474)], "#a9aed6")
    for n in range(9):
        art.stroke([(60 + n * 130, 512 - n * 1.8), (n * 160 - 150, 640)], "#3c4066", 2)
    for y in (540, 585):
        art.stroke([(0, y + 6), (1024, y - 8)], "#3c4066", 2)
    for x, tall in ((900, 210), (946, 150)):
        art.stroke([(x, 470), (x, 470 - tall)], "#1a1d3c", 5)
        for n in range(4):
            half = 36 - n * 6
            art.stroke([(x - half, 480 - tall + n * 24), (x + half, 472 - tall + n * 24)], "#1a1d3c", 3)


def _tank(art: Canvas) -> None:
    for x in (92, 138, 206, 252):
        art.stroke([(x, 380), (x + (x - 172) * 0.12, 560)], "#20233f", 9)
    art.stroke([(88, 540), (256, 430)], "#20233f", 4)
    art.stroke([(256, 540), (88, 430)], "#20233f", 4)
    art.shape(
        [(72, 214), (272, 214), (266, 392), (78, 392)],
        "#6f5668",
        shade="#43344e",
        light=(48, 0),
        edge="#1c1c36",
        line=3,
    )
    for n in range(1, 9):
        art.stroke([(72 + n * 22, 216), (76 + n * 21.4, 392)], "#4d3c56", 2.4)
    for y in (250, 330):
        art.stroke([(73, y), (271, y)], "#8f7a92", 5)
    art.shape(
        [(58, 218), (172, 150), (172, 150), (286, 218)],
        "#8a6a74",
        shade="#51404f",
        light=(40, 0),
        edge="#1c1c36",
        line=3,
    )
    art.shape([(252, 232), (262, 232), (258, 384), (250, 384)], "#cdd6f6", alpha=0.55)


def _washing(art: Canvas) -> None:
    art.stroke([(360, 530), (360, 330)], "#1f2240", 7)
    art.stroke([(800, 520), (800, 318)], "#1f2240", 7)
    points = wire(art, (360, 338), (800, 326), 22, "#c9cff0")
    tones = ("#e8e6f2", "#d1584e", "#e8e6f2", "#6f9ac6", "#e2bd62")
    for n, tone in enumerate(tones):
        x, y = points[1 + 2 * n]
        wide, long = (62, 112) if n % 2 == 0 else (44, 78)
        cloth = [
            (x - wide / 2, y),
            (x + wide / 2, y + 1),
            (x + wide / 2 + 8, y + long * 0.55),
            (x + wide / 2 + 2, y + long),
            (x, y + long * 0.94),
            (x - wide / 2 + 4, y + long + 3),
            (x - wide / 2 - 2, y + long * 0.5),
        ]
        art.shape(
            cloth, mix(tone, "#3a4282", 0.32), smooth=True, shade=mix(tone, "#232a60", 0.62), light=(10, -6)
        )


def rooftop_edge() -> Image.Image:
    """From the roof's edge down on the market: a river of lantern light between dark roofs, at dusk."""
    chance, art, lens = Random(43), Canvas(WIDE, HIGH, "#2a2350"), Lens(540, 150, 470)
    art.gradient("#2b2f6c", "#ee9a68", end=190)
    for x, wide in ((80, 260), (420, 330), (860, 240)):
        art.shape(oval(x, 74 + x % 37, wide / 2, 10), "#f7b98a", alpha=0.5, soft=6)
    art.shape(
        path("0,150 150,118 330,146 520,112 720,142 900,116 1024,140 1024,210 0,210"), "#5c4a80", smooth=False
    )
    art.shape(box(0, 168, WIDE, HIGH), "#2c2450")
    for row in range(14, -1, -1):
        z = 1.0 + row * 0.42
        for side in (-1, 1):
            for lane in range(3):
                _house(art, chance, lens, lane=side * (lane + 1), z=z)
    for row in range(40, 0, -1):
        z = 1.15 + row * 0.14
        x, y = lens.at(chance.uniform(-0.26, 0.26), 0.86, z)
        art.glow(x, y, 120 / z, "#ff9440", strength=0.5)
        art.shape(oval(x, y, 17 / z, 9 / z), chance.choice(("#ffcf7a", "#ff8a4a", "#fff0c0", "#f0604a")))
    for z in (4.2, 3.1, 2.4, 1.9):
        points = wire(art, lens.at(-0.5, 0.55, z), lens.at(0.5, 0.55, z), 40 / z, "#1a1434")
        for x, y in points[1:-1:2]:
            lantern(art, x, y + 12 / z, 15 / z)
    art.shape([(0, 470), (380, 566), (380, 640), (0, 640)], "#3f3a68", shade="#2a2650", light=(0, -30))
    art.shape([(0, 446), (400, 548), (400, 572), (0, 474)], "#8a82b4")
    art.shape([(1024, 500), (720, 580), (720, 640), (1024, 640)], "#36315e")
    art.shape([(1024, 478), (700, 564), (700, 586), (1024, 504)], "#7a72a6")
    for x in (60, 118):
        art.shape(
            [
                (x - 34, 452 + x * 0.26),
                (x + 34, 470 + x * 0.26),
                (x + 26, 530 + x * 0.2),
                (x - 28, 520 + x * 0.2),
            ],
            "#a85a42",
            shade="#6a3438",
            light=(-8, 0),
        )
        for n in range(6):
            art.taper(
                [(x, 470), (x - 40 + n * 16, 420), (x - 56 + n * 22, 380 + (n % 2) * 18)],
                ("#3f7058", "#57906a")[n % 2],
                17,
            )
    return art.finished()


def _house(art: Canvas, chance: Random, lens: Lens, *, lane: int, z: float) -> None:
    side, lane = (1 if lane > 0 else -1), abs(lane) - 1
    near, far = z, z + 0.4
    inner = side * (0.42 + lane * 0.85)
    outer = inner + side * 0.8
    top = chance.uniform(0.28, 0.46) - lane * 0.05
    tone = chance.choice(("#453a6e", "#3a3264", "#50426f"))
    roof = lens.path((inner, top, near), (inner, top, far), (outer, top, far), (outer, top, near))
    lit = mix("#a85a44", tone, 0.25) if lane == 0 else mix(tone, "#120f2a", 0.35)
    art.shape(lens.path((inner, top, near), (inner, top, far), (inner, 1.0, far), (inner, 1.0, near)), lit)
    art.shape(
        lens.path((inner, top, near), (outer, top, near), (outer, 1.0, near), (inner, 1.0, near)),
        mix(tone, "#120f2a", 0.5),
    )
    art.shape(roof, tone, edge="#1f1a3c", line=1.5)
    ridge = lens.path((inner, top, near), (inner, top, far))
    art.stroke(ridge, "#f0a26a" if lane == 0 else "#8a6a8c", 4 / z)
    for n in range(3):
        a = inner + side * (0.14 + 0.2 * n)
        pane = lens.path(
            (a, top + 0.1, near),
            (a + side * 0.1, top + 0.1, near),
            (a + side * 0.1, top + 0.22, near),
            (a, top + 0.22, near),
        )
        art.shape(pane, "#ffc871" if chance.random() < 0.5 else "#241e44")
    if chance.random() < 0.5:
        x, y = lens.at((inner + outer) / 2, top - 0.02, (near + far) / 2)
        art.shape(box(x - 34 / z, y - 40 / z, x + 24 / z, y), "#6a5a88", shade="#3a3260", light=(-10 / z, 0))


def harbour_wide() -> Image.Image:
    """The harbour before sunrise: flat water, fishing boats asleep, the lighthouse on its rock."""
    chance, art = Random(53), Canvas(960, 600, "#8fb3c4")
    for n in range(16):
        art.shape(box(0, n * 21, 960, n * 21 + 22), mix("#3c4f86", "#f6c9a0", (n / 15) ** 1.15))
    art.shape(oval(610, 318, 46, 46), "#fff0c8")
    for y, tone, rises in (
        (282, "#8d93b4", (300, 262, 292, 250, 284, 268, 296)),
        (304, "#6f7ba6", (312, 296, 276, 300, 306, 290, 304)),
    ):
        ridge = [(x * 170 - 30.0, float(h)) for x, h in enumerate(rises)]
        art.shape([(-60, 340), (-60, 340), *ridge, (1010, 340), (1010, 340)], tone, smooth=True)
        del y
    art.shape(box(0, 330, 960, 600), "#7c9ab4")
    for n in range(14):
        y = 330 + n * n * 1.4
        art.shape(box(0, y, 960, y + 3 + n * 2.6), mix("#f2c8a4", "#46688e", min(1, n / 11)), alpha=0.85)
    for n in range(22):
        y = 338 + n * 9
        half = 10 + chance.uniform(6, 40) + n * 1.5
        x = 610 + chance.uniform(-14, 14)
        art.shape(oval(x, y, half, 2.2 + n * 0.1), "#fff0c8")
    _lighthouse(art)
    for x, y, size, hull, house in (
        (380, 392, 0.72, "#2f5f86", "#e8e0cc"),
        (180, 440, 1.15, "#a8403a", "#f0e6d0"),
        (740, 474, 1.35, "#2f7a6c", "#f2e8d4"),
    ):
        boat(art, x, y, size, paint=(hull, house))
    _jetty(art)
    for x, y, size in ((300, 150, 13), (340, 176, 9), (260, 186, 8), (560, 120, 7)):
        art.taper([(x - size, y - size * 0.2), (x - size * 0.5, y - size * 0.6), (x, y)], "#2c3a5e", 3.4)
        art.taper([(x, y), (x + size * 0.5, y - size * 0.6), (x + size, y - size * 0.2)], "#2c3a5e", 3.4)
    return art.finished()


def _lighthouse(art: Canvas) -> None:
    art.shape(
        path("770,338 800,300 860,286 930,296 980,338"),
        "#4a4f70",
        smooth=True,
        shade="#343858",
        light=(-10, -8),
    )
    art.shape([(846, 292), (853, 160), (883, 160), (890, 292)], "#f2ead8", shade="#b4a8b4", light=(-13, 0))
    for y, half in ((190, 16.6), (232, 18.8), (272, 20.8)):
        art.shape(
            [(868 - half, y), (868 + half, y), (868 + half + 1, y + 20), (868 - half - 1, y + 20)],
            "#c2463c",
            shade="#8a2f38",
            light=(-13, 0),
        )
    art.shape(box(846, 154, 890, 161), "#3a3f5c")
    art.shape(box(856, 132, 880, 155), "#fff0b8")
    art.shape([(850, 133), (868, 114), (868, 114), (886, 133)], "#c2463c")
    art.shape([(856, 140), (640, 104), (640, 132), (856, 150)], "#fff4cc", alpha=0.35)


def boat(art: Canvas, x: float, y: float, size: float, *, paint: tuple[str, str]) -> None:
    """A small fishing boat seen from the side, with its reflection; `paint` is of hull and house."""
    hull, house = paint
    s = size
    dark = mix(hull, "#141a34", 0.5)
    low = [
        (x - 92 * s, y + 8 * s),
        (x + 96 * s, y + 8 * s),
        (x + 66 * s, y + 44 * s),
        (x - 70 * s, y + 44 * s),
    ]
    art.shape(low, mix(hull, "#3a5478", 0.55), alpha=0.8)
    for n in range(4):
        art.shape(
            oval(x + (n % 2 * 2 - 1) * 22 * s, y + (14 + n * 9) * s, 66 * s, 2.2 * s), "#a6bccb", alpha=0.8
        )
    body = [
        (x - 104 * s, y - 36 * s),
        (x - 60 * s, y - 22 * s),
        (x + 50 * s, y - 22 * s),
        (x + 116 * s, y - 46 * s),
        (x + 92 * s, y + 8 * s),
        (x - 84 * s, y + 8 * s),
    ]
    art.shape(body, hull, shade=dark, light=(0, -14 * s), edge="#1c2440", line=2.4)
    art.stroke(
        [
            (x - 103 * s, y - 33 * s),
            (x - 60 * s, y - 17 * s),
            (x + 50 * s, y - 17 * s),
            (x + 113 * s, y - 41 * s),
        ],
        "#f2e8d0",
        4 * s,
    )
    art.shape(
        box(x - 62 * s, y - 68 * s, x - 2 * s, y - 23 * s),
        house,
        shade=mix(house, "#5a5a80", 0.5),
        light=(-14 * s, 0),
        edge="#1c2440",
        line=2.2,
    )
    art.shape(box(x - 70 * s, y - 76 * s, x + 6 * s, y - 67 * s), hull, edge="#1c2440", line=2)
    for left in (-54, -30):
        art.shape(
            box(x + left * s, y - 60 * s, x + (left + 17) * s, y - 43 * s),
            "#ffdc94" if left == -30 else "#39506e",
            edge="#1c2440",
            line=1.6,
        )
    art.stroke([(x + 28 * s, y - 22 * s), (x + 28 * s, y - 138 * s)], "#2c2c44", 5 * s)
    art.stroke([(x + 28 * s, y - 130 * s), (x + 108 * s, y - 46 * s)], "#2c2c44", 1.6)
    art.stroke([(x + 28 * s, y - 130 * s), (x - 66 * s, y - 76 * s)], "#2c2c44", 1.6)
    art.shape([(x + 28 * s, y - 136 * s), (x + 58 * s, y - 128 * s), (x + 28 * s, y - 118 * s)], "#d8563e")


def _jetty(art: Canvas) -> None:
    art.shape(
        [(0, 508), (470, 540), (560, 600), (0, 600)],
        "#8a6a58",
        shade="#5c4648",
        light=(0, -8),
        edge="#2c2438",
        line=3,
    )
    for n in range(12):
        art.stroke([(n * 42, 510 + n * 2.9), (n * 50 - 8, 600)], "#54404a", 3)
    for x in (96, 260, 420):
        art.shape(
            box(x - 11, 478 + x * 0.06, x + 11, 560),
            "#4c3a48",
            shade="#33283c",
            light=(-8, 0),
            edge="#241c30",
            line=2,
        )
        art.shape(oval(x, 478 + x * 0.06, 12, 5), "#a88a76")
    art.stroke([(96, 500), (170, 522), (260, 508)], "#e0c79a", 5, smooth=True)
    art.stroke([(260, 508), (340, 532), (420, 516)], "#e0c79a", 5, smooth=True)


def harbour_quay() -> Image.Image:
    """On the quay as the sun comes up: a moored boat's bow, nets, crates, gulls on the bollards."""
    chance, art = Random(59), Canvas(960, 600, "#f0b98c")
    for n in range(14):
        art.shape(box(0, n * 22, 960, n * 22 + 23), mix("#7d9cc0", "#ffd9a0", (n / 13) ** 0.9))
    art.shape(oval(250, 262, 54, 54), "#fff3cc")
    art.shape(
        path("-60,300 -60,300 80,262 240,286 420,254 620,284 820,258 1020,290 1020,310 1020,310"),
        "#9b93b0",
        smooth=True,
    )
    for n in range(12):
        y = 296 + n * 11
        art.shape(box(0, y, 960, y + 12), mix("#ffd9a4", "#4f7c94", n / 11))
    for n in range(16):
        art.shape(
            oval(250 + chance.uniform(-18, 18), 302 + n * 7, chance.uniform(14, 44) + n, 2.2), "#fff6d8"
        )
    boat(art, 440, 352, 0.8, paint=("#39688c", "#ece2cc"))
    _bow(art)
    art.shape([(0, 424), (960, 452), (960, 600), (0, 600)], "#b09a8c")
    art.shape([(0, 412), (960, 440), (960, 462), (0, 434)], "#d8c6b0", shade="#8d7a76", light=(0, -8))
    for n in range(7):
        art.stroke([(n * 170 - 40, 430 + n * 5), (n * 200 - 190, 600)], "#8a7670", 3)
    for y in (480, 538):
        art.stroke([(0, y), (960, y + 24)], "#8a7670", 3)
    for x in (150, 560):
        art.shape(
            [
                (x - 24, 470),
                (x - 20, 414),
                (x - 34, 402),
                (x - 30, 386),
                (x + 30, 386),
                (x + 34, 402),
                (x + 20, 414),
                (x + 24, 470),
            ],
            "#3d4458",
            shade="#272c40",
            light=(-12, 0),
            edge="#1c2034",
            line=3,
        )
        art.shape(oval(x, 386, 30, 8), "#6c7690")
    art.stroke([(560, 420), (640, 452), (720, 404)], "#e8d2a4", 8, smooth=True)
    _gull(art, 150, 356)
    _nets(art, chance)
    return art.finished()


def _bow(art: Canvas) -> None:
    hull = path("620,250 700,292 960,300 960,480 760,470 668,380")
    art.shape(hull, "#b8433c", shade="#7c2c38", light=(-20, -30), edge="#2a1c30", line=4)
    art.shape(
        path("620,250 700,292 960,300 960,322 704,316 634,272"), "#f2e6cc", shade="#b8a8a4", light=(0, -8)
    )
    art.shape(box(800, 150, 960, 300), "#f0e4cc", shade="#b4a4a8", light=(-24, 0), edge="#2a1c30", line=4)
    art.shape(box(784, 134, 960, 154), "#39688c", edge="#2a1c30", line=3)
    for x in (818, 888):
        art.shape(box(x, 178, x + 50, 228), "#ffdb92", edge="#2a1c30", line=4)
    art.stroke([(742, 292), (742, 70)], "#3a2c3c", 9)
    art.stroke([(742, 80), (626, 254)], "#3a2c3c", 3)
    for n in range(5):
        art.shape(
            [(640 + n * 22, 236 - n * 33), (662 + n * 22, 232 - n * 33), (654 + n * 22, 256 - n * 33)],
            ("#e8b23e", "#d8563e", "#39688c", "#f2e6cc", "#4f8a6a")[n],
        )
    art.shape(oval(700, 360, 26, 26), "#f2e6cc", edge="#2a1c30", line=4)
    art.shape(oval(700, 360, 13, 13), "#7c2c38", edge="#2a1c30", line=4)


def _gull(art: Canvas, x: float, y: float) -> None:
    for dx in (-5, 6):
        art.stroke([(x + dx, y + 12), (x + dx, y + 28)], "#e09a3c", 3.5)
    art.shape(
        [
            (x - 50, y + 2),
            (x - 20, y - 14),
            (x + 14, y - 12),
            (x + 24, y + 4),
            (x + 6, y + 18),
            (x - 22, y + 14),
        ],
        "#f6f2ea",
        smooth=True,
        shade="#b9bccb",
        light=(-3, -8),
        edge="#33304a",
        line=2.6,
    )
    art.shape(
        [(x - 56, y + 4), (x - 20, y - 10), (x + 8, y - 4), (x - 14, y + 8)],
        "#8b93a8",
        smooth=True,
        edge="#33304a",
        line=2,
    )
    art.shape(oval(x + 24, y - 22, 14, 13), "#f6f2ea", edge="#33304a", line=2.6)
    art.shape(box(x + 10, y - 18, x + 28, y - 2), "#f6f2ea")
    art.shape([(x + 36, y - 24), (x + 56, y - 18), (x + 36, y - 15)], "#e8a83c", edge="#33304a", line=2)
    art.shape(oval(x + 28, y - 25, 2.6, 2.6), "#1c1c2c")


def _nets(art: Canvas, chance: Random) -> None:
    heap = path("290,566 310,510 360,486 420,500 470,494 510,530 524,570 410,584")
    net = art.shape(heap, "#3f7a78", smooth=True, shade="#285456", light=(-16, -16), edge="#1c2c3a", line=3)
    for n in range(18):
        art.stroke([(270 + n * 18, 480), (230 + n * 18, 590)], "#74a8a0", 1.6, inside=net)
        art.stroke([(230 + n * 18, 480), (280 + n * 18, 590)], "#74a8a0", 1.6, inside=net)
    for _ in range(7):
        art.shape(
            oval(chance.uniform(310, 500), chance.uniform(515, 570), 11, 9),
            "#e8932f",
            shade="#a85a24",
            light=(-4, -3),
            edge="#3a2024",
            line=2,
        )
    for left, top, size in ((650, 500, 92), (756, 516, 84), (690, 428, 76)):
        art.shape(
            box(left, top, left + size, top + size * 0.86),
            "#c98f52",
            shade="#8a5c3c",
            light=(-size / 6, 0),
            edge="#3a2428",
            line=3,
        )
        for n in (1, 2):
            art.stroke([(left, top + n * size * 0.29), (left + size, top + n * size * 0.29)], "#6e4632", 4)
        for n in range(5):
            art.shape(
                oval(left + size * (0.16 + n * 0.17), top - 2, size * 0.13, 6),
                ("#a9bccb", "#8fa6ba", "#c8d4dc")[n % 3],
                edge="#4a5a72",
                line=1.6,
            )
