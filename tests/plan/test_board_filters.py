"""The filters that boards need: the examples of their own table, and their edges."""

import contextlib
import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe import profiles
from seedream_pipe.plan import board_filters
from seedream_pipe.plan.board_filters import BOARD_FILTERS
from seedream_pipe.plan.template import TemplateError, Templates
from seedream_pipe.plan.vocabulary import FILTERS

EXAMPLES = re.findall(r"^    (.+?) +→  (.+)$", board_filters.__doc__, re.MULTILINE)


def render(expression, **values):
    return Templates(None).field("{{ " + expression + " }}").render(values)


def failure(expression, **values):
    with pytest.raises(TemplateError) as caught:
        render(expression, **values)
    return caught.value


@pytest.mark.parametrize(("expression", "expected"), EXAMPLES)
def test_an_example_of_the_table_gives_what_it_says(expression, expected):
    assert render(expression) == json.loads(expected)


@pytest.mark.parametrize("name", BOARD_FILTERS)
def test_every_filter_has_an_example_and_is_in_the_language(name):
    assert any(f"| {name}" in expression for expression, _ in EXAMPLES)
    assert FILTERS[name] is BOARD_FILTERS[name]


EDGES = [
    ("slug", '"Mei\'s  Café — №２" | slug', "meis-café-no2"),
    ("slug", '"ÉCOLE" | slug("")', "école"),
    ("slug", "10 | slug", "10"),
    ("pad", "1234 | pad(3)", "1234"),
    ("pad", '"小" | pad(2)', "0小"),
    ("lines", '"a\\r\\nb\\rc" | lines', ["a", "b", "c"]),
    ("lines", '" \\n" | lines', []),
    ("parts", '["a ", "", 3] | parts', ["a", "3"]),
    ("parts", '"" | parts', []),
    ("parts", '"mei" | parts', ["mei"]),
    ("sentences", '"Mr. Li waits. At 3.5 m?! Yes" | sentences', ["Mr. Li waits.", "At 3.5 m?!", "Yes"]),
    ("sentences", "'He says \"Go.\" She goes' | sentences", ['He says "Go."', "She goes"]),
    ("sentences", '"他说：“走。”然后走了" | sentences', ["他说：“走。”", "然后走了"]),
    ("sentences", '"...x ...x" | sentences', ["...x ...x"]),
    ("sentence", '"Wide shot." | sentence', "Wide shot."),
    ("sentence", "'she says \"go!\"' | sentence", 'She says "go!"'),
    ("sentence", '"a lane, " | sentence', "A lane."),
    ("sentence", '"MEI runs" | sentence', "MEI runs."),
    ("cjk_join", '["Mei", "走过", "夜市", "at night"] | cjk_join', "Mei走过夜市at night"),
    ("cjk_join", '"雨，\\nrain" | cjk_join', "雨，rain"),
    ("cjk_join", '["비가", "온다"] | cjk_join', "비가 온다"),
    ("cjk_join", "[] | cjk_join", ""),
    ("listing", "[] | listing", ""),
    ("listing", '["a"] | listing', "a"),
    ("listing", '["a", "b"] | listing("&")', "a & b"),
    ("listing", '["猫", "狗"] | listing("或")', "猫或狗"),
    ("clip", '"short" | clip(5)', "short"),
    ("clip", '"incomprehensible" | clip(5)', "incom"),
    ("clip", '"a cat, a dog" | clip(6)', "a cat"),
    ("clip", '"Mei走过夜市" | clip(5)', "Mei走过"),
    ("quote", "'He said \"go\" twice' | quote", "\"He said 'go' twice\""),
    ("quote", "'\"Go!\"' | quote", '"Go!"'),
    ("quote", "'“走吧”' | quote", "“走吧”"),
    ("quote", "'他说\"走\"了又“来”' | quote", "“他说‘走’了又‘来’”"),
    ("quote", '"“Go!”" | quote', '"Go!"'),
    ("ratio", '"2.39:1" | ratio', "239:100"),
    ("ratio", '"1600 x 2848" | ratio', "9:16"),
    ("ratio", '"21:9" | ratio', "21:9"),
    ("ratio", "[1.5, 1] | ratio", "3:2"),
]


@pytest.mark.parametrize(("name", "expression", "expected"), EDGES)
def test_an_edge_is_as_expected(name, expression, expected):
    assert render(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        '"!?" | slug',
        '"a" | slug("/")',
        "none | slug",
        '"a" | pad(0)',
        '"a" | pad(65)',
        '"a" | pad(3, "ab")',
        '"a" | pad("3")',
        '"a" | parts("")',
        "3 | parts",
        "[none] | listing",
        '["a", "b"] | listing(3)',
        '"mei, duke" | listing',
        '"a" | clip(0)',
        "[1] | lines",
        "[1] | quote",
        '"2K" | ratio',
        '"0x4" | ratio',
        "[1, true] | ratio",
        "[1, 2, 3] | ratio",
        "16 | ratio",
        "nobody | sentence",
    ],
)
def test_what_does_not_fit_is_told(expression):
    assert failure(expression).code in {"E-TEMPLATE-VALUE", "E-TEMPLATE-NAME"}


@pytest.mark.parametrize("model", profiles.models(), ids=lambda model: model.name)
def test_every_recommended_size_has_its_own_ratio(model):
    for tier in model.tiers:
        for aspect, size in tier.sizes.items():
            assert render("size | ratio", size=size) == aspect


@given(st.text(max_size=60), st.integers(1, 30))
def test_clip_never_gives_more_and_never_invents(text, most):
    clipped = render("text | clip(most)", text=text, most=most)
    assert len(clipped) <= most
    assert text.strip().startswith(clipped)


@given(st.text(max_size=60))
def test_a_slug_of_a_slug_is_itself(text):
    try:
        slug = render("text | slug", text=text)
    except TemplateError:
        return
    assert render("text | slug", text=slug) == slug
    assert not set(slug) & set(' /\\.:*?"<>|\n')


@given(st.text(max_size=60))
def test_sentences_keep_every_character_but_spaces(text):
    assert "".join("".join(render("text | sentences", text=text)).split()) == "".join(text.split())


@given(st.text(max_size=60))
def test_a_sentence_is_one_already(text):
    sentence = render("text | sentence", text=text)
    assert render("text | sentence", text=sentence) == sentence


@pytest.mark.parametrize("name", BOARD_FILTERS)
@pytest.mark.parametrize("part", ["a", "...", "...x", '"', "“", "一", "@ ", " \n", "1:", ",", "e\u0301"])
def test_the_longest_text_takes_a_moment_and_more_is_refused(name, part):
    arguments = {"clip": "(9)", "pad": "(3)"}.get(name, "")
    text = (part * 65_536)[:65_536]
    start = time.perf_counter()
    with contextlib.suppress(TemplateError):
        render(f"text | {name}{arguments} | length", text=text)
    assert time.perf_counter() - start < 2
    assert failure(f"text | {name}{arguments} | length", text=text + part * 10).code in {
        "E-TEMPLATE-LIMIT",
        "E-TEMPLATE-VALUE",
    }
