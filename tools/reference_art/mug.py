"""The campaign that `init` starts: an enamel mug, and the window sill where it stands."""

from __future__ import annotations

from PIL import Image

from reference_art.brush import Canvas, box, mix, oval

INK = "#2f2a33"
ENAMEL, RIM = "#f3b72f", "#2b3f66"


def mug() -> Image.Image:
    """A yellow enamel mug with a dark blue rim and a small white sun."""
    art = Canvas(640, 640, "#ece7df")
    art.gradient("#f7f3ec", "#d9d1c5")
    art.gradient("#cfc6b8", "#beb3a3", start=500)
    art.shape(oval(336, 548, 190, 24), "#7d7264", alpha=0.5, soft=9)
    outer, inner = oval(478, 336, 92, 112), oval(478, 336, 62, 80)
    grip = [*outer, outer[0], inner[0], *reversed(inner)]
    art.shape(grip, ENAMEL, shade="#bd8420", light=(-8, -8))
    for wide, high in ((92, 112), (62, 80)):
        art.stroke([*oval(478, 336, wide, high), (570 - 92 + wide, 336)], INK, 3)
    cup = [(150, 176), (490, 176), (470, 520), (452, 544), (188, 544), (170, 520)]
    body = art.shape(cup, ENAMEL, shade="#c98f24", light=(-44, 0), edge=INK, line=3.5)
    art.shape([(176, 200), (214, 200), (226, 520), (196, 520)], "#ffe08a", alpha=0.75, soft=8, inside=body)
    _sun(art, 320, 366)
    art.shape(oval(320, 176, 170, 34), RIM, edge=INK, line=3)
    art.shape(oval(320, 177, 154, 26), "#fffaf0")
    art.shape(oval(320, 186, 138, 17), "#5a3a26")
    art.shape(oval(288, 183, 60, 6), "#8a5f43", alpha=0.8)
    art.stroke([(176, 538), (464, 538)], RIM, 7, inside=body)
    for x, lift in ((272, 0), (330, 18), (386, 4)):
        steam = [(x, 150 - lift), (x + 16, 118 - lift), (x - 8, 86 - lift), (x + 10, 48 - lift)]
        art.stroke(steam, "#ffffff", 9, smooth=True, alpha=0.55)
    return art.finished()


def _sun(art: Canvas, x: float, y: float) -> None:
    for n in range(12):
        ray = oval(x, y, 82, 82)[round(n * 64 / 12) % 64]
        near = oval(x, y, 60, 60)[round(n * 64 / 12) % 64]
        art.stroke([near, ray], "#fff8e6", 8)
    art.shape(oval(x, y, 44, 44), "#fff8e6")
    art.stroke([(x - 18, y + 8), (x, y + 18), (x + 18, y + 8)], "#d69a22", 4, smooth=True)
    for side in (-1, 1):
        art.shape(oval(x + side * 14, y - 8, 4, 5), "#d69a22")


def sill() -> Image.Image:
    """A wooden window sill in the morning: linen curtain, a plant, hills outside."""
    art = Canvas(800, 450, "#f3e6cf")
    art.gradient("#f6dfb8", "#bcd3d8", end=330)
    art.glow(600, 110, 210, "#fff3c8", strength=0.8)
    for rise, colour in ((0, "#a9c3b4"), (34, "#86ab96")):
        hill = [
            (0, 340),
            (0, 250 + rise),
            (230, 214 + rise),
            (480, 246 + rise),
            (800, 206 + rise),
            (800, 340),
        ]
        art.shape(hill, colour)
    frame = "#fbf6ec"
    for left, right in ((118, 134), (420, 436), (760, 800)):
        art.shape(box(left, 0, right, 340), frame, shade="#d5cbbb", light=(-4, 0))
    art.shape(box(118, 160, 800, 172), frame, shade="#d5cbbb", light=(0, -3))
    curtain = [(0, 0), (150, 0), (128, 120), (146, 240), (120, 350), (0, 350)]
    cloth = art.shape(curtain, "#f7efe2", smooth=False, shade="#d9ccb8", light=(-10, 0))
    for x in (26, 58, 92):
        art.stroke([(x, 0), (x + 6, 170), (x - 4, 350)], "#dccfba", 5, smooth=True, inside=cloth)
    art.shape(box(0, 336, 800, 450), "#b98556")
    art.gradient("#cf9c69", "#93643d", start=338, end=450)
    for n in range(9):
        y = 346 + n * 12
        art.stroke([(0, y), (260, y + 3), (540, y - 2), (800, y + 2)], mix("#a87547", "#7d5331", n / 9), 1.6)
    art.shape([(300, 340), (760, 340), (640, 450), (120, 450)], "#ffe7ae", alpha=0.3, soft=8)
    _plant(art, 690, 340)
    return art.finished()


def _plant(art: Canvas, x: float, y: float) -> None:
    for turn, long in ((-58, 92), (-34, 118), (-8, 132), (20, 120), (48, 96)):
        leaf = oval(x + turn * 1.1, y - 92 - long * 0.34, 17, long * 0.42, turn=turn)
        art.shape(leaf, "#5f8f5e", shade="#3f6a48", light=(-5, -3), edge="#2f4f38", line=1.8)
        art.stroke([(x, y - 62), (x + turn * 1.1, y - 92 - long * 0.34)], "#3f6a48", 2.5)
    pot = [(x - 46, y - 66), (x + 46, y - 66), (x + 34, y + 14), (x - 34, y + 14)]
    art.shape(pot, "#c8674a", shade="#94452f", light=(-10, 0), edge=INK, line=2.5)
    art.shape(
        box(x - 52, y - 76, x + 52, y - 58), "#d3755a", shade="#a04d36", light=(-10, 0), edge=INK, line=2.5
    )
