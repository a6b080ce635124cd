"""Several files, overlays and single values are one tree, and everything in it still knows its place."""

import posixpath
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.problems import Place, Problem
from seedream_pipe.spec import compose, decode, document, schema
from seedream_pipe.spec.model import Generate, Pipeline, PromptFile, TableFile, Transform

MAIN = """\
version: 1
include: [parts/cast.yaml]
vars: {look: warm}
defaults: {size: {tier: 4K, aspect: 16:9}}
profiles:
  draft:
    defaults: {size: {tier: 2K}}
    steps:
      poster: {takes: 1, references: [low.png]}
      sheet: {prompt: {file: draft.j2}}
  loud: {steps: {poster: {takes: 9}}}
steps:
  poster:
    prompt: "{{ vars.look }}"
    takes: 4
    references: ["refs/a.png"]
"""

CAST = """\
version: 1
include: [../more/tables.yaml]
references: {market: [m.png]}
profiles: {draft: {vars: {tone: grey}}}
vars: {tone: blue}  # seedream: ignore W-UNUSED
steps:
  sheet:
    references: [own.png]
    prompt: {file: sheet.j2}
"""

TABLES = """\
version: 1
data: {shots: shots.csv}
"""

FILES = {"parts/cast.yaml": CAST, "more/tables.yaml": TABLES}


def composed(
    text: str, files: dict[str, str] | None = None, *, vars_text: str = "", **chosen: Sequence[str]
) -> compose.Composed:
    given = FILES if files is None else files

    def load(target: str, at: Place) -> document.Document:
        if target not in given:
            missing = Problem(code="E-MISSING", place=at, message=f"no {target}")
            raise InvalidPipeline([missing])
        return document.parse(given[target], file=posixpath.join("b", target))

    read = document.parse(text, file="b/main.yaml")
    of_vars = [document.parse(vars_text, file="v.yaml")] if vars_text else []
    return compose.compose(read, load=load, vars_files=of_vars, **chosen)


def pipeline(whole: compose.Composed) -> Pipeline:
    assert list(whole.problems) == []
    found = schema.findings(whole)
    assert list(found.problems) == []
    return decode.decode(whole)


def poster(made: Pipeline) -> Generate:
    step = made.steps["poster"]
    assert isinstance(step, Generate)
    return step


def test_a_file_alone_is_its_own_tree():
    read = document.parse("version: 1\nsteps: {}\n", file="x.yaml")
    whole = compose.compose(read, load=lambda _target, _at: read)
    assert whole.root is read.root
    assert (whole.files, whole.parts, whole.problems) == (("x.yaml",), (), ())


def test_what_files_give_comes_together_included_ones_first():
    made = pipeline(composed(MAIN))
    assert list(made.steps) == ["sheet", "poster"]
    assert list(made.vars) == ["tone", "look"]
    assert made.files == ("b/main.yaml", "b/more/tables.yaml", "b/parts/cast.yaml")
    assert (made.profiles, made.chosen) == (("draft", "loud"), ())


def test_each_value_stands_in_its_own_file():
    made = pipeline(composed(MAIN))
    assert made.steps["sheet"].at == Place("b/parts/cast.yaml", 7, 3, 5)
    assert poster(made).at == Place("b/main.yaml", 13, 3, 6)
    assert made.vars["tone"].at == Place("b/parts/cast.yaml", 5, 14, 4)


def test_each_path_is_found_from_its_own_folder():
    made = pipeline(composed(MAIN))
    sheet = made.steps["sheet"]
    assert isinstance(sheet, Generate)
    assert isinstance(sheet.prompt, PromptFile)
    assert (sheet.prompt.folder, sheet.references[0].folder) == ("parts", "parts")
    assert made.references["market"].folder == "parts"
    shots = made.data["shots"]
    assert isinstance(shots, TableFile)
    assert shots.folder == "more"
    assert poster(made).references[0].folder == ""


def test_an_overlay_speaks_for_its_own_keys_from_its_own_place():
    made = pipeline(composed(MAIN, profiles=["draft"]))
    step = poster(made)
    assert (step.fields["takes"].value, step.fields["takes"].at) == (1, Place("b/main.yaml", 9, 23, 1))
    assert step.at == Place("b/main.yaml", 13, 3, 6)
    assert step.prompt == poster(pipeline(composed(MAIN))).prompt
    size = step.fields["size"]
    assert size.value == {"tier": "2K", "aspect": "16:9"}
    assert size.at.line == 4
    assert made.vars["tone"].at == Place("b/parts/cast.yaml", 4, 33, 4)
    assert made.chosen == ("draft",)


def test_an_overlay_finds_its_own_paths():
    made = pipeline(composed(MAIN, profiles=["draft"]))
    sheet = made.steps["sheet"]
    assert isinstance(sheet, Generate)
    assert isinstance(sheet.prompt, PromptFile)
    assert (sheet.prompt.file.value, sheet.prompt.folder) == ("draft.j2", "")


@pytest.mark.parametrize(
    ("profiles", "takes"), [(["draft", "loud"], 9), (["loud", "draft"], 1), (["loud", "loud"], 9)]
)
def test_of_several_profiles_the_last_one_wins(profiles: list[str], takes: int):
    assert poster(pipeline(composed(MAIN, profiles=profiles))).fields["takes"].value == takes


def test_a_file_of_vars_wins_over_profiles_and_a_single_value_over_both():
    text = MAIN.replace("defaults: {size: {tier: 2K}}", "vars: {look: cold}")
    chosen = composed(text, profiles=["draft"], vars_text="look: neon\n")
    assert pipeline(chosen).vars["look"].value == "neon"
    assert pipeline(chosen).vars["look"].at == Place("v.yaml", 1, 7, 4)
    chosen = composed(text, profiles=["draft"], vars_text="look: neon\n", overrides=["vars.look=ink"])
    assert pipeline(chosen).vars["look"].value == "ink"


@pytest.mark.parametrize(
    ("override", "value"),
    [
        ("vars.look=3", 3),
        ("vars.look=true", True),
        ("vars.look='true'", "true"),
        ("vars.look=16:9", "16:9"),
        ("vars.look=[a, 1]", ["a", 1]),
        ("vars.look=a=b", "a=b"),
        ("vars.look=", ""),
        ("vars.look={a: {b: c}}", {"a": {"b": "c"}}),
        (" vars.look =x", "x"),
    ],
)
def test_a_single_value_is_typed_as_yaml(override: str, value: Any):
    assert pipeline(composed(MAIN, overrides=[override])).vars["look"].value == value


def test_a_single_value_leaves_everything_around_it():
    made = pipeline(composed(MAIN, overrides=["steps.poster.takes=7"]))
    before = pipeline(composed(MAIN))
    assert poster(made).fields["takes"].value == 7
    assert poster(made).references == poster(before).references
    assert made.steps["sheet"] == before.steps["sheet"]
    assert poster(made).at == poster(before).at


def test_of_several_single_values_the_last_one_wins():
    made = pipeline(composed(MAIN, overrides=["vars.look=a", "vars.look=b", "defaults.model=seedream-4.0"]))
    assert made.vars["look"].value == "b"
    assert poster(made).fields["model"].value == "seedream-4.0"


def test_a_single_value_may_begin_a_map_that_was_not_there():
    text = "version: 1\nsteps: {one: {prompt: p}}\n"
    overrides = ["steps.one.size.tier=4K", "steps.one.size.aspect=1:1", "defaults.takes=2"]
    step = pipeline(composed(text, {}, overrides=overrides)).steps["one"]
    assert isinstance(step, Generate)
    assert step.fields["size"].value == {"tier": "4K", "aspect": "1:1"}
    assert step.fields["takes"].value == 2


def test_an_error_in_a_single_value_is_placed_there():
    found = schema.findings(composed(MAIN, overrides=["steps.poster.takes=none"])).problems
    assert [str(problem.place) for problem in found] == ["--set steps.poster.takes:1:1"]


def test_a_template_in_a_block_of_an_included_file_has_its_first_line():
    part = "version: 1\nsteps:\n  sheet:\n    prompt: |\n      {{ nope }}\n"
    made = pipeline(composed(MAIN, {"parts/cast.yaml": part}))
    sheet = made.steps["sheet"]
    assert isinstance(sheet, Generate)
    assert not isinstance(sheet.prompt, PromptFile)
    assert (sheet.prompt.at, sheet.prompt.first_line, sheet.prompt.indent) == (
        Place("b/parts/cast.yaml", 4, 13, 1),
        5,
        6,
    )


def test_a_file_is_read_once_however_often_it_is_included():
    asked: list[str] = []
    files = {
        "a.yaml": "version: 1\ninclude: [c.yaml]\n",
        "b.yaml": "version: 1\ninclude: [./c.yaml]\n",
        "c.yaml": "version: 1\nvars: {x: 1}\n",
    }

    def load(target: str, _at: Place) -> document.Document:
        asked.append(target)
        return document.parse(files[target], file=target)

    main = document.parse(
        "version: 1\ninclude: [a.yaml, b.yaml, a.yaml]\nsteps: {s: {prompt: p}}\n", file="m.yaml"
    )
    whole = compose.compose(main, load=load)
    assert sorted(asked) == ["a.yaml", "b.yaml", "c.yaml"]
    assert list(whole.problems) == []


def test_a_chain_of_files_has_an_end():
    files = {f"f{n}.yaml": f"version: 1\ninclude: [f{n + 1}.yaml]\n" for n in range(60)}
    whole = composed("version: 1\ninclude: [f0.yaml]\nsteps: {s: {prompt: p}}\n", files)
    assert [problem.message for problem in whole.problems] == ["files may include files at most 16 deep"]


def test_a_pipeline_is_made_of_so_many_files_and_no_more():
    names = [f"f{n}.yaml" for n in range(150)]
    files = dict.fromkeys(names, "version: 1\n")
    main = f"version: 1\ninclude: [{', '.join(names)}]\nsteps: {{s: {{prompt: p}}}}\n"
    whole = composed(main, files)
    assert len(whole.files) == compose.MOST_FILES
    assert {problem.message for problem in whole.problems} == {"a pipeline may be made of at most 100 files"}


def test_a_clash_names_both_places():
    part = "version: 1\nvars: {look: cold}\n"
    (problem,) = composed(MAIN, {"parts/cast.yaml": part}).problems[:1]
    assert problem.message == 'var "look" is given by two files'
    assert problem.place == Place("b/main.yaml", 3, 8, 4)
    assert problem.also == (Place("b/parts/cast.yaml", 2, 8, 4),)


def test_where_a_file_is_missing_no_name_is_called_unknown():
    whole = composed(MAIN, {}, profiles=["nobody"], overrides=["vars.tone=x"], vars_text="tone: 3\n")
    assert [problem.code for problem in whole.problems] == ["E-MISSING"]
    assert decode.decode(whole).unsound == {"vars", "data", "references", "steps"}


def test_comments_silence_in_the_file_that_they_stand_in():
    made = pipeline(composed(MAIN))
    assert made.lint.silences("W-UNUSED", made.vars["tone"].at)
    assert not made.lint.silences("W-UNUSED", made.vars["look"].at)
    assert not made.lint.silences("W-OTHER", made.vars["tone"].at)


def test_codes_that_any_file_ignores_are_ignored():
    part = "version: 1\nlint: {ignore: [W-ONE]}\n"
    text = MAIN.replace("vars: {look: warm}", "vars: {look: warm}\nlint: {ignore: [W-TWO]}")
    text = text.replace("  draft:\n", "  draft:\n    budget: {run: 1}\n").replace(
        "      sheet: {prompt: {file: draft.j2}}\n", ""
    )
    made = pipeline(composed(text, {"parts/cast.yaml": part}, profiles=["draft"]))
    assert made.lint.ignore == {"W-ONE", "W-TWO"}
    assert made.budget.run == "1"


def test_an_overlay_changes_what_an_operation_does():
    text = (
        "version: 1\nprofiles: {small: {steps: {thumb: {with: {width: 64}}}}}\n"
        "steps: {thumb: {use: resize, images: [a.png], with: {width: 640, filter: sharp}}}\n"
    )
    step = decode.decode(composed(text, {}, profiles=["small"])).steps["thumb"]
    assert isinstance(step, Transform)
    assert {name: given.value for name, given in step.options.items()} == {"width": 64, "filter": "sharp"}


def test_anchors_shared_by_steps_are_overlaid_one_by_one():
    text = (
        "version: 1\nx-size: &size {tier: 4K, aspect: 16:9}\n"
        "profiles: {draft: {steps: {a: {size: {tier: 2K}}}}}\n"
        "steps:\n  a: {prompt: p, size: *size}\n  b: {prompt: p, size: *size}\n"
    )
    made = pipeline(composed(text, {}, profiles=["draft"]))
    sizes = [step.fields["size"].value for step in made.steps.values() if isinstance(step, Generate)]
    assert sizes == [{"tier": "2K", "aspect": "16:9"}, {"tier": "4K", "aspect": "16:9"}]


WORDS = st.sampled_from(["vars", "steps", "defaults", "poster", "sheet", "look", "takes", "", "x", "size"])
SCALARS = st.sampled_from(["1", "a", "[]", "{}", "{a: 1}", "null", "'", "!!x", "&a", "*a", "{tier: 2K}"])
TREES = st.recursive(
    SCALARS.filter(lambda text: text not in {"'", "!!x", "&a", "*a"}),
    lambda inner: st.dictionaries(
        st.sampled_from([*"ab", "vars", "steps", "defaults", "poster", "draft", "look", "size", "data"]),
        inner,
        max_size=3,
    ).map(lambda tree: "{" + ", ".join(f"{key}: {value}" for key, value in tree.items()) + "}"),
    max_leaves=8,
)


@given(
    overrides=st.lists(
        st.tuples(st.lists(WORDS, max_size=4), SCALARS).map(lambda pair: f"{'.'.join(pair[0])}={pair[1]}"),
        max_size=4,
    ),
    profiles=st.lists(st.sampled_from(["draft", "loud", "none"]), max_size=3),
)
def test_every_choice_ends_in_a_tree_and_problems(overrides: list[str], profiles: list[str]):
    whole = composed(MAIN, overrides=overrides, profiles=profiles)
    found = schema.findings(whole)
    decode.decode(whole, without=found.unsound)


@given(main=TREES, part=TREES, overlay=TREES)
def test_every_tree_ends_in_problems_or_a_pipeline(main: str, part: str, overlay: str):
    text = f"version: 1\ninclude: [p.yaml]\nprofiles: {{draft: {overlay}}}\nx-a: {main}\n"
    if main.startswith("{"):
        text += "\n".join(
            f"{key}: {value}"
            for key, value in (
                ("steps", main),
                ("vars", main),
            )
        )
    files = {"p.yaml": f"version: 1\nvars: {part}\nsteps: {part}\ndata: {part}\nlint: {part}\n"}
    whole = composed(text, files, profiles=["draft"], overrides=["vars.a.b=1", "steps.poster.size.a=1"])
    found = schema.findings(whole)
    assert found.problems or not found.unsound
    decode.decode(whole, without=found.unsound)
