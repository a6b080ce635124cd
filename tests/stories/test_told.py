"""What decisions and more takes say at their end: what follows, what a run buys, what to type next."""

from tests.stories.test_stories import BOARD, begun, built


def test_a_pick_tells_what_a_run_buys_in_all_where_that_is_more(desk):
    built(desk)
    first = desk("pick", "sheet@mei", "3").err
    assert "to make, 3 pictures: $0.12" in first
    assert "in all" not in first

    second = desk("pick", "sheet@duke", "2").err.splitlines()
    assert second[1] == "5 tasks to make, 5 pictures: $0.20"
    assert second[-2:] == [
        "a run now buys 6 pictures in all: $0.24",
        "next: seedream-pipe run board.yaml",
    ]
    before = desk.billed
    assert desk("run", "--yes").code == 0
    assert desk.billed - before == 6


def test_a_take_that_nobody_picked_stands_as_the_first(desk):
    built(desk)
    said = desk("takes", "shots@sc01_010", "--no-sheet").out
    assert "shots@sc01_010  1 take; take 1 stands (the first)" in said

    desk("reroll", "shots@sc01_010", "--yes")
    desk("pick", "shots@sc01_010", "1")
    assert "2 takes; take 1 is picked" in desk("takes", "shots@sc01_010", "--no-sheet").out


def test_one_more_take_is_told_by_its_own_file_and_one_next_step(desk):
    built(desk)
    said = desk("reroll", "shots@sc01_010", "--yes").err.splitlines()

    made = next(line for line in said if line.startswith("made"))
    assert "010.take-2.jpg  (" in made
    assert said[-2:] == [
        "1 more take of 1 task: board.picks.yaml",
        "next: seedream-pipe takes board.yaml shots@sc01_010   (look)",
    ]
    assert sum("seedream-pipe" in line for line in said) == 1


def test_more_takes_while_a_call_is_held_claim_nothing(desk):
    begun(desk)
    desk.emulator.script({"cut": "before", "match": "old orange cat"})
    assert desk("run", "--yes", "sheet@duke").code == 4
    lines, sent = desk.text("board.picks.yaml"), desk.requests

    said = desk("reroll", "sheet@duke", "--yes")
    assert said.code == 2
    assert "may have been charged: nothing is made of" in said.err
    assert "more take" not in said.err
    assert (desk.text("board.picks.yaml"), desk.requests) == (lines, sent)


def test_a_pick_of_what_has_one_take_is_refused(desk):
    begun(desk, BOARD + '  page: {use: grid, images: ["shots[*]"]}\n')
    said, local = desk("pick", "shots", "1"), desk("pick", "page", "1")

    assert (said.code, "it has one take, which stands anyway" in said.err) == (2, True)
    assert (local.code, "an operation makes it" in local.err) == (2, True)
    assert not (desk.folder / "board.picks.yaml").exists()


def test_every_open_pick_before_what_waits_is_counted(desk):
    steps = '  logo: {prompt: A logo, takes: 2}\n  page: {use: grid, images: [logo, "shots[*]"]}\n'
    begun(desk, BOARD + steps)

    said = desk("pick", "logo", "2").err

    assert "2 picks to make: sheet@mei, sheet@duke; 1 task waits behind" in said


def test_a_pick_says_what_is_missing(desk):
    begun(desk)

    assert '"sheet@mei"? The TAKE is missing' in desk("pick", "sheet@mei").err
    assert "pick board.yaml sheet@mei 2" in desk("pick", "sheet@mei").err
    assert "the TARGET is missing" in desk("pick", "2").err


def test_what_there_is_to_choose_from_stands_in_the_line(desk):
    assert "Choose from: bash, zsh, fish\n" in desk.typed("completion").err
