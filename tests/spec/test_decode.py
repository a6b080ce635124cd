"""Records have what the author wrote, where it stands, and the defaults merged in."""

from seedream_pipe.problems import Place
from seedream_pipe.spec import decode, document, schema
from seedream_pipe.spec.model import Field, Generate, InlineTable, Pipeline, PromptFile, TableFile, Transform

TEXT = """\
version: 1
name: market
description: Two.
vars: {look: warm, n: 3}
data:
  cast:
    mei: {age: 12}
    duke: {age: 4}
  lines: [one, two]
  shots: data/shots.csv
references:
  market: refs/*.jpg
  pair: [a.png, b.png]
defaults:
  model: seedream-4.0
  size: {tier: 2K, aspect: 16:9}
budget: {run: 5.00}
steps:
  sheet:
    foreach: {in: cast, as: c, key: "{{ c.id }}"}
    prompt: |
      Sheet of {{ c.look }}:
        front
    takes: 4
    size: 4K
  film:
    foreach:
      in: [x, y]
      as: n
      key: "{{ n }}"
    prompt: {file: prompts/film.j2}
    references:
      - market
      - {from: prev, within: "{{ n }}", name: last}
    meta: {seconds: 3}
    tags: [t]
    needs: [sheet]
"""


def decoded(text: str) -> Pipeline:
    read = document.parse(text, file="a/x.yaml")
    return decode.decode(read, without=schema.findings(read).unsound)


def place(line: int, column: int, length: int) -> Place:
    return Place("a/x.yaml", line, column, length)


def test_top_level_values():
    made = decoded(TEXT)
    assert (made.file, made.name, made.description, made.budget.run) == ("a/x.yaml", "market", "Two.", "5.00")
    assert made.name_at == place(2, 7, 6)
    assert {name: given.value for name, given in made.vars.items()} == {"look": "warm", "n": 3}


def test_without_a_name_the_pipeline_is_called_as_its_file():
    made = decode.decode(document.parse("version: 1\nsteps: {}\n", file="pipelines/night-market.v2.yaml"))
    assert (made.name, made.name_at) == ("night-market", None)


def test_a_table_has_a_place_for_every_row():
    tables = decoded(TEXT).data
    assert tables["cast"] == InlineTable(
        name="cast",
        rows={"mei": {"age": 12}, "duke": {"age": 4}},
        at=place(7, 5, 0),
        places=(place(7, 5, 3), place(8, 5, 4)),
    )
    lines = tables["lines"]
    assert isinstance(lines, InlineTable)
    assert lines.places == (place(9, 11, 3), place(9, 16, 3))


def test_a_table_of_a_file_has_its_path():
    assert decoded(TEXT).data["shots"] == TableFile(name="shots", path="data/shots.csv", at=place(10, 10, 14))


def test_a_table_in_a_step_is_a_table_under_the_name_of_the_step():
    made = decoded(TEXT)
    foreach = made.steps["film"].foreach
    assert foreach is not None
    assert (foreach.table, foreach.variable) == (".film", "n")
    table = made.data[".film"]
    assert isinstance(table, InlineTable)
    assert (table.rows, table.places) == (["x", "y"], (place(28, 12, 1), place(28, 15, 1)))


def test_sets_have_their_sources_in_order():
    sets = decoded(TEXT).references
    assert [source.value for source in sets["pair"].sources] == ["a.png", "b.png"]
    assert [source.value for source in sets["market"].sources] == ["refs/*.jpg"]
    assert sets["pair"].at == place(13, 3, 4)


def test_a_step_has_its_own_fields_over_the_defaults():
    sheet, film = decoded(TEXT).steps.values()
    assert {name: given.value for name, given in sheet.fields.items()} == {
        "model": "seedream-4.0",
        "size": "4K",
        "takes": 4,
    }
    assert film.fields["size"].value == {"tier": "2K", "aspect": "16:9"}
    assert film.fields["model"].at == sheet.fields["model"].at == place(15, 10, 12)


def test_a_prompt_knows_where_its_text_begins():
    prompt = decoded(TEXT).steps["sheet"].prompt
    assert prompt == Field(
        value="Sheet of {{ c.look }}:\n  front\n", at=place(21, 13, 1), first_line=22, indent=6
    )


def test_a_prompt_in_a_file_is_its_path():
    prompt = decoded(TEXT).steps["film"].prompt
    assert isinstance(prompt, PromptFile)
    assert (prompt.file.value, prompt.file.at) == ("prompts/film.j2", place(31, 20, 15))


def test_references_keep_order_name_and_bound():
    market, last = decoded(TEXT).steps["film"].references
    assert (market.source.value, market.name, market.within, market.at) == (
        "market",
        None,
        None,
        place(33, 9, 6),
    )
    assert last.name is not None
    assert last.within is not None
    assert (last.source.value, last.name.value, last.within.value) == ("prev", "last", "{{ n }}")


def test_lists_and_maps_of_a_step_are_fields():
    film = decoded(TEXT).steps["film"]
    assert {name: given.value for name, given in film.meta.items()} == {"seconds": 3}
    assert [given.value for given in (*film.tags, *film.needs)] == ["t", "sheet"]
    assert film.at == place(26, 3, 4)


def test_an_item_that_was_left_out_does_not_move_the_others():
    text = "version: 1\nsteps:\n  one:\n    prompt: p\n    references: [a.png, 3, c.png]\n"
    references = decoded(text).steps["one"].references
    assert [(entry.source.value, entry.at.column) for entry in references] == [("a.png", 18), ("c.png", 28)]


def test_what_could_not_be_read_is_named():
    made = decoded(
        "version: 1\ndata: {t: 3}\nvars: [x]\nsteps: {one: {takes: 2}, two: {prompt: p, takes: x}}\n"
    )
    assert made.unsound == {"t", "vars", "one"}
    assert list(made.steps) == ["two"]
    assert made.steps["two"].fields == {}


def test_the_document_is_left_as_it_was():
    read = document.parse("version: 1\nsteps: {one: {prompt: p, takes: x, tags: [1]}}\n", file="x.yaml")
    before = repr(read.root)
    decode.decode(read, without=schema.findings(read).unsound)
    assert repr(read.root) == before


WHOLE = """\
version: 1
lint: {ignore: [W-ONE]}
data:
  shots: {file: shots.csv, schema: {required: [id]}}
defaults: {extra: {a: 1, b: 2}, tools: [web_search]}
steps:
  poster:
    foreach: {in: shots, as: shot, key: "{{ shot.id }}"}
    matrix:
      format: [{id: tv, aspect: 16:9}, {id: phone, aspect: 9:16}]
      market: "{{ vars.markets }}"
      include: [{market: ja}]
      exclude: [{format.id: phone, market: zh}]
    when: "{{ not shot.cut }}"
    prompt: {file: p.j2, with: {mood: quiet}}  # seedream: ignore W-TWO, W-THREE
    references:
      # seedream: ignore W-FOUR
      - {each: "{{ shot.cast }}", as: who, from: "sheet@{{ who }}", name: "{{ who }}"}
    extra: {b: 3}
  view:
    foreach: {in: "poster@a-tv-en[*]", as: view, key: "{{ view.index }}"}
    prompt: p
  thumb:
    use: resize
    images: [view, {each: [a, b], as: n, from: "{{ n }}.png"}]
    with: {width: 640}
    output: "small/{{ n }}"
    when: true
"""


def whole_step(name: str) -> Generate:
    step = decoded(WHOLE).steps[name]
    assert isinstance(step, Generate)
    return step


def test_a_matrix_has_its_axes_and_what_is_added_and_left_out():
    matrix = whole_step("poster").matrix
    assert matrix is not None
    assert {name: axis.value for name, axis in matrix.axes.items()} == {
        "format": [{"id": "tv", "aspect": "16:9"}, {"id": "phone", "aspect": "9:16"}],
        "market": "{{ vars.markets }}",
    }
    assert [entry.value for entry in matrix.include] == [{"market": "ja"}]
    assert [entry.value for entry in matrix.exclude] == [{"format.id": "phone", "market": "zh"}]
    assert (matrix.at, matrix.exclude[0].at) == (place(9, 5, 6), place(13, 17, 30))


def test_a_reference_for_each_item_names_it():
    (entry,) = whole_step("poster").references
    assert entry.each is not None
    assert (entry.each.items.value, entry.each.variable) == ("{{ shot.cast }}", "who")
    assert (entry.each.at, entry.each.variable_at) == (place(18, 16, 17), place(18, 39, 3))


def test_a_prompt_in_a_file_has_arguments():
    arguments = whole_step("poster").arguments
    assert {name: given.value for name, given in arguments.items()} == {"mood": "quiet"}
    assert whole_step("view").arguments == {}


def test_unknown_fields_of_the_request_are_merged_one_by_one():
    assert {name: given.value for name, given in whole_step("poster").extra.items()} == {"a": 1, "b": 3}
    assert {name: given.value for name, given in whole_step("view").extra.items()} == {"a": 1, "b": 2}
    assert whole_step("view").fields["tools"].value == ["web_search"]


def test_a_condition_is_a_field():
    when = whole_step("poster").when
    assert when is not None
    assert (when.value, when.at.line) == ("{{ not shot.cut }}", 14)
    assert whole_step("view").when is None


def test_foreach_over_pictures_is_a_reference():
    foreach = whole_step("view").foreach
    assert foreach is not None
    assert foreach.over is not None
    assert (foreach.table, foreach.over.source.value) == ("", "poster@a-tv-en[*]")
    assert ".view" not in decoded(WHOLE).data


def test_a_transforming_step_has_its_pictures_and_parameters():
    step = decoded(WHOLE).steps["thumb"]
    assert isinstance(step, Transform)
    assert step.use == "resize"
    assert [entry.source.value for entry in step.images] == ["view", "{{ n }}.png"]
    assert step.images[1].each is not None
    assert step.images[1].each.items.value == ["a", "b"]
    assert {name: given.value for name, given in step.options.items()} == {"width": 640}
    assert step.output is not None
    assert step.when is not None
    assert step.places["with"] == place(26, 5, 4)


def test_a_table_may_say_what_its_rows_look_like():
    shots = decoded(WHOLE).data["shots"]
    assert isinstance(shots, TableFile)
    assert (shots.path, shots.row_schema) == ("shots.csv", {"required": ["id"]})
    assert shots.row_schema_at == place(4, 36, 16)


def test_warnings_are_silenced_by_list_by_line_and_for_the_next_line():
    lint = decoded(WHOLE).lint
    assert lint.silences("W-ONE", place(99, 1, 1))
    assert lint.silences("W-TWO", place(15, 13, 1))
    assert lint.silences("W-THREE", place(15, 13, 1))
    assert not lint.silences("W-TWO", place(16, 13, 1))
    assert lint.silences("W-FOUR", place(18, 9, 1))
    assert not lint.silences("W-FOUR", place(17, 9, 1))
    assert not lint.silences("W-TWO", Place("other.yaml", 15, 13, 1))


def test_a_list_with_a_faulty_entry_keeps_the_others():
    text = "version: 1\nsteps: {a: {prompt: p, tools: [web_search, wrong], tags: [x, 3]}}\n"
    step = decoded(text).steps["a"]
    assert isinstance(step, Generate)
    assert step.fields["tools"].value == ["web_search"]
    assert [tag.value for tag in step.tags] == ["x"]
