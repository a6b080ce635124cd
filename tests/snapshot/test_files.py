"""Reference pictures, templates and globs: what is taken, what is refused, and that nothing waits."""

import base64
import io
import os
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from seedream_pipe.digest import blob_digest
from seedream_pipe.plan.model import FilesError
from seedream_pipe.snapshot.files import GLOB_SCANNED, PICTURE_LIMIT, TEXT_LIMIT, ProjectFiles
from seedream_pipe.snapshot.root import Root, find_root


@pytest.fixture
def project(tmp_path):
    """The project's folder; beside it lies `outside`, which is nobody's business."""
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.jpg").write_bytes(picture())
    return folder


def files_of(folder: Path) -> ProjectFiles:
    return ProjectFiles(Root(top=folder.resolve(), folder=folder))


def _forbid(path: Path) -> None:
    path.chmod(0)
    if os.access(path, os.R_OK):
        path.chmod(0o700)
        pytest.skip("this user may read everything")


def picture(kind="JPEG", size=(32, 32), mode="RGB", **options) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size).save(made, kind, **options)
    return made.getvalue()


def png(width: int, height: int, *, data: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG whose header says what it likes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", data or zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + body + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    packed = zlib.compress(b"x" * 50_000_000)
    body = b"Comment\0\0" + packed
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return png(64, 64, extra=chunk)


def exif() -> bytes:
    made = Image.Exif()
    made[0x0112] = 6
    return picture(exif=made.tobytes())


TAKEN = {
    "jpeg": picture(),
    "png": picture("PNG"),
    "webp": picture("WEBP"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "gif": picture("GIF", mode="P"),
    "cmyk": picture(mode="CMYK"),
    "grey": picture(mode="L"),
    "one bit": picture("PNG", mode="1"),
    "with alpha": picture("PNG", mode="RGBA"),
    "turned by exif": exif(),
    "padded behind its end": picture() + b"\0" * 100,
    "smallest side": picture(size=(15, 15)),
    "thinnest": picture(size=(16 * 15, 15)),
}


@pytest.mark.parametrize("data", TAKEN.values(), ids=TAKEN.keys())
def test_a_picture_is_taken_as_it_is(project, data):
    (project / "a.jpg").write_bytes(data)
    before = time.monotonic()
    facts = files_of(project).picture("a.jpg")
    assert time.monotonic() - before < 1
    assert (facts.digest, facts.bytes) == (blob_digest(data), len(data))


def test_a_picture_is_what_its_bytes_say_whatever_its_name(project):
    (project / "a.png").write_bytes(picture(size=(40, 30)))
    facts = files_of(project).picture("a.png")
    assert (facts.media_type, facts.width, facts.height) == ("image/jpeg", 40, 30)


REFUSED = {
    "zero bytes": b"",
    "one byte": b"\xff",
    "html": b"<!doctype html><html><body>404",
    "text": b"just text",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>',
    "pdf": b"%PDF-1.4\n%%EOF",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\nshowpage\n",
    "jpeg, cut in half": picture(size=(640, 480))[:-2000],
    "jpeg, cut in its head": picture()[:100],
    "jpeg without its end marker": picture()[:-2],
    "jpeg, magic only": b"\xff\xd8\xff\xe0",
    "png, cut": picture("PNG")[:-12],
    "png, magic only": b"\x89PNG\r\n\x1a\n",
    "webp, cut": picture("WEBP")[:-5],
    "gif, cut": picture("GIF", mode="P")[:-1],
    "bmp, cut": picture("BMP")[:-1],
    "a comment of 50 MB packed": text_bomb(),
    "1x1": picture(size=(1, 1)),
    "14 px": picture(size=(14, 14)),
    "thin": picture(size=(16 * 15 + 1, 15)),
    "tall": picture(size=(15, 16 * 15 + 1)),
    "bomb of 2.5 GB": png(29_000, 29_000),
    "more pixels than allowed": png(6001, 6000),
    "a header that says 4 billion": png(2**31 - 1, 2**31 - 1),
    "a header that says nothing": png(0, 0),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_whole_picture_of_a_usable_size_is_refused(project, data):
    (project / "a.jpg").write_bytes(data)
    before = time.monotonic()
    with pytest.raises(FilesError) as raised:
        files_of(project).picture("a.jpg")
    assert time.monotonic() - before < 1
    assert raised.value.code == "E-REF"
    assert str(raised.value).startswith('reference "a.jpg" ')


def test_a_fifo_does_not_hold_the_run(project):
    os.mkfifo(project / "a.jpg")
    with pytest.raises(FilesError, match="not a regular file"):
        files_of(project).picture("a.jpg")


def test_a_folder_is_no_picture(project):
    (project / "a.jpg").mkdir()
    with pytest.raises(FilesError, match="is a folder"):
        files_of(project).picture("a.jpg")


def test_a_sparse_file_of_20_gb_is_refused_unread(project):
    with (project / "a.jpg").open("wb") as file:
        file.truncate(20 << 30)
    before = time.monotonic()
    with pytest.raises(FilesError, match=r"21,474.8 MB; the limit is 31.5 MB"):
        files_of(project).picture("a.jpg")
    assert time.monotonic() - before < 1


def test_the_limit_itself_is_taken(project):
    data = picture()
    (project / "a.jpg").write_bytes(data + b"\0" * (PICTURE_LIMIT - len(data)))
    assert files_of(project).picture("a.jpg").bytes == PICTURE_LIMIT


@pytest.mark.parametrize("target", ["/dev/zero", "/proc/self/environ", "../outside/a.jpg", "../outside"])
def test_a_link_that_leads_out_is_refused_unread(project, target):
    (project / "a.jpg").symlink_to(target)
    with pytest.raises(FilesError, match="leads outside the project"):
        files_of(project).picture("a.jpg")


def test_a_folder_that_leads_out_is_refused(project):
    (project / "refs").symlink_to("../outside")
    with pytest.raises(FilesError, match="leads outside the project"):
        files_of(project).picture("refs/a.jpg")
    with pytest.raises(FilesError, match="leads outside the project"):
        files_of(project).matches("refs/*.jpg")


def test_a_link_inside_is_followed(project):
    (project / "b.jpg").write_bytes(picture())
    (project / "a.jpg").symlink_to("b.jpg")
    assert files_of(project).picture("a.jpg").path == str((project / "b.jpg").resolve())


def test_a_loop_of_links_ends(project):
    (project / "a.jpg").symlink_to("b.jpg")
    (project / "b.jpg").symlink_to("a.jpg")
    with pytest.raises(FilesError, match="loop of links"):
        files_of(project).picture("a.jpg")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "~/a.jpg",
        "~root/a",
        "a\\b.jpg",
        "a\0b",
        "\udcff.jpg",
        "../outside/a.jpg",
        "a/../../outside/a.jpg",
    ],
)
def test_a_path_that_leads_out_or_nowhere_is_refused(project, path):
    (project / "a").mkdir()
    with pytest.raises(FilesError) as raised:
        files_of(project).picture(path)
    assert raised.value.code == "E-PATH"


@pytest.mark.parametrize(
    "path", ["gone.jpg", "a.jpg/b.jpg", "x" * 300 + ".jpg", "a\nb.jpg", "x/" * 3000 + "a.jpg"]
)
def test_what_is_not_there_is_told(project, path):
    (project / "a.jpg").write_bytes(picture())
    with pytest.raises(FilesError) as raised:
        files_of(project).picture(path)
    assert raised.value.code in {"E-MISSING", "E-FILE"}


def test_what_may_not_be_read_is_told(project):
    (project / "a.jpg").write_bytes(picture())
    _forbid(project / "a.jpg")
    with pytest.raises(FilesError, match="permission denied"):
        files_of(project).picture("a.jpg")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("refs/mei.jpeg", 'did you mean "mei.jpg"?'),
        ("refs/Mei.jpg", 'did you mean "mei.jpg"?'),
        ("ref/mei.jpg", 'there is no folder "ref"'),
        ("refs/zzzzzz", "put it there; if git has it: git checkout -- refs/zzzzzz"),
    ],
)
def test_the_name_that_was_probably_meant_is_told(project, path, hint):
    (project / "refs").mkdir()
    (project / "refs" / "mei.jpg").write_bytes(picture())
    for ask in (files_of(project).picture, files_of(project).text):
        with pytest.raises(FilesError) as raised:
            ask(path)
        assert raised.value.hint == hint


def test_a_wrong_picture_is_read_once_and_told_each_time(project):
    (project / "a.jpg").write_bytes(b"")
    files = files_of(project)
    for _ in range(2):
        with pytest.raises(FilesError, match="is empty"):
            files.picture("a.jpg")
        (project / "a.jpg").write_bytes(picture())


def test_a_template_is_text_in_utf8(project):
    (project / "p.j2").write_bytes("\ufeff夜市\r\nb".encode())
    assert files_of(project).text("p.j2") == "夜市\nb"


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"caf\xe9", "not UTF-8"), (b"\xff\xfea\0", "not UTF-8"), (b"x" * (TEXT_LIMIT + 1), "the limit is")],
)
def test_a_template_of_another_kind_is_refused(project, data, message):
    (project / "p.j2").write_bytes(data)
    with pytest.raises(FilesError, match=message):
        files_of(project).text("p.j2")


DATA_URI = "data:image/jpeg;base64," + base64.b64encode(picture()).decode()


def test_a_data_uri_is_a_picture():
    facts, data = files_of(Path()).data_uri(DATA_URI)
    assert (data, facts.media_type, facts.width) == (picture(), "image/jpeg", 32)


@pytest.mark.parametrize(
    "uri",
    [
        "data:",
        "data:image/jpeg,abc",
        DATA_URI.replace("image/jpeg", "image/JPEG"),
        DATA_URI.replace("data:", "DATA:"),
        DATA_URI.replace("image/jpeg", "text/html"),
        DATA_URI[:-9],
        DATA_URI[:60],
        DATA_URI.replace("base64,", "base64,é"),
        DATA_URI + "\n",
        "data:image/svg+xml;base64," + base64.b64encode(REFUSED["svg"]).decode(),
        "data:image/png;base64," + base64.b64encode(REFUSED["bomb of 2.5 GB"]).decode(),
        "data:image/png;base64,",
    ],
)
def test_a_data_uri_that_is_no_picture_is_refused(uri):
    with pytest.raises(FilesError) as raised:
        files_of(Path()).data_uri(uri)
    assert raised.value.code == "E-REF"


@pytest.fixture
def tree(project):
    for name in (
        "a.jpg",
        "b.png",
        "c[1].jpg",
        "x/a.jpg",
        "x/y/a.jpg",
        "x/y/z/d.jpg",
        ".hidden.jpg",
        ".git/e.jpg",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(picture())
    return project


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("./*.jpg", ["a.jpg", "c[1].jpg"]),
        ("*.*", ["a.jpg", "b.png", "c[1].jpg"]),
        ("[ab].*", ["a.jpg", "b.png"]),
        ("[!a].*", ["b.png"]),
        ("c[[]1].jpg", ["c[1].jpg"]),
        ("c[[]1[]].jpg", ["c[1].jpg"]),
        ("?.jpg", ["a.jpg"]),
        ("*/a.jpg", ["x/a.jpg"]),
        ("x/*/a.jpg", ["x/y/a.jpg"]),
        ("x/**", ["x/a.jpg", "x/y/a.jpg", "x/y/z/d.jpg"]),
        ("**/a.jpg", ["a.jpg", "x/a.jpg", "x/y/a.jpg"]),
        ("**/y/**/*.jpg", ["x/y/a.jpg", "x/y/z/d.jpg"]),
        ("**/**/d.jpg", ["x/y/z/d.jpg"]),
        ("x/../*.png", ["x/../b.png"]),
        ("*.gif", []),
        ("[&&--].jpg", []),
    ],
)
def test_a_glob_matches_names_in_order(tree, pattern, matches):
    assert files_of(tree).matches(pattern) == matches


@pytest.mark.parametrize("pattern", ["a[.jpg", "[", "x/a[b/c].jpg", "[]", "[!]", "a[!].jpg", "[a][b"])
def test_a_bracket_that_is_never_closed_is_told(tree, pattern):
    with pytest.raises(FilesError, match="never closed"):
        files_of(tree).matches(pattern)


def test_a_loop_of_folders_is_walked_once(tree):
    (tree / "x" / "loop").symlink_to("..")
    assert files_of(tree).matches("**/d.jpg") == ["x/y/z/d.jpg"]
    assert files_of(tree).matches("x/*") == ["x/a.jpg"]


@pytest.mark.parametrize("pattern", ["/etc/*", "~/*.jpg", "../*.jpg", "../outside/*.jpg", "x/../../*/a.jpg"])
def test_a_glob_stays_inside(tree, pattern):
    with pytest.raises(FilesError) as raised:
        files_of(tree).matches(pattern)
    assert raised.value.code == "E-PATH"


def test_a_glob_in_a_file_or_nowhere_is_told(tree):
    for pattern in ("gone/*.jpg", "a.jpg/*.jpg"):
        with pytest.raises(FilesError):
            files_of(tree).matches(pattern)


def test_a_glob_looks_through_so_many_names_only(project):
    for number in range(GLOB_SCANNED // 100 + 1):
        (project / f"{number:03}").mkdir()
    for folder in list(project.iterdir()):
        for number in range(100):
            (folder / str(number)).touch()
    before = time.monotonic()
    with pytest.raises(FilesError, match="at most 10,000 names"):
        files_of(project).matches("**/*.jpg")
    assert time.monotonic() - before < 2


def test_a_folder_that_may_not_be_read_is_told(tree):
    _forbid(tree / "x" / "y")
    try:
        with pytest.raises(FilesError, match='the folder "x/y" cannot be read: permission denied'):
            files_of(tree).matches("**/*.jpg")
    finally:
        (tree / "x" / "y").chmod(0o700)


def test_what_was_looked_at_is_watched_with_its_links(project):
    """A link that is pointed elsewhere changes what the path says, though no file changed."""
    (project / "refs").mkdir()
    (project / "refs" / "one.jpg").write_bytes(picture())
    (project / "a.jpg").symlink_to("refs/one.jpg")
    files = files_of(project)
    files.matches("refs/*.jpg")
    files.picture("a.jpg")
    seen = [os.path.relpath(path, project) for path in files.seen]
    assert seen == ["refs", "a.jpg"]


def test_the_root_is_the_nearest_folder_with_a_mark(tmp_path):
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    assert find_root(deep) in {deep.resolve(), *deep.resolve().parents}
    (tmp_path / "a" / ".git").touch()
    assert find_root(deep) == (tmp_path / "a").resolve()
    (tmp_path / "a" / "b" / ".seedream").mkdir()
    assert find_root(deep) == (tmp_path / "a" / "b").resolve()


def test_paths_are_shown_as_the_user_types_them(project):
    root = Root(top=project.resolve(), folder=project, shown_prefix="boards/x")
    assert root.shown("../refs/a.jpg") == "boards/refs/a.jpg"
    with pytest.raises(FilesError, match=r'"boards/x/gone\.jpg"'):
        ProjectFiles(root).picture("gone.jpg")


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (picture()[:200], "get it anew"),
        (picture()[:-40], "get it anew"),
        (b"", "get it anew"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
        (b"no picture", "references are JPEG"),
    ],
)
def test_the_remedy_fits_what_is_wrong_with_a_picture(project, data, hint):
    (project / "a.jpg").write_bytes(data)
    with pytest.raises(FilesError) as caught:
        files_of(project).picture("a.jpg")
    assert caught.value.hint.startswith(hint)
