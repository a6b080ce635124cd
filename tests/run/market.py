"""A service on a real port, a store, and one task at a time bought from it as a run buys."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from seedream_pipe import profiles
from seedream_pipe.emulator import Emulator
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.ledger.gate import Gate
from seedream_pipe.plan.model import Task
from seedream_pipe.providers.seedream.client import Seedream
from seedream_pipe.run.events import CallPaused, CallSent
from seedream_pipe.run.outcomes import Money, Outcome
from seedream_pipe.run.pay import Shop
from seedream_pipe.run.perform import Performer
from seedream_pipe.run.resolve import Resolved
from seedream_pipe.run.stop import Stop
from seedream_pipe.settings import Secret
from seedream_pipe.store.durable import FileSystem
from seedream_pipe.store.folder import Store
from tests.store.faulty_disk import Hasty

KEY = "sk-0123456789abcdef0123456789abcdef"
PRICE = Decimal("0.04")


@dataclass
class Market:
    """Each `buy` is a run of its own, in what might be another process: it opens everything anew."""

    folder: Path
    emulator: Emulator
    provider: str = "302ai"
    base_url: str = ""
    response_format: str = "url"
    cap: Cap = field(default_factory=Cap)
    origin: str = ""
    retry_refused: bool = False
    pauses: list[float] = field(default_factory=list)
    events: list[object] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)
    files: FileSystem = field(default_factory=Hasty)
    """The disk of the next buys; by default one that syncs nothing, which is faster."""
    on_event: Callable[[object], None] | None = None

    def buy(self, *tasks: Task) -> Outcome:
        """What becomes of one task, or of several at once as a tuple of outcomes."""
        self.stop = Stop()
        outcomes = asyncio.run(asyncio.wait_for(self._buy(tasks), 60))
        return outcomes[0] if len(tasks) == 1 else outcomes

    def buy_and_cancel(self, order: Task, *, after: float) -> None:
        """Begin a buy and cut it off after so many seconds."""

        async def cut() -> None:
            buying = asyncio.create_task(self._buy([order]))
            await asyncio.wait([buying], timeout=after)
            buying.cancel()
            await asyncio.gather(buying, return_exceptions=True)

        self.stop = Stop()
        asyncio.run(cut())

    @property
    def store(self) -> Store:
        return Store.open(self.folder / ".seedream")

    @property
    def billed(self) -> int:
        return len(self.emulator.ledger.billed)

    @property
    def requests(self) -> int:
        return len(self.emulator.ledger.requests)

    def sent(self) -> list[CallSent]:
        return [event for event in self.events if isinstance(event, CallSent)]

    def paused(self) -> list[CallPaused]:
        return [event for event in self.events if isinstance(event, CallPaused)]

    def spent(self):
        with Ledger.open(self.store) as ledger:
            return ledger.spent()["USD"]

    def open_calls(self):
        with Ledger.open(self.store) as ledger:
            return ledger.open_calls()

    async def _buy(self, tasks):
        store = Store.open(self.folder / ".seedream", files=self.files)
        with Ledger.open(store, least_free=0) as ledger:
            ledger.recover()
            performer = self._performer(store, ledger)
            try:
                resolved = Resolved(digests=(), labels=(), sources=())
                return await asyncio.gather(*(performer.perform(each, resolved) for each in tasks))
            finally:
                await performer.provider.close()

    def _performer(self, store, ledger):
        provider = Seedream(
            profiles.provider(self.provider),
            key=Secret(KEY),
            base_url=self.base_url or self.emulator.base_url(self.provider),
            response_format=self.response_format,
        )
        provider._download._sleep = self._no_time
        shop = Shop(
            provider=provider,
            store=store,
            ledger=ledger,
            cap=self.cap,
            gates=lambda model: Gate(ledger, scope=model, limit=None),
            client_id=lambda: "20261122140311000000000000000000",
            tell=self._tell,
            stop=self.stop,
            origin=self.origin,
            sleep=self._sleep,
        )
        return Performer(
            provider=provider,
            store=store,
            shop=shop,
            price=lambda _generation, pictures, _references: Money(amount=PRICE * pictures, currency="USD"),
            slots=asyncio.Semaphore(8),
            tell=self._tell,
            retry_refused=self.retry_refused,
        )

    def _tell(self, event):
        self.events.append(event)
        if self.on_event is not None:
            self.on_event(event)

    async def _sleep(self, seconds):
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def _no_time(self, _seconds):
        await asyncio.sleep(0)
