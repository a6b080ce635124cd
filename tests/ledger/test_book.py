import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from seedream_pipe.errors import Decided, OverBudget, StoreError, UsageError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap, Spent
from seedream_pipe.ledger.calls import Call
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT, KEY, OTHER, intent
from tests.store.faulty_disk import tree

pytestmark = pytest.mark.anyio
LATER = 1_795_000_000.0


@pytest.fixture
def dead(store: Store) -> Iterator[Ledger]:
    """The ledger of a process that has died: closed before anything is asked."""
    with Ledger.open(store) as ledger:
        yield ledger


async def answered(ledger: Ledger) -> Call:
    call = await ledger.begin(INTENT, Cap())
    await call.sending()
    await call.head(200, [])
    await call.write(b"{}")
    await call.reply()
    return call


async def test_ids_sort_as_time_does_and_are_names_everywhere(store: Store):
    times = iter([LATER] * 2 + [LATER + 0.001] * 2 + [LATER + 86400] * 2)
    with Ledger.open(store, clock=lambda: next(times, LATER), token=lambda: "0badcafe") as ledger:
        first = await ledger.begin(INTENT, Cap())

    assert re.fullmatch(r"2026\d{4}T\d{6}\.\d{3}Z-0badcafe", first.id)


async def test_what_this_process_works_on_is_open_and_alive(ledger: Ledger):
    call = await ledger.begin(INTENT, Cap())

    assert [(found.id, found.state, found.alive) for found in ledger.open_calls()] == [
        (call.id, "intended", True)
    ]


async def test_another_ledger_leaves_the_calls_of_the_living_alone(store: Store, ledger: Ledger):
    call = await ledger.begin(INTENT, Cap())

    with Ledger.open(store) as other:
        assert other.recover() == ()
        assert [(found.id, found.alive) for found in other.open_calls()] == [(call.id, True)]


async def test_what_a_dead_process_never_sent_is_released(store: Store, dead: Ledger):
    await dead.begin(INTENT, Cap())
    dead.close()

    with Ledger.open(store) as ledger:
        assert ledger.recover() == ()
        assert ledger.open_calls() == ()
        assert ledger.spent() == {"USD": Spent()}


async def test_what_a_dead_process_sent_is_a_hold_for_every_run_after_it(store: Store, dead: Ledger):
    call = await dead.begin(INTENT, Cap())
    await call.sending()
    dead.close()

    for _ in range(2):
        with Ledger.open(store) as ledger:
            found = ledger.recover()
            assert [(hold.id, hold.state, hold.alive) for hold in found] == [(call.id, "sent", False)]
            assert ledger.spent()["USD"].reserved == INTENT.worst


async def test_an_answer_that_came_is_completed_by_another_process(store: Store, dead: Ledger):
    await answered(dead)
    dead.close()

    with Ledger.open(store) as ledger:
        (found,) = ledger.recover()
        assert found.state == "answered"
        assert found.reply is not None
        assert found.reply.body.read_bytes() == b"{}"
        await ledger.resume(found).settle("done", price=Decimal("0.04"), pictures=1)
        assert ledger.open_calls() == ()
        assert ledger.spent()["USD"] == Spent(price=Decimal("0.04"), pictures=1)


async def test_a_call_is_not_completed_twice(store: Store, dead: Ledger):
    await answered(dead)
    dead.close()

    with Ledger.open(store) as ledger:
        (found,) = ledger.recover()
        await ledger.resume(found).settle("done")
        with pytest.raises(StoreError, match="settled by somebody else"):
            ledger.resume(found)


async def test_a_hold_is_released_by_a_person(ledger: Ledger):
    call = await ledger.begin(INTENT, Cap())
    await call.sending()
    await call.hold("connection reset")

    await ledger.release(call.id, reason="not in the console")

    assert ledger.open_calls() == ()
    assert ledger.spent()["USD"] == Spent()


async def test_a_hold_that_was_charged_is_released_at_its_price(ledger: Ledger):
    call = await ledger.begin(INTENT, Cap())
    await call.sending()
    await call.hold("connection reset")

    await ledger.release(call.id, reason="in the console", price=Decimal("0.04"))

    assert ledger.spent()["USD"] == Spent(price=Decimal("0.04"), pictures=1)


async def test_of_two_words_on_a_hold_the_first_counts(store: Store, ledger: Ledger):
    call = await ledger.begin(INTENT, Cap())
    await call.sending()
    await call.hold("connection reset")
    done: list[str] = []

    async def say(word: str) -> None:
        await ledger.release(call.id, reason=word, before=lambda: done.append(word))

    answers = await asyncio.gather(say("one"), say("other"), return_exceptions=True)

    (late,) = (answer for answer in answers if answer is not None)
    assert isinstance(late, Decided)
    assert late.exit_code == UsageError.exit_code
    assert f"call {call.id} is decided already" in late.message
    assert late.message.endswith(f": {done[0]}")
    assert len(done) == 1


async def test_a_call_whose_pictures_came_is_decided(ledger: Ledger):
    call = await answered(ledger)
    await call.settle("done")

    with pytest.raises(Decided, match="it has ended as done"):
        await ledger.release(call.id, reason="")


@pytest.mark.parametrize("call", ["", "..", "../../etc", "20261122T140311.000Z-00000000"])
async def test_what_is_no_open_call_cannot_be_released(ledger: Ledger, call: str):
    with pytest.raises(StoreError, match="no open call"):
        await ledger.release(call, reason="")


async def test_open_calls_of_a_key_are_only_its_own(ledger: Ledger):
    mine = await ledger.begin(intent(key=KEY), Cap())
    await ledger.begin(intent(key=OTHER), Cap())

    assert [found.id for found in ledger.open_calls_of(KEY)] == [mine.id]


async def test_a_refusal_is_remembered_until_pictures_come(ledger: Ledger):
    first = await ledger.begin(INTENT, Cap())
    await first.settle("refused", code="InputTextSensitiveContentDetected", message="审核", request_id="0217")

    refusal = ledger.refusal(KEY)

    assert refusal is not None
    assert (refusal.code, refusal.message) == ("InputTextSensitiveContentDetected", "审核")
    assert (refusal.request_id, refusal.call) == ("0217", first.id)
    assert ledger.refusal(OTHER) is None
    await (await ledger.begin(INTENT, Cap())).settle("done", price=INTENT.worst, pictures=1)
    assert ledger.refusal(KEY) is None


async def test_a_failure_is_not_remembered(ledger: Ledger):
    await (await ledger.begin(INTENT, Cap())).settle("failed", code="RateLimitExceeded")

    assert ledger.refusal(KEY) is None
    assert ledger.spent()["USD"] == Spent()


async def test_nothing_begins_on_a_disk_that_is_nearly_full(store: Store):
    with Ledger.open(store, least_free=1 << 60) as ledger:
        with pytest.raises(StoreError, match="MiB left"):
            await ledger.begin(INTENT, Cap())
        assert store.healthy
        assert ledger.open_calls() == ()


async def test_a_call_waits_for_the_room_that_others_may_need(store: Store, monkeypatch):
    room = 64 << 20
    monkeypatch.setattr(store, "room", lambda: room)
    with Ledger.open(store, least_free=1 << 20) as ledger:
        series = intent(pictures=3)
        first = await ledger.begin(series, Cap())
        second = asyncio.create_task(ledger.begin(series, Cap()))
        await asyncio.wait([second], timeout=0.3)
        assert not second.done()
        ledger.landed(first.id)
        assert (await second).intent.pictures == 3


async def test_a_call_that_could_never_have_room_is_refused_before_it_is_sent(store: Store, monkeypatch):
    monkeypatch.setattr(store, "room", lambda: 64 << 20)
    with Ledger.open(store, least_free=1 << 20) as ledger:
        with pytest.raises(StoreError, match="64 MiB left"):
            await ledger.begin(intent(pictures=15), Cap())
        assert store.healthy
        assert ledger.open_calls() == ()


async def test_nothing_begins_after_a_write_has_failed(store: Store, ledger: Ledger):
    store.disk.healthy = False

    with pytest.raises(StoreError, match="nothing more is sent"):
        await ledger.begin(INTENT, Cap())


async def test_what_the_budget_refuses_leaves_no_file(store: Store, ledger: Ledger):
    with pytest.raises(OverBudget):
        await ledger.begin(INTENT, Cap(run=Decimal("0.03")))

    assert not (store.folder / "calls").exists()
    assert ledger.spent() == {}


async def test_reading_answers_questions_and_writes_nothing(store: Store, dead: Ledger):
    await answered(dead)
    refused = await dead.begin(intent(key=OTHER), Cap())
    await refused.settle("refused", code="code")
    dead.close()
    before = tree(store.folder)

    with Ledger.open(Store.open(store.folder, create=False)) as ledger:
        assert [found.state for found in ledger.open_calls()] == ["answered"]
        assert ledger.refusal(OTHER) is not None
        assert ledger.spent()["USD"].reserved == INTENT.worst
        with pytest.raises(StoreError, match="for reading only"):
            await ledger.begin(INTENT, Cap())

    assert tree(store.folder) == before


def test_reading_where_there_is_no_store_finds_nothing(tmp_path: Path):
    with Ledger.open(Store.open(tmp_path / "none", create=False)) as ledger:
        assert (ledger.open_calls(), ledger.spent()) == ((), {})
    assert not list(tmp_path.iterdir())


async def test_folders_that_never_got_a_name_are_swept_after_a_day(store: Store, ledger: Ledger):
    await ledger.begin(INTENT, Cap())
    left = store.folder / "calls" / ".tmp-1"
    left.mkdir()
    (left / "intent.json").write_text("{}")

    ledger.recover()
    assert left.exists()

    with Ledger.open(store, clock=lambda: left.stat().st_mtime + 90_000) as later:
        later.recover()
    assert not left.exists()


async def test_sessions_of_the_dead_are_buried(store: Store, ledger: Ledger):
    sessions = store.folder / "locks" / "sessions"
    (sessions / "20200101T000000.000Z-dead.lock").touch()

    ledger.recover()

    assert [path.name for path in sessions.iterdir()] == [f"{ledger.session}.lock"]


async def test_what_a_test_server_said_does_not_count_where_pictures_are_bought(ledger: Ledger):
    test = replace(INTENT, origin="127.0.0.1:8000")
    await (await ledger.begin(test, Cap())).settle("refused", code="Sensitive")
    held = await ledger.begin(test, Cap())
    await held.sending()
    await held.hold("lost")

    assert ledger.refusal(KEY) is None
    assert ledger.open_calls_of(KEY) == ()
    assert ledger.refusal(KEY, origin="localhost:1") is not None
    assert [call.id for call in ledger.open_calls_of(KEY, origin="localhost:1")] == [held.id]


async def test_what_was_bought_does_not_count_at_a_test_server(ledger: Ledger):
    await (await ledger.begin(INTENT, Cap())).settle("refused", code="Sensitive")
    await ledger.begin(INTENT, Cap())

    assert ledger.refusal(KEY, origin="localhost:1") is None
    assert ledger.open_calls_of(KEY, origin="localhost:1") == ()
