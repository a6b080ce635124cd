"""A second provider takes over when the first is out; two emulators' own accounts say who was paid."""

import asyncio
import json

import pytest

import seedream_pipe
from seedream_pipe import errors
from seedream_pipe.emulator import Emulator
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.run.events import ProviderOut
from seedream_pipe.run.outcomes import Held, Waiting
from seedream_pipe.run.pace import Pace
from tests.api.board import KEYS, Board, simple_board, singles
from tests.run.tasks import jpeg

NOBODY = "http://127.0.0.1:9"
"""An address where nothing listens: whoever connects is refused."""


async def no_time(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
def second():
    with Emulator() as emulator:
        yield emulator


def listed(second: Emulator, name: str = "byteplus") -> str:
    return f"{name}={second.base_url(name)}"


@pytest.fixture
def board(tmp_path, emulator, second) -> Board:
    """Four frames at 302.AI, with BytePlus behind it: both charge in dollars."""
    return simple_board(tmp_path / "board", emulator, singles(4), fallback=listed(second), jobs=1)


OUT = [
    Fault(answer="302/error-401-invalid-key", times=0),
    Fault(answer="302/error-402-balance-UNVERIFIED", times=0),
    Fault(answer="302/error-503-no-model", times=0),
    Fault(answer="error/401-authentication", times=0),
    Fault(answer="error/403-account-overdue", times=0),
    Fault(answer="error/403-access-denied", times=0),
    Fault(answer="error/404-model-not-open", times=0),
    Fault(answer="error/429-quota-exceeded", times=0),
    Fault(answer="error/429-set-limit", times=0),
    Fault(answer="error/429-model-ipm", times=0, headers={"Retry-After": "7200"}),
]


@pytest.mark.parametrize("fault", OUT, ids=lambda fault: fault.answer)
def test_the_second_makes_what_the_first_may_not(board, emulator, second, fault):
    emulator.script(fault)
    told = []
    record = board.run(listener=told.append)
    assert (record.exit_code, record.counts()) == (0, {"made": 4})
    assert (len(emulator.ledger.billed), len(second.ledger.billed)) == (0, 4)
    assert len(emulator.ledger.requests) == 1  # once out, it is not asked again
    (out,) = (event for event in told if isinstance(event, ProviderOut))
    assert (out.provider, out.instead) == ("302.AI", "BytePlus ModelArk")
    assert len(record.switched) == 1
    assert "BytePlus ModelArk takes over" in record.switched[0]


def test_a_provider_whose_line_is_down_is_out_after_its_tries(board, second):
    record = board.run(base_url=NOBODY, pace=Pace(sleep=no_time))
    assert (record.exit_code, len(second.ledger.billed)) == (0, 4)
    assert "nothing was sent" in record.switched[0]


def test_a_provider_that_is_out_half_way_keeps_what_it_made(board, emulator, second):
    emulator.script(Fault(number=3, answer="error/403-account-overdue"))
    record = board.run()
    assert (record.exit_code, record.counts()) == (0, {"made": 4})
    assert (len(emulator.ledger.billed), len(second.ledger.billed)) == (2, 2)
    again = board.run()
    assert (again.exit_code, again.counts()) == (0, {"reused": 4})


def test_what_may_have_been_billed_is_never_taken_elsewhere(board, emulator, second):
    emulator.script(Fault(match="number 0", cut="before"), Fault(answer="error/401-authentication", times=0))
    record = board.run()
    assert record.exit_code == 4
    assert isinstance(record.outcomes["shots@s00"], Held)
    assert [each.prompt for each in second.ledger.billed].count("frame number 0") == 0
    assert (len(emulator.ledger.billed), len(second.ledger.billed)) == (1, 3)
    again = board.run()
    assert (again.exit_code, len(second.ledger.billed)) == (4, 3)


@pytest.mark.parametrize(
    "fault", [Fault(answer="error/500-internal"), Fault(answer="302/error-524-gateway-timeout")]
)
def test_an_answer_that_does_not_say_what_was_billed_moves_nothing(board, emulator, second, fault):
    emulator.script(fault)
    record = board.run("shots@s00")
    assert (record.exit_code, len(second.ledger.requests)) == (4, 0)


@pytest.mark.parametrize(
    "answer", ["error/400-output-image-sensitive", "error/400-size-too-small"], ids=["refused", "request"]
)
def test_what_lies_in_the_request_is_not_tried_elsewhere(board, emulator, second, answer):
    emulator.script(Fault(answer=answer))
    record = board.run("shots@s00")
    assert (record.exit_code, len(second.ledger.requests)) == (1, 0)


def test_when_both_are_out_the_run_stops_and_nothing_is_charged(board, emulator, second):
    emulator.script(Fault(answer="302/error-401-invalid-key", times=0))
    second.script(Fault(answer="error/403-account-overdue", times=0))
    record = board.run()
    assert record.exit_code == 1
    assert record.stopped.startswith("302.AI is out: ")
    assert "BytePlus ModelArk is out: AccountOverdueError" in record.stopped
    assert (len(emulator.ledger.requests), len(second.ledger.requests)) == (1, 1)
    assert record.counts() == {"failed": 1, "waiting": 3}


def test_what_the_second_does_not_make_waits(board, emulator, second):
    """An endpoint's id is of the account that it was made in (R15)."""
    board.edit("model: seedream-4.5", "model: ep-20260101000000-abcde")
    board.edit("size: 2K", "size: 2048x2048")
    emulator.script(Fault(answer="error/403-account-overdue", times=0))
    record = board.run(price="0.04")
    assert (len(second.ledger.requests), record.exit_code) == (0, 1)
    assert record.counts()["failed"] == 1


def test_references_that_the_second_is_known_to_refuse_are_not_sent_there(tmp_path, emulator, second):
    """302.AI may refuse eleven references (R47): what has them waits for the first provider."""
    folder = tmp_path / "many"
    (folder / "refs").mkdir(parents=True)
    for number in range(11):
        (folder / "refs" / f"{number:02}.jpg").write_bytes(jpeg("red", (300 + number, 200)))
    text = (
        "version: 1\nname: b\ndefaults: {model: seedream-4.5, size: 2K, watermark: false}\n"
        "references: {many: refs/*.jpg}\nsteps:\n"
        "  few: {prompt: few}\n  many_: {references: [many], prompt: many}\n"
    )
    board = simple_board(folder, emulator, text, jobs=1)
    settings = {"provider": "byteplus", "base_url": emulator.base_url("byteplus")}
    emulator.script(Fault(answer="error/403-account-overdue", times=0))
    record = board.run(**settings, fallback=listed(second, "302ai"))
    assert len(second.ledger.billed) == 1
    outcome = record.outcomes["many_"]
    assert isinstance(outcome, Waiting) or outcome.fault == "account"


def test_a_key_that_is_missing_is_said_before_anything_is_sent(board, emulator, second):
    keys = {"AI302_API_KEY": KEYS["AI302_API_KEY"]}
    with pytest.raises(errors.ProviderError, match="BYTEPLUS_API_KEY is not set, and BytePlus"):
        seedream_pipe.run(board.file, environment=keys, yes=True, **board.settings)
    assert (emulator.ledger.requests, second.ledger.requests) == ((), ())


def test_a_test_server_is_never_followed_by_a_provider_that_charges(board, emulator):
    with pytest.raises(errors.UsageError, match="not both test servers"):
        board.run(fallback="ark")
    assert emulator.ledger.requests == ()


def test_previews_take_over_from_nobody(board):
    with pytest.raises(errors.UsageError, match="never stand for bought pictures"):
        board.run(fallback="preview")


def test_an_answer_is_finished_by_the_provider_that_took_it(board, emulator, second):
    """Its link is of the second; the first is asked in the next run, and could not fetch it."""
    emulator.script(Fault(answer="error/401-authentication", times=1))
    second.script(Fault(on="download", status=503, times=0))
    assert board.run("shots@s00", pace=Pace(sleep=no_time)).exit_code == 4
    second.calm()
    record = board.run("shots@s00")
    assert record.exit_code == 0
    assert (len(emulator.ledger.billed), len(second.ledger.billed)) == (0, 1)
    result = next((board.folder / ".seedream" / "results").rglob("*.json"))
    assert json.loads(result.read_text())["provider"] == "byteplus"


class TestAnotherCurrency:
    """Ark charges in CNY: a cap in dollars says nothing of it."""

    @pytest.fixture
    def board(self, tmp_path, emulator, second):
        return simple_board(tmp_path / "cny", emulator, singles(2), fallback=listed(second, "ark"), jobs=1)

    def test_the_plan_says_both_prices(self, board):
        forecast = board.plan()
        assert [str(each) for each in forecast.asked] == ["$0.08", "0.50 CNY"]

    def test_a_cap_without_the_other_currency_is_refused_even_with_yes(self, board, emulator):
        with pytest.raises(errors.OverBudget, match="--max-cost of 5 says nothing of CNY") as caught:
            board.run(max_cost="5")
        assert "--max-cost 5USD," in caught.value.hint
        assert emulator.ledger.requests == ()

    def test_a_cap_that_names_both_answers_for_the_price(self, board, emulator, second):
        emulator.script(Fault(answer="error/401-authentication", times=0))
        record = board.run(yes=False, max_cost="0.08,0.50CNY")
        assert (record.exit_code, str(record.price), len(second.ledger.billed)) == (0, "0.50 CNY", 2)

    def test_a_cap_that_covers_one_of_both_does_not_answer(self, board):
        with pytest.raises(errors.OverBudget, match="does not cover it"):
            board.run(yes=False, max_cost="0.08,0.49CNY")

    def test_each_currency_has_its_own_cap(self, board, emulator, second):
        emulator.script(Fault(answer="error/401-authentication", times=0))
        record = board.run(max_cost="1USD,0.25CNY")
        assert (record.exit_code, len(second.ledger.billed)) == (5, 1)
        assert "0.25 CNY of 0.25 CNY for this run" in record.stopped

    def test_what_was_spent_is_said_in_both(self, board, emulator):
        emulator.script(Fault(number=2, answer="error/401-authentication"))
        record = board.run()
        assert str(record.price) == "$0.04 + 0.25 CNY"
        tree = record.tree()
        assert (tree["price"], tree["currency"]) == ("0.04", "USD")
        assert tree["also"] == [{"price": "0.25", "currency": "CNY"}]
