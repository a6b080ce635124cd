"""The language's second half on the whole road: operations, names, groups that come short, changes."""

import json
from pathlib import Path

import pytest
from PIL import Image

import seedream_pipe
from seedream_pipe.run.decisions import Make, Needless
from seedream_pipe.run.outcomes import Made, NotNeeded, Reused
from tests.api.board import Board, simple_board, to_make, to_reuse
from tests.run.tasks import jpeg

SHORT = """\
version: 1
name: short
lint: {ignore: [W-GROUP-COUNT]}
defaults: {model: seedream-4.5, size: 2K, watermark: false}
steps:
  turn: {prompt: "Generate a set of 2 pictures: Mei turning", group: 4}
  small:
    foreach: {in: "turn[*]", as: pic, key: "{{ pic.id }}"}
    use: resize
    images: ["{{ pic.ref }}"]
    with: {width: 64}
  painted:
    foreach: {in: "turn[*]", as: pic, key: "{{ pic.id }}"}
    references: ["{{ pic.ref }}"]
    prompt: "Oil painting of picture {{ pic.number }}, as @turn"
  sheet: {use: grid, images: ["small[*]"], with: {columns: 2}}
  poster: {prompt: "Key art as in @sheet", references: [sheet]}
"""


@pytest.fixture
def short(tmp_path, emulator) -> Board:
    return simple_board(tmp_path / "short", emulator, SHORT, yes=True)


class TestGroupsThatComeShort:
    def test_before_the_run_every_picture_that_may_come_is_planned(self, short):
        found = seedream_pipe.plan(short.file, **_settings(short))
        assert len(found.tasks) == 1 + 4 + 4 + 1 + 1
        perhaps = [address for address, task in found.tasks.items() if task.decision.perhaps]
        assert perhaps == [f"{step}@{n:02}" for step in ("small", "painted") for n in (1, 2, 3)]
        assert str(found.worst) == "$0.36"
        assert str(found.least) == "$0.12"

    def test_what_did_not_come_is_not_needed_and_nothing_is_wrong(self, short):
        record = short.run()
        needless = [a for a, outcome in record.outcomes.items() if isinstance(outcome, NotNeeded)]
        assert sorted(needless) == ["painted@02", "painted@03", "small@02", "small@03"]
        assert record.exit_code == 0
        assert short.billed == 2 + 2 + 1
        assert record.tree()["tasks"]["small@02"] == {
            "outcome": "needless",
            "because": "turn",
            "message": "turn has no picture [2]: it came with 2",
        }

    def test_who_takes_all_takes_those_that_came(self, short):
        (taken,) = short.run().outcomes["sheet"].takes
        (result,) = (short.folder / ".seedream" / "results").glob(f"*/{taken.key}.json")
        assert len(json.loads(result.read_bytes())["inputs"]) == 2

    def test_the_second_run_knows_what_came_and_sends_nothing(self, short):
        short.run()
        requests = short.requests
        found = seedream_pipe.plan(short.file, **_settings(short))
        assert to_make(found) == []
        assert isinstance(found.tasks["small@03"].decision, Needless)
        assert short.run().exit_code == 0
        assert short.requests == requests

    def test_who_wants_one_by_name_is_skipped_and_said_so(self, short):
        short.edit("[sheet]", "[small@03]")
        short.edit("as in @sheet", "as in @small")
        record = short.run()
        assert record.exit_code == 1
        assert record.outcomes["poster"].message.startswith("needs small@03, which is not there")

    def test_a_picture_more_makes_one_more_and_no_other_again(self, short):
        short.run()
        short.edit("a set of 2", "a set of 3")
        record = short.run()
        made = [a for a, outcome in record.outcomes.items() if isinstance(outcome, Made)]
        assert "painted@02" in made
        assert "painted@03" not in made


def _settings(board: Board) -> dict[str, object]:
    return {name: value for name, value in board.settings.items() if name != "yes"}


CHAIN = """\
version: 1
name: chain
defaults: {model: seedream-4.5, size: 2K, watermark: false}
steps:
  still: {prompt: "A lighthouse"}
  square: {use: crop, images: [still], with: {aspect: "1:1"}, output: square.png}
  poster: {prompt: "Poster as in @square", references: [square]}
  thumb: {use: resize, images: [poster], with: {width: 64}}
"""


class TestOperations:
    @pytest.fixture
    def chain(self, tmp_path, emulator) -> Board:
        return simple_board(tmp_path / "chain", emulator, CHAIN, yes=True)

    def test_they_chain_with_what_is_bought_in_both_directions(self, chain):
        record = chain.run()
        assert record.exit_code == 0
        assert chain.billed == 2
        with Image.open(chain.folder / "out/chain/thumb.jpg") as thumb:
            assert thumb.width == 64

    def test_a_name_that_says_another_format_gets_the_right_one(self, chain):
        chain.run()
        assert (chain.folder / "out/chain/square.jpg").exists()
        assert not (chain.folder / "out/chain/square.png").exists()

    def test_they_are_made_once(self, chain):
        chain.run()
        assert all(isinstance(outcome, Reused) for outcome in chain.run().outcomes.values())

    def test_another_parameter_makes_it_again_and_costs_nothing(self, chain):
        chain.run()
        chain.edit("width: 64", "width: 32")
        found = seedream_pipe.plan(chain.file, **_settings(chain))
        assert to_make(found) == ["thumb"]
        assert (found.worst.amount, found.pictures) == (0, 0)
        (change,) = found.tasks["thumb"].decision.reason.changes
        assert (change.field, change.old, change.new) == ("options", {"width": 64}, {"width": 32})
        chain.run()
        assert chain.billed == 2

    def test_an_operation_that_changes_nothing_stops_the_change(self, chain):
        """Early cut-off: the same bytes are the same reference, whatever made them."""
        chain.run()
        chain.edit('{aspect: "1:1"}', '{aspect: "2:2"}')
        assert len(to_reuse(seedream_pipe.plan(chain.file, **_settings(chain)))) == 4

    def test_nothing_but_operations_needs_no_key(self, tmp_path, emulator):
        text = "version: 1\nname: n\nsteps: {s: {use: resize, images: [a.jpg], with: {width: 8}}}\n"
        board = simple_board(tmp_path / "n", emulator, text)
        (board.folder / "a.jpg").write_bytes(jpeg(size=(64, 48)))
        record = seedream_pipe.run(board.file, environment={}, **board.settings)
        assert (record.exit_code, board.requests) == (0, 0)

    def test_an_operation_that_does_not_suit_its_picture_fails_alone(self, chain):
        chain.edit('{aspect: "1:1"}', "{box: {x: 9000, width: 10, height: 10}}")
        record = chain.run()
        assert record.outcomes["square"].code == "E-OPERATION"
        assert [record.tree()["tasks"][a]["outcome"] for a in ("poster", "thumb")] == ["skipped", "skipped"]

    def test_previews_are_worked_on_under_preview(self, chain):
        record = seedream_pipe.run(chain.file)
        assert record.exit_code == 0
        names = sorted(path.name for path in (chain.folder / "out/preview/chain").iterdir())
        assert [name.partition(".")[0] for name in names] == ["poster", "square", "still", "thumb"]
        assert chain.requests == 0


class TestOptions:
    def test_layers_are_asked_for_and_stored_as_a_series(self, tmp_path, emulator):
        text = """\
version: 1
name: layers
steps:
  cut: {prompt: "Take it apart", model: seedream-5.0-pro, layer_decomposition: true, references: [a.png]}
"""
        board = simple_board(tmp_path / "layers", emulator, text, provider="ark", yes=True)
        board.settings["base_url"] = emulator.base_url("ark")
        Image.new("RGB", (600, 600), "navy").save(board.folder / "a.png")
        record = board.run()
        assert record.exit_code == 0, record.tree()
        (taken,) = record.outcomes["cut"].takes
        assert len(taken.pictures) > 1
        sent = emulator.ledger.requests[-1]
        assert "layer_decomposition" in json.dumps(sent, default=str)
        assert len(list(Path(board.folder / "out/layers").iterdir())) == len(taken.pictures)


def test_a_task_that_is_left_out_leaves_the_lock(tmp_path, emulator):
    steps = "{s: {when: '{{ vars.on }}', prompt: x}, t: {prompt: y}}"
    text = f"version: 1\nname: w\nvars: {{on: true}}\nsteps: {steps}\n"
    board = simple_board(tmp_path / "w", emulator, text, yes=True)
    board.run()
    board.edit("{on: true}", "{on: false}")
    record = board.run()
    assert (list(record.outcomes), board.billed) == (["t"], 2)
    assert '"s"' not in board.lock


def test_an_index_that_decides_is_no_make(short):
    """A decision has `perhaps` only where pictures are to be made."""
    found = seedream_pipe.plan(short.file, **_settings(short))
    assert all(isinstance(task.decision, Make) for task in found.tasks.values())
