"""One task's life as a run lives it, on a disk that may kill the process at any moment of it.

Its answer comes as events and a rest. What came of it before a kill is there, byte for byte.

The service is a file: a line a call that it was paid for. It is written between `sending`
and `head`, as the real one counts while we wait.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

from seedream_pipe.digest import Key
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.ledger.calls import Call
from seedream_pipe.ledger.claims import claim
from seedream_pipe.ledger.model import Intent
from seedream_pipe.makers import Reply
from seedream_pipe.store.durable import FileSystem
from seedream_pipe.store.folder import Store
from seedream_pipe.store.results import Hit, Result, Stored
from tests.store.faulty_disk import Hasty, killing

KEY = Key("ab" * 32)
PICTURE = b"\xff\xd8 a picture \xff\xd9" * 1000
BODY = b'{"data":[{"url":"https://store/1"}]}' * 9000  # longer than what a call keeps in memory
PRICE = Decimal("0.04")
INTENT = Intent(
    key=KEY,
    task="shots@sc01_010",
    provider="302ai",
    model="seedream-4.5",
    shown={"prompt": "夜市，猫"},
    pictures=1,
    worst=PRICE,
    currency="USD",
    client_id="20261122140311000000000000000000",
)


async def live(folder: Path, files: FileSystem | None = None) -> str:
    """Have the task's picture: "reused", "made", "completed"; "held" or "broken off" when it may be owed."""
    store = Store.open(folder / ".seedream", files=files or Hasty())
    with Ledger.open(store) as ledger:
        ledger.recover()
        async with claim(store, KEY):
            if isinstance(store.results.get(KEY), Hit):
                await _close_answered(ledger)
                return "reused"
            for found in ledger.open_calls_of(KEY):
                if found.state != "answered" or found.reply is None:
                    return "held"
                if found.partial:
                    came = _answer(found.reply)
                    return "broken off" if came and BODY.startswith(came) else "damaged"
                await _keep(store, ledger.resume(found), found.reply)
                return "completed"
            call = await ledger.begin(INTENT, Cap(run=Decimal(1)))
            await _keep(store, call, await _send(folder, call))
            return "made"


def charged(folder: Path) -> int:
    """How many calls the service was paid for."""
    ledger = folder / "service"
    return len(ledger.read_text().splitlines()) if ledger.exists() else 0


async def _send(folder: Path, call: Call) -> Reply:
    await call.sending()
    with (folder / "service").open("a") as service:
        service.write(f"{call.id}\n")
    await call.head(200, [("content-type", "application/json"), ("x-request-id", "021763")])
    for start in range(0, len(BODY), 100_000):
        await call.write(BODY[start : start + 100_000])
        if start < 200_000:
            await call.event()
    return await call.reply()


def _answer(reply: Reply) -> bytes:
    return b"".join(path.read_bytes() for path in reply.pieces)


async def _keep(store: Store, call: Call, reply: Reply) -> None:
    if _answer(reply) != BODY:
        raise ValueError("not the answer that came")
    incoming = store.blobs.temporary()
    incoming.write_bytes(PICTURE)
    digest = store.blobs.adopt(incoming)
    picture = Stored(digest=digest, media_type="image/jpeg", width=1, height=1, bytes=len(PICTURE))
    store.results.put(
        Result(
            key=KEY,
            recipe={"prompt": "夜市，猫"},
            inputs=(),
            take=1,
            pictures=(picture,),
            provider="302ai",
            model="doubao-seedream-4-5-251128",
            created_at="2026-11-22T14:03:11.000Z",
            call=call.id,
            price=str(PRICE),
            currency="USD",
        )
    )
    await call.settle("done", price=PRICE, pictures=1)


async def _close_answered(ledger: Ledger) -> None:
    for found in ledger.open_calls_of(KEY):
        if found.state == "answered":
            await ledger.resume(found).settle("done", price=PRICE, pictures=1)


def _deaths(root: Path) -> Iterator[int]:
    """Live in folder after folder, dying a moment later in each, until one life is whole."""
    for number in count(1):
        folder = root / f"{number:04}"
        folder.mkdir()
        child = os.fork()
        if child == 0:
            asyncio.run(live(folder, killing(number)))
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return
        yield number


if __name__ == "__main__":
    print(sum(1 for _ in _deaths(Path(sys.argv[1]))))
