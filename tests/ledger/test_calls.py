import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from seedream_pipe.errors import StoreError
from seedream_pipe.ledger.book import Ledger
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.ledger.call_files import _read, read_account
from seedream_pipe.ledger.calls import Call
from seedream_pipe.makers import Reply
from seedream_pipe.store.folder import Store
from tests.ledger.calls_made import INTENT
from tests.store.faulty_disk import failing

pytestmark = pytest.mark.anyio
HEADERS = [("content-type", "application/json"), ("x-note", "caf\udce9"), ("x-note", "again")]


def files(store: Store, call: Call) -> set[str]:
    return {path.name for path in (store.folder / "calls" / call.id).iterdir()}


@pytest.fixture
async def call(ledger: Ledger) -> Call:
    return await ledger.begin(INTENT, Cap())


async def test_each_state_is_a_file_that_comes_before_the_next(store: Store, call: Call):
    seen = [files(store, call)]
    await call.sending()
    seen.append(files(store, call))
    await call.head(200, HEADERS)
    seen.append(files(store, call))
    await call.write(b"{}")
    await call.reply()
    seen.append(files(store, call))
    await call.settle("done", price=Decimal("0.04"), pictures=1)
    seen.append(files(store, call))

    assert [sorted(later - earlier) for earlier, later in zip([set(), *seen], seen, strict=False)] == [
        ["intent.json"],
        ["sent.json"],
        ["head.json"],
        ["answer.body", "answer.json"],
        ["outcome.json"],
    ]


async def test_the_intent_can_be_read_by_people(store: Store, call: Call):
    text = (store.folder / "calls" / call.id / "intent.json").read_text("utf-8")

    assert "夜市，猫" in text
    assert json.loads(text)["worst"] == "0.04"


async def test_what_a_call_wrote_is_what_is_read(store: Store, call: Call):
    await call.sending()
    await call.head(200, HEADERS)
    await call.write(b"\x00\xff" * 10)
    reply = await call.reply()
    await call.settle("done", price=Decimal("0.0400"), pictures=1, request_id="021763", detail={"a": 1})

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert account.intent == INTENT
    assert account.reply == reply == Reply(status=200, headers=tuple(HEADERS), body=reply.body)
    assert reply.body.read_bytes() == b"\x00\xff" * 10
    assert account.outcome is not None
    assert (account.outcome.verdict, account.outcome.price) == ("done", Decimal("0.0400"))
    assert (account.outcome.request_id, account.outcome.detail) == ("021763", {"a": 1})


@pytest.mark.parametrize("sizes", [[], [0], [1], [300_000, 1], [100_000] * 9, [262_144, 262_144]])
async def test_a_body_is_kept_byte_for_byte_however_it_comes(call: Call, sizes: list[int]):
    chunks = [bytes([number % 256]) * size for number, size in enumerate(sizes)]
    await call.sending()
    await call.head(200, [])
    for chunk in chunks:
        await call.write(chunk)

    reply = await call.reply()

    assert reply.body.read_bytes() == b"".join(chunks)


async def test_a_long_body_is_on_the_disk_and_not_in_memory(store: Store, call: Call):
    await call.sending()
    await call.head(200, [])
    for _ in range(64):
        await call.write(bytes(65_536))

    assert len(call._buffer) < 300_000


async def streamed(call: Call, *events: bytes) -> None:
    await call.sending()
    await call.head(200, HEADERS)
    for event in events:
        await call.write(event)
        await call.event()


def pieces(reply: Reply | None) -> list[bytes]:
    assert reply is not None
    return [path.read_bytes() for path in reply.pieces]


async def test_each_event_of_a_stream_is_a_file_as_soon_as_it_has_come(store: Store, call: Call):
    await streamed(call, b"one\n\n")
    assert "event-0000" in files(store, call)
    await call.write(b"x" * 300_000)
    await call.event()
    assert "event-0001" in files(store, call)
    await call.write(b"rest")

    reply = await call.reply()

    assert pieces(reply) == [b"one\n\n", b"x" * 300_000, b"rest"]
    account = read_account(store.folder / "calls" / call.id)
    assert account is not None
    assert (account.reply, account.partial) == (reply, False)


async def test_what_was_streamed_before_a_process_died_is_an_answer_in_part(store: Store, call: Call):
    await streamed(call, b"one", b"two")
    await call.write(bytes(300_000))

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert (account.state, account.partial) == ("answered", True)
    assert pieces(account.reply) == [b"one", b"two"]
    assert account.reply.status == 200
    assert account.arrived_at


@pytest.mark.parametrize("body", [b"", b"rest"])
async def test_an_answer_whose_last_word_was_not_written_is_whole(store: Store, call: Call, body: bytes):
    """The body is named when it is whole: only that it is was not said."""
    await streamed(call, b"one")
    await call.write(body)
    await call.reply()
    (store.folder / "calls" / call.id / "answer.json").unlink()

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert not account.partial
    assert pieces(account.reply) == [b"one", body]


@pytest.mark.parametrize(
    ("damage", "left"), [("event-0000", None), ("event-0001", [b"one"]), ("answer.body", [b"one", b"two"])]
)
@pytest.mark.parametrize("gone", [True, False])
async def test_of_a_damaged_stream_what_stands_before_the_damage_counts(
    store: Store,
    call: Call,
    damage: str,
    left: list[bytes] | None,
    gone: bool,  # noqa: FBT001 - a parameter of the case
):
    await streamed(call, b"one", b"two")
    await call.write(b"rest")
    await call.reply()
    path = store.folder / "calls" / call.id / damage
    if gone:
        path.unlink()
    else:
        path.write_bytes(b"t")

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    if left is None:
        assert account.state == "sent"
    else:
        assert pieces(account.reply) == left
        assert account.partial


async def test_a_missing_event_is_not_skipped_where_nobody_said_how_many_there_are(store: Store, call: Call):
    await streamed(call, b"one", b"two", b"three")
    await call.reply()
    for name in ("answer.json", "event-0001"):
        (store.folder / "calls" / call.id / name).unlink()

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert pieces(account.reply) == [b"one"]
    assert account.partial


async def test_an_event_without_a_head_is_no_answer(store: Store, call: Call):
    await streamed(call, b"one")
    (store.folder / "calls" / call.id / "head.json").write_bytes(b"{")

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert account.state == "sent"


async def test_a_call_that_was_taken_has_a_ticket_until_its_answer_comes(store: Store, call: Call):
    folder = store.folder / "calls" / call.id
    await call.sending()
    await call.ticket("0a1b-2c")
    taken = read_account(folder)
    await call.head(200, HEADERS)
    await call.write(b"{}")
    await call.reply()
    answered = read_account(folder)

    assert taken is not None
    assert answered is not None
    assert (taken.state, taken.ticket) == ("taken", "0a1b-2c")
    assert (answered.state, answered.ticket) == ("answered", "0a1b-2c")


async def test_a_ticket_that_cannot_be_read_leaves_the_call_sent(store: Store, call: Call):
    await call.sending()
    await call.ticket("0a1b-2c")
    (store.folder / "calls" / call.id / "ticket.json").write_bytes(b"")

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert account.state == "sent"


async def test_a_cut_body_has_no_name(store: Store, call: Call):
    await call.sending()
    await call.head(200, [])
    await call.write(bytes(300_000))

    account = read_account(store.folder / "calls" / call.id)
    assert account is not None
    assert (account.state, account.reply) == ("sent", None)


async def test_a_body_that_is_shorter_than_was_recorded_is_no_answer(store: Store, call: Call):
    await call.sending()
    await call.head(200, [])
    await call.write(b"{}")
    reply = await call.reply()
    reply.body.write_bytes(b"{")

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert account.state == "sent"


async def test_a_reply_needs_a_head(call: Call):
    await call.sending()

    with pytest.raises(ValueError, match="head"):
        await call.reply()


async def test_a_call_ends_once(call: Call):
    await call.settle("failed", code="InvalidParameter")

    with pytest.raises(ValueError, match="has an outcome"):
        await call.settle("done")


async def test_a_held_call_says_why_and_stays_open(store: Store, call: Call):
    await call.sending()
    await call.hold("connection reset after 12.4 s", request_id="021763")

    account = read_account(store.folder / "calls" / call.id)

    assert account is not None
    assert (account.state, account.cause, account.request_id, account.outcome) == (
        "held",
        "connection reset after 12.4 s",
        "021763",
        None,
    )


async def test_nothing_is_sent_after_a_write_has_failed(store: Store, call: Call):
    store.disk.healthy = False

    with pytest.raises(StoreError, match="nothing more is sent"):
        await call.sending()

    assert "sent.json" not in files(store, call)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"schema":"call/1"}', b'{"schema":"call/2"}'])
async def test_a_call_without_a_readable_intent_is_held_for_its_key_and_stays_reserved(
    store: Store, ledger: Ledger, call: Call, damage: bytes
):
    """The index knows for what it was, so it is not bought again."""
    (store.folder / "calls" / call.id / "intent.json").write_bytes(damage)

    (found,) = ledger.open_calls_of(INTENT.key)
    assert (found.id, found.state, found.intent.task) == (call.id, "held", INTENT.task)
    assert "its record is damaged" in found.cause
    assert ledger.spent()["USD"].reserved == INTENT.worst
    await ledger.release(call.id, reason="looked up")
    assert ledger.open_calls() == ()
    assert ledger.spent()["USD"].reserved == 0


async def test_a_call_of_which_nobody_knows_what_it_was_for_is_named(store: Store):
    with Ledger.open(store) as ledger:
        call = await ledger.begin(INTENT, Cap())
    (store.folder / "calls" / call.id / "intent.json").write_bytes(b"{}")
    (store.folder / "index.db").unlink()

    with Ledger.open(store) as ledger:
        assert ledger.recover() == ()
        assert ledger.unreadable() == (call.id,)
        await ledger.release(call.id, reason="looked up")
        assert ledger.unreadable() == ()


@pytest.mark.parametrize("name", ["intent", "sent", "hold", "answer", "outcome"])
async def test_a_flipped_bit_is_found_and_not_believed(store: Store, ledger: Ledger, name: str):
    call = await ledger.begin(INTENT, Cap())
    await call.sending()
    await call.head(200, [])
    await call.write(b"{}")
    await call.reply()
    await call.hold("lost")
    await call.settle("done", price=INTENT.worst, pictures=1)
    path = store.folder / "calls" / call.id / f"{name}.json"
    whole = path.read_bytes()

    for position in range(0, len(whole), 7):
        flipped = bytearray(whole)
        flipped[position] ^= 4
        path.write_bytes(flipped)
        assert _read(path.parent, name) is None
    path.write_bytes(whole)
    assert _read(path.parent, name) is not None


async def test_a_damaged_outcome_leaves_the_call_open(store: Store, ledger: Ledger, call: Call):
    await call.sending()
    await call.hold("lost")
    (store.folder / "calls" / call.id / "outcome.json").write_bytes(b"{}")

    assert [found.state for found in ledger.open_calls()] == ["held"]


async def test_a_disk_that_fails_during_a_call_says_so_and_stops_the_rest(tmp_path: Path):
    folder = tmp_path / "store"
    Store.open(folder)
    for number in range(1, 60):
        store = Store.open(folder, files=failing(number, times=1000, only=("write", "sync", "rename")))
        try:
            with Ledger.open(store) as ledger:
                call = await ledger.begin(INTENT, Cap())
                await call.sending()
                await call.head(200, [])
                await call.write(b"{}")
                await call.reply()
                await call.settle("done", price=INTENT.worst, pictures=1)
        except StoreError:
            assert not store.healthy
            with pytest.raises(StoreError):
                store.expect_healthy()
        else:
            break
    else:
        pytest.fail("no life without a failure")
    assert number > 15


async def test_an_intent_without_a_price_is_refused(ledger: Ledger):
    with pytest.raises(ValueError, match="not a price"):
        await ledger.begin(replace(INTENT, worst=Decimal("NaN")), Cap())


def without_sums(folder: Path) -> None:
    """The files of a call as the first version wrote them."""
    for path in folder.glob("*.json"):
        tree = json.loads(path.read_text("utf-8"))
        del tree["sum"]
        if path.name == "intent.json":
            tree["schema"] = "call/1"
            del tree["origin"]
        path.write_text(json.dumps(tree, indent=1), "utf-8")


async def test_a_call_of_the_first_version_is_read_whole(store: Store, ledger: Ledger, call: Call):
    await call.sending()
    await call.head(200, [("x", "y")])
    await call.write(b"{}")
    await call.reply()
    await call.settle("done", price=Decimal("0.04"), pictures=1, request_id="021763")
    folder = store.folder / "calls" / call.id
    whole = read_account(folder)
    without_sums(folder)
    assert read_account(folder) == whole


async def test_a_digest_that_is_taken_out_of_a_file_is_missed(store: Store, ledger: Ledger, call: Call):
    await call.settle("done", price=Decimal("0.04"), pictures=1)
    path = store.folder / "calls" / call.id / "outcome.json"
    tree = json.loads(path.read_text("utf-8"))
    del tree["sum"]
    path.write_text(json.dumps(tree), "utf-8")
    account = read_account(path.parent)
    assert account is not None
    assert account.outcome is None
