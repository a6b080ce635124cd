"""The pipelines that ship are right, keep their promises, and run."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from seedream_pipe.api.project import problems_of
from seedream_pipe.makers import MakerId
from seedream_pipe.plan.model import FromTask

ROOT = Path(__file__).resolve().parent.parent.parent
PIPELINES = sorted(ROOT.glob("pipelines/*/*.yaml"))
REFERENCES = sorted(path for path in ROOT.glob("pipelines/*/refs/**/*") if path.is_file())
MAKER = MakerId(name="preview", version=1, realm="preview")


def named(name):
    return ROOT / "pipelines" / name / f"{name}.yaml"


@pytest.fixture(scope="module")
def plans():
    return {path.stem: problems_of(path, MAKER)[1] for path in PIPELINES}


@pytest.fixture
def night_market(plans):
    return plans["night-market"].tasks


def shots_of(tasks):
    return {address: task for address, task in tasks.items() if task.step == "shots"}


def run(folder, *arguments):
    command = [sys.executable, "-m", "seedream_pipe", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_three():
    assert [path.stem for path in PIPELINES] == ["moon-rabbit", "night-market", "spring-campaign"]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_it(path):
    assert problems_of(path, MAKER)[2] == []


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_editors_are_told_of_the_schema(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    schema = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert schema is not None
    assert (path.parent / schema[1]).is_file()


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_its_description_says_how_many_pictures_it_buys(path, plans):
    bought = sum(t.takes * (t.recipe.generation.group or 1) for t in plans[path.stem].tasks.values())
    project, _, _ = problems_of(path, MAKER)
    assert re.search(rf"(Buys|买) {bought} ", project.pipeline.description)


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_the_highest_picture_that_a_prompt_speaks_of_is_there(path, plans):
    for address, task in plans[path.stem].tasks.items():
        mentions = re.findall(r"(?:[Ii]mages? |图)[\d, and]+", task.recipe.generation.prompt)
        spoken = re.findall(r"\d+", " ".join(mentions))
        assert max(map(int, spoken)) == len(task.inputs), address


class TestNightMarket:
    def test_it_is_a_whole_board(self, night_market):
        shots = shots_of(night_market)
        assert len(shots) >= 24
        assert len({task.meta["action"] for task in shots.values()}) == len(shots)

    def test_each_shot_follows_the_one_before_in_its_scene(self, night_market):
        before = {}
        for address, task in shots_of(night_market).items():
            scene = task.tags[0]
            chained = [i.task for i in task.inputs if isinstance(i, FromTask) and i.task.startswith("shots@")]
            assert chained == before.get(scene, [])
            before[scene] = [address]
        assert len(before) == 5

    def test_a_character_in_a_shot_brings_its_sheet(self, night_market):
        sheets = [i.task for i in night_market["shots@sc01_040"].inputs if isinstance(i, FromTask)]
        assert sheets[:2] == ["sheet@mei", "sheet@duke"]
        assert night_market["sheet@mei"].takes == 2

    def test_a_call_has_no_more_references_than_302_takes(self, night_market):
        assert max(len(task.inputs) for task in night_market.values()) <= 10

    def test_what_is_said_stands_in_quotes(self, night_market):
        """R136: so that it is lettered."""
        spoken = [task for task in shots_of(night_market).values() if task.meta["dialogue"]]
        assert len(spoken) >= 8
        for task in spoken:
            words = task.meta["dialogue"].partition(": ")[2]
            assert f'"{words}"' in task.recipe.generation.prompt


class TestMoonRabbit:
    def test_the_pages_are_one_call_of_the_size_that_the_prompt_asks_for(self, plans):
        """R135."""
        pages = plans["moon-rabbit"].tasks["pages"]
        assert pages.recipe.generation.group == 8
        assert pages.recipe.generation.prompt.startswith("生成一组共8张")
        assert pages.recipe.generation.prompt.count("\n第") == 8

    def test_a_spread_takes_up_a_page(self, plans):
        inputs = plans["moon-rabbit"].tasks["spreads@soup"].inputs
        assert [(i.task, i.index) for i in inputs if isinstance(i, FromTask)][2] == ("pages", 5)


class TestSpringCampaign:
    def test_everything_is_bought_in_4k(self, plans):
        sizes = {task.recipe.generation.size for task in plans["spring-campaign"].tasks.values()}
        assert min(width * height for width, height in (map(int, s.split("x")) for s in sizes)) > 13_000_000
        assert len(sizes) >= 5

    def test_every_picture_fuses_at_least_three(self, plans):
        assert all(len(task.inputs) >= 3 for task in plans["spring-campaign"].tasks.values())

    @pytest.mark.parametrize(
        ("market", "headline"),
        [
            ("us", "Picked before the rain"),
            ("de", "Vor dem Regen gepflückt"),
            ("fr", "Cueilli avant la pluie"),
            ("cn", "雨前一叶，一口春天"),
        ],
    )
    def test_a_market_has_its_own_words(self, plans, market, headline):
        ads = [task for task in plans["spring-campaign"].tasks.values() if market in task.tags]
        assert len(ads) == 3
        assert all(re.search(f'["“]{headline}["”]', ad.recipe.generation.prompt) for ad in ads)


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_reference_is_small_and_fit_to_send(path):
    assert path.stat().st_size <= 120_000
    with Image.open(path) as picture:
        assert picture.format == {".jpg": "JPEG", ".png": "PNG"}[path.suffix]
        assert min(picture.size) >= 512
        assert max(picture.size) <= 3 * min(picture.size)


def test_the_references_can_be_drawn_again(tmp_path):
    script = ROOT / "tools" / "draw_references.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True, capture_output=True)
    drawn = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert drawn == {path.relative_to(ROOT / "pipelines") for path in REFERENCES}
    for name in drawn:
        with Image.open(tmp_path / name) as new, Image.open(ROOT / "pipelines" / name) as old:
            # Another version of Pillow rounds and compresses a little differently.
            change = ImageStat.Stat(ImageChops.difference(new.convert("RGB"), old.convert("RGB"))).mean
        assert max(change) < 1, name


def test_one_changed_word_remakes_its_shot_and_what_is_chained_to_it(tmp_path):
    folder = tmp_path / "night-market"
    shutil.copytree(named("night-market").parent, folder)
    run(folder, "run", "night-market.yaml", "tag:sc05", "--provider", "preview")
    frames = sorted((folder / "out/preview/night-market/frames/sc05").iterdir())
    assert [frame.name for frame in frames] == ["010.jpg", "020.jpg", "030.jpg"]

    shots = folder / "data" / "shots.csv"
    text = shots.read_text(encoding="utf-8")
    shots.write_text(text.replace("For the thief.", "For the hero."), encoding="utf-8")
    told = json.loads(run(folder, "plan", "night-market.yaml", "tag:sc05", "--provider", "preview", "--json"))

    made = [address for address, task in told["tasks"].items() if task["decision"] == "make"]
    assert made == ["shots@sc05_020", "shots@sc05_030"]
