"""Tables: the same rows from every format, each with its place, and everything that is wrong with one."""

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.plan.model import TableRows
from seedream_pipe.problems import Place, merged
from seedream_pipe.snapshot.root import Root
from seedream_pipe.snapshot.tables import read_table
from seedream_pipe.spec.model import InlineTable, TableFile

AT = Place("board.yaml", 3, 9)


@pytest.fixture
def read(tmp_path):
    """Writes a table's file and reads it."""

    def read(name: str, content: str | bytes) -> TableRows:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(
            TableFile(name="t", path=name, at=AT), Root(top=tmp_path.resolve(), folder=tmp_path), {}
        )

    return read


def _problems(read, name, content):
    with pytest.raises(InvalidPipeline) as raised:
        read(name, content)
    return [(str(problem.place), problem.message) for problem in raised.value.problems]


def _rows(table):
    return [(row.value, row.at.line, row.at.column) for row in table.rows]


TWO = [{"id": "a", "n": "1"}, {"id": "b", "n": "2"}]

LISTS = {
    "t.csv": "id,n\na,1\nb,2\n",
    "T.CSV": "id,n\na,1\nb,2\n",
    "t.tsv": "id\tn\na\t1\nb\t2\n",
    "t.json": '[{"id": "a", "n": "1"},\n {"id": "b", "n": "2"}]',
    "t.jsonl": '{"id": "a", "n": "1"}\n{"id": "b", "n": "2"}\n',
    "t.yaml": '- {id: a, n: "1"}\n- {id: b, n: "2"}\n',
    "t.yml": '- id: a\n  n: "1"\n- id: b\n  n: "2"\n',
}


@pytest.mark.parametrize(("name", "content"), LISTS.items(), ids=LISTS.keys())
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_format_gives_the_same_rows(read, name, content, mark, end):
    table = read(name, mark + content.replace("\n", end))
    assert [row.value for row in table.rows] == TWO
    assert not table.keyed


MAPS = {
    "t.json": '{"a": {"n": "1"}, "b": {"n": "2"}}',
    "t.yaml": 'a: {n: "1"}\nb: {n: "2", id: b}\n',
}


@pytest.mark.parametrize(("name", "content"), MAPS.items(), ids=MAPS.keys())
def test_the_rows_of_a_map_have_their_key_as_id(read, name, content):
    table = read(name, content)
    assert [row.value for row in table.rows] == TWO
    assert table.keyed


@pytest.mark.parametrize(
    ("name", "content", "places"),
    [
        ("t.csv", 'a,b\n\n1,"x\ny"\n\n2,z\n', [(3, 1), (6, 1)]),
        ("t.csv", 'a,b\r1,"x\ry"\r2,z', [(2, 1), (4, 1)]),
        ("t.json", '\n[\n  {"a": 1}, {"a": 2},\n\n  3]', [(3, 3), (3, 13), (5, 3)]),
        ("t.json", '{"x": {},\n "y": {}}', [(1, 2), (2, 2)]),
        ("t.jsonl", '\n{"a": 1}\n\n  2\n', [(2, 1), (4, 1)]),
        ("t.yaml", "# rows\n- a: 1\n-\n  a: 2\n", [(2, 3), (4, 3)]),
        ("t.yaml", "x: {a: 1}\ny:\n  a: 2\n", [(1, 1), (2, 1)]),
    ],
)
def test_each_row_has_its_place(read, name, content, places):
    assert [(row.at.line, row.at.column) for row in read(name, content).rows] == places


def test_a_cell_of_a_csv_is_text_as_it_stands(read):
    (row,) = read("t.csv", 'a, b ,c,d,e\n007,1.10, x ,"q ""r"", s",\n').rows
    assert row.value == {"a": "007", "b": "1.10", "c": " x ", "d": 'q "r", s', "e": ""}


def test_rows_of_json_and_yaml_keep_their_types(read):
    for name, content in (
        ("t.json", '[{"n": 1, "x": [true, null]}]'),
        ("t.yaml", "- {n: 1, x: [true, null]}"),
    ):
        assert [row.value for row in read(name, content).rows] == [{"n": 1, "x": [True, None]}]


def test_a_separator_of_lines_in_json_text_ends_no_row(read):
    assert [row.value for row in read("t.jsonl", '{"a": "x\u2028y"}').rows] == [{"a": "x\u2028y"}]


def test_a_table_of_columns_only_has_no_rows(read):
    assert read("t.csv", "id,n\n").rows == ()


def test_an_inline_map_and_list():
    places = (Place("b.yaml", 4, 5), Place("b.yaml", 5, 5))
    table = InlineTable(name="t", rows={"a": {"n": "1"}, "b": {"n": "2"}}, at=AT, places=places)
    found = read_table(table, None, {})
    assert ([row.value for row in found.rows], found.keyed) == (TWO, True)
    assert tuple(row.at for row in found.rows) == places
    found = read_table(InlineTable(name="t", rows=["x", 2], at=AT, places=places), None, {})
    assert [row.value for row in found.rows] == ["x", 2]


WRONG = [
    ("t.csv", "", [("t.csv", "is empty")]),
    ("t.csv", "\n\n", [("t.csv", "is empty")]),
    ("t.csv", "a,b,a\n", [("t.csv:1:1", "column 3 is named 'a' twice")]),
    ("t.csv", "a, a\n", [("t.csv:1:1", "column 2 is named 'a' twice")]),
    ("t.csv", "a,,b,\n", [("t.csv:1:1", "column 2 has no name"), ("t.csv:1:1", "column 4 has no name")]),
    (
        "t.csv",
        "a,b\n1\n1,2\n1,2,3\n",
        [
            ("t.csv:2:1", "the row has 1 cells; the table has 2 columns"),
            ("t.csv:4:1", "the row has 3 cells; the table has 2 columns"),
        ],
    ),
    ("t.csv", 'a,b\n1,"x\n', [("t.csv:2:1", "a quote that begins a cell of this row is never closed")]),
    ("t.csv", 'a,b\n1,"x"y\n', [("t.csv:2:1", "cannot be read: ',' expected after '\"'")]),
    ("t.csv", "a,b\n1,\0\n", [("t.csv:2:1", "holds a NUL character")]),
    ("t.csv", "a,b\n1,caf\xe9\n".encode("latin-1"), [("t.csv:2:1", "the byte 0xe9 is not UTF-8")]),
    ("t.csv", "a,b\n".encode("utf-16"), [("t.csv:1:1", "the byte 0xff is not UTF-8")]),
    ("t.json", "", [("t.json:1:1", "a table is a list of rows, or a map from id to row")]),
    ("t.json", "3", [("t.json:1:1", "a table is a list of rows, or a map from id to row")]),
    ("t.json", '[\n{"a": 1},\n{"a" 2}]', [("t.json:3:6", "is not JSON: Expecting ':' delimiter")]),
    ("t.json", "[1, 2", [("t.json:1:6", "is not JSON: Expecting ',' delimiter")]),
    ("t.json", "[1] 2", [("t.json:1:5", "is not JSON: Extra data")]),
    ("t.json", '[1,\n {"a": NaN}]', [("t.json:2:2", "NaN is not a number of JSON")]),
    ("t.json", "[1,\n 1e999]", [("t.json:2:2", "1e999 is too large a number")]),
    (
        "t.json",
        '[1,\n {"a": "\\ud800"}]',
        [("t.json:2:2", "has half of a character (a lone surrogate), which cannot be sent")],
    ),
    ("t.json", '[{},\n {"a": {"b": 1, "b": 2}}]', [("t.json:2:2", '"b" is given twice')]),
    ("t.json", '{"a": {},\n "b": {},\n "a": {}}', [("t.json:3:2", 'row "a" is given twice')]),
    ("t.json", '{"a": {},\n "b": 3}', [("t.json:2:2", 'row "b" is not a map of columns')]),
    (
        "t.json",
        '{"a": {"id": "x"}}',
        [("t.json:1:2", 'row "a" has another "id" in it; the id of a row in a map is its key')],
    ),
    (
        "t.jsonl",
        '{"a": 1}\n{"a": }\n\n{"a": 1, "a": 2}\n[',
        [
            ("t.jsonl:2:7", "is not JSON: Expecting value"),
            ("t.jsonl:4:1", '"a" is given twice'),
            ("t.jsonl:5:2", "is not JSON: Expecting value"),
        ],
    ),
    ("t.yaml", "", [("t.yaml:1:1", "the file is empty")]),
    ("t.yaml", "3", [("t.yaml:1:1", "a table is a list of rows, or a map from id to row")]),
    ("t.yaml", "text", [("t.yaml:1:1", "a table is a list of rows, or a map from id to row")]),
    ("t.yaml", "~", [("t.yaml:1:1", "a table is a list of rows, or a map from id to row")]),
    ("t.yaml", "a: {}\nb: 3\n", [("t.yaml:2:1", 'row "b" is not a map of columns')]),
    ("t.txt", "a,b\n", [("board.yaml:3:9", '"t.txt" is not a table')]),
    ("t", "a,b\n", [("board.yaml:3:9", '"t" is not a table')]),
]


@pytest.mark.parametrize(("name", "content", "problems"), WRONG)
def test_what_is_wrong_is_told_with_its_place(read, name, content, problems):
    assert _problems(read, name, content) == problems


def test_a_yaml_row_given_twice_is_told_with_both_places(read):
    with pytest.raises(InvalidPipeline) as raised:
        read("t.yaml", "a: {}\nb: {}\na: {}\n")
    (problem,) = raised.value.problems
    assert (problem.place.line, [place.line for place in problem.also]) == (3, [1])


def test_a_json_row_given_twice_is_told_with_both_places(read):
    with pytest.raises(InvalidPipeline) as raised:
        read("t.json", '{"a": {},\n"a": {}}')
    (problem,) = raised.value.problems
    assert (problem.code, problem.also) == ("E-DUPLICATE-KEY", (Place("t.json", 1, 2),))


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.yaml"])
def test_deep_nesting_is_refused_at_once(read, name, content):
    before = time.monotonic()
    assert len(_problems(read, name, content)) == 1
    assert time.monotonic() - before < 2


def test_a_number_of_thousands_of_digits_is_refused(read):
    assert len(_problems(read, "t.json", "[" + "9" * 10_000 + "]")) == 1


@pytest.mark.parametrize(
    "path", ["../t.csv", "gone.csv", "/etc/passwd.csv", "folder.csv", "pipe.csv", "out.csv"]
)
def test_a_file_that_cannot_be_had_is_told_where_it_is_named(tmp_path, path):
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "t.csv").write_text("a\n1\n")
    (project / "folder.csv").mkdir()
    os.mkfifo(project / "pipe.csv")
    (project / "out.csv").symlink_to("../t.csv")
    with pytest.raises(InvalidPipeline) as raised:
        read_table(TableFile(name="t", path=path, at=AT), Root(top=project, folder=project), {})
    (problem,) = raised.value.problems
    assert problem.place == AT


def test_a_table_over_the_limit_is_refused_unread(tmp_path):
    with (tmp_path / "t.csv").open("wb") as file:
        file.truncate(20 << 30)
    with pytest.raises(InvalidPipeline) as raised:
        read_table(TableFile(name="t", path="t.csv", at=AT), Root(top=tmp_path, folder=tmp_path), {})
    assert raised.value.problems[0].message.endswith("the limit is 67.1 MB")


ANY = st.text() | st.text(alphabet='{}[]":,\n\t\r -ab1\\u.e"\0\ufeff&*!|>#')


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.json", "t.jsonl", "t.yaml"])
def test_any_text_ends_in_rows_or_problems(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("any")
    root = Root(top=folder.resolve(), folder=folder)

    @given(ANY)
    def run(text):
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        problems, rows = (), ()
        try:
            rows = read_table(TableFile(name="t", path=name, at=AT), root, {}).rows
        except InvalidPipeline as error:
            problems = error.problems
        assert not (problems and rows)
        assert all(row.at.line >= 1 for row in rows)

    run()


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
            min_size=2,
            max_size=2,
        ).filter(lambda row: any(cell.strip() for cell in row)),  # a row of blanks is no row
        min_size=1,
    )
)
def test_what_a_spreadsheet_writes_is_read_back(tmp_path_factory, cells):
    import csv

    folder = tmp_path_factory.mktemp("sheet")
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["a", "b"], *cells])
    table = read_table(
        TableFile(name="t", path="t.csv", at=AT), Root(top=folder.resolve(), folder=folder), {}
    )
    assert [list(row.value.values()) for row in table.rows] == cells


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [("t.jsonl", b'{"id": 1}\r\n{\r\n', "t.jsonl:2:2"), ("t.json", b'[{"id": 1},\r{\r]', "t.json:3:1")],
)
def test_places_in_json_count_every_kind_of_line_end(read, name, text, place):
    ((at, _),) = _problems(read, name, text)

    assert at == place


SEPARATED = {
    "semicolons": 'id;n\na;1\nb;"2"\n',
    "semicolons after empty lines": "\r\n\r\nid;n\r\na;1\r\nb;2\r\n",
    "tabs": "id\tn\na\t1\nb\t2\n",
    "quoted semicolons": '"id";"n"\n"a";"1"\n"b";"2"\n',
}


@pytest.mark.parametrize("content", SEPARATED.values(), ids=SEPARATED.keys())
def test_a_csv_file_may_separate_its_columns_by_semicolons_or_tabs(read, content):
    assert [row.value for row in read("t.csv", content).rows] == TWO


def test_a_comma_in_the_first_line_separates_whatever_else_is_there(read):
    (row,) = read("t.csv", "id,n;m\na,1;2\n").rows
    assert row.value == {"id": "a", "n;m": "1;2"}


def test_a_comma_in_a_cell_is_text_where_semicolons_separate(read):
    (row,) = read("t.csv", "id;n\na;1,5\n").rows
    assert row.value == {"id": "a", "n": "1,5"}


def test_a_row_of_too_many_cells_is_told_with_the_separator_of_its_file(read):
    with pytest.raises(InvalidPipeline) as raised:
        read("t.csv", "id;n\na;b;1\n")
    (found,) = raised.value.problems
    assert found.hint == 'put a cell that holds the separator in quotes: "a; b"'


@pytest.mark.parametrize("line", [",", ",,,,", " , ", '"",""'])
def test_a_line_of_empty_cells_is_no_row(read, line):
    assert [row.value for row in read("t.csv", f"id,n\na,1\n{line}\nb,2\n{line}\n").rows] == TWO


def test_rows_of_another_length_are_one_finding_to_the_reader(read):
    with pytest.raises(InvalidPipeline) as raised:
        read("t.csv", "id,n\n" + "a,1,2\n" * 300)
    (found,) = merged(raised.value.problems)
    assert (str(found.place), found.count) == ("t.csv:2:1", 300)
