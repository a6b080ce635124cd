"""A group of large pictures inside the answer goes to the disk as it comes, and is never held in memory.

Peak memory is that of a whole process, the command line's, against the emulator in another one.
"""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

PIPELINE = """\
version: 1
name: large
defaults: {model: seedream-4.5, size: 4096x4096, watermark: false}
steps:
  set:
    group: 15
    prompt: "Generate a set of 15 images of a cat"
"""
MB = 1024 * 1024
WAYS = {
    "streamed": {"SEEDREAM_STREAM": "groups"},
    "whole": {"SEEDREAM_STREAM": "never"},
    "later": {"SEEDREAM_ASYNC": "true"},
}


@contextmanager
def emulated(picture_bytes):
    code = (
        "from seedream_pipe.emulator import Options, serve;"
        f"serve(options=Options(picture_bytes={picture_bytes}, keep_bodies=False))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip() + "/doubao"
    finally:
        process.terminate()
        process.communicate()


def peak_of_run(folder, picture_bytes, form, way):
    """The most memory, in bytes, that a run of the whole command line needed."""
    folder.mkdir()
    (folder / ".git").mkdir()
    (folder / "large.yaml").write_text(PIPELINE, "utf-8")
    command = [sys.executable, "-m", "seedream_pipe", "run", "large.yaml", "--provider", "302ai", "--yes"]
    settings = {"AI302_API_KEY": "test-key-0123", "SEEDREAM_RESPONSE_FORMAT": form, **WAYS[way]}
    with emulated(picture_bytes) as url:
        process = subprocess.Popen(
            [*command, "--base-url", url],
            cwd=folder,
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    pictures = list((folder / "out" / "large").glob("*"))
    assert len(pictures) == 15
    assert all(path.stat().st_size >= picture_bytes for path in pictures)
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def more_than_links(tmp_path, picture_bytes, way):
    idle = peak_of_run(tmp_path / "idle", 0, "url", way)
    return peak_of_run(tmp_path / "large", picture_bytes, "b64_json", way) - idle


@pytest.mark.parametrize("way", WAYS)
def test_a_group_inside_the_answer_needs_no_more_memory_than_a_few_chunks(tmp_path, way):
    """Its 15 pictures come to 80 MB of base64."""
    assert more_than_links(tmp_path, 4 * MB, way) < 50 * MB


@pytest.mark.torture
@pytest.mark.parametrize("way", WAYS)
def test_a_group_of_the_largest_pictures_needs_less_than_a_hundred_megabytes(tmp_path, way):
    """15 of 20 MB of base64 each."""
    assert more_than_links(tmp_path, 15 * MB, way) < 100 * MB
