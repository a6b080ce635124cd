"""Remake the font that the preview artist letters with.

    python tools/subset_font.py wqy-microhei.ttc

The source is `wqy-microhei.ttc` of WenQuanYi Micro Hei 0.2.0-beta (Debian package
fonts-wqy-microhei). Kept are ASCII, Latin-1, general punctuation and all of GB2312.
Needs fonttools and brotli, which the package itself never imports.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

TARGET = (
    Path(__file__).resolve().parent.parent / "seedream_pipe/providers/preview/fonts/wqy-microhei-gb2312.woff2"
)
EXTRA = "\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2022\u20ac\u2122\u2192\u00d7\uff5e\u3000\ufffd"


def wanted() -> set[int]:
    """Code points of ASCII, Latin-1, GB2312 and some punctuation."""
    points = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | {ord(c) for c in EXTRA}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def main() -> None:
    """Read the collection named on the command line and write the subset."""
    parser = argparse.ArgumentParser(description="Remake the preview artist's font.")
    parser.add_argument("collection", type=Path, help="path of wqy-microhei.ttc")
    source = TTCollection(str(parser.parse_args().collection)).fonts[0]
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.flavor = "woff2"
    source.recalcTimestamp = False
    cut = subset.Subsetter(options)
    cut.populate(unicodes=wanted())
    cut.subset(source)
    subset.save_font(source, str(TARGET), options)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
