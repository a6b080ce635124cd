"""The same bytes on every run, in every process and thread: they are stored under their digest."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from tests.operations.made import OPERATIONS, SMALLEST, apply, digests, picture, quarters

PROGRAM = """
import json
from tests.operations.test_determinism import all_digests
print(json.dumps(all_digests()))
"""


def all_digests() -> dict[str, list[str]]:
    exif = Image.Exif()
    exif[0x8298] = "Mei Studio"
    given = [
        picture(quarters(200, 100), "JPEG", label="雨夜 market", exif=exif),
        picture(quarters(90, 120, "RGBA"), "PNG", label="屋顶"),
        picture(quarters(64, 64), "WEBP"),
    ]
    made = {name: digests(apply(name, SMALLEST[name], *given)) for name in OPERATIONS}
    for form in ("jpeg", "png", "webp"):
        made[form] = digests(apply("convert", {"format": form}, *given))
    made["titled"] = digests(apply("grid", {"title": "夜市", "page": 2}, *given))
    return made


def test_another_process_makes_the_same_bytes():
    found = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", PROGRAM],
                check=True,
                capture_output=True,
                text=True,
                env={"PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone, "PATH": ""},
            ).stdout
        )
        for seed, locale, zone in (("1", "C", "UTC"), ("2", "C.UTF-8", "Asia/Shanghai"))
    ]

    assert found[0] == found[1] == all_digests()


def test_threads_make_the_same_bytes():
    alone = all_digests()
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: all_digests(), range(4))) == [alone] * 4


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_makes_as_many_as_it_says(name: str):
    operation = OPERATIONS[name]
    params = operation.decode(SMALLEST[name])
    for count in (1, 2, 5):
        assert operation.ceiling(params, count) == len(
            apply(name, SMALLEST[name], *[picture(quarters())] * count)
        )


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_is_named_as_its_file_and_has_a_version(name: str):
    module = sys.modules[type(OPERATIONS[name]).__module__]

    assert module.__name__ == f"seedream_pipe.operations.{name}"
    assert OPERATIONS[name].version == module.VERSION >= 1
