"""The night market's streets, painted as film backgrounds: the market, the alley."""

from __future__ import annotations

from random import Random

from PIL import Image

from reference_art.brush import Canvas, Lens, box, mix, oval, path

WIDE, HIGH = 1024, 640
AWNINGS = (("#c8453a", "#ecd9b4"), ("#2f7f86", "#e6dcc0"), ("#d8923a", "#f0dfb8"), ("#7a4a86", "#e4cfc4"))


def lantern(art: Canvas, x: float, y: float, size: float, *, colour: str = "#e2462f") -> None:
    """A paper lantern with the light that it gives."""
    art.glow(x, y, size * 5, "#ff8a3c", strength=0.42)
    art.shape(
        oval(x, y, size, size * 0.86),
        colour,
        shade=mix(colour, "#3a0a12", 0.45),
        light=(-size / 4, -size / 6),
    )
    art.shape(oval(x - size * 0.1, y, size * 0.5, size * 0.7), "#ffc46a", soft=size / 6, alpha=0.85)
    for part in (-0.5, 0, 0.5):
        art.stroke(
            [
                (x + part * size, y - size * 0.7),
                (x + part * size * 1.25, y),
                (x + part * size, y + size * 0.7),
            ],
            mix(colour, "#3a0a12", 0.35),
            max(0.8, size / 14),
            smooth=True,
            alpha=0.6,
        )
    for edge in (-1, 1):
        art.shape(
            box(
                x - size * 0.45,
                y + edge * size * 0.86 - size * 0.1,
                x + size * 0.45,
                y + edge * size * 0.86 + size * 0.1,
            ),
            "#2c1a18",
        )
    art.stroke([(x, y + size * 0.95), (x, y + size * 1.5)], "#e8b04c", max(1, size / 10))


def wire(
    art: Canvas, start: tuple[float, float], end: tuple[float, float], sag: float, colour: str = "#15141f"
) -> list[tuple[float, float]]:
    """A hanging cable; gives the points along it."""
    points = []
    for n in range(13):
        t = n / 12
        points.append(
            (start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + sag * 4 * t * (1 - t))
        )
    art.stroke(points, colour, 1.8)
    return points


def windows(
    art: Canvas,
    chance: Random,
    area: tuple[float, float, float, float],
    step: tuple[float, float],
    *,
    lit: tuple[str, ...],
    dark: str,
    share: float,
) -> None:
    """Rows of windows on a wall, some of them lit."""
    left, top, right, bottom = area
    y = top
    while y + step[1] * 0.55 < bottom:
        x = left
        while x + step[0] * 0.6 < right:
            colour = chance.choice(lit) if chance.random() < share else dark
            art.shape(box(x, y, x + step[0] * 0.55, y + step[1] * 0.5), colour)
            x += step[0]
        y += step[1]


def rain(
    art: Canvas, chance: Random, count: int, colour: str, *, long: float = 34, alpha: float = 0.4
) -> None:
    """Fine slanted rain over everything."""
    for _ in range(count):
        x, y, part = (
            chance.uniform(-20, art.width + 20),
            chance.uniform(-20, art.height),
            chance.uniform(0.5, 1.3),
        )
        art.stroke(
            [(x, y), (x - long * part * 0.22, y + long * part)],
            colour,
            0.9,
            alpha=alpha * chance.uniform(0.4, 1),
        )


def steam(
    art: Canvas, chance: Random, x: float, y: float, size: float, *, puffs: int = 7, colour: str = "#ffe3c0"
) -> None:
    """Steam that rises and thins."""
    for n in range(puffs):
        t = n / puffs
        art.shape(
            oval(
                x + chance.uniform(-0.5, 0.5) * size * (0.5 + t),
                y - t * size * 3.2,
                size * (0.35 + t * 0.8),
                size * (0.3 + t * 0.55),
            ),
            colour,
            alpha=0.3 * (1 - t),
            soft=size * 0.22,
        )


def market_lane() -> Image.Image:
    """Down the market's lane at night, in the rain: stalls on both sides, lanterns overhead."""
    chance, art, lens = Random(11), Canvas(WIDE, HIGH, "#1a1c33"), Lens(520, 300, 420)
    art.gradient("#141a38", "#5a3a5e", end=330)
    for x, wide, top, colour in (
        (330, 90, 130, "#232548"),
        (420, 70, 90, "#2a2a52"),
        (486, 60, 150, "#332f5a"),
        (545, 76, 105, "#2c2b55"),
        (620, 100, 140, "#24264a"),
    ):
        art.shape(box(x, top, x + wide, 340), colour)
        windows(
            art,
            chance,
            (x + 8, top + 10, x + wide - 4, 320),
            (14, 17),
            lit=("#f4c36a", "#f09a4e", "#9fc4d8"),
            dark=mix(colour, "#000000", 0.25),
            share=0.4,
        )
    art.glow(520, 310, 330, "#ff9a4c", strength=0.75)
    art.shape(box(0, 352, WIDE, HIGH), "#2c2438")
    for z in (7.2, 5.4, 4.0, 3.0, 2.2, 1.6):
        for side in (-1, 1):
            _stall(art, chance, lens, side, z)
    for z, high, count in ((6, -1.7, 9), (3.6, -1.6, 8), (2.3, -1.42, 6)):
        points = wire(art, lens.at(-2.3, high, z), lens.at(2.3, high, z), 60 / z)
        for x, y in points[1 :: max(1, 12 // count)]:
            lantern(art, x, y + 26 / z, 27 / z)
    art.mirror(352 + 60, strength=0.62, blur=7, stretch=1.15, dim="#191426")
    for side in (-1, 1):
        for z in (2.0, 1.45):
            _front(art, chance, lens, side, z)
    for x, y, wide in ((520, 540, 170), (300, 600, 120), (700, 590, 110)):
        art.shape(oval(x, y, wide, wide * 0.09), "#f4a65c", alpha=0.28, soft=5)
    rain(art, chance, 260, "#cfd6ee")
    art.haze("#100d1e", start=130, end=0, strength=0.55)
    return art.finished()


def _stall(art: Canvas, chance: Random, lens: Lens, side: int, z: float) -> None:
    bright, pale = chance.choice(AWNINGS)
    near, far, inner, outer = z, z + 0.9, side * 1.35, side * 2.6
    wall = lens.path((outer, -1.3, near), (outer, -1.3, far), (outer, 0.55, far), (outer, 0.55, near))
    art.shape(wall, "#2a1c2c")
    art.shape(
        lens.path((outer, -1.2, far), (inner, -1.2, far), (inner, 0.55, far), (outer, 0.55, far)), "#6d3a2c"
    )
    hot = lens.at(side * 1.9, -0.5, far)
    art.glow(hot[0], hot[1], 330 / z, "#ffb45e", strength=0.8)
    for n in range(7):
        x = inner + side * (0.12 + 0.16 * n)
        low = chance.uniform(-0.62, -0.4)
        art.stroke(lens.path((x, -1.0, far), (x, low, far)), "#3c2018", 2.2 / z)
        art.shape(
            oval(*lens.at(x, low + 0.06, far), 26 / z, 34 / z),
            chance.choice(("#d8703a", "#e9b04a", "#b7433a", "#7f9a4a")),
        )
    counter = lens.path((inner, 0.0, near), (inner, 0.0, far), (outer, 0.0, far), (outer, 0.0, near))
    art.shape(counter, "#c88a52")
    art.shape(
        lens.path((inner, 0, near), (inner, 0, far), (inner, 0.55, far), (inner, 0.55, near)),
        mix(bright, "#1a0f1c", 0.5),
    )
    art.shape(
        lens.path((inner, 0, near), (outer, 0, near), (outer, 0.55, near), (inner, 0.55, near)),
        mix(bright, "#1a0f1c", 0.68),
    )
    for n in range(6):
        x, y = lens.at(inner + side * (0.14 + 0.17 * n), -0.06, near + 0.2)
        art.shape(
            oval(x, y, 40 / z, 24 / z),
            chance.choice(("#e9c27a", "#cf5a3c", "#8aa65a", "#f0e0c0", "#a8663c")),
            shade="#7a3c28",
            light=(-10 / z, -10 / z),
        )
    steam(art, chance, *lens.at(inner + side * 0.4, -0.1, near + 0.3), 42 / z)
    _awning(art, lens, side, z, (bright, pale))


def _awning(art: Canvas, lens: Lens, side: int, z: float, cloth: tuple[str, str]) -> None:
    bright, pale = cloth
    top, tip, drop = side * 2.6, side * 1.12, -0.86
    count = 6
    for n in range(count):
        a, b = z - 0.05 + n / count, z - 0.05 + (n + 1) / count
        tone = bright if n % 2 else pale
        art.shape(
            lens.path((top, -1.5, a), (tip, drop, a), (tip, drop, b), (top, -1.5, b)),
            mix(tone, "#24152c", 0.22),
        )
        art.shape(
            lens.path((tip, drop, a), (tip, drop, b), (tip, drop + 0.13, b), (tip, drop + 0.13, a)),
            mix(tone, "#24152c", 0.42),
        )
    art.shape(
        lens.path(
            (top, -1.5, z - 0.05), (tip, drop, z - 0.05), (tip, drop + 0.12, z - 0.05), (top, -1.2, z - 0.05)
        ),
        mix(bright, "#24152c", 0.5),
    )
    art.stroke(lens.path((tip - side * -0.02, drop, z), (tip, 0.55, z)), "#20141c", 7 / z)


def _front(art: Canvas, chance: Random, lens: Lens, side: int, z: float) -> None:
    x, y = lens.at(side * 1.12, 0.5, z)
    size = 62 / z
    art.shape(
        box(x - size, y - size, x + size, y + size * 0.5),
        "#5a3a2a",
        shade="#2f1c1c",
        light=(-size / 3, 0),
        edge="#1c1016",
        line=2,
    )
    for n in (-0.4, 0.1):
        art.stroke([(x - size, y + n * size), (x + size, y + n * size)], "#2f1c1c", 2)
    for n in range(6):
        art.shape(
            oval(
                x - size * 0.75 + n * size * 0.3, y - size * (1.05 + 0.12 * (n % 2)), size * 0.24, size * 0.22
            ),
            chance.choice(("#e8892f", "#f0a83c", "#d96a2a")),
            shade="#8f3a1c",
            light=(-3, -3),
        )


def market_stall() -> Image.Image:
    """A noodle stall, close: red curtain, pots that steam, stools, bulbs on a wire."""
    chance, art = Random(23), Canvas(WIDE, HIGH, "#1c1a30")
    art.gradient("#191c3a", "#3a2a48")
    for x, wide, top in ((0, 190, 40), (200, 120, 90), (830, 194, 20)):
        art.shape(box(x, top, x + wide, 460), "#231f3a")
        windows(
            art,
            chance,
            (x + 14, top + 20, x + wide - 10, 420),
            (34, 40),
            lit=("#e8a95a", "#c97a4a"),
            dark="#191731",
            share=0.28,
        )
    art.shape(box(0, 470, WIDE, HIGH), "#2b2236")
    art.shape(box(180, 130, 850, 480), "#4a2a24")
    for n in range(14):
        art.stroke([(180 + n * 52, 130), (180 + n * 52, 480)], "#3a1f1e", 3)
    art.glow(515, 260, 420, "#ffb866", strength=0.85)
    for row, y in enumerate((206, 258)):
        art.shape(box(250, y + 26, 800, y + 34), "#2f1a18")
        for n in range(15):
            x = 268 + n * 36
            if row == 0 or n % 4:
                tone = chance.choice(("#7a9a8c", "#c9a45a", "#b5533c", "#e8d6b0", "#5a6a8c"))
                art.shape(
                    box(x, y + chance.uniform(-6, 4), x + 22, y + 26),
                    tone,
                    shade=mix(tone, "#2a1418", 0.5),
                    light=(-5, 0),
                )
    for n in range(9):
        x = 190 + n * 73
        cloth = [
            (x, 140),
            (x + 70, 140),
            (x + 68, 214 + (n % 2) * 6),
            (x + 36, 208),
            (x + 3, 216 - (n % 2) * 5),
        ]
        art.shape(cloth, "#b8302c", shade="#7c1f26", light=(-9, -4))
        art.shape(oval(x + 35, 178, 15, 15), "#f0dcb0", alpha=0.9)
        art.shape(oval(x + 35, 178, 9, 9), "#b8302c")
    art.shape([(150, 96), (880, 96), (862, 142), (168, 142)], "#2f7f86", shade="#1c5560", light=(0, -12))
    _stove(art, chance)
    for n, (x, y) in enumerate(wire(art, (150, 108), (880, 100), 34)):
        if n % 2:
            art.glow(x, y + 16, 90, "#ffd48a", strength=0.7)
            art.shape(oval(x, y + 16, 9, 12), "#fff3cf")
    art.mirror(520, strength=0.55, blur=9, stretch=1.0, dim="#17121f")
    for x in (250, 400, 560, 720):
        _stool(art, x, 430)
    lantern(art, 128, 210, 44)
    lantern(art, 902, 190, 52)
    steam(art, chance, 350, 350, 44)
    steam(art, chance, 640, 352, 52)
    rain(art, chance, 120, "#cfd6ee", alpha=0.3)
    return art.finished()


def _stove(art: Canvas, chance: Random) -> None:
    art.shape(box(196, 384, 836, 404), "#d9a566", shade="#9a5f38", light=(0, -8))
    art.shape(box(206, 404, 826, 520), "#7c3328", shade="#4d1e20", light=(-30, 0))
    for n in range(12):
        art.stroke([(206 + n * 52, 404), (206 + n * 52, 520)], "#5c2522", 3)
    for x, wide in ((350, 62), (640, 76)):
        art.shape(
            [(x - wide, 330), (x + wide, 330), (x + wide * 0.9, 386), (x - wide * 0.9, 386)],
            "#8d97a3",
            shade="#4d5364",
            light=(-18, 0),
        )
        art.shape(oval(x, 330, wide, 15), "#c8d0d6")
        art.shape(oval(x, 332, wide * 0.86, 11), "#e9c890")
    for n, x in enumerate((450, 492, 534, 740, 778)):
        tone = ("#f2ead8", "#4f86a0", "#f2ead8", "#c9533c", "#f2ead8")[n]
        art.shape(
            [(x - 21, 362), (x + 21, 362), (x + 13, 386), (x - 13, 386)],
            tone,
            shade=mix(tone, "#3a2028", 0.45),
            light=(-7, 0),
        )
        art.shape(oval(x, 362, 21, 6), "#d99a4e")
    for n in range(6):
        art.taper(
            [(262 + n * 7, 384), (258 + n * 9, 350), (252 + n * 11, 322)],
            chance.choice(("#5f8f4e", "#7bab58")),
            9,
        )


def _stool(art: Canvas, x: float, y: float) -> None:
    for dx in (-26, -9, 9, 26):
        art.stroke([(x + dx * 0.6, y + 12), (x + dx, y + 138)], "#3a2420" if abs(dx) > 9 else "#2a1a1a", 8)
    art.shape(oval(x, y + 78, 25, 5), "#4d3026")
    art.shape(oval(x, y + 10, 38, 14), "#5f1f20")
    art.shape(oval(x, y + 3, 38, 14), "#c24434", shade="#8a2a2a", light=(-6, -4), edge="#2a1416", line=2)


def alley_long() -> Image.Image:
    """A narrow alley between brick walls: one lamp, washing overhead, a slice of sky."""
    chance, art, lens = Random(31), Canvas(WIDE, HIGH, "#182030"), Lens(500, 280, 430)
    art.gradient("#22365a", "#6a7a90", end=320)
    art.shape(box(0, 280, WIDE, HIGH), "#1e2634")
    art.glow(500, 270, 240, "#ffcf8e", strength=0.55)
    for side in (-1, 1):
        base = "#3a3f52" if side < 0 else "#2c3348"
        wall = lens.path(
            (side * 0.95, -3, 0.7), (side * 0.95, -3, 9), (side * 0.95, 0.62, 9), (side * 0.95, 0.62, 0.7)
        )
        face = art.shape(wall, base)
        for n in range(46):
            y = -3 + n * 0.08
            art.stroke(
                lens.path((side * 0.95, y, 0.7), (side * 0.95, y, 9)),
                mix(base, "#0c1120", 0.45),
                1.2,
                inside=face,
            )
        for _ in range(330):
            z, y = 0.75 * 12 ** chance.random(), -3 + 0.08 * chance.randrange(45)
            brick = lens.path(
                (side * 0.95, y, z),
                (side * 0.95, y, z * 1.09),
                (side * 0.95, y + 0.07, z * 1.09),
                (side * 0.95, y + 0.07, z),
            )
            art.shape(
                brick,
                mix(base, chance.choice(("#7a4a42", "#0f1424", "#5a5f70")), 0.4),
                inside=face,
                alpha=0.8,
            )
        _alley_fittings(art, lens, side)
    for z, count in ((5, 6), (3, 6), (1.9, 5)):
        points = wire(art, lens.at(-0.95, -1.5, z), lens.at(0.95, -1.35, z), 40 / z)
        for n, (x, y) in enumerate(points[1::2][:count]):
            tone = ("#d9dde0", "#b8524a", "#5f87a8", "#d8b25a", "#8a9a7a", "#cfc4b0")[n]
            long = (60 + 30 * (n % 3)) / z * 1.6
            art.shape(
                [(x - 40 / z, y), (x + 40 / z, y), (x + 36 / z, y + long), (x - 34 / z, y + long * 0.94)],
                mix(tone, "#1a2238", 0.35),
                shade=mix(tone, "#141a2e", 0.65),
                light=(-12 / z, -6 / z),
            )
    x, y = lens.at(0.86, -0.75, 2.6)
    art.glow(x - 20, y + 10, 250, "#ffc676", strength=0.9)
    art.stroke([(x + 34, y - 26), (x - 16, y - 22), (x - 18, y - 6)], "#0e1320", 5)
    art.shape([(x - 40, y + 2), (x - 30, y - 12), (x - 6, y - 12), (x + 4, y + 2)], "#20283a")
    art.shape(oval(x - 18, y + 6, 15, 10), "#fff2c8")
    art.mirror(430, strength=0.45, blur=6, stretch=1.0, dim="#0e131e")
    _crates(art, 190, 560)
    for wide, x, y in ((120, 520, 560), (80, 640, 490)):
        art.shape(oval(x, y, wide, wide * 0.12), "#e6b878", alpha=0.35, soft=3)
    art.haze("#0a0f1c", start=120, end=0, strength=0.6)
    rain(art, chance, 110, "#c6d2e6", alpha=0.28)
    return art.finished()


def _alley_fittings(art: Canvas, lens: Lens, side: int) -> None:
    for z in (4.6, 3.2, 2.2, 1.55):
        frame = lens.path(
            (side * 0.94, -1.15, z),
            (side * 0.94, -1.15, z * 1.16),
            (side * 0.94, -0.55, z * 1.16),
            (side * 0.94, -0.55, z),
        )
        warm = (z * 10) % 3 > 1
        art.shape(frame, "#f0b45c" if warm else "#1a2236", edge="#10162a", line=6 / z)
        a, b = lens.at(side * 0.94, -1.15, z * 1.08), lens.at(side * 0.94, -0.55, z * 1.08)
        art.stroke([a, b], "#10162a", 5 / z)
        shelf = lens.path(
            (side * 0.94, -0.5, z),
            (side * 0.94, -0.5, z * 1.16),
            (side * 0.8, -0.5, z * 1.16),
            (side * 0.8, -0.5, z),
        )
        art.shape(shelf, "#4a5066")
    for z in (3.9, 1.9):
        unit = lens.path(
            (side * 0.94, -0.35, z), (side * 0.78, -0.35, z), (side * 0.78, -0.05, z), (side * 0.94, -0.05, z)
        )
        art.shape(unit, "#8f98a4", shade="#565f70", light=(-8, 0), edge="#10162a", line=3)
        x, y = lens.at(side * 0.86, -0.2, z)
        art.shape(oval(x, y, 38 / z, 38 / z), "#3a4252")
        art.shape(oval(x, y, 12 / z, 12 / z), "#8f98a4")
    pipe = lens.at(side * 0.92, -3, 1.35), lens.at(side * 0.92, 0.6, 1.35)
    art.stroke(list(pipe), "#566074", 11)
    art.stroke([(pipe[0][0] - 3, pipe[0][1]), (pipe[1][0] - 3, pipe[1][1])], "#7c879c", 2.5)


def _crates(art: Canvas, x: float, y: float) -> None:
    for dx, dy, size in ((0, 0, 96), (88, 22, 72), (10, -84, 74)):
        left, top = x + dx - size / 2, y + dy - size
        art.shape(
            box(left, top, left + size, top + size),
            "#8a6038",
            shade="#4f3424",
            light=(-size / 5, 0),
            edge="#1e1418",
            line=3,
        )
        for n in range(1, 4):
            art.stroke([(left, top + n * size / 4), (left + size, top + n * size / 4)], "#3a261c", 3)
        art.stroke([(left + 5, top + size - 5), (left + size - 5, top + 5)], "#a87c4a", 7)


def alley_steps() -> Image.Image:
    """Stone steps up between the houses, a neon sign's pink light on the wet treads."""
    chance, art = Random(37), Canvas(WIDE, HIGH, "#161d2e")
    art.gradient("#1c2a4c", "#37405e")
    for side, edge in ((-1, 300), (1, 724)):
        wall = (
            [(0, 0), (edge, 0), (edge - 20, 330), (220, 640), (0, 640)]
            if side < 0
            else [(1024, 0), (edge, 0), (edge + 20, 330), (804, 640), (1024, 640)]
        )
        tone = "#2f3148" if side < 0 else "#282a42"
        face = art.shape(wall, tone)
        for n in range(36):
            art.stroke([(0, n * 19), (1024, n * 19)], mix(tone, "#0b0f1c", 0.4), 1.4, inside=face)
        for _ in range(150):
            x, y = chance.uniform(0, 1024), 19 * chance.randrange(34)
            art.shape(
                box(x, y + 2, x + 36, y + 17),
                mix(tone, chance.choice(("#6a4450", "#454a66", "#161a2c")), 0.5),
                inside=face,
                alpha=0.7,
            )
    for n in range(13):
        t = n / 13
        y = 640 - 330 * (1 - (1 - t) ** 1.5)
        half = 282 - 182 * (1 - (1 - t) ** 1.35)
        rise = 34 * (1 - t) + 7
        art.shape(box(512 - half, y - rise, 512 + half, y), mix("#3c4258", "#2a3048", t))
        art.shape(
            [
                (512 - half, y - rise),
                (512 + half, y - rise),
                (512 + half - 6, y - rise - 8),
                (512 - half + 6, y - rise - 8),
            ],
            mix("#9a86a8", "#5a6488", t),
        )
    art.glow(512, 250, 190, "#ffd9a0", strength=0.65)
    art.shape(path("450,150 450,150 512,120 574,150 574,150 574,310 450,310"), "#3a3450")
    art.shape(path("464,160 464,160 512,136 560,160 560,160 560,310 464,310"), "#f2c78a", smooth=False)
    for n in range(3):
        art.stroke([(464 + 24 * (n + 1), 150), (464 + 24 * (n + 1), 310)], "#8a5a42", 4)
    _neon(art)
    for x, y in ((170, 250), (880, 300)):
        art.shape(box(x - 56, y - 70, x + 56, y + 60), "#f0b868", edge="#12172a", line=7)
        art.stroke([(x, y - 70), (x, y + 60)], "#12172a", 5)
        art.stroke([(x - 56, y - 8), (x + 56, y - 8)], "#12172a", 5)
        art.glow(x, y, 190, "#ffb45a", strength=0.45)
        for n in range(5):
            art.shape(oval(x - 44 + n * 22, y + 66, 17, 20), chance.choice(("#4f7a4c", "#3c6444", "#6a9a58")))
        art.shape(box(x - 60, y + 74, x + 60, y + 92), "#7a4a34", shade="#4a2a24", light=(0, -8))
    art.stroke([(738, 0), (744, 330), (820, 470)], "#4a5268", 13)
    art.stroke([(735, 0), (741, 330)], "#707a92", 3)
    for x, y, wide in ((430, 616, 90), (590, 566, 70), (500, 516, 60)):
        art.shape(oval(x, y, wide, 6), "#f78ab4", alpha=0.4, soft=4)
    rain(art, chance, 170, "#c9d4ee", alpha=0.35)
    return art.finished()


def _neon(art: Canvas) -> None:
    art.stroke([(258, 96), (330, 96)], "#0f1424", 6)
    art.shape(box(318, 76, 402, 268), "#1a1430", edge="#0f1020", line=4)
    for radius in (150, 300):
        art.glow(360, 170, radius, "#ff4f92", strength=0.55)
    for width, colour in ((8, "#ff5f9c"), (3, "#ffe0ee")):
        art.stroke(
            path("336,110 344,96 360,104 376,96 384,110 376,130 344,130 336,110"), colour, width, smooth=True
        )
        art.stroke([(340, 160), (380, 160)], colour, width)
        art.stroke([(340, 176), (380, 176)], colour, width)
    for width, colour in ((8, "#46c8e0"), (3, "#e2faff")):
        art.stroke(path("338,204 342,232 360,240 378,232 382,204 338,204"), colour, width)
