"""The storyboard that `init` starts: a girl in a yellow coat, and a lighthouse at dusk."""

from __future__ import annotations

from PIL import Image

from reference_art.brush import Canvas, box, mix, oval

INK = "#2d2430"


def mina() -> Image.Image:
    """A girl of ten: yellow oilskin coat, red scarf, two brown braids."""
    art = Canvas(480, 640, "#e4e0d6")
    art.gradient("#f1ede3", "#d5cfc1")
    art.shape(oval(240, 602, 110, 13), "#8d8577", alpha=0.5, soft=6)
    for side in (-1, 1):
        x = 240 + side * 33
        art.shape(
            box(x - 17, 470, x + 17, 560), "#3f5a7a", shade="#2d425c", light=(-8, 0), edge=INK, line=2.5
        )
        boot = [
            (x - 22, 528),
            (x + 22, 528),
            (x + 22, 580),
            (x + 26 + side * 4, 602),
            (x - 26 + side * 4, 602),
            (x - 22, 580),
        ]
        art.shape(boot, "#b4543f", shade="#85382c", light=(-7, -3), edge=INK, line=2.5)
        art.stroke([(x - 20, 541), (x + 20, 541)], "#7a3026", 3)
    for side in (-1, 1):
        braid = [
            (240 + side * 66, 150),
            (240 + side * 92, 210),
            (240 + side * 88, 290),
            (240 + side * 72, 318),
            (240 + side * 62, 280),
            (240 + side * 60, 210),
        ]
        art.shape(braid, "#6b4027", smooth=True, shade="#4a2a1a", light=(-6, -4), edge=INK, line=2.5)
        for y in (205, 235, 265):
            art.stroke([(240 + side * 64, y), (240 + side * 88, y + 10)], "#4a2a1a", 2.5)
        art.shape(oval(240 + side * 75, 305, 10, 8), "#c9352f", edge=INK, line=2)
    coat = [(180, 268), (240, 254), (300, 268), (322, 380), (338, 496), (240, 510), (142, 496), (158, 380)]
    body = art.shape(coat, "#f2c230", smooth=True, shade="#c8932a", light=(-18, -8), edge=INK, line=3)
    for side in (-1, 1):
        arm = [
            (240 + side * 58, 276),
            (240 + side * 88, 300),
            (240 + side * 112, 392),
            (240 + side * 108, 428),
            (240 + side * 76, 430),
            (240 + side * 66, 380),
        ]
        art.shape(
            oval(240 + side * 94, 436, 15, 17), "#f3c9a5", shade="#d49c79", light=(-4, -4), edge=INK, line=2.5
        )
        art.shape(arm, "#f2c230", smooth=True, shade="#c8932a", light=(-8, -5), edge=INK, line=3)
    art.stroke([(240, 270), (242, 505)], "#b27f1f", 2.5, inside=body)
    for y in (330, 380, 430):
        art.shape(oval(253, y, 6, 6), "#7a5416", edge=INK, line=1.5)
    for side in (-1, 1):
        art.shape(
            box(240 + side * 52 - 24, 418, 240 + side * 52 + 24, 428), "#d9a62a", edge="#a5761c", line=2
        )
    _head(art)
    return art.finished()


def _head(art: Canvas) -> None:
    art.shape(oval(240, 150, 84, 88), "#6b4027", edge=INK, line=2.5)
    art.shape(oval(240, 166, 70, 76), "#f8d6b4", shade="#e0ab86", light=(-9, -6), edge=INK, line=2.5)
    fringe = [
        (162, 150),
        (170, 92),
        (240, 66),
        (310, 92),
        (318, 150),
        (292, 118),
        (262, 128),
        (240, 112),
        (214, 130),
        (188, 118),
    ]
    art.shape(fringe, "#7d4b2e", smooth=True, shade="#5a331f", light=(-8, -6), edge=INK, line=2.5)
    for side in (-1, 1):
        x = 240 + side * 28
        art.shape(oval(x, 168, 9, 12), "#33261f")
        art.shape(oval(x - 3, 164, 3, 4), "#ffffff")
        art.stroke([(x - 12, 146), (x, 142), (x + 12, 147)], "#5a331f", 3, smooth=True)
        art.shape(oval(240 + side * 44, 190, 11, 7), "#ef9f8a", alpha=0.6, soft=3)
    art.stroke([(234, 186), (240, 190), (246, 186)], "#c4855f", 2.5, smooth=True)
    art.stroke([(220, 208), (240, 217), (260, 208)], "#8a3f36", 3, smooth=True)
    scarf = [(176, 246), (240, 236), (304, 246), (308, 274), (240, 288), (172, 274)]
    art.shape(scarf, "#d23b34", smooth=True, shade="#9a2429", light=(-8, -6), edge=INK, line=2.5)
    tail = [(268, 270), (300, 266), (312, 340), (300, 362), (276, 360)]
    art.shape(tail, "#d23b34", shade="#9a2429", light=(-6, -3), edge=INK, line=2.5)


def lighthouse() -> Image.Image:
    """A white lighthouse with red bands on a rock, the sea at dusk."""
    art = Canvas(800, 450, "#27406b")
    art.gradient("#22365f", "#f0a56b", end=300)
    art.glow(560, 292, 190, "#ffd9a0", strength=0.7)
    art.shape(oval(560, 292, 34, 34), "#ffe6b5")
    for x, y, wide in ((150, 90, 120), (330, 60, 80), (640, 120, 100), (700, 210, 130), (90, 190, 90)):
        art.shape(oval(x, y, wide, 9), mix("#f6c39a", "#6d6a94", y / 260), alpha=0.55, soft=5)
    art.shape(box(0, 300, 800, 450), "#2b5470")
    art.gradient("#3a6c86", "#173047", start=302, end=450)
    for n in range(26):
        x, y = (n * 197) % 800, 308 + n * 5.4
        near = abs(x - 560) < 130
        art.stroke(
            [(x - 20 - n * 2, y), (x + 20 + n * 2, y)],
            "#ffcf94" if near else "#5f93a6",
            1 + n / 12,
            alpha=0.65,
        )
    rock = [(40, 350), (110, 292), (190, 268), (300, 272), (370, 316), (430, 352), (340, 380), (120, 382)]
    art.shape(rock, "#4b4653", shade="#2c2a36", light=(14, -12), edge="#211f2a", line=2.5)
    for points in (
        [(120, 300), (150, 330), (140, 360)],
        [(250, 280), (270, 320), (310, 340)],
        [(190, 275), (200, 318)],
    ):
        art.stroke(points, "#2c2a36", 3)
    tower = [(206, 278), (218, 112), (262, 112), (276, 278)]
    body = art.shape(tower, "#f4efe6", shade="#b9b2bd", light=(12, 0), edge=INK, line=2.5)
    for top in (140, 204):
        art.shape(box(190, top, 290, top + 30), "#cf3f38", shade="#93262e", light=(34, 0), inside=body)
    art.shape(box(233, 246, 251, 279), "#5a3524", edge=INK, line=2)
    for y in (128, 184):
        art.shape(oval(241, y, 6, 8), "#3d4b6b", edge=INK, line=1.5)
    art.shape(box(204, 104, 276, 114), "#3a3947", edge=INK, line=2)
    art.shape(box(220, 76, 260, 104), "#ffe9a6", edge=INK, line=2)
    for x in (230, 240, 250):
        art.stroke([(x, 76), (x, 104)], INK, 1.5)
    art.shape([(212, 78), (240, 50), (268, 78)], "#cf3f38", shade="#93262e", light=(8, 0), edge=INK, line=2.5)
    art.shape([(260, 84), (800, 10), (800, 120), (260, 98)], "#fff3c4", alpha=0.28, soft=6)
    art.shape([(220, 84), (0, 54), (0, 130), (220, 98)], "#fff3c4", alpha=0.22, soft=6)
    art.glow(240, 90, 80, "#ffedb0", strength=0.75)
    for x, y in ((470, 130), (505, 112), (620, 70)):
        art.stroke(
            [(x - 14, y - 5), (x - 5, y), (x, y + 3), (x + 5, y), (x + 14, y - 5)],
            "#fbe9d2",
            2.5,
            smooth=True,
        )
    return art.finished()
