import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.providers.preview.reading import Garment, Scene, read

SAYS = [
    ("Extreme wide shot of a valley", "shot", "extreme_wide"),
    ("大远景，群山", "shot", "extreme_wide"),
    ("Wide shot of a street", "shot", "wide"),
    ("全景，广场上", "shot", "wide"),
    ("Full-body portrait, a dancer", "shot", "full"),
    ("全身像，一位舞者", "shot", "full"),
    ("Medium shot of a chef", "shot", "medium"),
    ("中景，两人对话", "shot", "medium"),
    ("Close-up of a man", "shot", "close"),
    ("特写，少女的脸", "shot", "close"),
    ("近景：老人", "shot", "close"),
    ("Extreme close-up of an eye", "shot", "extreme_close"),
    ("大特写：眼睛", "shot", "extreme_close"),
    ("Over-the-shoulder shot of a clerk", "shot", "over_shoulder"),
    ("过肩镜头", "shot", "over_shoulder"),
    ("Insert: a key on a table", "shot", "insert"),
    ("Bird's-eye view of a plaza", "angle", "high"),
    ("俯拍，集市", "angle", "high"),
    ("Low angle, a tower", "angle", "low"),
    ("仰拍，高楼", "angle", "low"),
    ("Dutch angle in a hallway", "angle", "dutch"),
    ("at dawn", "time", "dawn"),
    ("清晨的湖", "time", "dawn"),
    ("golden hour by the sea", "time", "golden"),
    ("at dusk", "time", "dusk"),
    ("黄昏", "time", "dusk"),
    ("a rainy night", "time", "night"),
    ("夜市", "time", "night"),
    ("noon in the village", "time", "day"),
    ("白天的学校", "time", "day"),
    ("a rainy night", "weather", "rain"),
    ("雨夜的小巷", "weather", "rain"),
    ("heavy snowfall", "weather", "snow"),
    ("雪中的寺庙", "weather", "snow"),
    ("a thunderstorm at sea", "weather", "storm"),
    ("浓雾", "weather", "fog"),
    ("misty forest", "weather", "fog"),
    ("windy hill", "weather", "wind"),
    ("a night market", "place", "market"),
    ("夜市摊位", "place", "market"),
    ("a narrow alley in the city", "place", "alley"),
    ("城市的小巷", "place", "alley"),
    ("on the rooftop", "place", "rooftop"),
    ("竹林深处", "place", "forest"),
    ("a classroom", "place", "school"),
    ("火车站的站台", "place", "station"),
    ("inside the train, a seat", "place", "train"),
    ("厨房里", "place", "kitchen"),
    ("on the beach", "place", "beach"),
    ("沙漠中的骆驼", "place", "desert"),
    ("outer space", "place", "space"),
    ("on white background", "place", "studio"),
    ("a black-and-white photograph", "style", "mono"),
    ("水墨画风格", "style", "ink"),
    ("character sheet of a boy", "kind", "sheet"),
    ("角色三视图，女孩", "kind", "sheet"),
    ("product shot of a perfume bottle", "kind", "product"),
    ("香水产品图", "kind", "product"),
    ("a movie poster", "kind", "poster"),
    ("电影海报", "kind", "poster"),
    ("a red sneaker on white background", "subject", "shoe"),
    ("一个易拉罐，白底", "subject", "can"),
    ("a crowd in the square", "crowd", True),
    ("人群", "crowd", True),
    ("from behind, a man walks", "behind", True),
    ("女孩的背影", "behind", True),
    ("image 2 over image 1", "images", (2, 1)),
    ("将图1的服装换为图2的服装", "images", (1, 2)),
    ("雨中的女孩", "chinese", True),
    ("a girl in 上海", "chinese", False),
]


@pytest.mark.parametrize(("prompt", "field", "value"), SAYS)
def test_a_prompt_says(prompt, field, value):
    assert getattr(read(prompt), field) == value


WHO = [
    ("a girl in a red raincoat", [("girl", "red", "raincoat")]),
    ("一个穿红色雨衣的小女孩", [("girl", "red", "raincoat")]),
    ("穿蓝裙子的女人和穿黑色西装的男人", [("woman", "blue", "dress"), ("man", "black", "suit")]),
    (
        "a man in a grey suit and a woman in a green dress",
        [("man", "grey", "suit"), ("woman", "green", "dress")],
    ),
]


@pytest.mark.parametrize(("prompt", "people"), WHO)
def test_clothes_belong_to_their_wearer(prompt, people):
    worn = [(f.kind, f.garments[0].colour, f.garments[0].kind) for f in read(prompt).figures]
    assert worn == people


COUNTS = [
    ("two old men on a bench", "old_man", 2),
    ("三只小猫", "cat", 3),
    ("两个男孩在跑", "boy", 2),
    ("three rabbits", "rabbit", 3),
    ("a book for three rabbits", "rabbit", 3),
    ("a woman. The woman turns.", "woman", 1),
    ("一个老人。老人笑了。", "old_man", 1),
    ("a woman and another woman", "woman", 2),
    ("a horse on the road", "horse", 1),
    ("海边的山羊", "sheep", 1),
]


@pytest.mark.parametrize(("prompt", "kind", "count"), COUNTS)
def test_figures_are_counted(prompt, kind, count):
    assert [f.kind for f in read(prompt).figures] == [kind] * count


ACTS = [
    ("a boy runs", "run"),
    ("男孩在奔跑", "run"),
    ("a man sitting on a bench", "sit"),
    ("老人坐在椅子上", "sit"),
    ("a woman walks", "walk"),
    ("女人走在路上", "walk"),
    ("a girl dances", "dance"),
    ("女孩看书", "read"),
    ("a girl looks up", "look_up"),
    ("女孩抬头", "look_up"),
    ("a boy waves", "wave"),
    ("a child sleeps", "lie"),
]


@pytest.mark.parametrize(("prompt", "action"), ACTS)
def test_what_a_figure_does(prompt, action):
    assert read(prompt).figures[0].action == action


def test_a_name_belongs_to_the_person_it_stands_beside():
    figure = read("Wide shot: Mei (image 1), a girl of ten in a red coat, runs home.").figures[0]

    assert (figure.name, figure.kind, figure.reference, figure.action) == ("Mei", "girl", 1, "run")


def test_a_named_figure_is_the_same_whatever_the_shot():
    one = read("Close-up of Mei, a girl in a red coat, crying.").figures[0]
    two = read("Wide shot. At night, Mei walks home.").figures[0]

    assert one.descriptor == two.descriptor


def test_a_description_means_the_same_in_both_languages():
    english = read("a girl in a red raincoat").figures[0]
    chinese = read("穿着红色雨衣的女孩").figures[0]

    assert english.descriptor == chinese.descriptor


def test_a_reference_is_tied_to_the_nearest_figure():
    figures = read("图1的女孩和图2的老人坐在公园里").figures

    assert [(f.kind, f.reference) for f in figures] == [("girl", 1), ("old_man", 2)]


def test_an_empty_street_has_nobody():
    assert read("empty street, no people, a man's hat").figures == ()
    assert read("空无一人的街道，女孩离开了").figures == ()


LETTERS = [
    ('The sign reads "NOODLES".', "NOODLES", "sign"),
    ("招牌上写着“老王面馆”", "老王面馆", "sign"),
    ('She says "We should go."', "We should go.", "speech"),
    ("他说：「走吧」", "走吧", "speech"),
    ("电影海报，片名《夜市》", "夜市", "title"),
    ('A poster with the title "RAIN"', "RAIN", "title"),
    ("黑底，“第一章”", "第一章", "caption"),
]


@pytest.mark.parametrize(("prompt", "text", "role"), LETTERS)
def test_quoted_text_is_lettered(prompt, text, role):
    """R136."""
    lettering = read(prompt).lettering[0]

    assert (lettering.text, lettering.role) == (text, role)


def test_hair_is_told_in_a_phrase():
    english = read("a girl with short black hair").figures[0]
    chinese = read("黑色短发的女孩").figures[0]

    assert (english.hair, english.hair_colour) == ("bob", "black") == (chinese.hair, chinese.hair_colour)


def test_an_action_is_that_of_the_name_before_it():
    prompt = "Mei (image 1), a girl. Duke (image 2), a cat. Duke sits on the counter. Mei runs after him."

    assert [(f.name, f.action) for f in read(prompt).figures] == [("Mei", "run"), ("Duke", "sit")]


def test_only_what_is_handled_is_held():
    assert read("a girl under red lanterns").figures[0].holds is None
    assert read("a girl with a lantern").figures[0].holds == "lantern"


def test_camera_words_are_no_animals():
    assert read("Extreme wide shot, slow crane down").figures == ()


def test_quoted_words_are_not_read_as_things():
    assert read('the sign says "CAT"').figures == ()


def test_a_prompt_that_says_nothing_leaves_everything_open():
    scene = read("")

    assert (scene.kind, scene.shot, scene.time, scene.place, scene.figures) == ("frame", None, None, None, ())


def test_garments_are_values():
    assert Garment(kind="coat", colour="red") == Garment(kind="coat", colour="red")


PIECES = st.sampled_from(
    [
        "图",
        "image 1",
        "图99",
        "“",
        "”",
        '"',
        "《",
        "a ",
        "两",
        "只",
        "girl",
        "女孩",
        "\x00",
        "\ud800",
        "İ",
        "😀",
        "\n",
        "红",
        "run",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=20).map("".join)))
def test_any_text_can_be_read(text):
    assert isinstance(read(text), Scene)


NOT_THERE = [
    ("an old orange cat on a counter", "props", ()),
    ("杭州龙井村的茶园", "figures", ()),
    ("竹制茶台，白底", "place", "studio"),
    ("medium format, 80 mm lens", "shot", None),
    ("Mei rings it", "props", ()),
    ("two points of light in the dark", "figures", ()),
    ("a warm glow from below", "angle", None),
    ("softly drawn with pencil lines", "props", ()),
    ("keep the label exactly as they are", "figures", ()),
    ("Headline in German, large", "figures", ()),
    ("same screen direction", "props", ()),
    ("角色和笔触前后一致", "props", ()),
]


@pytest.mark.parametrize(("prompt", "field", "value"), NOT_THERE)
def test_words_that_look_like_things_but_are_none(prompt, field, value):
    assert getattr(read(prompt), field) == value


@pytest.mark.parametrize(
    "text", ["环形山里冒着烟", "月亮的草地上有一座小屋", "a house on the moon", "场景是图4的月亮"]
)
def test_the_moon_is_a_place_when_something_is_on_it(text):
    assert read(text).place == "moon"


def test_the_moon_in_the_sky_is_no_place():
    assert read("full moon over the rooftops").place == "rooftop"


def test_doubled_names_belong_to_the_animal_before_them():
    figures = read(
        "图1中的小白兔团团，和图2中戴红帽子的灰色小老鼠米米。团团挥手，米米睡着了。角色不变。"
    ).figures

    assert [(f.name, f.kind, f.reference, f.action) for f in figures] == [
        ("团团", "rabbit", 1, "wave"),
        ("米米", "mouse", 2, "lie"),
    ]
    assert [len(f.garments) for f in figures] == [0, 1]


def test_a_coat_seen_by_a_cat_is_not_worn_by_it():
    assert read("Two eyes of an orange cat. Each eye holds one tiny red raincoat.").figures[0].garments == ()


def test_a_scarf_that_is_missing_is_not_worn():
    assert read("小白兔站着，脖子上没有围巾").figures[0].garments == ()


def test_a_river_that_runs_makes_nobody_run():
    assert read("A girl sits by her cat, a river of light that runs to the sea.").figures[1].action != "run"


def test_a_cat_carries_in_its_mouth_and_a_rabbit_of_a_book_in_its_paw():
    cat = read("An orange cat trots along, bell in his mouth.").figures[0]
    rabbit = read("绘本，小白兔手提一盏铜灯").figures[0]

    assert (cat.in_mouth, cat.holds, cat.upright) == ("bell", None, False)
    assert (rabbit.in_mouth, rabbit.holds, rabbit.upright) == (None, "lantern", True)


def test_a_thing_is_tied_to_the_picture_that_shows_it():
    assert read("The bottle from image 1 stands on glaze.").thing_images == (("bottle", 1),)
    assert read("图2中的女子看向图1的茶瓶").thing_images == (("bottle", 1),)


@pytest.mark.parametrize(
    ("prompt", "foreground"),
    [
        (
            "A woman looks at the bottle, which stands large in the foreground on the left.",
            ("bottle", "left"),
        ),
        ("女子看向右侧前景里的茶瓶", ("bottle", "right")),
        ("A woman looks at a bottle.", None),
    ],
)
def test_a_thing_stands_in_the_foreground(prompt, foreground):
    assert read(prompt).foreground == foreground


def test_the_words_of_its_own_sentence_say_what_a_text_is():
    prompt = (
        'Headline in German, large, in a fine serif, exactly: "Vor dem Regen"\n'
        'Caption along the bottom edge, small: "Kalt gebrüht."'
    )

    assert [text.role for text in read(prompt).lettering] == ["title", "caption"]


def test_a_white_horse_is_white_and_gallops():
    horse = read("A white horse gallops over the sand").figures[0]

    assert (horse.kind, horse.coat_colour, horse.action) == ("horse", "white", "run")
