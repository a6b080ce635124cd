"""URL references, pinned: fetched once, known by the digest of their bytes from then on."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from seedream_pipe.digest import BlobDigest, canonical, is_digest

if TYPE_CHECKING:
    from pathlib import Path

    from seedream_pipe.store.folder import Store

__all__ = ["Pins"]

_VERSION: Final = 1


class Pins:
    """The digests of fetched URLs, one small file each below the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, BlobDigest | None] = {}

    def get(self, url: str) -> BlobDigest | None:
        """The digest of a URL whose picture is in the store; None when it has to be fetched."""
        if url not in self._known:
            self._known[url] = self._read(url)
        return self._known[url]

    def put(self, url: str, digest: BlobDigest) -> None:
        """Remember what a URL showed. Its bytes are in the store already.

        Raises:
            StoreError: it did not get to the disk.

        """
        data = canonical({"version": _VERSION, "url": url, "digest": digest})
        path = self._path(url)
        self._store.disk.folder(path.parent)
        self._store.disk.write(path, data)
        self._known[url] = digest

    def _path(self, url: str) -> Path:
        return self._store.folder / "pins" / f"{hashlib.sha256(url.encode()).hexdigest()}.json"

    def _read(self, url: str) -> BlobDigest | None:
        try:
            digest = str(json.loads(self._path(url).read_bytes())["digest"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return BlobDigest(digest) if is_digest(digest) and self._store.blobs.has(BlobDigest(digest)) else None
