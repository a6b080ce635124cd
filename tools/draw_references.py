"""Draw the reference pictures of the pipelines in `pipelines/`, always the same ones.

    python tools/draw_references.py [--out FOLDER] [NAME ...]

Without names, all of them; a NAME is a part of a picture's path. Needs Pillow, and for the
lettering on labels the font that the preview artist ships.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from reference_art import cast, horizons, moon, streets, tea

ROOT = Path(__file__).resolve().parent.parent
PICTURES: dict[str, Callable[[], Image.Image]] = {
    "night-market/refs/mei.jpg": cast.mei,
    "night-market/refs/duke.jpg": cast.duke,
    "night-market/refs/market/lane.jpg": streets.market_lane,
    "night-market/refs/market/stall.jpg": streets.market_stall,
    "night-market/refs/alley/long.jpg": streets.alley_long,
    "night-market/refs/alley/steps.jpg": streets.alley_steps,
    "night-market/refs/rooftop/edge.jpg": horizons.rooftop_edge,
    "night-market/refs/rooftop/sky.jpg": horizons.rooftop_sky,
    "night-market/refs/harbour/quay.png": horizons.harbour_quay,
    "night-market/refs/harbour/wide.png": horizons.harbour_wide,
    "moon-rabbit/refs/tuantuan.jpg": moon.rabbit,
    "moon-rabbit/refs/mimi.jpg": moon.mouse,
    "moon-rabbit/refs/moon.jpg": moon.moon_home,
    "spring-campaign/refs/bottle.jpg": tea.bottle,
    "spring-campaign/refs/glaze.jpg": tea.glaze,
    "spring-campaign/refs/logo.png": tea.logo,
    "spring-campaign/refs/model.jpg": tea.model,
}


def encoded(picture: Image.Image, suffix: str) -> bytes:
    """The picture as a file: JPEG, or PNG with a palette, which flat paint needs no more than."""
    out = BytesIO()
    if suffix == ".png":
        flat = picture.quantize(192, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        flat.save(out, "PNG", optimize=True)
    else:
        picture.save(out, "JPEG", quality=84, optimize=True, subsampling="4:2:0")
    return out.getvalue()


def main() -> None:
    """Draw what was asked for."""
    options = argparse.ArgumentParser(description="Draw the reference pictures of the pipelines.")
    options.add_argument("--out", type=Path, default=ROOT / "pipelines")
    options.add_argument("names", nargs="*")
    given = options.parse_args()
    for name, draw in PICTURES.items():
        if given.names and not any(part in name for part in given.names):
            continue
        target = given.out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(encoded(draw(), target.suffix))
        print(f"{target.stat().st_size // 1000:4d} kB  {target}")


if __name__ == "__main__":
    main()
