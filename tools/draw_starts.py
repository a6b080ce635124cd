"""Draw the reference pictures that `seedream-pipe init` writes, always the same ones.

    python tools/draw_starts.py [--out FOLDER]

Needs Pillow. Small on purpose: they travel in the package.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from reference_art import kitten, lighthouse, mug

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "seedream_pipe" / "templates"
PICTURES: dict[str, Callable[[], Image.Image]] = {
    "board/refs/mina.jpg": lighthouse.mina,
    "board/refs/lighthouse.jpg": lighthouse.lighthouse,
    "book/refs/xiaoju.jpg": kitten.xiaoju,
    "book/refs/village.jpg": kitten.village,
    "campaign/refs/mug.jpg": mug.mug,
    "campaign/refs/sill.jpg": mug.sill,
}


def main() -> None:
    """Draw them."""
    options = argparse.ArgumentParser(description="Draw the reference pictures of new projects.")
    options.add_argument("--out", type=Path, default=TEMPLATES)
    out = options.parse_args().out
    for name, draw in PICTURES.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draw().save(target, "JPEG", quality=86, optimize=True)
        print(f"{target.stat().st_size // 1000:4d} kB  {target}")


if __name__ == "__main__":
    main()
