"""Lay the frames of a run out on one sheet, as a photographer lays out a film.

    python tools/contact_sheet.py out/preview/night-market docs/night-market.jpg

Needs Pillow. Takes the named frames, or as many as the sheet holds from all that are there,
and lowers the quality of the JPEG until it is small enough for a README.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageOps

PICTURES = {".jpg", ".jpeg", ".png"}
GROUND = (24, 23, 28)


def chosen(folder: Path, named: Sequence[str], room: int) -> list[Path]:
    """The frames to show: those that are named, else evenly spread over all of a folder."""
    if named:
        return [folder / name for name in named][:room]
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURES)
    if len(found) <= room:
        return found
    return [found[k * len(found) // room] for k in range(room)]


def sheet(
    frames: Sequence[Path], *, columns: int, width: int, gutter: int, aspect: float, crop: float
) -> Image.Image:
    """All frames in rows, each cut to the same shape; `crop` is the part cut off below."""
    rows = -(-len(frames) // columns)
    wide = (width - gutter * (columns - 1)) // columns
    tall = round(wide / aspect)
    size = (wide * columns + gutter * (columns - 1), tall * rows + gutter * (rows - 1))
    out = Image.new("RGB", size, GROUND)
    for number, path in enumerate(frames):
        with Image.open(path) as opened:
            opened.draft("RGB", (wide * 2, tall * 2))
            picture = opened.convert("RGB")
        picture = picture.crop((0, 0, picture.width, round(picture.height * (1 - crop))))
        cell = ImageOps.fit(picture, (wide, tall), Image.Resampling.LANCZOS)
        row, column = divmod(number, columns)
        out.paste(cell, (column * (wide + gutter), row * (tall + gutter)))
    return out


def compressed(image: Image.Image, limit: int) -> bytes:
    """The picture as the best JPEG of at most `limit` bytes."""
    data = b""
    for quality in range(92, 34, -3):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        data = file.getvalue()
        if len(data) <= limit:
            break
    return data


def main() -> None:
    """Read the arguments and write the sheet."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where a run placed its pictures")
    parser.add_argument("target", type=Path, help="the JPEG to write")
    parser.add_argument("--frames", nargs="*", default=[], metavar="FILE", help="which, inside the folder")
    parser.add_argument("--columns", type=int, default=4)
    parser.add_argument("--rows", type=int, default=3)
    parser.add_argument("--width", type=int, default=1600, help="pixels of the whole sheet")
    parser.add_argument("--gutter", type=int, default=6, help="pixels between two frames")
    parser.add_argument("--aspect", type=float, default=16 / 9, help="of a frame, width by height")
    parser.add_argument("--crop", type=float, default=0.0, help="part of each frame cut off below")
    parser.add_argument("--bytes", type=int, default=350_000, help="of the file, at most")
    asked = parser.parse_args()
    frames = chosen(asked.folder, asked.frames, asked.columns * asked.rows)
    if not frames:
        parser.error(f"no pictures in {asked.folder}")
    image = sheet(
        frames,
        columns=asked.columns,
        width=asked.width,
        gutter=asked.gutter,
        aspect=asked.aspect,
        crop=asked.crop,
    )
    asked.target.parent.mkdir(parents=True, exist_ok=True)
    asked.target.write_bytes(compressed(image, asked.bytes))


if __name__ == "__main__":
    main()
