"""Mentions: which picture `@name` means, how it is said, and what is told of those that mean none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.plan.bind import Called, bind, ids

MEI = Called(entry=0, name="mei")
DUKE = Called(entry=1, name="duke")
LANE = [Called(entry=2, ids=("market",)) for _ in range(3)]
LAST = Called(entry=3, name="last")
BOARD = [MEI, DUKE, *LANE, LAST]


def called(*names):
    return [Called(entry=number, name=name) for number, name in enumerate(names)]


def text(prompt, references=BOARD):
    return bind(prompt, references).text


def findings(prompt, references=BOARD, **given):
    found = bind(prompt, references, **given).findings
    return [(each.code, each.line, each.column) for each in found if each.code != "W-UNMENTIONED"]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("the girl @mei runs", "the girl image 1 runs"),
        ("the girl @mei, the cat @duke.", "the girl image 1, the cat image 2."),
        ("in @market at night", "in images 3, 4 and 5 at night"),
        ("@mei's coat", "Image 1's coat"),
        ("the frame before (@last)", "the frame before (image 6)"),
        ("beside @mei@duke", "beside image 1image 2"),
        ("beside @mei--and on", "beside image 1--and on"),
        ("a mei-@mei", "a mei-image 1"),
        ("＠mei and ＠duke", "Image 1 and image 2"),
    ],
)
def test_a_name_becomes_its_place(prompt, expected):
    assert text(prompt) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("让@mei走过夜市", "让图1走过夜市"),
        ("让 @mei 走过夜市", "让 图1 走过夜市"),
        ("将@mei的服装换为@duke的服装", "将图1的服装换为图2的服装"),
        ("以@market为背景", "以图3、图4和图5为背景"),
        ("@mei在雨中，cinematic light", "图1在雨中，cinematic light"),
        ("@meiが走る", "图1が走る"),
        ("メイ@meiは走る", "メイ图1は走る"),
    ],
)
def test_a_chinese_prompt_says_tu(prompt, expected):
    assert text(prompt) == expected


def test_two_pictures_of_one_name_are_joined_by_and():
    pair = [Called(entry=0, ids=("market",)), Called(entry=0, ids=("market",))]
    assert text("in @market", pair) == "in images 1 and 2"
    assert text("在@market里", pair) == "在图1和图2里"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('@mei says: "我们今天晚上一起去看烟花吧"', 'Image 1 says: "我们今天晚上一起去看烟花吧"'),
        ('@mei对他说："Come home before it rains, my dear friend"', "图1"),
        ("@小美 walks to the market", "Image 3 walks to the market"),
        ("the sign 夜市 above @mei in the rain", "the sign 夜市 above image 1 in the rain"),
        ("@mei", "Image 1"),
        ("@mei @duke", "Image 1 image 2"),
        ("@mei가 비를 맞으며 걷는다", "Image 1가 비를 맞으며 걷는다"),
    ],
)
def test_the_language_is_that_of_the_prompt_without_quotes_and_names(prompt, expected):
    assert text(prompt, called("mei", "duke", "小美")).startswith(expected)


@pytest.mark.parametrize(
    ("before", "noun"),
    [
        ("", "Image"),
        ("  \n", "Image"),
        ("It rains. ", "Image"),
        ("Run!\n", "Image"),
        ("A lane,\n\n", "Image"),
        ("A lane,\n", "image"),
        ("the cat ", "image"),
        ("v1.", "image"),
        ("Cast: ", "image"),
    ],
)
def test_a_sentence_starts_with_a_capital(before, noun):
    assert text(f"{before}@mei here", called("mei")) == f"{before}{noun} 1 here"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("让@小美走", "让图1走"),
        ("让@小美丽走", "让图2走"),
        ("让@小美丽", "让图2"),
        ("让@mei走", "让图3走"),
        ("让@mei-li走", "让图4走"),
        ("让@mei_2走", "让图5走"),
        ("让@梅 走过夜市", "让图6 走过夜市"),
    ],
)
def test_the_longest_known_name_counts(prompt, expected):
    assert text(prompt, called("小美", "小美丽", "mei", "mei-li", "mei_2", "梅")) == expected


@pytest.mark.parametrize("name", ["mei2", "mei-like", "Mei", "meı", "meis", "mei_", "me"])
def test_a_part_of_a_name_is_not_the_name(name):
    if name == "mei_":
        assert text(f"a {name} and @{name} x", called("mei")) == f"a {name} and image 1_ x"
        return
    assert findings(f"a girl @{name} runs", called("mei")) == [("E-MENTION", 1, 8)]


@pytest.mark.parametrize(("known", "written"), [("zoë", "zoe\u0308"), ("zoe\u0308", "zoë"), ("देवी", "देवी")])
def test_a_name_is_the_same_however_its_accents_are_composed(known, written):
    assert text(f"a girl @{written} runs", called(known)) == "a girl image 1 runs"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a @@mei sticker", "a @mei sticker"),
        ("a @@@mei sticker", "a @image 1 sticker"),
        ("a @@@@ sign", "a @@ sign"),
        ("me@@example.com", "me@example.com"),
    ],
)
def test_a_doubled_at_is_a_plain_one(prompt, expected):
    assert text(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "write to mei@example.com",
        "first.last@duke.example, or me@b@c",
        "two noodles @ 3 dollars",
        "the sign @!",
        "an end @",
        "no mention at all",
        "没有人",
        "",
    ],
)
def test_what_is_no_mention_is_left_alone(prompt):
    bound = bind(prompt, [])
    assert (bound.text, bound.findings) == (prompt, ())


@pytest.mark.parametrize(
    ("prompt", "hint"),
    [
        ("the girl @mey runs", 'did you mean "mei"?'),
        ("让@mey走过夜市", 'did you mean "mei"?'),
        ("the @dukes run", 'did you mean "duke"?'),
        ("the @xyzzy", "known: duke, last, market, mei"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(prompt, hint):
    bound = bind(prompt, BOARD)
    assert bound.text == prompt
    assert bound.findings[0].code == "E-MENTION"
    assert bound.findings[0].severity == "error"
    assert bound.findings[0].hint == f'{hint} (a plain "@" is written twice)'


def test_an_unknown_name_before_chinese_text_ends_where_the_script_changes():
    finding = bind("让@may走过夜市", BOARD).findings[0]
    assert finding.message == 'no reference of this task is called "may"'
    assert (finding.line, finding.column, finding.length) == (1, 2, 4)


def test_findings_stand_where_the_mention_stands():
    assert findings("one\r\ntwo @nobody\n三三@无名氏") == [("E-MENTION", 2, 5), ("E-MENTION", 3, 3)]


def test_a_name_is_told_once_however_often_it_is_mentioned():
    assert findings("@ana and @ana and @bob", called("mei")) == [("E-MENTION", 1, 1), ("E-MENTION", 1, 19)]


def test_without_references_there_is_only_the_plain_at_to_suggest():
    assert bind("follow @night", []).findings[0].hint == 'a plain "@" is written twice'


def test_a_name_of_two_entries_is_ambiguous():
    bound = bind("the girl @girl", called("girl", "cat", "girl"))
    assert bound.text == "the girl @girl"
    assert bound.findings[0].code == "E-MENTION-AMBIGUOUS"
    assert bound.findings[0].message == '"@girl" may mean image 1 or image 3'


def test_an_ambiguous_id_is_told_only_when_it_is_mentioned():
    pair = [Called(entry=0, ids=("mei", "sheet")), Called(entry=1, ids=("mei", "portrait"))]
    assert text("face of @portrait, coat of @sheet", pair) == "face of image 2, coat of image 1"
    assert findings("the girl @mei", pair) == [("E-MENTION-AMBIGUOUS", 1, 10)]


def test_a_given_name_goes_before_an_id():
    pair = [Called(entry=0, ids=("mei",)), Called(entry=1, name="mei")]
    assert text("the girl @mei", pair) == "the girl image 2"


def test_a_name_without_a_picture_here_says_so():
    bound = bind("as in @last", [MEI], absent=["last"])
    assert bound.findings[0].message == '"@last" has no picture in this task'


def test_a_mention_inside_a_word_is_told_when_the_name_is_known():
    assert findings("the girl of sheet@mei runs") == [("W-MENTION-GLUED", 1, 18)]
    assert findings("the girl of sheet@mei.") == [("W-MENTION-GLUED", 1, 18)]
    assert findings("the girl of sheet@mei.com") == []
    assert text("the girl of sheet@mei runs") == "the girl of sheet@mei runs"


@pytest.mark.parametrize(
    ("prompt", "unmentioned"),
    [
        ("@mei and @duke, after @last", []),
        ("@mei and a cat", ["duke", "last"]),
        ("Mei (image 1) and Duke (image 2). Image 6 is the shot before.", []),
        ("Use images 1, 2 and 6.", []),
        ("images 1-6 show the place", []),
        ("将图1的服装换为图2的服装，延续图6", []),
        ("图一和图二，延续图六的光", []),
        ("Figure 1 and Figure 2 as in reference 6", []),
    ],
)
def test_a_named_reference_that_is_never_mentioned_is_a_warning(prompt, unmentioned):
    found = bind(prompt, BOARD).findings
    assert [(each.code, each.severity, each.line) for each in found] == [
        ("W-UNMENTIONED", "warning", 0) for _ in unmentioned
    ]
    assert all(f'"{name}"' in each.message for name, each in zip(unmentioned, found, strict=True))


def test_an_id_may_stay_unmentioned():
    assert bind("a lane", LANE).findings == ()


def test_one_picture_of_a_name_is_enough():
    pair = [Called(entry=0, name="place"), Called(entry=0, name="place")]
    assert bind("the lane of image 2", pair).findings == ()


def test_a_name_that_cannot_be_written_says_so():
    (finding,) = bind("a lane", called("last frame")).findings
    assert finding.message.endswith('and "@last frame" cannot be written')


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("the girl of image 2", ("W-IMAGE-NUMBER", 1, 13)),
        ("the girl of images 1 and 2", ("W-IMAGE-NUMBER", 1, 13)),
        ("the girl\nof image 0", ("W-IMAGE-NUMBER", 2, 4)),
        ("让图2的人走", ("W-IMAGE-NUMBER", 1, 2)),
        ("参考图片 3", ("W-IMAGE-NUMBER", 1, 3)),
    ],
)
def test_a_number_beyond_the_references_is_a_warning(prompt, expected):
    assert findings(prompt, called("mei")) == [expected]


@pytest.mark.parametrize(
    "prompt",
    [
        "the girl of image 1 in 2 coats",
        "image 16:9, image 4K, image 2x, image 300%",
        "she skates a figure 8",
        "picture 3 children",
        'the sign says "image 7"',
        "墙上有地图3，构图2",
        "生成图2张",
        "他试图一举成功",
        "a set of 3 images",
    ],
)
def test_what_is_no_number_of_a_picture_is_left_alone(prompt):
    assert findings(prompt, called("mei")) == []


def test_a_group_may_speak_of_the_pictures_that_it_makes():
    assert findings("image 1 is calm, image 4 is wild", [], pictures=4) == []
    assert findings("image 1 is calm, image 5 is wild", [], pictures=4) == [("W-IMAGE-NUMBER", 1, 18)]


def test_what_was_used_is_told():
    bound = bind("@mei in @market after image 6", BOARD)
    assert bound.used == {"mei", "market"}
    assert bound.mentioned == {1, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("sheet@mei", ("mei", "sheet")),
        ("sheet@mei[2]", ("mei", "sheet")),
        ("turnaround[0]", ("turnaround",)),
        ("market", ("market",)),
        ("prev", ("prev",)),
        ("refs/mei.jpg", ()),
        ("https://example.com/mei.jpg", ()),
        ("", ()),
    ],
)
def test_ids_are_the_words_of_a_reference(reference, expected):
    assert ids(reference) == expected


PROMPTS = st.text(alphabet='@＠ amei小美走.-_1图\n"e\u0308', max_size=60)
NAMES = st.lists(st.sampled_from(["mei", "小美", "小", "m-e", "e", "last one"]), max_size=4)


@given(PROMPTS, NAMES)
def test_what_is_bound_is_not_bound_again(prompt, names):
    bound = bind(prompt, called(*names))
    if not {"@", "＠"} & set(bound.text):
        again = bind(bound.text, called(*names))
        assert again.text == bound.text
        assert again.mentioned >= bound.mentioned


@given(st.text(), NAMES)
def test_a_text_without_at_is_unchanged(prompt, names):
    plain = prompt.replace("@", "").replace("＠", "")
    assert bind(plain, called(*names)).text == plain


@given(st.text())
def test_an_escaped_text_comes_back(prompt):
    plain = prompt.replace("＠", "")
    assert bind(plain.replace("@", "@@"), called("mei")).text == plain


@given(PROMPTS, NAMES)
def test_an_error_changes_nothing_but_what_is_right(prompt, names):
    bound = bind(prompt, called(*names))
    assert all(1 <= each <= len(names) for each in bound.mentioned)
    assert all(each.line <= prompt.count("\n") + 1 for each in bound.findings)
    assert bound.used <= {*names}


@pytest.mark.parametrize("part", ["@", "@mei", "@小" * 2, "@" + "小" * 500, "a@b", "@x ", "image 1, 2, 3, "])
def test_the_longest_prompt_is_bound_in_a_moment(part):
    prompt = (part * 65_536)[:65_536]
    start = time.perf_counter()
    bind(prompt, called("mei", "小美", "x" * 200))
    assert time.perf_counter() - start < 2
