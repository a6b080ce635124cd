"""The reference pictures of new projects are those that the script draws."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from PIL import Image, ImageChops, ImageStat

ROOT: Final = Path(__file__).parent.parent.parent
TEMPLATES: Final = ROOT / "seedream_pipe" / "templates"
PICTURES: Final = sorted(path.relative_to(TEMPLATES) for path in TEMPLATES.glob("*/refs/*"))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    script = ROOT / "tools" / "draw_starts.py"
    subprocess.run([sys.executable, script, "--out", folder], check=True, capture_output=True)
    return folder


def test_every_picture_is_drawn_by_the_script(drawn):
    assert sorted(path.relative_to(drawn) for path in drawn.rglob("*.jpg")) == PICTURES


@pytest.mark.parametrize("name", PICTURES, ids=str)
def test_the_shipped_picture_is_the_drawn_one(drawn, name):
    """Up to what releases of Pillow encode and smooth differently."""
    with Image.open(TEMPLATES / name) as shipped, Image.open(drawn / name) as fresh:
        assert shipped.size == fresh.size
        assert max(ImageStat.Stat(ImageChops.difference(shipped, fresh)).mean) < 2
