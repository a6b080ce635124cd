"""What is paid for, judged by the service's own account of what it billed."""

import asyncio
import json
import re
import socket
from decimal import Decimal

import pytest

from seedream_pipe.digest import tagged
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.ledger.budget import Cap
from seedream_pipe.plan.key import FORMAT
from seedream_pipe.run.events import CallPaid, CallSent
from seedream_pipe.run.outcomes import Failed, Held, Made, Refused, Reused, Waiting
from seedream_pipe.store.results import Gap, Hit, Stored
from tests.run.market import KEY
from tests.run.tasks import task

SHOT = task("shot", prompt="a night market")
SERIES = task("series", prompt="Generate a set of 4 pictures of a cat", group=4)


def results(market):
    store = market.store
    return [lookup.result for key in store.results if isinstance(lookup := store.results.get(key), Hit)]


def test_a_picture_is_bought_once_and_then_reused(market):
    first, second = market.buy(SHOT), market.buy(SHOT)
    assert isinstance(first, Made)
    assert (first.made, str(first.price)) == (1, "$0.04")
    assert isinstance(second, Reused)
    assert second.takes == first.takes
    assert (market.requests, market.billed) == (1, 1)
    assert market.spent().price == Decimal("0.04")
    assert market.spent().reserved == 0


def test_the_picture_is_what_the_service_made_byte_for_byte(market):
    market.provider = "ark"  # 302.AI names no request
    made = market.buy(SHOT)
    (digest,) = made.takes[0].pictures
    (result,) = results(market)
    assert result.stored[0].digest == digest
    assert len(market.store.blobs.read(digest)) == result.stored[0].bytes
    assert result.request_id == market.emulator.ledger.requests[0].request_id


@pytest.mark.parametrize("provider", ["302ai", "ark", "byteplus"])
@pytest.mark.parametrize("form", ["url", "b64_json"])
def test_every_provider_and_form_of_answer_comes_to_the_same(market, provider, form):
    market.provider, market.response_format = provider, form
    assert isinstance(market.buy(SHOT), Made)
    assert market.billed == 1
    assert len(market.emulator.ledger.downloads) == (form == "url")


def test_an_intent_holds_what_its_key_was_taken_of(market):
    """With it a later process can complete an answer whose task has gone from the pipeline."""
    market.buy(SHOT)
    (path,) = (market.store.folder / "calls").glob("*/intent.json")
    intent = json.loads(path.read_bytes())
    assert tagged(FORMAT, intent["recipe"]) == intent["key"]


def test_a_picture_bought_from_one_provider_is_there_for_another(market):
    market.buy(SHOT)
    market.provider = "ark"
    assert isinstance(market.buy(SHOT), Reused)
    assert market.billed == 1


def test_a_group_is_one_call_of_several_pictures(market):
    made = market.buy(SERIES)
    assert (made.made, str(made.price), market.requests, market.billed) == (4, "$0.16", 1, 4)


def test_a_group_may_come_with_fewer_and_costs_what_came(market):
    market.emulator.script(Fault(count=2))
    made = market.buy(SERIES)
    assert (made.made, made.notes, str(made.price)) == (2, (), "$0.08")
    assert market.spent().reserved == 0


def test_takes_are_calls_of_their_own(market):
    made = market.buy(task("shot", takes=3))
    assert (made.made, market.requests, market.billed) == (3, 3, 3)
    assert len({take.pictures for take in made.takes}) == 3


def test_a_refused_picture_of_a_group_is_a_hole_that_stays_one(market):
    """R82 to R84: what came is kept; what did not is said, now and when it is used again."""
    market.emulator.script(Fault(count=4, refuse=(2,)))
    first, second = market.buy(SERIES), market.buy(SERIES)
    assert first.takes[0].pictures[2] is None
    assert (first.made, len(first.notes), str(first.price)) == (3, 1, "$0.12")
    assert isinstance(second, Reused)
    assert second.notes == first.notes
    assert market.billed == 3
    (result,) = results(market)
    assert not result.complete
    assert isinstance(result.pictures[2], Gap)
    assert result.pictures[2].refused


def test_a_group_that_broke_off_keeps_what_was_made(market):
    """R84: an internal fault ends the group."""
    market.emulator.script(Fault(count=4, break_at=2))
    made = market.buy(SERIES)
    assert made.made == market.billed
    assert made.notes
    assert market.spent().price == Decimal("0.04") * market.billed


REFUSALS = [
    "error/400-input-text-sensitive",
    "error/400-input-image-sensitive",
    "error/400-output-image-sensitive",
    "response/whole-failure-in-200",
]


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_is_remembered_and_not_sent_again(market, answer):
    market.emulator.script(Fault(answer=answer))
    first, second = market.buy(SHOT), market.buy(SHOT)
    assert isinstance(first, Refused)
    assert second == first
    assert first.request_id
    assert (market.requests, market.billed) == (1, 0)


def test_a_refusal_is_sent_again_when_a_person_asks(market):
    market.emulator.script(Fault(answer=REFUSALS[0]))
    market.buy(SHOT)
    market.retry_refused = True
    assert isinstance(market.buy(SHOT), Made)
    market.retry_refused = False
    assert isinstance(market.buy(SHOT), Reused)
    assert (market.requests, market.billed) == (2, 1)


@pytest.mark.parametrize("answer", ["error/429-model-ipm", "error/429-model-rpm", "error/429-request-burst"])
def test_a_limit_is_waited_for_and_then_bought_once(market, answer):
    market.emulator.script(Fault(answer=answer, times=2))
    assert isinstance(market.buy(SHOT), Made)
    assert (market.requests, market.billed) == (3, 1)
    assert len(market.pauses) == 2
    assert market.pauses[1] > market.pauses[0] >= 1


def test_a_wait_that_the_service_names_is_kept(market):
    market.emulator.script(Fault(answer="error/429-model-rpm", headers={"Retry-After": "17"}))
    market.buy(SHOT)
    assert market.pauses == [pytest.approx(17, abs=1)]
    assert [event.seconds for event in market.paused()] == market.pauses


def test_a_wait_longer_than_patience_ends_the_task(market):
    market.emulator.script(Fault(answer="error/429-model-rpm", headers={"Retry-After": "3600"}))
    outcome = market.buy(SHOT)
    assert isinstance(outcome, Failed)
    assert (market.requests, market.pauses) == (1, [])


def test_a_limit_that_does_not_pass_is_given_up_unbilled(market):
    market.emulator.script(Fault(answer="error/429-model-rpm", times=0))
    outcome = market.buy(SHOT)
    assert isinstance(outcome, Failed)
    assert "tried 8 times, not billed" in outcome.message
    assert (market.requests, market.billed, market.spent().reserved) == (8, 0, 0)
    assert sum(market.pauses) > 61  # the minute that the service counts by has passed


@pytest.mark.parametrize(
    "answer", ["error/400-size-malformed", "error/404-model-not-found", "302/error-400-upstream-passthrough"]
)
def test_a_wrong_request_fails_once_and_says_what_the_service_said(market, answer):
    market.emulator.script(Fault(answer=answer))
    outcome = market.buy(SHOT)
    assert isinstance(outcome, Failed)
    assert outcome.message
    assert (market.requests, market.billed, market.stop.closed.is_set()) == (1, 0, False)


ACCOUNT = [
    "error/401-authentication",
    "302/error-401-invalid-key",
    "302/error-402-balance-UNVERIFIED",
    "error/403-account-overdue",
    "error/429-quota-exceeded",
    "error/429-set-limit",
    "302/error-503-no-model",
]


@pytest.mark.parametrize("answer", ACCOUNT)
def test_an_error_of_the_account_stops_all_sending(market, answer):
    market.emulator.script(Fault(answer=answer, times=0))
    assert isinstance(market.buy(SHOT), Failed)
    assert market.stop.closed.is_set()
    assert market.requests == 1


def test_after_an_error_of_the_account_nothing_leaves_that_had_not_left(market):
    """Those that wait out a limit or come later are told why, and send nothing."""
    market.emulator.script(
        Fault(match="first", answer="302/error-402-balance-UNVERIFIED", delay=0.2),
        Fault(match="second", answer="error/429-model-rpm", times=0, headers={"Retry-After": "60"}),
    )

    async def for_ever(_seconds):
        await asyncio.sleep(3600)

    market._sleep = for_ever
    first, second = market.buy(task("a", prompt="first"), task("b", prompt="second"))
    assert isinstance(first, Failed)
    assert isinstance(second, Waiting)
    assert second.why == "stopped"
    assert first.code in second.message
    assert market.requests == 2


UNCERTAIN = {
    "500": Fault(answer="error/500-internal"),
    "500 of 302.AI": Fault(answer="302/error-500-network"),
    "524, billed": Fault(answer="302/error-524-gateway-timeout", bill=True),
    "reset before the answer": Fault(cut="before"),
    "reset in the head": Fault(cut="head"),
    "reset in the body": Fault(cut="body"),
    "closed in the body": Fault(cut="body", end="close"),
    "200 of garbage": Fault(status=200, body=b"<html>", content_type="text/html", bill=True),
    "200 of nothing": Fault(status=200, body=b"{}", bill=True),
    "a status that nobody knows": Fault(status=418, body=b"{}"),
}


@pytest.mark.parametrize("fault", UNCERTAIN.values(), ids=UNCERTAIN)
def test_what_may_have_been_billed_is_held_and_never_sent_again(market, fault):
    market.emulator.script(fault)
    first, second = market.buy(SHOT), market.buy(SHOT)
    assert isinstance(first, Held)
    assert (first.task, str(first.worst)) == ("shot", "$0.04")
    assert isinstance(second, Held)
    assert second.call == first.call
    assert market.requests == 1
    assert market.spent().reserved == Decimal("0.04")


def test_a_held_call_keeps_what_the_service_said(market):
    market.emulator.script(Fault(status=200, body=b"<html>oh</html>", bill=True))
    held = market.buy(SHOT)
    assert (market.store.folder / "calls" / held.call / "answer.body").read_bytes() == b"<html>oh</html>"


def test_a_connection_that_is_never_made_is_tried_again_and_given_up(market):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    market.base_url = f"http://127.0.0.1:{nobody}"
    outcome = market.buy(SHOT)
    assert isinstance(outcome, Failed)
    assert "nothing was sent" in outcome.message
    assert len(market.pauses) == 4
    assert market.spent().reserved == 0
    assert market.open_calls() == ()


def test_a_link_that_is_dead_is_a_loss_that_is_said_and_not_bought_again(market):
    market.emulator.script(Fault(on="download", status=403, times=0))
    first, second = market.buy(SHOT), market.buy(SHOT)
    assert isinstance(first, Held)
    assert "paid for and lost" in first.message
    assert isinstance(second, Held)
    assert (market.requests, market.billed) == (1, 1)


def test_of_a_group_the_pictures_whose_links_live_are_kept(market):
    market.emulator.script(Fault(on="download", number=2, status=403))
    made = market.buy(SERIES)
    assert (made.made, market.billed) == (3, 4)
    (note,) = made.notes
    assert re.search(r"picture \d: paid for and lost: .* \(\$0.04, client id \d+\)", note)
    assert str(made.price) == "$0.16"


def test_a_stream_that_breaks_off_keeps_what_came_and_holds_the_rest(market):
    """Nobody knows how many more were made, so it counts in full until a person has said a word."""
    market.emulator.script(Fault(as_stream=True, count=4, cut="event", at=2.0))
    first, second = market.buy(SERIES), market.buy(SERIES)
    for outcome in (first, second):
        assert isinstance(outcome, Held)
        assert "ended after 2 of up to 4 pictures" in outcome.message
        (kept,) = outcome.takes
        assert [each is not None for each in kept.pictures] == [True, True, False]
    assert (market.requests, len(market.open_calls())) == (1, 1)
    assert market.spent().reserved == Decimal("0.16")
    (result,) = results(market)
    assert (result.price, len(result.stored)) == ("0.08", 2)


def test_pictures_that_were_billed_and_are_not_in_the_answer_are_held(market):
    """P1 knows no fourth state: they are neither here nor to be fetched, so they are said."""
    pictures = ",".join(f'{{"url": "<<url {n}>>"}}' for n in range(3))
    body = f'{{"model": "m", "data": [{pictures}], "usage": {{"generated_images": 4}}}}'
    market.emulator.script(Fault(count=4, as_stream=False, body=body.encode(), fill=True))
    first, second = market.buy(SERIES), market.buy(SERIES)
    assert isinstance(first, Held)
    assert "4 pictures were billed and 3 came" in first.message
    assert len(first.takes[0].pictures) == 4
    assert (second.call, second.message) == (first.call, first.message)
    assert market.requests == 1


def test_a_group_that_came_whole_before_the_stream_broke_off_owes_nothing(market):
    market.emulator.script(Fault(as_stream=True, count=4, completed=False, done=False))
    assert market.buy(SERIES).made == 4
    assert market.open_calls() == ()


def test_a_picture_that_cannot_be_fetched_now_is_fetched_later_for_nothing(market):
    market.emulator.script(Fault(on="download", status=503, times=0))
    first = market.buy(SHOT)
    assert isinstance(first, Waiting)
    assert first.why == "fetch"
    assert "paid for, not yet downloaded" in first.message
    market.emulator._behaviour.script.clear()
    second = market.buy(SHOT)
    assert isinstance(second, Made)
    assert str(second.price) == "$0.00"
    assert (market.requests, market.billed) == (1, 1)
    assert market.spent().price == Decimal("0.04")
    assert market.spent().reserved == 0


@pytest.mark.parametrize("damage", ["half", "html", "empty", "other_size"])
def test_a_picture_that_comes_damaged_is_fetched_again(market, damage):
    market.emulator.script(Fault(on="download", damage=damage))
    assert isinstance(market.buy(SHOT), Made)
    assert (market.billed, len(market.emulator.ledger.downloads)) == (1, 2)


def test_equal_orders_at_once_are_one_call(market):
    same = [task(name, prompt="the same") for name in "abc"]
    outcomes = market.buy(*same)
    assert sorted(type(each).__name__ for each in outcomes) == ["Made", "Reused", "Reused"]
    assert len({each.takes[0].pictures for each in outcomes}) == 1
    assert (market.requests, market.billed) == (1, 1)


def test_the_budget_is_never_passed_and_says_what_it_is(market):
    market.cap = Cap(run=Decimal("0.10"))
    outcomes = market.buy(*(task(f"t{n}") for n in range(6)))
    names = sorted(type(each).__name__ for each in outcomes)
    assert names == ["Made"] * 2 + ["Waiting"] * 4
    waiting = [each for each in outcomes if isinstance(each, Waiting)]
    assert {each.why for each in waiting} == {"budget"}
    assert "$0.10" in waiting[0].message
    assert market.billed == 2


def test_what_is_held_counts_towards_the_budget_in_full(market):
    market.cap = Cap(total=Decimal("0.08"))
    market.emulator.script(Fault(match="lost", cut="before"))
    market.buy(task("a", prompt="lost"))
    market.buy(task("b"))
    assert isinstance(market.buy(task("c")), Waiting)
    assert (market.spent().price, market.spent().reserved) == (Decimal("0.04"), Decimal("0.04"))


def test_one_take_that_fails_leaves_the_others_bought(market):
    market.emulator.script(Fault(number=2, answer="error/400-output-image-sensitive"))
    outcome = market.buy(task("shot", takes=3))
    assert isinstance(outcome, Refused)
    assert market.billed == 2
    assert len(results(market)) == 2


def test_each_state_is_on_disk_before_the_next_thing_happens(market):
    """Intent before the call leaves, the answer before any download, the result before the outcome."""
    seen = {}

    def look(event):
        calls = market.folder / ".seedream" / "calls"
        seen[type(event).__name__] = (
            sorted(path.name for path in next(calls.iterdir()).iterdir()),
            market.requests,
            len(list((market.folder / ".seedream" / "results").glob("*/*"))),
        )

    market.on_event = look
    market.buy(SHOT)
    assert seen["CallSent"] == (["intent.json"], 0, 0)
    files, requests, stored = seen["CallPaid"]
    assert {"intent.json", "sent.json", "head.json", "answer.json", "answer.body", "outcome.json"} == set(
        files
    )
    assert (requests, stored) == (1, 1)


def test_the_answer_is_on_disk_before_a_picture_is_asked_for(market):
    market.emulator.script(Fault(on="download", status=503, times=0))
    market.buy(SHOT)
    (call,) = market.open_calls()
    assert call.state == "answered"
    assert json.loads(call.reply.body.read_bytes())["data"]


def test_what_is_known_of_a_result_is_kept_with_it(market):
    market.buy(SERIES)
    (result,) = results(market)
    assert (result.price, result.currency, result.billed, result.take) == ("0.16", "USD", 4, 1)
    assert result.recipe["prompt"] == SERIES.recipe.generation.prompt
    assert all(isinstance(each, Stored) for each in result.pictures)


@pytest.mark.parametrize("at", [CallSent, CallPaid])
def test_a_bug_of_ours_costs_nothing_twice(market, at):
    def fall(event):
        if type(event) is at:
            raise RuntimeError("a bug")

    market.on_event = fall
    with pytest.raises(RuntimeError, match="a bug"):
        market.buy(SHOT)
    market.on_event = None
    assert isinstance(market.buy(SHOT), (Made, Reused))
    assert market.billed == 1


def test_a_buy_that_is_cut_off_at_any_instant_is_paid_for_once_at_most(market):
    market.emulator.script(Fault(times=0, delay=0.01), Fault(on="download", times=0, delay=0.01))
    for number in range(24):
        shot = task(f"t{number}")
        before = market.requests
        market.buy_and_cancel(shot, after=number * 0.004)
        after = market.buy(shot)
        assert isinstance(after, (Made, Reused, Held)), number
        # Cut off between the note that it is being sent and its last byte, it is held and never arrived.
        assert isinstance(after, Held) or market.requests == before + 1, number
        assert market.billed <= market.requests <= before + 1, number
    assert market.spent().price + market.spent().reserved == Decimal("0.04") * 24


def test_the_key_is_written_nowhere(market):
    market.emulator.script(
        Fault(answer="error/429-model-rpm"),
        Fault(match="lost", cut="body"),
        Fault(status=500, body=KEY.encode()),
    )
    for name in ("a", "lost", "c"):
        market.buy(task(name))
    found = [
        path for path in market.folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()
    ]
    assert found == []
    assert KEY not in repr(market.events)
