"""The light of a scene: sky, haze, what it does to colours, where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeAlias

from seedream_pipe.providers.preview.colour import Colour, hexed, luma, mix, scale, vivid
from seedream_pipe.providers.preview.reading import Scene
from seedream_pipe.providers.preview.vocabulary import INTERIORS

__all__ = ["Light", "affinity", "light_of"]

Factors: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """`sky` from the top down; `ambient` multiplies colours; `haze` is what distance turns into.

    `key` is the lamp on the figures, and `lift` how much of it reaches them.
    """

    sky: tuple[Colour, Colour, Colour]
    haze: Colour
    thick: float
    ambient: Factors
    rim: Colour
    shade: Colour
    sun: Colour | None
    sun_at: tuple[float, float]
    lamps: bool
    night: bool
    stars: bool
    moon: bool
    key: Factors = (1.0, 0.96, 0.9)
    lift: float = 0.12

    def tone(self, depth: float) -> Callable[[Colour], Colour]:
        """How a colour looks `depth` away: 0 before the camera, 1 at the horizon."""
        haze, part, ambient = self.haze, min(0.93, depth * self.thick), self.ambient

        def seen(colour: Colour) -> Colour:
            return mix(scale(colour, ambient), haze, part)

        return seen

    def on_figures(self, depth: float) -> Callable[[Colour], Colour]:
        """The same for people, who are lit a little better than their place: they must be read."""
        r, g, b = (a + (k - a) * self.lift for a, k in zip(self.ambient, self.key, strict=True))
        kind = replace(self, ambient=(r, g, b))
        return kind.tone(depth * 0.7)


def preset(sky: str, haze: str, ambient: Factors, rim: str, shade: str, **rest: object) -> Light:
    a, b, c = sky.split()
    base = Light(
        sky=(hexed(a), hexed(b), hexed(c)), haze=hexed(haze), thick=0.78, ambient=ambient,
        rim=hexed(rim), shade=hexed(shade), sun=None, sun_at=(0.74, 0.3), lamps=False,
        night=False, stars=False, moon=False,
    )  # fmt: skip
    return replace(base, **rest)  # type: ignore[arg-type]


PRESETS: Final = MappingProxyType(
    {
        "dawn": preset(
            "#7f93bd #dcb4b0 #fbdcb0",
            "#ebcab6",
            (0.9, 0.83, 0.87),
            "#ffe0ae",
            "#5d5f88",
            sun=hexed("#fff0c8"),
            sun_at=(0.72, 0.86),
        ),
        "day": preset(
            "#5b9fce #a4cfe4 #e9f1e6",
            "#cfe2e4",
            (1.0, 1.0, 0.99),
            "#fff6dc",
            "#4e6484",
            sun=hexed("#fffbe8"),
            sun_at=(0.78, 0.2),
        ),
        "golden": preset(
            "#7799b4 #edc48e #ffe2a4",
            "#f4d29c",
            (1.02, 0.9, 0.74),
            "#ffe7ac",
            "#6b4f5c",
            sun=hexed("#fff3cc"),
            sun_at=(0.76, 0.7),
        ),
        "dusk": preset(
            "#2f3768 #8d5a86 #f49a6c",
            "#a0708c",
            (0.7, 0.6, 0.72),
            "#ffb680",
            "#2c2750",
            sun=hexed("#ffd09a"),
            sun_at=(0.3, 0.9),
            lamps=True,
        ),
        "night": preset(
            "#0b1233 #182850 #33496f",
            "#25395c",
            (0.46, 0.52, 0.7),
            "#a9c6ff",
            "#0a0e26",
            sun_at=(0.76, 0.22),
            lamps=True,
            night=True,
            stars=True,
            moon=True,
        ),
    }
)
DULL: Final = MappingProxyType({
    "rain": ("#77858f", 0.5, (0.86, 0.92, 0.97), 1.05), "storm": ("#3d4754", 0.66, (0.68, 0.74, 0.84), 1.05),
    "snow": ("#cdd5dc", 0.55, (0.97, 0.99, 1.04), 1.08), "fog": ("#c3c9c9", 0.7, (0.95, 0.96, 0.97), 1.25),
    "cloudy": ("#a9b3b9", 0.55, (0.92, 0.94, 0.96), 1.0),
})  # fmt: skip


def light_of(scene: Scene, palette: Sequence[Colour] = ()) -> Light:
    """The light that a prompt asks for, tinted by the references' palette."""
    time = scene.time or usual_time(scene)
    light = PRESETS[time]
    if "moon" in scene.features and time in ("dusk", "night"):
        light = replace(light, moon=True)
    if scene.weather in DULL:
        light = dulled(light, scene.weather or "")
        light = replace(light, moon=light.night and "moon" in scene.features)
    if scene.place in INTERIORS:
        light = indoors(light)
    if scene.place in ("space", "moon"):
        light = replace(PRESETS["night"], thick=0.2, ambient=(0.85, 0.88, 1.0), lamps=False)
    light = replace(light, key=WARM_KEY if is_lamplit(scene, time) else COOL_KEY, lift=LIFTS[time])
    return tinted(light, palette)


WARM_KEY: Final = (1.1, 0.95, 0.8)
COOL_KEY: Final = (0.92, 0.97, 1.12)
LIFTS: Final = MappingProxyType({"night": 0.62, "dusk": 0.5, "dawn": 0.35, "golden": 0.3, "day": 0.15})
UNLIT: Final = frozenset("rooftop sea beach river field forest mountain desert space moon sky garden".split())


def is_lamplit(scene: Scene, time: str) -> bool:
    """True where lanterns, windows or a fire light the figures, or a low sun does."""
    lanterns = scene.features & {"lanterns", "fire"}
    return time in ("golden", "dawn", "day", "dusk") or bool(lanterns) or scene.place not in UNLIT


def usual_time(scene: Scene) -> str:
    if "neon" in scene.features or "fireworks" in scene.features:
        return "night"
    if "moon" in scene.features or "stars" in scene.features:
        return "night"
    if scene.place == "stage":
        return "dusk"
    return "day"


def dulled(light: Light, weather: str) -> Light:
    grey_text, part, factors, thick = DULL[weather]
    part *= 0.55 if light.night or light.sun_at[1] > 0.6 else 1.0
    bright = luma(light.sky[1]) / 0.62
    grey = scale(hexed(grey_text), min(1.0, 0.25 + 0.75 * bright))
    sky = tuple(mix(c, grey, part) for c in light.sky)
    r, g, b = light.ambient
    return replace(
        light,
        sky=(sky[0], sky[1], sky[2]),
        haze=mix(light.haze, grey, part),
        thick=min(1.25, light.thick * thick),
        ambient=(r * factors[0], g * factors[1], b * factors[2]),
        sun=None,
        stars=False,
        moon=False,
        lamps=light.lamps or weather == "storm",
    )


def indoors(light: Light) -> Light:
    """Inside it is warmer and less blue at night, and haze is thin."""
    r, g, b = light.ambient
    warm = (0.86, 0.74, 0.62) if light.lamps else (0.97, 0.94, 0.9)
    part = 0.62 if light.lamps else 0.5
    return replace(
        light,
        ambient=(r + (warm[0] - r) * part, g + (warm[1] - g) * part, b + (warm[2] - b) * part),
        thick=light.thick * 0.45,
        haze=mix(light.haze, (96, 74, 62) if light.lamps else (236, 224, 204), 0.6),
        rim=mix(light.rim, (255, 206, 140), 0.5),
    )


def affinity(light: Light, palette: Sequence[Colour]) -> float:
    """How far a picture follows its references: little by day when they were taken by night."""
    return 1.0 if light.night or luma(palette[0]) > 0.4 else 0.3


def tinted(light: Light, palette: Sequence[Colour]) -> Light:
    """Lean sky, haze and rim towards the references' colours, each at its own brightness."""
    if not palette:
        return light
    main = palette[0]

    def lean(colour: Colour, target: Colour, part: float) -> Colour:
        level = luma(colour) / max(0.08, luma(target))
        return mix(colour, vivid(scale(target, level), 0.85), part)

    close = affinity(light, palette)
    second = palette[min(1, len(palette) - 1)]
    return replace(
        light,
        sky=(
            lean(light.sky[0], second, 0.3 * close),
            lean(light.sky[1], main, 0.32 * close),
            lean(light.sky[2], main, 0.28 * close),
        ),
        haze=lean(light.haze, main, 0.38 * close),
        rim=mix(light.rim, main, 0.12),
    )
