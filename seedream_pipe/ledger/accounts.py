"""Which account at a provider a call is of, without a trace of its key.

Limits are of an account, and two keys of one provider are two accounts. What stands in the index is
a keyed digest; the salt is of this store and never leaves it, so that the digest tells nobody else
that two stores have one key.
"""

from __future__ import annotations

import hmac
import os
import secrets
from typing import Final

from seedream_pipe.ledger.claims import locked
from seedream_pipe.store.folder import Store

__all__ = ["account"]

_LENGTH: Final = 32
_SHOWN: Final = 16


def account(store: Store, provider: str, key: str, *, origin: str = "") -> str:
    """A name for the account behind a key: the same in every process of the store. Blocking.

    `origin` is the host and port of a test server, which has accounts of its own.

    Raises:
        StoreError: the store cannot be read or written.

    """
    told = f"{provider}\0{origin}\0{key}".encode()
    return f"{provider}-{hmac.new(_salt(store), told, 'sha256').hexdigest()[:_SHOWN]}"


def _salt(store: Store) -> bytes:
    path = store.folder / "salt"
    with locked(store, "salt"), store.disk.watch(path):
        if path.exists():
            found = path.read_bytes()
            if len(found) == _LENGTH:
                return found
            os.unlink(path)
        made = secrets.token_bytes(_LENGTH)
        store.disk.write(path, made)
        return made
