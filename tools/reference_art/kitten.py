"""The picture book that `init` starts: a kitten with a lantern, and its village at night."""

from __future__ import annotations

from PIL import Image

from reference_art.brush import Canvas, box, mix, oval
from reference_art.moon import papered

LINE = "#5a3d33"
FUR, SHADE, CREAM = "#f0a04b", "#cf7733", "#fff1d8"


def xiaoju() -> Image.Image:
    """Xiaoju 小橘, an orange kitten in a blue apron, holding a red lantern."""
    art = Canvas(480, 640, "#f5ecd9")
    art.gradient("#fbf4e4", "#ebdfc6")
    art.shape(oval(240, 600, 110, 13), "#b59d7c", alpha=0.5, soft=6)
    tail = [(300, 500), (372, 470), (392, 380), (372, 340), (352, 356), (360, 420), (300, 455)]
    art.shape(tail, FUR, smooth=True, shade=SHADE, light=(-6, -4), edge=LINE, line=2.5)
    for side in (-1, 1):
        art.shape(oval(240 + side * 42, 580, 38, 24), FUR, shade=SHADE, light=(-6, -5), edge=LINE, line=2.5)
        art.shape(oval(240 + side * 42, 590, 22, 11), CREAM)
    body = [(176, 350), (240, 336), (304, 350), (326, 470), (310, 572), (240, 584), (170, 572), (154, 470)]
    art.shape(body, FUR, smooth=True, shade=SHADE, light=(-12, -6), edge=LINE, line=3)
    apron = [(192, 372), (288, 372), (312, 470), (300, 556), (240, 566), (180, 556), (168, 470)]
    cloth = art.shape(apron, "#4f86b8", smooth=True, shade="#376592", light=(-10, -5), edge=LINE, line=2.5)
    art.shape(box(208, 462, 272, 520), "#6fa3cf", edge="#376592", line=2, inside=cloth)
    for x in (196, 284):
        for y in (410, 446, 536):
            art.shape(oval(x, y, 5, 5), "#f7e7b2", inside=cloth)
    arm = [(178, 368), (150, 392), (132, 440), (150, 456), (178, 424)]
    art.shape(arm, FUR, smooth=True, shade=SHADE, light=(-5, -4), edge=LINE, line=2.5)
    _lantern(art)
    other = [(300, 366), (338, 378), (372, 356), (364, 330), (330, 338), (296, 344)]
    art.shape(other, FUR, smooth=True, shade=SHADE, light=(-5, -4), edge=LINE, line=2.5)
    _face(art)
    return papered(art, 31)


def _lantern(art: Canvas) -> None:
    art.stroke([(352, 350), (400, 300), (410, 330)], "#7a5230", 5, smooth=True)
    art.glow(410, 400, 110, "#ffcf7a", strength=0.6)
    art.shape(oval(410, 398, 46, 52), "#d8412f", shade="#9f2a26", light=(-8, -6), edge=LINE, line=2.5)
    for wide in (14, 32):
        art.stroke([*oval(410, 398, wide, 52)], "#f08a5a", 1.8)
    for top, high in ((340, 12), (446, 10)):
        art.shape(box(390, top, 430, top + high), "#e8b64a", edge=LINE, line=2)
    for x in (400, 410, 420):
        art.stroke([(x, 456), (x - 1, 492)], "#d8412f", 2.5)


def _face(art: Canvas) -> None:
    for side in (-1, 1):
        ear = [(240 + side * 40, 150), (240 + side * 104, 84), (240 + side * 112, 196)]
        art.shape(ear, FUR, shade=SHADE, light=(-6, -4), edge=LINE, line=3)
        inner = [(240 + side * 62, 150), (240 + side * 95, 112), (240 + side * 100, 178)]
        art.shape(inner, "#f6c3ae")
    head = art.shape(oval(240, 232, 124, 108), FUR, shade=SHADE, light=(-12, -9), edge=LINE, line=3)
    for x, high in ((206, 34), (240, 46), (274, 34)):
        stripe = [(x - 9, 118), (x + 9, 118), (x, 124 + high)]
        art.shape(stripe, "#c96c2c", inside=head)
    art.shape(oval(240, 286, 66, 46), CREAM, inside=head)
    for side in (-1, 1):
        x = 240 + side * 50
        art.shape(oval(x, 226, 17, 21), "#3a2a26")
        art.shape(oval(x - 6, 218, 6, 7), "#ffffff")
        art.shape(oval(240 + side * 84, 268, 17, 11), "#f2836b", alpha=0.55, soft=4)
        for turn in (-8, 6):
            art.stroke([(240 + side * 74, 286 + turn), (240 + side * 138, 280 + turn * 2.4)], "#fff7ea", 2)
    art.shape([(228, 258), (252, 258), (240, 270)], "#d9695f", edge=LINE, line=1.5)
    for side in (-1, 1):
        art.stroke([(240, 270), (240 + side * 10, 284), (240 + side * 24, 280)], LINE, 2.5, smooth=True)


def village() -> Image.Image:
    """A village on a hill by a brook, the windows lit, a big moon."""
    art = Canvas(800, 450, "#2a3a66")
    art.gradient("#22315c", "#6f7fae", end=320)
    art.glow(620, 96, 150, "#fff0c4", strength=0.6)
    art.shape(oval(620, 96, 46, 46), "#fff4d4")
    for n in range(34):
        x, y = (n * 149) % 800, 12 + (n * 67) % 170
        art.shape(oval(x, y, 1.6 + n % 3 * 0.5, 1.6 + n % 3 * 0.5), "#fdf3cf", alpha=0.85)
    for rise, colour in ((0, "#3d5480"), (46, "#34517a")):
        hill = [(0, 450), (0, 270 + rise), (180, 214 + rise), (400, 250 + rise), (640, 208 + rise)]
        art.shape([*hill, (800, 262 + rise), (800, 450)], colour, smooth=False)
    ground = [(0, 450), (0, 352), (220, 318), (470, 336), (800, 312), (800, 450)]
    art.shape(ground, "#2c5c52", shade="#224a44", light=(0, -8))
    brook = [(380, 450), (430, 390), (400, 350), (424, 334), (440, 352), (478, 392), (470, 450)]
    art.shape(brook, "#7fa6cf", smooth=True)
    for x, y, size in ((70, 330, 66), (188, 312, 78), (300, 330, 58), (552, 326, 82), (688, 316, 64)):
        _house(art, x, y, size)
    for x, y in ((20, 346), (372, 338), (498, 332), (764, 322)):
        art.shape(box(x - 4, y - 12, x + 4, y + 8), "#4a3a34")
        for up, wide in ((14, 26), (34, 20), (50, 13)):
            art.shape(oval(x, y - up, wide, 17), mix("#2f6a55", "#20443f", up / 80))
    art.stroke([(120, 450), (176, 402), (250, 372), (300, 352)], "#c8b184", 9, smooth=True, alpha=0.8)
    return papered(art, 47)


def _house(art: Canvas, x: float, y: float, size: float) -> None:
    half, high = size / 2, size * 0.62
    art.shape(box(x - half, y - high, x + half, y + 8), "#e9dcc3", shade="#b7a892", light=(10, 0))
    roof = [(x - half - 12, y - high + 4), (x - half * 0.6, y - high - size * 0.42)]
    roof += [(x + half * 0.6, y - high - size * 0.42), (x + half + 12, y - high + 4)]
    art.shape(roof, "#5a4763", shade="#3f3350", light=(8, 4), edge="#2e2540", line=2)
    art.glow(x, y - high / 2, size * 0.7, "#ffd27a", strength=0.45)
    for side in (-1, 1):
        left = x + side * half * 0.5 - size * 0.11
        art.shape(box(left, y - high * 0.74, left + size * 0.22, y - high * 0.36), "#ffd98a")
    art.shape(box(x - size * 0.09, y - high * 0.44, x + size * 0.09, y + 8), "#7a4b33")
