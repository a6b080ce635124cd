import pytest

from seedream_pipe.providers.preview.series import read_picture, taken_apart

BOOK = """生成一组共3张绘本内页。
图1是小白兔团团，图2是灰色小老鼠米米，图3是月亮上的场景。
第1张：大远景，夜晚，月亮的草地上有一座圆门小屋，远处的地球像一颗蓝色的糖。
第2张：全景，团团在桂花树下扫落花。
第3张：中景，室内，小屋里，团团和米米坐在桌边喝热汤，壁炉的火光。
每张只有一个画面，角色前后一致。手绘水彩绘本。"""


def pictures(prompt, count):
    return [read_picture(prompt, index=k, count=count) for k in range(count)]


@pytest.mark.parametrize(
    "prompt",
    [
        "Three pictures.\nPicture 1: a dog.\nPicture 2: a cat.\nPicture 3: a fox.\nInk.",
        "三张图。\n第一张：狗。\n第二张：猫。\n第三张：狐狸。\n水墨。",
        "Three pictures:\n1. a dog\n2. a cat\n3. a fox\nInk.",
        "三张图：第1张，狗。第2张，猫。第3张，狐狸。",
    ],
)
def test_each_picture_is_about_its_own_line(prompt):
    assert [[f.kind for f in scene.figures] for scene in pictures(prompt, 3)] == [["dog"], ["cat"], ["fox"]]


def test_shots_places_and_cast_are_those_of_the_line():
    told = [(s.shot, s.place, [f.name for f in s.figures]) for s in pictures(BOOK, 3)]

    assert told == [
        ("extreme_wide", "moon", []),
        ("wide", "moon", ["团团"]),
        ("medium", "room", ["团团", "米米"]),
    ]


def test_what_all_pictures_share_holds_for_each():
    assert {scene.style for scene in pictures(BOOK, 3)} == {"watercolour"}
    assert [f.reference for f in pictures(BOOK, 3)[2].figures] == [1, 2]


@pytest.mark.parametrize(
    "prompt", ["A girl in the rain.", "图1是女孩。图2是猫。", "1. only one line", "version 2.0, scale 3.5"]
)
def test_a_prompt_without_a_list_is_read_as_a_whole(prompt):
    assert taken_apart(prompt) is None


def test_a_single_picture_is_never_taken_apart():
    prompt = "1. a dog\n2. a cat"

    assert [f.kind for f in read_picture(prompt, index=0, count=1).figures] == ["dog", "cat"]
