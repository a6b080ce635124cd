"""Pictures per rolling minute (R130, R157)."""

from seedream_pipe.emulator import Emulator, Options
from seedream_pipe.emulator.failures import Declined
from seedream_pipe.emulator.limits import Limits

CN_45 = "doubao-seedream-4-5-251128"


def admitted(limits, now, *, key="k", model=CN_45, pictures=1, in_flight=0):
    try:
        limits.admit(key, model, pictures, in_flight=in_flight, now=now)
    except Declined:
        return False
    return True


def test_a_minute_rolls():
    limits = Limits(Options(pictures_per_minute=2))
    assert [admitted(limits, now) for now in (0, 30, 59)] == [True, True, False]
    assert [admitted(limits, now) for now in (60.5, 61, 91)] == [True, False, True]


def test_every_key_and_every_model_has_a_minute_of_its_own():
    limits = Limits(Options(pictures_per_minute=1))
    assert [admitted(limits, 0), admitted(limits, 0, key="other"), admitted(limits, 0, model="another")] == [
        True
    ] * 3


def test_at_once():
    limits = Limits(Options(max_in_flight=2))
    assert [admitted(limits, 0, in_flight=number) for number in (1, 2)] == [True, False]


def test_the_limit_counts_before_references_are_looked_at(ask):
    with Emulator(pictures_per_minute=0) as emulator:
        assert ask(emulator, image="cat.png").status_code == 429
        assert ask(emulator, size="1x1").status_code == 400


def test_the_limit_has_no_retry_after_unless_asked(ask):
    with Emulator(pictures_per_minute=0) as emulator:
        answer = ask(emulator)
    assert answer.json()["error"]["code"] == "ModelAccountIpmRateLimitExceeded"
    assert "retry-after" not in answer.headers
    with Emulator(pictures_per_minute=0, retry_after="7") as emulator:
        assert ask(emulator).headers["retry-after"] == "7"


def test_a_group_weighs_its_pictures(ask):
    with Emulator(pictures_per_minute=4) as emulator:
        group = {"prompt": "共3张", "sequential_image_generation": "auto"}
        assert [ask(emulator, **group).status_code for _ in range(2)] == [200, 429]
        assert len(emulator.ledger.billed) == 3
