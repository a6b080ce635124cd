"""A task's input pictures with their bytes: from its files, or from the store. Read once."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from seedream_pipe import pictures as picture_files
from seedream_pipe.digest import blob_digest
from seedream_pipe.errors import SeedreamError
from seedream_pipe.makers import Picture
from seedream_pipe.plan.model import Known
from seedream_pipe.provenance import write_bare
from seedream_pipe.store.blobs import Gone

if TYPE_CHECKING:
    from seedream_pipe.digest import BlobDigest
    from seedream_pipe.plan.model import Input
    from seedream_pipe.run.resolve import Resolved
    from seedream_pipe.store.folder import Store

__all__ = ["load"]


def load(store: Store, resolved: Resolved) -> list[Picture]:
    """The pictures in their order. Blocking.

    Raises:
        SeedreamError: one changed while the run was under way, or the store has lost it.
        StoreError: the store cannot be read.

    """
    return [
        _picture(store, digest, label, source)
        for digest, label, source in zip(resolved.digests, resolved.labels, resolved.sources, strict=True)
    ]


def _picture(store: Store, digest: BlobDigest, label: str, source: Input) -> Picture:
    data = _known_bytes(source) if isinstance(source, Known) else _stored_bytes(store, digest, label)
    if blob_digest(data) != digest:
        raise SeedreamError(f"{label} changed while the run was under way", hint="run again")
    facts = picture_files.inspect_bytes(data)
    return Picture(
        digest=digest,
        data=data,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        label=label,
    )


def _known_bytes(source: Known) -> bytes:
    """What is sent of a file: the picture, not the note of how it was made."""
    if source.data is not None:
        return source.data
    bare = io.BytesIO()
    try:
        with Path(source.path).open("rb") as file:
            write_bare(file, bare)
    except OSError as error:
        message = f"{source.label} cannot be read any more: {os.strerror(error.errno or errno.EIO).lower()}"
        raise SeedreamError(message, hint="run again") from error
    return bare.getvalue()


def _stored_bytes(store: Store, digest: BlobDigest, label: str) -> bytes:
    data = store.blobs.read(digest)
    if isinstance(data, Gone):
        raise SeedreamError(f"the picture of {label} is {data.reason} in the store", hint="run again")
    return data
