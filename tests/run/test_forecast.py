from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from seedream_pipe.digest import BlobDigest
from seedream_pipe.errors import OverBudget
from seedream_pipe.plan.key import key, keyed
from seedream_pipe.plan.model import FromUrl, Known
from seedream_pipe.problems import Place
from seedream_pipe.reports.forecast import reason_text
from seedream_pipe.run.decisions import Blocked, Make, Reuse
from seedream_pipe.run.forecast import forecast
from seedream_pipe.run.lock import Locked
from seedream_pipe.run.outcomes import Failed, Held, Money, Refused, TakePictures
from seedream_pipe.run.reasons import (
    BlobLost,
    ByTestServer,
    Change,
    FileChanged,
    InputChanged,
    MoreTakes,
    NeverMade,
    NotHere,
    PaidFor,
    RecipeChanged,
    ToMake,
)
from seedream_pipe.store.results import Gap, Hit, Miss, Result, Stored
from tests.run.tasks import chain, digest, picture_of, plan, task

HELD = Held(call="c1", worst=Money(amount=Decimal("0.04"), currency="USD"), message="lost", task="a")
REFUSED = Refused(code="InputTextSensitiveContentDetected", message="no", request_id="021")
HERO = Known(digest=digest("hero"), path="/p/hero.jpg", label="hero")


@dataclass
class Memory:
    """A past that a test writes."""

    results: dict = field(default_factory=dict)
    lock: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    paid: set = field(default_factory=set)
    pins: dict = field(default_factory=dict)
    outside: dict = field(default_factory=dict)
    blobs: dict = field(default_factory=dict)
    gone: dict = field(default_factory=dict)
    references: dict = field(default_factory=dict)
    retry_lost: bool = False

    def result(self, key):
        return self.results.get(key, Miss(reason="never made", result=None))

    def locked(self, address):
        return self.lock.get(address)

    def hold(self, key):
        return self.held.get(key)

    def holds(self):
        return tuple(self.held.values())

    def answered(self, key):
        return key in self.paid

    def refusal(self, key):
        return self.refused.get(key)

    def paid_and_lost(self, key):
        return self.gone.get(key)

    def back(self, _task, _take, key):
        return self.outside.get(key)

    def media_type(self, picture):
        return self.blobs.get(picture)

    def pinned(self, url):
        return self.pins.get(url)

    def began(self, _key):
        return ()

    def whence(self, picture):
        return self.references.get(picture, "")

    def bought(self, owner, *pictures, inputs=(), takes=1, lost=""):
        """As if every take of a task had been bought and was what the task holds."""
        locked = []
        for take in range(1, takes + 1):
            made = key(owner.recipe, inputs, take)
            result = result_of(owner, *pictures, inputs=inputs, take=take)
            self.results[made] = Miss(reason=lost, result=result) if lost else Hit(result=result)
            locked.append(TakePictures(take=take, key=made, pictures=tuple(map(digest, pictures))))
        self.lock[owner.address] = Locked(address=owner.address, takes=tuple(locked))


def result_of(owner, *pictures, inputs=(), take=1):
    return Result(
        key=key(owner.recipe, inputs, take),
        recipe=keyed(owner.recipe, inputs, take),
        inputs=tuple(inputs),
        take=take,
        pictures=tuple(
            Gap(index=index, code="X", message="", refused=True)
            if name is None
            else Stored(digest=digest(name), media_type="image/jpeg", width=1, height=1, bytes=1)
            for index, name in enumerate(pictures)
        ),
        provider="302ai",
        model="m",
        created_at="2026-11-22T00:00:00Z",
        price="0.04",
        currency="USD",
    )


def prices(generation, pictures, references):
    return Money(amount=Decimal("0.04") * pictures, currency="USD")


def looked(board, past, targets=None):
    return forecast(board, targets or list(board.tasks), past, prices, provider="302ai")


def decision(board, past, address):
    return looked(board, past).tasks[address].decision


def changed(owner, **fields):
    generation = replace(owner.recipe.generation, **fields)
    return replace(owner, recipe=replace(owner.recipe, generation=generation))


def test_a_new_task_was_never_made():
    found = decision(plan(task("a")), Memory(), "a")
    assert found == Make(reason=NeverMade(), worst=dollars("0.04"), least=dollars("0.04"), pictures=1)


def dollars(amount):
    return Money(amount=Decimal(amount), currency="USD")


def test_what_is_in_the_store_is_reused_and_costs_nothing():
    board, past = plan(task("a")), Memory()
    past.bought(board.tasks["a"], "one")
    found = looked(board, past)
    assert found.tasks["a"].decision == Reuse()
    assert found.tasks["a"].takes[0].pictures == (digest("one"),)
    assert (found.worst, found.pictures) == (Money(), 0)


def test_a_changed_recipe_names_its_fields_old_and_new_with_their_place():
    before, past = task("a", prompt="day"), Memory()
    past.bought(before, "one")
    at = Place("board.yaml", 9, 5)
    after = replace(
        changed(before, prompt="night", size="4K"), places={"prompt": at}, at=Place("board.yaml", 2, 1)
    )
    found = decision(plan(after), past, "a")
    assert found.reason == RecipeChanged(
        changes=(
            Change(field="prompt", old="day", new="night", at=at),
            Change(field="size", old="2K", new="4K", at=Place("board.yaml", 2, 1)),
        )
    )


def test_a_field_that_was_not_there_changed_from_nothing():
    before, past = task("a"), Memory()
    past.bought(before, "one")
    (change,) = decision(plan(changed(before, seed=7)), past, "a").reason.changes
    assert (change.field, change.old, change.new) == ("seed", None, 7)


def test_a_changed_reference_is_named_by_its_label():
    owner, past = task("a", HERO), Memory()
    past.bought(owner, "one", inputs=(digest("old hero"),))
    reason = decision(plan(owner), past, "a").reason
    assert reason == InputChanged(
        tasks=(),
        changes=(
            Change(
                field="references",
                old=digest("old hero"),
                new=digest("hero"),
                at=owner.at,
                label="hero",
                new_from="hero",
                cause=FileChanged(file="hero"),
            ),
        ),
    )


def test_a_reference_that_was_taken_away_is_a_change():
    owner, past = task("a", HERO), Memory()
    past.bought(owner, "one", inputs=(digest("hero"), digest("gone")))
    (change,) = decision(plan(owner), past, "a").reason.changes
    assert (change.old, change.new, change.label) == (digest("gone"), None, "reference 2")


def test_both_pictures_of_a_changed_reference_say_where_they_come_from():
    owner, past = task("a", HERO), Memory(references={digest("old hero"): "refs/old.jpg"})
    past.bought(owner, "one", inputs=(digest("old hero"),))
    (change,) = decision(plan(owner), past, "a").reason.changes
    assert (change.old_from, change.new_from) == ("refs/old.jpg", "hero")
    assert change.cause == FileChanged(file="hero", old="refs/old.jpg")


def test_a_reference_that_was_taken_away_is_called_what_it_was():
    owner, past = task("a", HERO), Memory(references={digest("gone"): "refs/gone.jpg"})
    past.bought(owner, "one", inputs=(digest("hero"), digest("gone")))
    (change,) = decision(plan(owner), past, "a").reason.changes
    assert (change.label, change.old_from) == ("refs/gone.jpg", "refs/gone.jpg")


@pytest.mark.parametrize(
    ("lost", "text"), [("blob lost", "gone from the store"), ("damaged record", "record is damaged")]
)
def test_what_is_lost_is_said_with_what_it_cost(lost, text):
    owner, past = task("a"), Memory()
    past.bought(owner, "one", lost=lost)
    waiting = decision(plan(owner), past, "a").outcome
    assert waiting.why == "lost"
    assert text in waiting.message
    assert "(bought for $0.04); making it again costs up to $0.04" in waiting.message


def test_what_is_lost_is_bought_again_when_a_person_says_so():
    owner, past = task("a"), Memory(retry_lost=True)
    past.bought(owner, "one", lost="blob lost")
    assert isinstance(decision(plan(owner), past, "a").reason, BlobLost)


def test_what_was_bought_on_another_machine_is_not_here():
    owner, past = task("a"), Memory()
    past.bought(owner, "one")
    past.results.clear()
    assert decision(plan(owner), past, "a").reason == NotHere()


def test_what_needs_a_task_that_will_be_made_waits_for_its_picture():
    board, past = chain("a", "b"), Memory()
    assert decision(board, past, "b").reason == NeverMade()
    past.bought(board.tasks["b"], "two", inputs=(digest("one"),))
    found = decision(board, past, "b").reason
    assert found == InputChanged(tasks=("a",), causes=(ToMake(task="a", reason=NeverMade()),))


def test_order_alone_is_no_reason_to_make_again():
    board, past = plan(task("a"), task("b", needs=["a"])), Memory()
    past.bought(board.tasks["b"], "two")
    found = looked(board, past)
    assert isinstance(found.tasks["a"].decision, Make)
    assert found.tasks["b"].decision == Reuse()


def test_an_upstream_that_is_there_completes_the_key():
    board, past = chain("a", "b"), Memory()
    past.bought(board.tasks["a"], "one")
    past.bought(board.tasks["b"], "two", inputs=(digest("one"),))
    assert looked(board, past).counts() == {"reuse": 2}


def test_an_equal_request_is_priced_once_and_says_whose():
    board = plan(task("a", prompt="same"), task("b", prompt="same"))
    found = looked(board, Memory())
    assert (found.worst, found.pictures) == (dollars("0.04"), 1)
    assert found.tasks["b"].decision.shared == "a"


def test_of_takes_only_the_equal_ones_are_shared():
    board = plan(task("a", prompt="same"), task("b", prompt="same", takes=3))
    found = looked(board, Memory())
    assert (found.worst, found.pictures) == (dollars("0.12"), 3)
    assert found.tasks["b"].decision.shared == ""


def test_takes_that_are_there_are_not_priced_again():
    owner, past = task("a", takes=3), Memory()
    past.bought(owner, "one", takes=2)
    found = decision(plan(owner), past, "a")
    assert (found.pictures, found.worst) == (1, dollars("0.04"))


def test_a_group_may_come_short():
    found = looked(plan(task("a", group=8)), Memory())
    assert (found.least, found.worst, found.pictures) == (dollars("0.04"), dollars("0.32"), 8)


def test_a_hold_blocks_the_task_and_what_needs_it():
    board, past = chain("a", "b"), Memory()
    past.held[key(board.tasks["a"].recipe, (), 1)] = HELD
    assert decision(board, past, "a") == Blocked(outcome=HELD)
    assert decision(board, past, "b") == Blocked(outcome=HELD, because="a")
    assert looked(board, past).worst == Money()


def test_a_refusal_of_one_take_keeps_no_other_from_being_made():
    owner, past = task("a", takes=3), Memory()
    past.refused[key(owner.recipe, (), 2)] = REFUSED
    found = looked(plan(owner), past)
    assert (found.pictures, found.worst) == (2, dollars("0.08"))

    past.refused |= {key(owner.recipe, (), take): REFUSED for take in (1, 3)}
    assert looked(plan(owner), past).tasks["a"].decision == Blocked(outcome=REFUSED)


def test_a_hold_of_one_take_blocks_all_that_are_missing():
    owner, past = task("a", takes=3), Memory()
    past.refused[key(owner.recipe, (), 1)] = REFUSED
    past.held[key(owner.recipe, (), 2)] = HELD
    found = looked(plan(owner), past)
    assert found.tasks["a"].decision == Blocked(outcome=HELD)
    assert found.worst == Money()


def test_a_hold_of_what_is_no_longer_asked_for_is_shown_all_the_same():
    past = Memory(held={"a key that nobody has": HELD})
    assert looked(plan(task("a")), past).holds == (HELD,)


def test_a_hold_that_blocks_a_task_is_not_shown_twice():
    board, past = plan(task("a")), Memory()
    past.held[key(board.tasks["a"].recipe, (), 1)] = HELD
    assert looked(board, past).holds == ()


def test_an_answer_that_is_on_disk_costs_nothing_more():
    owner = task("a", takes=2)
    past = Memory(paid={key(owner.recipe, (), 1)})
    half = looked(plan(owner), past)
    assert (half.pictures, half.worst) == (1, dollars("0.04"))
    past.paid.add(key(owner.recipe, (), 2))
    whole = looked(plan(owner), past)
    assert whole.tasks["a"].decision == Make(reason=PaidFor(), worst=Money(), least=Money(), pictures=0)


def test_a_picture_that_did_not_come_blocks_what_refers_to_it():
    board, past = plan(task("a", group=2), task("b", picture_of("a", 1))), Memory()
    made = key(board.tasks["a"].recipe, (), 1)
    past.results[made] = Hit(result=result_of(board.tasks["a"], "one", None))
    found = decision(board, past, "b")
    assert isinstance(found, Blocked)
    assert isinstance(found.outcome, Failed)


def test_a_url_that_was_never_fetched_is_priced_as_a_reference():
    url = FromUrl(url="https://example.org/a.jpg", label="a.jpg")
    owner, past = task("a", url), Memory()
    assert decision(plan(owner), past, "a").reason == NeverMade()
    past.pins[url.url] = BlobDigest(digest("url"))
    past.bought(owner, "one", inputs=(digest("url"),))
    assert decision(plan(owner), past, "a") == Reuse()


def test_targets_bring_only_what_they_need():
    board = plan(task("a"), task("b", picture_of("a")), task("c"))
    assert list(looked(board, Memory(), ["b"]).tasks) == ["a", "b"]


def test_references_are_paid_for_in_every_call_and_a_whole_series_counts_at_its_ceiling():
    def with_references(generation, pictures, references):
        return dollars(f"{pictures}.{references:02}")

    board = plan(task("a", group=4), task("b", HERO, picture_of("a", None), takes=3))
    found = forecast(board, ["b"], Memory(), with_references, provider="302ai").tasks["b"].decision
    assert (found.worst, found.least) == (dollars("3.15"), dollars("3.15"))


def test_a_price_that_nobody_knows_is_raised():
    def unknown(generation, pictures, references):
        raise OverBudget("not known")

    with pytest.raises(OverBudget):
        forecast(plan(task("a")), ["a"], Memory(), unknown, provider="302ai")


def test_what_a_test_server_made_is_said_to_be_no_bought_picture():
    board, past = plan(task("a")), Memory()
    result = replace(result_of(board.tasks["a"], "one"), origin="127.0.0.1:8080")
    past.results[result.key] = Miss(reason="test server", result=result)
    assert decision(board, past, "a").reason == ByTestServer(origin="127.0.0.1:8080")


def test_more_takes_are_priced_alone_and_remake_nothing_below():
    sheet = task("sheet", takes=3)
    board, past = plan(sheet, task("shot", picture_of("sheet"))), Memory()
    past.bought(sheet, "one", takes=3)
    past.bought(board.tasks["shot"], "shot", inputs=[digest("one")])
    more = plan(replace(sheet, takes=5), board.tasks["shot"])
    found = looked(more, past)
    assert found.tasks["sheet"].decision.reason == MoreTakes(count=2)
    assert found.tasks["shot"].decision == Reuse()
    assert (found.pictures, found.worst) == (2, dollars("0.08"))


def test_a_lost_take_that_is_not_picked_remakes_nothing_below():
    sheet = task("sheet", takes=2)
    board, past = plan(sheet, task("shot", picture_of("sheet"))), Memory()
    past.bought(sheet, "one", takes=2)
    past.bought(board.tasks["shot"], "shot", inputs=[digest("one")])
    second = key(sheet.recipe, (), 2)
    past.results[second] = Miss(reason="blob lost", result=past.results[second].result)
    found = looked(board, past)
    assert found.tasks["sheet"].decision.outcome.why == "lost"
    assert (found.tasks["shot"].decision, found.pictures) == (Reuse(), 0)


@pytest.mark.parametrize("kind", ["held", "refused"])
def test_a_picked_take_that_is_there_keeps_nothing_below_from_going_on(kind):
    sheet = task("sheet", takes=2)
    board, past = plan(sheet, task("shot", picture_of("sheet"))), Memory()
    past.bought(sheet, "one", takes=2)
    second = key(sheet.recipe, (), 2)
    del past.results[second]
    getattr(past, kind)[second] = HELD if kind == "held" else REFUSED
    found = looked(board, past)
    assert isinstance(found.tasks["sheet"].decision, Blocked)
    assert isinstance(found.tasks["shot"].decision, Make)


def references_changed(before, now):
    owner, past = task("a", *(known(name) for name in now)), Memory()
    past.bought(owner, "one", inputs=[digest(name) for name in before])
    reason = decision(plan(owner), past, "a").reason
    return reason_text(reason), [(change.label, change.old, change.new) for change in reason.changes]


def known(name):
    return Known(digest=digest(name), path=f"/p/{name}.jpg", label=name)


def test_a_reference_that_was_put_in_leaves_the_others_alone():
    text, changes = references_changed(["a", "b"], ["new", "a", "b"])
    assert text == "a reference was put in: new"
    assert changes == [("new", None, digest("new"))]


def test_a_reference_that_was_removed_leaves_the_others_alone():
    text, changes = references_changed(["a", "b", "c"], ["b", "c"])
    assert text == "reference removed: reference 1"
    assert changes == [("reference 1", digest("a"), None)]


def test_references_in_another_order_are_one_change():
    text, changes = references_changed(["a", "b"], ["b", "a"])
    assert text == "the order of the references changed"
    assert changes == [("order", [digest("a"), digest("b")], [digest("b"), digest("a")])]


def test_a_reference_with_other_bytes_is_told_as_before():
    assert references_changed(["a", "b"], ["a", "c"])[0] == "reference changed: c"
