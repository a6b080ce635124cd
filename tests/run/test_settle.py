"""A recorded answer that the disk does not give back."""

import asyncio
import errno
from pathlib import Path

from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.makers import Reply
from seedream_pipe.run.outcomes import Held, Waiting
from seedream_pipe.run.settle import Till
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT
from tests.store.faulty_disk import Hasty

REPLY = Reply(status=200, headers=(), body=Path("answer.body"))


class Blind:
    """A provider for whom the disk fails."""

    name = "302ai"

    def __init__(self, error):
        self.error = error

    def read(self, _reply):
        raise self.error


def ended(folder, error):
    async def work():
        store = Store.open(folder / ".seedream", files=Hasty())
        with Ledger.open(store, least_free=0) as ledger:
            call = await ledger.begin(INTENT, Cap())
            await call.sending()
            sale = await Till(provider=Blind(error), store=store, ledger=ledger).end(call, None, REPLY, 0.0)
            return sale, ledger.open_calls()[0].state

    return asyncio.run(work())


def test_an_answer_that_cannot_be_read_now_waits_and_stays_open(tmp_path):
    sale, state = ended(tmp_path, OSError(errno.EIO, "Input/output error"))
    assert (sale.why, state) == ("fetch", "sent")
    assert isinstance(sale, Waiting)
    assert "cannot be read (Input/output error)" in sale.message


def test_an_answer_that_is_gone_is_held(tmp_path):
    sale, state = ended(tmp_path, FileNotFoundError(errno.ENOENT, "gone"))
    assert isinstance(sale, Held)
    assert state == "held"
