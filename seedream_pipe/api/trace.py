"""Where a picture file came from: told by its content, and by the note that it carries.

A file is known by its bytes whatever its name is; one that was edited since is known by its note
alone, and that is said.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe import pictures, provenance
from seedream_pipe.digest import BlobDigest, Key, is_digest
from seedream_pipe.errors import SeedreamError, UsageError
from seedream_pipe.ledger.call_files import read_account
from seedream_pipe.problems import escaped
from seedream_pipe.run import lock as locks
from seedream_pipe.run.history import Origin, Trace
from seedream_pipe.snapshot.root import find_root
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedream_pipe.provenance import Note
    from seedream_pipe.settings import Settings
    from seedream_pipe.store.results import Result

__all__ = ["trace"]

_LARGEST: Final = 1 << 30
_LOCKS: Final = "**/*.lock"
_MOST_LOCKS: Final = 1000


def trace(file: str, settings: Settings) -> Trace:
    """Look a picture file up by its content. Writes nothing.

    Args:
        file: a picture, wherever it is and whatever it is called.
        settings: the user's; the store is theirs, else that of the project around the file, else
            that of the folder we are in.

    Raises:
        UsageError: there is no such file, or it cannot be read.

    """
    path = Path(file)
    digest, note = _read(path)
    origins: tuple[Origin, ...] = ()
    for folder in _stores(path, settings):
        store = Store.open(folder, create=False)
        found = list(_results(store, digest, note))
        if found:
            tasks = _Tasks(store, folder.parent)
            origins = tuple(_origin(result, digest, tasks) for result in found)
            break
    as_it_came = bool(origins) or (note is not None and note.blob == digest)
    return Trace(
        path=file,
        digest=digest,
        note=note,
        as_it_came=as_it_came,
        origins=origins,
        no_picture="" if origins or note is not None else _no_picture(path),
    )


def _no_picture(path: Path) -> str:
    try:
        with path.open("rb") as file:
            pictures.inspect(file)
    except pictures.NotAPicture as error:
        return str(error)
    except OSError as error:
        raise UsageError(f'"{escaped(str(path))}" cannot be read: {error.strerror}') from None
    return ""


def _read(path: Path) -> tuple[BlobDigest, Note | None]:
    try:
        if not path.is_file():
            raise UsageError(f'there is no file "{escaped(str(path))}"')
        if path.stat().st_size > _LARGEST:
            raise UsageError(f'"{escaped(str(path))}" is larger than any picture')
        with path.open("rb") as file:
            found = provenance.carried(file)
            return provenance.bare_digest(file), found.note if found is not None else None
    except OSError as error:
        raise UsageError(f'"{escaped(str(path))}" cannot be read: {error.strerror}') from None


def _stores(path: Path, settings: Settings) -> Iterator[Path]:
    if settings.store is not None:
        yield settings.store.absolute()
        return
    around = [find_root(path.absolute().parent), find_root(Path.cwd())]
    for root in dict.fromkeys(around):
        if (root / ".seedream").is_dir():
            yield root / ".seedream"


def _results(store: Store, digest: BlobDigest, note: Note | None) -> Iterator[Result]:
    """The results that have a picture; the note's own key is looked at first, then all of them."""
    if note is not None and is_digest(note.key):
        found = store.results.get(Key(note.key)).result
        if found is not None and any(entry.digest == digest for entry in found.stored):
            yield found
            return
    yield from store.results.with_blob(digest)


def _origin(result: Result, digest: BlobDigest, tasks: _Tasks) -> Origin:
    image = next(i for i, e in enumerate(result.pictures) if getattr(e, "digest", None) == digest)
    return Origin(result=result, image=image, tasks=tasks.of(result))


class _Tasks:
    """Whose pictures results are: by the account of the call, and by the locks of the project."""

    def __init__(self, store: Store, root: Path) -> None:
        self._store = store
        self._by_key: dict[str, list[str]] = {}
        for number, path in enumerate(sorted(root.glob(_LOCKS))):
            if number == _MOST_LOCKS:
                break
            if ".seedream" not in path.relative_to(root).parts:
                self._take(path)
        for path in sorted((store.folder / "state").glob("*.lock")):
            self._take(path)

    def of(self, result: Result) -> tuple[str, ...]:
        """The tasks that hold a result, and the one that it was bought for."""
        account = read_account(self._store.folder / "calls" / Path(result.call).name) if result.call else None
        bought_for = [account.intent.task] if account is not None else []
        return tuple(dict.fromkeys([*bought_for, *self._by_key.get(result.key, ())]))

    def _take(self, path: Path) -> None:
        with suppress(SeedreamError):
            for address, held in locks.read(path).items():
                for take in held.takes:
                    self._by_key.setdefault(take.key, []).append(address)
