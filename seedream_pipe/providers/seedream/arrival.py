"""An answer's body as it comes: unpacked, without the key, and never longer than it may be."""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Final

from seedream_pipe.confidential import SHORTEST, Mask
from seedream_pipe.providers.seedream.network import Broken, Incoming

__all__ = ["arriving"]

_CHUNK: Final = 256 * 1024
_KEY_IN_PICTURES: Final = 20


async def arriving(incoming: Incoming, *, key: str, limit: int) -> AsyncGenerator[bytes, None]:
    """Give the body piece by piece, unpacked should it be packed in spite of our wish (R11).

    Raises:
        Broken: it does not come to its end, cannot be unpacked, or is larger than `limit` bytes.

    """
    unpack = _unpacker(incoming.header("content-encoding").strip().lower())
    # A short key may stand in a picture's base64 by chance; in an error it may not.
    least = _KEY_IN_PICTURES if incoming.status == HTTPStatus.OK else SHORTEST
    mask = Mask(key) if len(key) >= least else None
    taken = 0
    async for chunk in incoming.chunks:
        for piece in unpack(chunk):
            taken += len(piece)
            if taken > limit:
                raise Broken(f"the answer is larger than {limit // 2**20} MB")
            text = mask.over(piece) if mask else piece
            if text:
                yield text
    if mask and (rest := mask.rest()):
        yield rest


def _unpacker(encoding: str) -> Callable[[bytes], Iterable[bytes]]:
    """Give what unpacks a body piece by piece; nothing of it is ever larger than a chunk."""
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return lambda chunk: (chunk,)
    state = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def unpack(chunk: bytes) -> Iterator[bytes]:
        try:
            while chunk:
                yield state.decompress(chunk, _CHUNK)
                chunk = state.unconsumed_tail
        except zlib.error as error:
            raise Broken(f"the answer cannot be unpacked ({error})") from None

    return unpack
