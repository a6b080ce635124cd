"""The people and animals: cel-painted, full figure, on plain ground, lit from the upper left."""

from __future__ import annotations

from PIL import Image

from reference_art.brush import Canvas, Points, Stencil, mix, oval, path

INK = "#38232c"


def mirrored(points: Points, middle: float) -> list[tuple[float, float]]:
    """The same shape on the other side of a vertical line."""
    return [(2 * middle - x, y) for x, y in points]


def mei() -> Image.Image:
    """A girl of twelve: black bob, red raincoat, yellow boots."""
    art = Canvas(768, 1024, "#d8d2c4")
    art.gradient("#e9e4d8", "#cfc7b6")
    art.shape(oval(392, 962, 190, 24), "#8d8272", alpha=0.55, soft=9)
    _mei_legs(art)
    _mei_hair_back(art)
    _mei_coat(art)
    _mei_head(art)
    return art.finished()


def _mei_legs(art: Canvas) -> None:
    for side in (1, -1):
        middle = 384 + side * 50
        leg = [(middle - 31, 720), (middle + 31, 720), (middle + 27, 860), (middle - 27, 860)]
        art.shape(leg, "#34405e", shade="#252d48", light=(-14, 0), edge=INK, line=4)
        boot = [
            (middle - 36, 806),
            (middle - 36, 806),
            (middle + 36, 806),
            (middle + 36, 806),
            (middle + 34, 880),
            (middle + 40 + side * 8, 930),
            (middle + 38 + side * 10, 956),
            (middle - 38 + side * 10, 956),
            (middle - 40 + side * 8, 930),
            (middle - 34, 880),
        ]
        art.shape(boot, "#f2bd3a", smooth=True, shade="#c98a24", light=(-12, -6), edge=INK, line=4)
        art.stroke([(middle - 35, 822), (middle, 828), (middle + 35, 822)], "#c98a24", 4, smooth=True)
        art.stroke([(middle - 26, 852), (middle - 24, 900)], "#fbe3a0", 7, smooth=True)
        art.stroke([(middle - 38 + side * 10, 946), (middle + 38 + side * 10, 946)], "#8a5a1c", 6)


def _mei_hair_back(art: Canvas) -> None:
    hair = path(
        "384,84 300,98 246,160 232,250 240,340 262,392 300,408 384,398 468,408 506,392 "
        "528,340 536,250 522,160 468,98"
    )
    art.shape(hair, "#1f2130", smooth=True, edge="#12131d", line=4)


def _mei_coat(art: Canvas) -> None:
    red, dark, light = "#d43a32", "#9c2230", "#ef6a53"
    hood = path("292,412 300,372 384,356 468,372 476,412 452,452 384,468 316,452")
    art.shape(hood, dark, smooth=True, edge=INK, line=4)
    for side in (-1, 1):
        arm = path("300,424 262,452 228,540 206,634 212,660 262,672 276,656 312,540")
        hand = oval(232, 690, 23, 29, turn=12)
        if side > 0:
            arm, hand = mirrored(arm, 384), mirrored(hand, 384)
        art.shape(hand, "#f3c9a5", shade="#d99f7d", light=(-7, -5), edge=INK, line=4)
        art.shape(arm, red, smooth=True, shade=dark, light=(-14, -4), edge=INK, line=4)
        cuff = [(204, 640), (272, 658)] if side < 0 else [(564, 640), (496, 658)]
        art.stroke(cuff, light, 7)
    body = path(
        "316,408 316,408 286,440 272,560 244,720 232,758 300,774 384,780 468,774 "
        "536,758 524,720 496,560 482,440 452,408 452,408 384,424"
    )
    coat = art.shape(body, red, smooth=True, shade=dark, light=(-26, -8), edge=INK, line=4.5)
    art.shape(
        path("300,440 286,560 262,720 286,730 306,580 318,446"), light, smooth=True, inside=coat, alpha=0.75
    )
    art.stroke([(384, 424), (388, 600), (386, 778)], dark, 5, smooth=True)
    for y in (486, 560, 634):
        art.stroke([(366, y), (404, y)], "#e9c98d", 9)
        art.stroke([(366, y), (404, y)], INK, 2)
    for x in (-1, 1):
        left = 384 + x * 82
        pocket = [(left - 36, 640), (left + 36, 640), (left + 38, 652), (left - 38, 652)]
        art.shape(pocket, light if x < 0 else red, edge=INK, line=3.5)
        art.stroke([(left - 34, 654), (left - 30, 712), (left + 30, 712), (left + 34, 654)], dark, 4)
    art.stroke([(238, 744), (384, 766), (530, 744)], dark, 4, smooth=True)
    collar = path("330,398 330,398 384,446 384,446 438,398 438,398 470,428 420,482 384,452 348,482 298,428")
    art.shape(collar, light, smooth=True, shade=red, light=(-7, -9), edge=INK, line=4)


def _mei_head(art: Canvas) -> None:
    skin, blush = "#f6d2b0", "#dfa384"
    art.shape(path("358,370 410,370 414,424 384,446 354,424"), blush, edge=INK, line=4)
    face = path(
        "272,232 278,300 304,356 346,392 384,404 422,392 464,356 490,300 496,232 460,150 384,124 308,150"
    )
    head = art.shape(face, skin, smooth=True, shade=blush, light=(-9, -7), edge=INK, line=4)
    art.shape(oval(306, 336, 25, 14), "#ee8f7d", alpha=0.6, soft=5, inside=head)
    art.shape(oval(462, 336, 25, 14), "#ee8f7d", alpha=0.6, soft=5, inside=head)
    for side in (-1, 1):
        eye(art, 384 + side * 56, 300, side, iris="#6b3f26", size=1.0)
        art.taper([(384 + side * 32, 252), (384 + side * 58, 244), (384 + side * 84, 254)], INK, 8)
    art.taper([(380, 334), (386, 344), (378, 348)], "#b87758", 5)
    art.taper([(356, 366), (384, 377), (412, 364)], "#8c3a38", 7)
    art.shape(oval(384, 384, 13, 3), "#d98d78", alpha=0.7)
    _mei_fringe(art, head)


def _mei_fringe(art: Canvas, head: Stencil) -> None:
    fringe = path(
        "268,300 268,300 244,240 262,150 318,100 384,84 450,100 506,150 524,240 "
        "500,300 500,300 484,236 484,236 462,212 446,256 446,256 424,210 398,250 "
        "398,250 382,206 352,258 352,258 336,210 306,248 306,248 290,236"
    )
    shadow = [(x + 4, y + 16) for x, y in fringe]
    art.shape(shadow, "#c98a6c", smooth=True, inside=head, alpha=0.55)
    top = art.shape(fringe, "#242637", smooth=True, shade="#15161f", light=(-12, -10), edge="#12131d", line=4)
    for points in ([(292, 168), (330, 140), (384, 130)], [(300, 186), (346, 156), (410, 146), (452, 158)]):
        art.taper(points, "#5d6788", 12, inside=top)
    for side in (-1, 1):
        lock = path("266,244 248,300 250,360 266,396 296,398 284,350 282,296")
        lock = lock if side < 0 else mirrored(lock, 384)
        art.shape(lock, "#242637", smooth=True, shade="#15161f", light=(-8, 0), edge="#12131d", line=4)
    art.shape([(468, 176), (508, 196), (504, 210), (462, 190)], "#f2bd3a", edge=INK, line=3)


def eye(art: Canvas, x: float, y: float, side: int, *, iris: str, size: float) -> None:
    """A large drawn eye; `side` is -1 for the one on the left of the picture."""
    s = size
    white = [
        (x - 26 * s, y + 2 * s),
        (x - 12 * s, y - 26 * s),
        (x + 12 * s, y - 27 * s),
        (x + 26 * s, y + 1 * s),
        (x + 16 * s, y + 24 * s),
        (x - 14 * s, y + 25 * s),
    ]
    ball = art.shape(white, "#fffaf2", smooth=True)
    art.shape(oval(x + 1 * s, y - 1 * s, 19 * s, 26 * s), iris, inside=ball)
    art.shape(oval(x + 1 * s, y + 11 * s, 14 * s, 13 * s), mix(iris, "#f0b070", 0.55), inside=ball, soft=2)
    art.shape(oval(x + 1 * s, y - 4 * s, 9 * s, 14 * s), "#1b1216", inside=ball)
    art.shape(oval(x, y - 27 * s, 30 * s, 10 * s), mix(iris, "#000000", 0.6), inside=ball, alpha=0.6)
    art.shape(oval(x - 8 * s, y - 11 * s, 7 * s, 8 * s), "#ffffff")
    art.shape(oval(x + 9 * s, y + 11 * s, 4 * s, 4 * s), "#ffffff", alpha=0.85)
    lash = [
        (x - 30 * s, y + 4 * s),
        (x - 14 * s, y - 26 * s),
        (x + 12 * s, y - 28 * s),
        (x + 30 * s, y + 2 * s),
    ]
    art.taper(lash, INK, 12 * s)
    art.taper([(x - 14 * s, y + 25 * s), (x + 2 * s, y + 29 * s), (x + 16 * s, y + 24 * s)], "#9a6250", 4 * s)
    art.taper([(x + side * 24 * s, y - 10 * s), (x + side * 38 * s, y - 18 * s)], INK, 6 * s)


def duke() -> Image.Image:
    """An old orange cat, sitting: torn left ear, amber eyes, white bib."""
    art = Canvas(768, 896, "#d8d2c4")
    art.gradient("#e4e3d8", "#c6c3b2")
    art.shape(oval(392, 826, 240, 30), "#857c6c", alpha=0.55, soft=10)
    coat = _duke_body(art)
    _duke_legs(art, coat)
    _duke_head(art)
    return art.finished()


FUR, FUR_DARK, STRIPE, CREAM = "#e58a36", "#b55f22", "#a34c1c", "#f8e6c8"


def _duke_body(art: Canvas) -> Stencil:
    tail = path(
        "560,770 640,792 700,740 704,660 670,590 690,548 724,560 742,622 748,700 "
        "724,790 650,836 560,832 470,826"
    )
    end = art.shape(tail, FUR, smooth=True, shade=FUR_DARK, light=(-10, -10), edge=INK, line=5)
    for a, b in (
        ((628, 782), (640, 846)),
        ((684, 760), (736, 800)),
        ((700, 690), (756, 690)),
        ((682, 628), (746, 612)),
    ):
        art.stroke([a, b], STRIPE, 17, inside=end)
    body = path(
        "300,392 250,470 206,580 192,690 210,788 262,828 384,832 508,828 566,786 "
        "584,690 566,580 524,470 476,392"
    )
    coat = art.shape(body, FUR, smooth=True, shade=FUR_DARK, light=(-30, -12), edge=INK, line=5)
    for y, long in ((520, 58), (580, 66), (640, 70), (700, 62)):
        left = 250 - (y - 520) * 0.36
        art.taper(
            [(left - 20, y - 12), (left + long * 0.6, y), (left + long, y + 22)], STRIPE, 20, inside=coat
        )
        right = 526 + (y - 520) * 0.3
        art.taper(
            [(right + 22, y - 12), (right - long * 0.6, y), (right - long, y + 22)], STRIPE, 20, inside=coat
        )
    bib = path("318,420 300,500 312,566 342,614 388,660 432,614 464,566 474,500 456,420")
    art.shape(bib, CREAM, smooth=True, shade="#dcb98d", light=(-12, -10), inside=coat)
    for x in (340, 372, 404, 436):
        art.taper([(x, 560), (x + 6, 592), (x + 2, 618)], "#dcb98d", 8, inside=coat)
    return coat


def _duke_legs(art: Canvas, coat: Stencil) -> None:
    for side in (-1, 1):
        haunch = path("250,684 222,740 214,792 256,822 316,824 330,770 300,704")
        haunch = haunch if side < 0 else mirrored(haunch, 388)
        art.shape(
            haunch,
            FUR if side < 0 else mix(FUR, FUR_DARK, 0.5),
            smooth=True,
            shade=FUR_DARK,
            light=(-10, -8),
            edge=INK,
            line=4,
            inside=coat,
        )
        leg = path("332,580 326,700 318,790 312,826 340,842 384,838 384,800 378,700 374,620")
        leg = leg if side < 0 else mirrored(leg, 388)
        limb = art.shape(leg, FUR, smooth=True, shade=FUR_DARK, light=(-10, -2), edge=INK, line=4.5)
        paw = oval(388 + side * 38, 834, 44, 26)
        art.shape(paw, CREAM, shade="#dcb98d", light=(-8, -6), edge=INK, line=4.5)
        for toe in (-14, 12):
            art.stroke([(388 + side * 38 + toe, 838), (388 + side * 38 + toe - 1, 856)], INK, 3.5)
        for y in (676, 724):
            art.stroke([(388 + side * 70, y), (388 + side * 34, y + 10)], STRIPE, 13, inside=limb)


def _duke_head(art: Canvas) -> None:
    whole = path("486,214 486,214 560,106 560,106 584,196 574,288")
    torn = path(
        "300,206 300,206 250,136 250,136 236,128 236,128 232,186 232,186 214,160 "
        "214,160 200,172 200,172 192,230 202,290"
    )
    for left, inside in (
        (whole, path("510,214 548,150 548,150 560,206 552,250")),
        (torn, path("272,214 250,178 250,178 240,214 218,206 212,240 222,264")),
    ):
        ear, inner = mirrored(left, 388), mirrored(inside, 388)
        art.shape(ear, FUR, smooth=True, shade=FUR_DARK, light=(-8, -6), edge=INK, line=5)
        art.shape(inner, "#d98972", smooth=True, shade="#b0604e", light=(6, 6))
    face = path(
        "388,178 300,196 236,254 212,330 190,368 218,384 204,410 238,418 300,458 "
        "388,470 476,458 540,418 572,410 560,384 586,368 566,330 542,254 478,196"
    )
    head = art.shape(face, FUR, smooth=True, shade=FUR_DARK, light=(-16, -12), edge=INK, line=5)
    for x, top in ((346, 196), (388, 186), (430, 196)):
        art.taper(
            [(x, top - 6), (x + (388 - x) * 0.12, 232), (x + (388 - x) * 0.35, 268)], STRIPE, 19, inside=head
        )
    for side in (-1, 1):
        for y in (346, 384):
            art.taper(
                [(388 + side * 190, y - 6), (388 + side * 150, y), (388 + side * 118, y + 10)],
                STRIPE,
                15,
                inside=head,
            )
    muzzle = path("388,346 344,372 318,412 346,450 388,462 430,450 458,412 432,372")
    art.shape(muzzle, CREAM, smooth=True, shade="#dcb98d", light=(-8, -8), inside=head)
    for side in (-1, 1):
        _cat_eye(art, 388 + side * 80, 324, side)
    art.shape(
        path("366,368 366,368 410,368 410,368 388,394 388,394"), "#c4685c", smooth=True, edge=INK, line=3
    )
    art.taper([(388, 394), (384, 416), (356, 428), (336, 418)], INK, 6)
    art.taper([(388, 394), (392, 416), (420, 428), (440, 418)], INK, 6)
    for side in (-1, 1):
        for y, drop in ((398, -14), (412, 6), (424, 26)):
            art.taper(
                [
                    (388 + side * 62, y),
                    (388 + side * 150, y + drop * 0.6),
                    (388 + side * 232, y + drop * 1.6),
                ],
                "#fff6e6",
                5,
            )
    art.taper([(324, 264), (306, 292), (296, 312)], "#f5d6a8", 6, inside=head)


def _cat_eye(art: Canvas, x: float, y: float, side: int) -> None:
    shape = [
        (x - side * 42, y + 12),
        (x - side * 18, y - 16),
        (x + side * 14, y - 22),
        (x + side * 42, y - 8),
        (x + side * 26, y + 18),
        (x - side * 8, y + 24),
    ]
    ball = art.shape(shape, "#f0c43c", smooth=True, edge=INK, line=5)
    art.shape(oval(x, y + 12, 30, 14), "#c9d86a", inside=ball, alpha=0.55, soft=3)
    art.shape(oval(x, y, 10, 24), "#20161a", inside=ball)
    art.shape(oval(x - 9, y - 9, 6, 7), "#ffffff")
    lid = [(x - side * 46, y + 10), (x - side * 18, y - 19), (x + side * 16, y - 25), (x + side * 48, y - 10)]
    art.taper(lid, INK, 13)
    art.taper([(x - side * 30, y - 38), (x, y - 48), (x + side * 34, y - 40)], STRIPE, 9)
