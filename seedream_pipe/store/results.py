"""What a key produced: the ordered blobs, who made them, when, at what price. One file a key.

A group's result keeps its holes (R82–R84, R145), so a partial one is never taken for whole.
A record carries a digest of itself, so a flipped bit is found and not believed.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, assert_never

from seedream_pipe.digest import BlobDigest, Json, Key, canonical, is_digest, tagged
from seedream_pipe.errors import StoreError
from seedream_pipe.store.blobs import Blobs, Gone
from seedream_pipe.store.durable import TEMPORARY, Disk, store_error

__all__ = [
    "Adoption",
    "Entry",
    "Gap",
    "Hit",
    "Lookup",
    "Miss",
    "Missing",
    "Result",
    "Results",
    "Stored",
    "counted",
]

SCHEMA: Final = "result/1"
_LARGEST: Final = 16 << 20
_PASSING: Final = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EPERM, errno.ESTALE}
)
"""Errors that say nothing of a file: to take it as damaged would be to buy it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A picture whose bytes are in the store; `bytes` is how many."""

    digest: BlobDigest
    media_type: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A picture that did not come (R82): `refused` by the content filter, failed, or lost."""

    index: int
    code: str
    message: str
    refused: bool


Entry: TypeAlias = Stored | Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """That a person bound pictures to a recipe that they were not made of, for nothing.

    `of` is the key that they stood under before, `by` who said so, `at` when (ISO 8601 in UTC),
    `changes` what differs between the two recipes, field by field with `old` and `new`.
    """

    of: Key
    by: str
    at: str
    reason: str
    changes: Json = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a key produced. `pictures` are in the order of the answer; fewer than asked is normal (R80).

    `model` is as the service answered, `call` the ledger's id, empty when nothing was
    paid. `created_at` is ISO 8601 in UTC, `price` a decimal text in `currency`,
    `billed` the service's own count (R128), `seconds` what the call took. `origin` is the
    host and port of the test server that made it, empty for what was bought or drawn.
    """

    key: Key
    recipe: Json
    inputs: tuple[BlobDigest, ...]
    take: int
    pictures: tuple[Entry, ...]
    provider: str
    model: str
    created_at: str
    request_id: str = ""
    call: str = ""
    price: str = "0"
    currency: str = ""
    billed: int | None = None
    seconds: float = 0.0
    origin: str = ""
    adopted: Adoption | None = None
    """Of pictures that another key produced; who made them and when is as it was, the price is nothing."""

    @property
    def stored(self) -> tuple[Stored, ...]:
        """The pictures that came."""
        return tuple(entry for entry in self.pictures if isinstance(entry, Stored))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The pictures that did not."""
        return tuple(entry for entry in self.pictures if isinstance(entry, Gap))

    @property
    def complete(self) -> bool:
        """Whether every picture of the answer came (R145)."""
        return not self.gaps


Missing: TypeAlias = Literal["never made", "blob lost", "damaged record", "test server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """The key was made, and its blobs are there."""

    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """It cannot be had; `result` is what was lost, as far as it is known."""

    reason: Missing
    result: Result | None = None


Lookup: TypeAlias = Hit | Miss


def counted(lookup: Lookup, origin: str) -> Lookup:
    """A lookup as an API at `origin` may take it, which is empty where pictures are bought.

    There the pictures of a test server were never made; a test server takes those that were bought.
    """
    if origin or lookup.result is None or not lookup.result.origin:
        return lookup
    return Miss(reason="test server", result=lookup.result)


class Results:
    """The results of a store. Blocking; any number of threads and processes at once."""

    def __init__(self, folder: Path, disk: Disk, blobs: Blobs) -> None:
        self._results = folder / "results"
        self._trash = folder / "trash"
        self._disk = disk
        self._blobs = blobs

    def path(self, key: Key) -> Path:
        """Where a key's record stands or would stand."""
        if not is_digest(key):
            raise ValueError(f"not a key: {key!r}")
        return self._results / key[:2] / f"{key}.json"

    def get(self, key: Key, *, verify: bool = False) -> Lookup:
        """What the key produced. Blobs are looked for with their lengths; read only to `verify`.

        Raises:
            StoreError: it cannot be looked at now, which says nothing of what is there.

        """
        try:
            with self.path(key).open("rb") as file:
                data = file.read(_LARGEST)
        except FileNotFoundError:
            return Miss(reason="never made")
        except OSError as error:
            if error.errno in _PASSING:
                raise store_error(error, self.path(key)) from error
            return Miss(reason="damaged record")
        result = _parse(data, key)
        if result is None:
            self._set_aside(key, data)
            return Miss(reason="damaged record")
        if all(self._is_there(entry, verify=verify) for entry in result.stored):
            return Hit(result=result)
        return Miss(reason="blob lost", result=result)

    def priced(self, result: Result) -> Result:
        """A result with the price of its pictures: of adopted ones what was paid when they were made."""
        seen: set[Key] = set()
        made = result
        while made.adopted is not None and made.key not in seen:
            seen.add(made.key)
            before = self.get(made.adopted.of).result
            if before is None:
                return result
            made = before
        return replace(result, price=made.price, currency=made.currency, billed=made.billed)

    def put(self, result: Result) -> None:
        """Record what a key produced, after its blobs. A different older record goes to ``trash/``.

        Raises:
            StoreError: it did not get to the disk, or a blob of it is not in the store.

        """
        for entry in result.stored:
            if not self._blobs.has(entry.digest, length=entry.bytes):
                raise StoreError(f"result {result.key[:12]} names a picture that is not in the store")
        path = self.path(result.key)
        data = _encode(result)
        try:
            older = path.read_bytes()
        except OSError:
            older = data
        if older != data:
            # Copied and not moved: the key has a record at every moment.
            self._set_aside(result.key, older)
        self._disk.write(path, data)

    def set_aside(self, key: Key) -> None:
        """Move a key's record to ``trash/``, so that it counts as never made. Its blobs stay.

        Raises:
            StoreError: it cannot be moved.

        """
        path = self.path(key)
        if path.exists():
            name = f"{path.name}{self._disk.temporary(self._trash).name}"
            self._disk.move(path, self._trash / name)

    def __iter__(self) -> Iterator[Key]:
        """All keys that have a record, sorted; the records are not read."""
        for folder in sorted(self._results.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.glob("*.json")):
                if is_digest(path.stem) and not path.name.startswith(TEMPORARY):
                    yield Key(path.stem)

    def with_blob(self, digest: BlobDigest) -> Iterator[Result]:
        """Every result that has a picture, by key. Reads all records."""
        wanted = digest.encode()
        for key in self:
            try:
                data = self.path(key).read_bytes()
            except OSError:
                continue
            result = _parse(data, key) if wanted in data else None
            if result is not None and any(entry.digest == digest for entry in result.stored):
                yield result

    def _is_there(self, entry: Stored, *, verify: bool) -> bool:
        if verify:
            return not isinstance(self._blobs.whole(entry.digest), Gone)
        return self._blobs.has(entry.digest, length=entry.bytes)

    def _set_aside(self, key: Key, data: bytes) -> None:
        if self._disk.writable and self._disk.healthy:
            self._disk.write(self._trash / f"{key}.json{self._disk.temporary(self._trash).name}", data)


def _encode(result: Result) -> bytes:
    tree: dict[str, Json] = {
        "schema": SCHEMA,
        "key": result.key,
        "recipe": result.recipe,
        "inputs": list(result.inputs),
        "take": result.take,
        "pictures": [_entry_tree(entry) for entry in result.pictures],
        "provider": result.provider,
        "model": result.model,
        "created_at": result.created_at,
        "request_id": result.request_id,
        "call": result.call,
        "price": result.price,
        "currency": result.currency,
        "billed": result.billed,
        "seconds": result.seconds,
    }
    if result.origin:
        tree["origin"] = result.origin
    if result.adopted is not None:
        tree["adopted"] = asdict(result.adopted)
    return canonical({**tree, "sum": tagged(SCHEMA, tree)}) + b"\n"


def _entry_tree(entry: Entry) -> Json:
    match entry:
        case Stored():
            return {"stored": asdict(entry)}
        case Gap():
            return {"gap": asdict(entry)}
        case _:
            assert_never(entry)


def _parse(data: bytes, key: Key) -> Result | None:
    """The record, or None when it is not one that this code wrote under this key."""
    try:
        tree = json.loads(data)
        expected = tree.pop("sum")
        if tree["schema"] != SCHEMA or tree["key"] != key or tagged(SCHEMA, tree) != expected:
            return None
        return _decode(tree)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _decode(tree: Mapping[str, Any]) -> Result:
    """Build the record. Its digest was right, so its shape is what `_encode` made."""
    fields = {name: value for name, value in tree.items() if name != "schema"}
    fields["inputs"] = tuple(tree["inputs"])
    fields["pictures"] = tuple(_entry(entry) for entry in tree["pictures"])
    if "adopted" in tree:
        fields["adopted"] = Adoption(**tree["adopted"])
    return Result(**fields)


def _entry(tree: Mapping[str, Any]) -> Entry:
    if "stored" in tree:
        stored = Stored(**tree["stored"])
        if not is_digest(stored.digest):
            raise ValueError("not a digest")
        return stored
    return Gap(**tree["gap"])
