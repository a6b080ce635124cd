"""The judge finds what it is there to find: each kind of broken promise, made on purpose."""

import json
import shutil

import pytest

from tests.placed import bare
from tests.torture.boards import FOUR, SMALL
from tests.torture.judge import KEY, judge, recovered
from tests.torture.scene import clear
from tests.torture.shim import Arm, NoShim, build
from tests.torture.sweeps.files import forget

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def scene(stage):
    with stage.scene(FOUR) as made:
        made.run()
        yield made
    clear(made.folder)


def test_a_run_without_a_fault_is_good(scene):
    verdict = judge(scene, recovered(scene))
    assert (verdict.is_good, verdict.uncertain, verdict.why) == (True, 0, ())
    assert len(scene.ledger.billed) == 4


def test_a_picture_that_is_nowhere_is_lost(scene):
    shutil.rmtree(scene.project / "out")
    told = recovered(scene)
    next((scene.project / "out" / "four").rglob("*.jpg")).unlink()
    assert judge(scene, told).lost == 1


@pytest.mark.parametrize("at", [0.02, 0.5, 0.999])
def test_a_placed_picture_with_another_byte_is_lost(scene, at):
    told = recovered(scene)
    path = next((scene.project / "out" / "four").rglob("*.jpg"))
    placed = path.read_bytes()
    assert bare(placed) != placed
    picture = bytearray(bare(placed))
    picture[int(at * len(picture))] ^= 1
    path.write_bytes(picture)
    assert judge(scene, told).lost == 1


def test_a_store_that_forgot_everything_pays_again(scene):
    shutil.rmtree(scene.store)
    shutil.rmtree(scene.project / "out")
    (scene.project / "board.lock").unlink()
    verdict = judge(scene, recovered(scene))
    assert (verdict.extra, verdict.lost) == (4, 4)


def test_a_key_in_any_file_is_a_leak(scene):
    (scene.store / "runs" / "note.json").write_text(json.dumps({"header": f"Bearer {KEY}"}))
    assert judge(scene, recovered(scene)).leaked == 1


def test_a_traceback_and_a_strange_exit_are_told(scene):
    broken = scene.project / "board.yaml"
    broken.write_text("steps: [")
    scene.run()
    verdict = judge(scene, recovered(scene))
    assert verdict.other > 0
    said = scene.folder / "0.err"
    scene.runs[0].ended = None
    said.write_text('Traceback (most recent call last):\n  File "x"\n')
    assert judge(scene, recovered(scene)).traceback == 1


def test_a_run_that_does_not_end_hangs(scene):
    scene.emulator.script({"times": 0, "delay": 60})
    shutil.rmtree(scene.store)
    shutil.rmtree(scene.project / "out")
    (scene.project / "board.lock").unlink()
    running = scene.start()
    running.end(patience=1.0)
    assert judge(scene, recovered(scene)).hang == 1


@pytest.fixture
def shimmed():
    try:
        build()
    except NoShim as error:
        pytest.skip(str(error))


def test_the_shim_kills_where_it_is_told(stage, shimmed):
    with stage.scene(SMALL) as scene:
        ended = scene.run(arm=Arm(mode="before", first=1), hurt=True)
        assert (ended.code, scene.store.exists(), scene.requests) == (-9, False, 0)
        ended = scene.run(arm=Arm(mode="after", first=1, kinds="m"), hurt=True)
        assert (ended.code, scene.store.is_dir(), scene.requests) == (-9, True, 0)
    clear(scene.folder)


def test_a_loss_of_power_takes_what_was_not_synced(stage, shimmed):
    with stage.scene(SMALL) as scene:
        running = scene.start(arm=Arm(mode="power", first=4))
        running.end()
        assert scene.store.exists()
        forget(scene.project, scene.log(running), scene.undo, data=True, names=True)
        left = [path.name for path in scene.store.rglob("*")] if scene.store.exists() else []
        assert left in ([], ["format"])
    clear(scene.folder)
