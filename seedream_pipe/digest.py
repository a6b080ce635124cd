"""Digests and the one canonical encoding that they are taken of.

Rule 1: a digest of a record always starts with the record's kind and format
version, so that two kinds can never meet (redun does the same).
Rule 2: the canonical form is JSON with sorted keys, no white space, UTF-8, no
floats that are not finite. It is never changed in place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final, NewType, TypeAlias, Union

__all__ = ["BlobDigest", "Json", "Key", "blob_digest", "canonical", "file_digest", "is_digest", "tagged"]

Json: TypeAlias = Union[bool, int, float, str, Sequence["Json"], Mapping[str, "Json"], None]  # noqa: UP007 - forward names
"""A value that JSON can say."""

BlobDigest = NewType("BlobDigest", str)
"""SHA-256 of a picture's bytes, 64 lower-case hex digits."""

Key = NewType("Key", str)
"""SHA-256 of a task's recipe, input digests and take, 64 lower-case hex digits."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_CHUNK: Final = 1 << 20


def canonical(value: Json) -> bytes:
    """The one byte form of a JSON value. Lone surrogates and NaN are a `ValueError`."""
    return _ENCODER.encode(value).encode()


def tagged(tag: str, value: Json) -> str:
    """Digest of a record under its kind and format version, for example ``task/1``.

    A bare number is a `ValueError`: behind the version it would read as another version.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError("a number is no record")  # noqa: TRY004 - as for what JSON cannot say
    return hashlib.sha256(tag.encode() + canonical(value)).hexdigest()


def blob_digest(data: bytes) -> BlobDigest:
    """Digest of a picture's bytes."""
    return BlobDigest(hashlib.sha256(data).hexdigest())


def file_digest(file: BinaryIO) -> BlobDigest:
    """Digest of an open file from where it stands, in constant memory."""
    state = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        state.update(chunk)
    return BlobDigest(state.hexdigest())


def is_digest(text: str) -> bool:
    """Whether the text has the form of a digest: the only names the store opens."""
    return _DIGEST.fullmatch(text) is not None
