"""Documents as cases: a new one is a file in `documents/`, found by itself."""

import gc
import json
import os
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.problems import frame, split_lines
from seedream_pipe.spec.composer import Composer, PurePythonParser
from seedream_pipe.spec.document import LARGEST_MAX_BYTES, load, parse

DOCUMENTS = Path(__file__).parent / "documents"
MALFORMED = sorted((DOCUMENTS / "malformed").glob("*.yaml"))
VALID = sorted((DOCUMENTS / "valid").glob("*.yaml"))
SECOND = 1.0


def problems_of(source, **options):
    with pytest.raises(InvalidPipeline) as caught:
        parse(source, file="f.yaml", **options)
    return caught.value.problems


def told(problems):
    return [f"{problem.code} {problem.place.line}:{problem.place.column}" for problem in problems]


def test_the_folders_of_cases_are_not_empty():
    assert len(MALFORMED) >= 38
    assert len(VALID) >= 8


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.stem)
def test_a_malformed_document_gets_its_problems_at_their_places(path):
    begin = time.perf_counter()
    with pytest.raises(InvalidPipeline) as caught:
        load(path, shown=path.name)
    assert told(caught.value.problems) == path.with_suffix(".expected").read_text().split("\n")[:-1]
    assert time.perf_counter() - begin < SECOND


@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.stem)
def test_what_is_said_of_a_malformed_document_names_no_parser(path):
    with pytest.raises(InvalidPipeline) as caught:
        load(path, shown=path.name)
    for problem in caught.value.problems:
        assert "token" not in problem.message
        assert "this is not YAML" not in problem.message
        assert problem.message.isprintable()


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_document_is_read_as_its_json_says(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert load(path, shown=path.name).root == expected


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_the_pure_python_parser_gives_the_same_tree_and_positions(path):
    text = path.read_bytes().decode("utf-8-sig")
    fast, pure = Composer(text, file="f"), Composer(text, file="f", parser=PurePythonParser)
    (root,), (same,) = fast.compose(), pure.compose()
    assert same == root
    assert positions(pure.positions, same) == positions(fast.positions, root)


REACH_THE_PARSER = [path for path in MALFORMED if "ENCODING" not in path.with_suffix(".expected").read_text()]


@pytest.mark.parametrize("path", REACH_THE_PARSER, ids=lambda path: path.stem)
def test_the_pure_python_parser_refuses_the_same_in_the_same_words(path):
    text = path.read_text(encoding="utf-8")
    fast, pure = Composer(text, file="f"), Composer(text, file="f", parser=PurePythonParser)
    roots, same = fast.compose(), pure.compose()
    assert [(p.code, p.message) for p in pure.problems] == [(p.code, p.message) for p in fast.problems]
    assert fast.problems or same == roots


def positions(of, tree):
    if not isinstance(tree, dict | list):
        return []
    entries = list(tree) if isinstance(tree, dict) else range(len(tree))
    return [(of.key(tree, e), of.value(tree, e), positions(of, tree[e])) for e in entries]


STORYBOARD = (DOCUMENTS / "valid" / "storyboard.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("version",), 2, "1"),
        (("vars", "look"), 5, '"1980s cel animation, warm rim light"'),
        (("data", "cast", "mei"), 8, '{look: "girl, 12, red raincoat", photo: refs/mei.jpg}'),
        (("data", "cast", "mei", "photo"), 8, "refs/mei.jpg"),
        (("defaults", "size", "aspect"), 12, "16:9"),
        (("steps", "sheet", "references", 0), 18, '"{{ c.photo }}"'),
        (("steps", "sheet", "prompt"), 19, "|"),
        (("steps", "sheet", "takes"), 21, "4"),
    ],
)
def test_a_value_stands_where_and_as_long_as_it_is_written(path, line, text):
    place = parse(STORYBOARD, file="f").place(path)
    assert place.line == line
    assert STORYBOARD.split("\n")[line - 1][place.column - 1 :][: place.length] == text


def test_the_key_of_an_entry_has_a_place_of_its_own():
    place = parse(STORYBOARD, file="f").place(("steps", "sheet", "takes"), key=True)
    assert (place.line, place.column, place.length) == (21, 5, 5)


def test_the_key_of_an_entry_of_a_list_is_its_value():
    document = parse("a: [x, why]\n", file="f")
    assert document.place(("a", 1), key=True) == document.place(("a", 1))


@pytest.mark.parametrize("path", [("steps", "nowhere"), ("steps", 0), ("steps", "nowhere", "deeper", 3)])
def test_what_is_missing_stands_where_its_nearest_ancestor_does(path):
    document = parse(STORYBOARD, file="f")
    assert document.place(path) == document.place(("steps",))
    assert document.place(path, key=True) == document.place(("steps",))


@pytest.mark.parametrize("index", [-1, 2, 10**9, "0", True])
def test_an_index_outside_of_a_list_is_missing(index):
    document = parse("a: [x]\n", file="f")
    assert document.place(("a", index)) == document.place(("a",))


def test_of_a_map_of_many_entries_each_has_its_place():
    document = parse("".join(f"step{i}: {i}\n" for i in range(1000)), file="f")
    assert [document.place((f"step{i}",)).line for i in range(1000)] == list(range(1, 1001))


def test_an_anchor_is_not_part_of_the_value():
    text = "a: &one  text\nb: &two\n  c: 1\nd: &three # why\n  'x'\n"
    document = parse(text, file="f")
    assert str(document.place(("a",))) == "f:1:10"
    assert str(document.place(("b",))) == "f:3:3"
    assert str(document.place(("d",))) == "f:5:3"


def test_text_by_alias_stands_where_it_is_written_a_container_where_it_is_used():
    document = parse("a: &one text\nb: &two {c: 1}\nd: *one\ne: *two\n", file="f")
    assert str(document.place(("d",))) == "f:1:9"
    assert str(document.place(("e",))) == "f:4:4"
    assert str(document.place(("e", "c"))) == "f:2:13"


def test_what_a_merge_brings_stands_where_it_is_written():
    document = parse("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n", file="f")
    assert str(document.place(("y", "a"))) == "f:1:11"
    assert str(document.place(("y", "b"))) == "f:2:16"
    assert str(document.place(("y", "b"), key=True)) == "f:2:13"


def test_a_merge_written_in_place_keeps_its_positions():
    text = "".join(f"s{i}: {{<<: {{a: {i}}}, b: 1}}\n" for i in range(200))
    document = parse(text, file="f")
    gc.collect()
    assert [document.place((f"s{i}", "a")).line for i in range(200)] == list(range(1, 201))


@pytest.mark.parametrize(
    ("yaml_text", "expected"),
    [
        ("a: |\n  one\n", (2, 2)),
        ("a: |\n\n\n     one\n", (2, 5)),
        ("a:\n  b: >-  # folded\n      one\n", (3, 6)),
        ("a: |2\n     one\n", (2, 2)),
        ("a: |\n", (2, 0)),
        ("a: &x |\n  one\n", (2, 2)),
        ("a: &x\n  |\n  one\n", (3, 2)),
        ("a:   plain\n", (1, 5)),
        ('a: "quoted"\n', (1, 4)),
        ("a:\n  'quoted'\n", (2, 3)),
        ("a:\n", (1, 2)),
        ("b: &t |\n   one\na: *t\n", (2, 3)),
    ],
)
def test_the_first_line_of_a_text_is_found(yaml_text, expected):
    document = parse(yaml_text, file="f")
    path = ("a", "b") if isinstance(document.root["a"], dict) else ("a",)
    assert document.text_place(path) == expected


@given(st.lists(st.text("ab {}", max_size=8), min_size=1, max_size=5), st.integers(1, 6))
def test_a_character_of_a_literal_block_is_found_in_the_file(lines, indent):
    content = ["x" + line for line in lines]
    document = parse("a: |\n" + "".join(f"{' ' * indent}{line}\n" for line in content), file="f")
    first, left = document.text_place(("a",))
    for number, line in enumerate(document.root["a"].split("\n")[:-1]):
        assert document.lines[first - 1 + number][left:] == line


def test_equal_keys_name_both_places():
    (problem,) = problems_of("a: 1\nb: 2\na: 3\n")
    assert problem.code == "E-DUPLICATE-KEY"
    assert (str(problem.place), str(problem.also[0])) == ("f.yaml:3:1", "f.yaml:1:1")


def test_all_problems_come_at_once_up_to_the_syntax_error():
    found = problems_of("a: 1\na: 2\nb: !t x\nc: *no\nd: [\n")
    assert told(found) == ["E-DUPLICATE-KEY 2:1", "E-YAML 3:4", "E-YAML 4:4", "E-YAML 5:4"]


def test_a_flood_of_problems_is_cut():
    assert len(problems_of("a: 1\n" * 100_000)) == 100


def test_an_unknown_alias_gets_a_suggestion():
    (problem,) = problems_of("a: &looks x\nb: *look\n")
    assert problem.hint == 'did you mean "looks"?'


def test_a_table_may_have_a_list_at_its_root():
    assert parse("- {id: a}\n- {id: b}\n", file="f", root="any").root == [{"id": "a"}, {"id": "b"}]
    assert problems_of("", root="any")[0].message == "the file is empty"


def test_aliases_share_one_object():
    root = parse("a: &x {b: 1}\nc: *x\n", file="f").root
    assert root["a"] is root["c"]


def test_ten_thousand_steps_may_share_what_is_usual():
    text = "x: &x {" + ", ".join(f"k{i}: {i}" for i in range(15)) + "}\n"
    text += "".join(f"s{i}: {{<<: *x, prompt: p{i}, seed: {i}}}\n" for i in range(10_000))
    assert len(parse(text, file="f").root["s9999"]) == 17


@pytest.mark.parametrize("kind", ["list", "merge", "flat", "map"])
def test_a_bomb_of_aliases_goes_out_at_once(kind):
    if kind == "flat":
        text = "a: &a [" + "x," * 1000 + "]\nb: [" + "*a," * 100_000 + "]\n"
    else:
        body = {"list": "[{}]", "merge": "{{<<: [{}]}}", "map": "{{a: [{}]}}"}[kind]
        seed = {"list": "[x]", "merge": "{k: 1}", "map": "{k: 1}"}[kind]
        levels = [f"a{i}: &a{i} " + body.format(",".join([f"*a{i - 1}"] * 10)) for i in range(1, 12)]
        text = f"a0: &a0 {seed}\n" + "\n".join(levels) + "\n"
    begin = time.perf_counter()
    (problem,) = problems_of(text)
    assert problem.message.startswith("aliases repeat more than the file may hold")
    assert time.perf_counter() - begin < SECOND


@pytest.mark.parametrize("unit", ["[", "{", "- ", "? ", "a:\n", "{a: ", "&a [", "!t {", "[[],"])
def test_deep_nesting_is_refused_at_once(unit):
    text = unit * 100_000 if "\n" not in unit else "".join(" " * i + unit for i in range(1000))
    begin = time.perf_counter()
    assert problems_of(text)
    assert time.perf_counter() - begin < SECOND


def test_64_levels_are_not_too_deep():
    assert parse("a: " + "[" * 63 + "]" * 63, file="f").root["a"]
    assert told(problems_of("a: " + "[" * 64 + "]" * 64)) == ["E-YAML 1:67"]


@pytest.mark.parametrize(
    "text",
    [
        "#\n" * 500_000 + "a: 1",
        "\n" * 900_000 + "a: 1",
        " " * 900_000 + "a: 1",
        "a: x\n" + " y\n" * 300_000,
        'a: "' + r"\n" * 400_000 + '"',
        "a: " + "x" * 1_000_000,
        "{" + ",".join(f"a{i}: {{b: 1}}" for i in range(50_000)) + "}",
        "a: [" + "*b, " * 200_000,
        "%TAG !a! x\n" * 80_000,
        "a: 1\n...\n" + "%TAG !a! x\n" * 80_000,
        "[" + "".join(f"&a{i} x," for i in range(60_000)) + "*zz," * 20_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_mebibyte_of_anything_takes_linear_time(text):
    begin = time.perf_counter()
    try:
        document = parse(text, file="f")
    except InvalidPipeline:
        pass
    else:
        document.place(("a",))
        document.text_place(("a",))
    assert time.perf_counter() - begin < 2 * SECOND


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def refusal(path, **options):
    begin = time.perf_counter()
    with pytest.raises(InvalidPipeline) as caught:
        load(path, shown="shown.yaml", **options)
    assert time.perf_counter() - begin < SECOND
    (problem,) = caught.value.problems
    assert problem.place.file == "shown.yaml"
    return problem


def test_a_file_is_read_with_its_name_as_shown(folder):
    (folder / "a.yaml").write_text("a: 夜\n", encoding="utf-8")
    document = load(folder / "a.yaml", shown="./a.yaml")
    assert document.root == {"a": "夜"}
    assert str(document.place(("a",))) == "./a.yaml:1:4"
    assert document.lines == ("a: 夜",)


def test_a_missing_file_is_a_problem(folder):
    assert refusal(folder / "no.yaml").code == "E-FILE"
    assert refusal(folder / "no\0.yaml").code == "E-FILE"
    assert refusal(folder / ("x" * 300)).code == "E-FILE"


def test_a_folder_is_a_problem(folder):
    assert refusal(folder).message == "is a folder"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting(folder):
    os.mkfifo(folder / "pipe.yaml")
    assert refusal(folder / "pipe.yaml").message == "is not a regular file"


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no such device here")
def test_a_device_is_refused():
    assert refusal(Path("/dev/zero")).message == "is not a regular file"


def test_a_file_of_100_megabytes_is_refused_before_it_is_read(folder):
    with (folder / "big.yaml").open("wb") as file:
        file.truncate(100_000_000)
    begin = time.perf_counter()
    problem = refusal(folder / "big.yaml")
    assert time.perf_counter() - begin < 0.1
    assert (problem.code, problem.place.line) == ("E-FILE", 0)
    assert problem.message == "has 95.4 MiB, more than the 1 that a YAML file may have"


def test_the_limit_of_size_can_be_raised_but_not_without_end(folder):
    (folder / "a.yaml").write_text("a: 1\n" + "#" * (2 << 20))
    refusal(folder / "a.yaml")
    assert load(folder / "a.yaml", shown="a", max_bytes=4 << 20).root == {"a": 1}
    with (folder / "big.yaml").open("wb") as file:
        file.truncate(LARGEST_MAX_BYTES + 1)
    assert refusal(folder / "big.yaml", max_bytes=1 << 40).code == "E-FILE"


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled):
    was = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        parse("a: 1\n", file="f")
        problems_of("a: [")
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()


PIECES = st.sampled_from(
    [*"abc:-?[]{},#&*!|>'\"%@` \n\t\\", "\r\n", ": ", "- ", "\n  ", "{{ x }}", "<<: ", "&a ", "*a", "---\n"]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text())
@example("a: 1\r\n\tb")
@example("'\\\n'")
@example("\ud800")
def test_any_text_is_a_document_or_has_problems_inside_of_it(text):
    try:
        document = parse(text, file="f")
    except InvalidPipeline as refused:
        lines = split_lines(text.removeprefix("\ufeff"))
        for problem in refused.problems:
            for place in (problem.place, *problem.also):
                expect_inside(place, lines)
            assert frame(problem.place, lines) or not lines
    else:
        for path in paths(document.root):
            expect_inside(document.place(path), document.lines)
            expect_inside(document.place(path, key=True), document.lines)
            line, _ = document.text_place(path)
            assert 1 <= line <= len(document.lines) + 1


def paths(tree, before=(), depth=0):
    yield before
    if isinstance(tree, dict | list) and depth < 4:
        for entry in tree if isinstance(tree, dict) else range(len(tree)):
            yield from paths(tree[entry], (*before, entry), depth + 1)


def expect_inside(place, lines):
    if lines:
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        assert place.column - 1 + place.length <= len(lines[place.line - 1]) + 1


@given(st.binary(max_size=60))
def test_any_bytes_are_a_document_or_have_problems(data):
    with suppress(InvalidPipeline):
        assert parse(data, file="f", root="any").lines


TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc01-_ é夜", max_size=5), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc01", min_size=1), TREES, max_size=5))
def test_what_yaml_writes_is_read_back(tree):
    text = yaml.dump(tree, Dumper=Quoting, allow_unicode=True)
    assert parse(text, file="f").root == tree


class Quoting(yaml.SafeDumper):
    """Quotes all text, as only then everybody reads it the same."""

    def ignore_aliases(self, _data):
        return True


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


@given(TREES.map(lambda tree: {"root": tree}))
def test_json_is_yaml(tree):
    text = json.dumps(tree, ensure_ascii=False, indent=1)
    if any(char in text for char in "\x7f\u2028\u2029\ufffe\uffff") or not text.isprintable():
        text = "".join(c for c in text if c == "\n" or c.isprintable())
    assert parse(text, file="f").root == json.loads(text)


@given(st.dictionaries(st.text("abcdefgh", min_size=1), st.integers(), min_size=1, max_size=30))
def test_entries_stand_in_the_order_of_the_text(tree):
    document = parse(json.dumps(tree), file="f")
    places = [document.place((key,)) for key in document.root]
    assert all(one < other for one, other in pairwise(places))
