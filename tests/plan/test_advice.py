"""Advice: each rule from both sides, and no word against the pipelines that we ship."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import profiles
from seedream_pipe.api.project import load
from seedream_pipe.makers import MakerId
from seedream_pipe.plan import advice as rules
from seedream_pipe.plan import bind as binding
from seedream_pipe.plan.bind import Called, bind
from seedream_pipe.plan.model import FromTask

ROOT = Path(__file__).resolve().parents[2]
PIPELINES = sorted((ROOT / "pipelines").glob("*/*.yaml"))
FIXED = "2560x1440"


def codes(found):
    return [each.code for each in found]


@pytest.mark.parametrize("prompt", ["一" * 301, "cat " * 601, "一" * 200 + " cat" * 300, "一二三，" * 101])
def test_a_prompt_longer_than_advised_is_told(prompt):
    assert codes(rules.prompt_length(prompt)) == ["W-PROMPT-LONG"]


@pytest.mark.parametrize(
    "prompt", ["一" * 300, "cat " * 600, "一" * 150 + " cat" * 300, "，" * 400, "x" * 5000, ""]
)
def test_a_prompt_as_advised_is_fine(prompt):
    assert codes(rules.prompt_length(prompt)) == []


def test_each_picture_of_a_group_may_have_as_much():
    assert codes(rules.prompt_length("一" * 600, group=2)) == []
    assert codes(rules.prompt_length("一" * 601, group=2)) == ["W-PROMPT-LONG"]


def test_the_length_is_told_in_both_units():
    (found,) = rules.prompt_length("一" * 301 + " cat cat")
    assert found.message == "the prompt has 301 Chinese characters and 2 words; details may be lost"


@pytest.mark.parametrize(
    ("prompt", "group"),
    [
        ("Mei turning on the spot", 8),
        ("Generate ten pictures of Mei", 8),
        ("a set of 9 views of Mei", 8),
        ("Mei in 4K, shot in the 1980s at 3:4", 4),
        ("小美在原地转身", 8),
        ("一张小美的照片", 4),
        ("生成一组共9张图", 8),
        ('the sign reads "8"', 8),
    ],
)
def test_a_group_without_its_count_is_told(prompt, group):
    assert codes(rules.group_count(prompt, group)) == ["W-GROUP-COUNT"]


@pytest.mark.parametrize(
    ("prompt", "group"),
    [
        ("Generate a set of 8 pictures: Mei turning on the spot", 8),
        ("A set of 8.", 8),
        ("Eight views of Mei", 8),
        ("Generate six different coloured stickers", 8),
        ("a series of four", 8),
        ("生成一组共8张图", 8),
        ("小美的八个姿势", 8),
        ("十二张卡片", 12),
        ("共四张", 8),
        ("Mei turning on the spot", None),
        ("Mei turning on the spot", 1),
    ],
)
def test_a_group_with_its_count_is_fine(prompt, group):
    assert codes(rules.group_count(prompt, group)) == []


def test_a_count_over_the_group_says_both_numbers():
    (found,) = rules.group_count("Generate ten pictures of Mei", 8)
    assert found.message == "the prompt asks for 10 pictures, and the group has at most 8"


UPRIGHT = "1440x2560"
SHAPED = [
    ("a night market, 16:9", FIXED),
    ("a night market (9 : 16)", FIXED),
    ("film frame, aspect ratio 2.39:1", FIXED),
    ("画面为16：9", FIXED),
    ("长宽比为三比二", FIXED),
    ("Poster in portrait format", FIXED),
    ("landscape orientation, rain", UPRIGHT),
    ("Square-format album cover", FIXED),
    ("竖版海报，雨夜", FIXED),
    ("横屏壁纸", "2048x2048"),
    ("竖构图，女孩", FIXED),
    ("方形构图，女孩", UPRIGHT),
]


@pytest.mark.parametrize(("prompt", "size"), SHAPED)
def test_a_ratio_or_another_shape_beside_a_fixed_size_is_told(prompt, size):
    assert codes(rules.shape_words(prompt, size)) == ["W-SHAPE-WORDS"]


@pytest.mark.parametrize(
    ("prompt", "size"),
    [
        ("Poster in portrait format", UPRIGHT),
        ("landscape orientation, rain", FIXED),
        ("Square-format album cover", "2048x2000"),
        ("竖版海报，雨夜", UPRIGHT),
        ("横屏壁纸", FIXED),
    ],
)
def test_a_word_for_the_shape_that_it_has_is_fine(prompt, size):
    assert codes(rules.shape_words(prompt, size)) == []


@pytest.mark.parametrize(("prompt", "size"), SHAPED)
def test_words_for_a_shape_beside_a_tier_are_fine(prompt, size):
    assert codes(rules.shape_words(prompt, "2K")) == []


@pytest.mark.parametrize(
    "prompt",
    [
        "a portrait of Mei in a wide landscape",
        "Film poster, portrait. Mei stands small",
        "the clock shows 9:16 in the morning",
        "at 9:16 the train leaves",
        "9:16 am on the platform clock",
        "a 1:1 scale model of a ship",
        "they won 3:2",
        "12:30:16 on the display",
        "recipe 7:5 of flour and water",
        'a box with "16:9" on it',
        "横版游戏的画面",
        "横幅上写着“你好”",
        "portrait mode bokeh, vertical stripes, a square frame on the wall",
    ],
)
def test_what_only_looks_like_a_shape_is_fine(prompt):
    assert codes(rules.shape_words(prompt, FIXED)) == []


@pytest.mark.parametrize(
    "prompt",
    [
        "a street. Negative prompt: people",
        "a street\nnegative_prompt = people",
        "a street --no people",
        "街道。反向提示词：人",
        "负面提示: 模糊",
    ],
)
def test_a_negative_prompt_is_told(prompt):
    assert codes(rules.negative_prompt(prompt)) == ["W-NEGATIVE-PROMPT"]


@pytest.mark.parametrize(
    "prompt",
    [
        "a street, no people",
        "without text",
        "negative space on the left",
        "she waits -- no one comes",
        "a photographic negative; prompt and tidy",
        '"negative prompt: none" on a screen',
        "负面情绪：她哭了",
    ],
)
def test_a_negation_in_the_sentence_is_fine(prompt):
    assert codes(rules.negative_prompt(prompt)) == []


@pytest.mark.parametrize(
    "prompt",
    [
        "Above her the shop sign reads NOODLES",
        "the sign reads 'Noodles and tea'",
        "a red banner saying SALE, rain",
        "a shirt that says ‘hello there’",
        "the title: NIGHT MARKET at the top",
        "with the words 'Night Market' on it",
        "招牌上写着夜市",
        "招牌写有：老王面馆，灯光",
        "杯子上印着‘小美’",
    ],
)
def test_text_to_be_drawn_without_double_quotes_is_told(prompt):
    assert codes(rules.unquoted_text(prompt)) == ["W-UNQUOTED-TEXT"]


@pytest.mark.parametrize(
    "prompt",
    [
        'Above her the shop sign reads "NOODLES"',
        'a sign that reads "NOODLES" and a NEON arrow',
        "a banner saying “SALE” ABOVE the street",
        "the sign reads nothing",
        "the title's mood: a sad one, 'tis raining, Mei's coat and Duke's tail",
        "Mei says: come home. She reads a book",
        "a sign in Chinese, words fail her",
        'The title at the top, hand-lettered in cream: "NIGHT MARKET"',
        "a screen that says it all: HDR glow",
        "招牌上写着“夜市”",
        "招牌上写着「夜市」",
        "写着字的招牌",
        "黑板上写着一些看不清的字",
        "墙上写有店名",
        "",
    ],
)
def test_quoted_text_and_other_words_are_fine(prompt):
    assert codes(rules.unquoted_text(prompt)) == []


@pytest.mark.parametrize("prompt", ["a girl in the rain", "女孩在雨中", "Mei and Duke run"])
def test_references_of_which_nothing_is_said_are_told(prompt):
    assert codes(rules.silent_references(prompt, 2, ())) == ["W-REFERENCES-SILENT"]


@pytest.mark.parametrize(
    ("prompt", "references", "mentioned"),
    [
        ("a girl in the rain", 0, ()),
        ("a girl in the rain", 1, ()),
        ("a girl in the rain", 3, {1}),
        ("the girl of the photo", 2, ()),
        ("keep the same costumes", 2, ()),
        ("参考人物的服装", 2, ()),
        ("blend all of them", 2, ()),
    ],
)
def test_references_that_are_spoken_of_are_fine(prompt, references, mentioned):
    assert codes(rules.silent_references(prompt, references, mentioned)) == []


@pytest.mark.parametrize(
    "keys",
    [
        ["1", "2", "3"],
        ["0", "1", "2", "3"],
        ["01", "02", "03"],
        ["row-1", "row-2", "row-3"],
        [str(number) for number in range(1, 301)],
    ],
)
def test_keys_that_count_the_rows_are_told(keys):
    assert codes(rules.index_keys(keys)) == ["W-INDEX-KEY"]


@pytest.mark.parametrize(
    "keys",
    [
        [],
        ["1", "2"],
        ["010", "020", "030"],
        ["1", "3", "4"],
        ["2", "3", "4"],
        ["3", "2", "1"],
        ["sc01_010", "sc01_020", "sc01_030"],
        ["mei", "duke", "li"],
        ["1a", "2a", "3a"],
        ["shot1", "shot2", "shot3"],
    ],
)
def test_keys_of_their_own_are_fine(keys):
    assert codes(rules.index_keys(keys)) == []


def test_all_rules_on_a_task_are_asked_at_once():
    prompt = "招牌上写着夜市，16:9，反向提示词：人。" + "雨" * 1200
    found = list(rules.advice(prompt, size=FIXED, group=4, references=2))
    assert codes(found) == [
        "W-PROMPT-LONG",
        "W-GROUP-COUNT",
        "W-SHAPE-WORDS",
        "W-NEGATIVE-PROMPT",
        "W-UNQUOTED-TEXT",
        "W-REFERENCES-SILENT",
    ]
    assert {each.field for each in found} == {"prompt", "references"}


def test_every_code_is_in_the_table_and_every_entry_is_given():
    sources = [Path(module.__file__).read_text(encoding="utf-8") for module in (rules, binding)]
    given = {
        code for source in sources for code in re.findall(r'(?:code=|_placed\(\s*)"(W-[A-Z-]+)"', source)
    }
    assert given == set(rules.CODES)


def called(task):
    return [Called(entry=number, name=each.name) for number, each in enumerate(task.inputs)]


@pytest.mark.parametrize("file", PIPELINES, ids=lambda path: path.stem)
def test_no_word_against_a_pipeline_that_we_ship(file):
    plan = load(file).expand(MakerId(name="preview", version=1, realm="preview"))
    steps = {}
    assert plan.tasks
    for task in plan.tasks.values():
        generation = task.recipe.generation
        bound = bind(generation.prompt, called(task), pictures=generation.group)
        # A reference to all pictures of a task may be many, and their numbers are known after it ran.
        if not any(isinstance(each, FromTask) and each.index is None for each in task.inputs):
            assert [each.message for each in bound.findings] == []
        found = rules.advice(
            bound.text,
            size=generation.size,
            group=generation.group,
            references=len(task.inputs),
            mentioned=bound.mentioned,
        )
        assert [each.message for each in found] == []
        steps.setdefault(task.step, []).append(task.key)
    assert [each.message for keys in steps.values() for each in rules.index_keys(keys)] == []


def test_there_are_pipelines_to_look_at():
    assert PIPELINES


@given(
    st.text(),
    st.integers(0, 15),
    st.sampled_from(["2K", FIXED, *(m.default_size for m in profiles.models())]),
)
def test_any_prompt_has_advice_or_none(prompt, number, size):
    assert set(codes(rules.advice(prompt, size=size, group=number, references=number))) <= set(rules.CODES)


@given(st.lists(st.text(max_size=4), max_size=5))
def test_any_keys_have_advice_or_none(keys):
    assert set(codes(rules.index_keys(keys))) <= set(rules.CODES)


@pytest.mark.parametrize(
    "part",
    ["a", "8 a-b ", "sign ", "sign a, ", "the text ", "'", '"', "“", "A", "AAA ", "1:", "写着", "--", "十"],
)
def test_the_longest_prompt_is_looked_at_in_a_moment(part):
    prompt = (part * 65_536)[:65_536]
    start = time.perf_counter()
    list(rules.advice(prompt, size=FIXED, group=9, references=2))
    assert time.perf_counter() - start < 2
