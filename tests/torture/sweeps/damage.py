"""Every file of a store damaged in five ways: healed or named, never bought again (P2, P7)."""

import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.torture.boards import OPEN, SMALL, Board
from tests.torture.points import Point, Scale, Sweep
from tests.torture.scene import Scene, Stage

_WAYS: Final[Mapping[str, Callable[[Path], object]]] = {
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "flipped": lambda path: path.write_bytes(_flipped(path.read_bytes())),
    "other JSON": lambda path: path.write_bytes(b'{"schema": "other/1", "at": [], "pictures": {}}\n'),
    "deleted": lambda path: path.unlink(),
}


_NAMED_BY_DIGEST: Final = frozenset({"blobs", "results", "locks", "runs", "state", "tmp", "trash"})


def _flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :] if data else b"\x00"


def _finished(scene: Scene) -> None:
    scene.run()


def _open(scene: Scene) -> None:
    """A hold, an answer that is not fetched, and a series that was cut in its middle; then a death."""
    scene.emulator.script(
        {"match": "in fog", "cut": "before"},
        {"match": "set of 3", "cut": "event", "at": 2.0},
        {"on": "download", "times": 0, "delay": 60.0},
    )
    running = scene.start()
    scene.until(lambda: len(scene.ledger.downloads) > 0 and _has_hold(scene), running)
    running.signal(signal.SIGKILL)
    running.end()
    scene.emulator.calm()


def _has_hold(scene: Scene) -> bool:
    return any(scene.store.glob("calls/*/hold.json"))


_STORES: Final[Mapping[str, tuple[Board, Callable[[Scene], None]]]] = {
    "finished": (SMALL, _finished),
    "open": (OPEN, _open),
}


def _files(scene: Scene) -> list[Path]:
    """The files of a store in an order that does not hang on what is random in their names."""
    found = [path for path in scene.store.rglob("*") if path.is_file()]
    return sorted(found, key=lambda path: (_sort(path, scene.store), path))


def _sort(path: Path, store: Path) -> str:
    """What kind of file it is: the parts of its place that are no digest and no id."""
    parts = path.relative_to(store).parts
    return parts[0] if parts[0] in _NAMED_BY_DIGEST else f"{parts[0]}/{parts[-1]}"


def _points(scale: Scale, stage: Stage) -> Iterator[Point]:
    for name, (board, prepare) in _STORES.items():
        with stage.scene(board) as scene:
            prepare(scene)
            kinds = [_sort(path, scene.store) for path in _files(scene)]
        points = [
            Point(
                says=f"{kind} ({number}) {way} in a store that is {name}",
                board=board.name,
                with_=(name, number, way),
            )
            for number, kind in enumerate(kinds)
            for way in _WAYS
        ]
        yield from scale.of(points, 3)


def _damage(scene: Scene, point: Point) -> None:
    name, number, way = point.with_
    _STORES[name][1](scene)
    files = _files(scene)
    path = files[min(number, len(files) - 1)]
    scene.spoiled = True
    _WAYS[way](path)


DAMAGE: Final = Sweep(name="a file of the store damaged", points=_points, play=_damage)
