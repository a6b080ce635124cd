"""`init`: a project that works as it is, and never at the cost of another."""

import json

import pytest


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_new_project_says_what_it_wrote_and_what_is_next(place, cli, golden) -> None:
    golden("init", cli("init", "harbour").err)


@pytest.mark.parametrize(("kind", "tasks"), [("board", 7), ("book", 6), ("campaign", 7)])
def test_new_project_is_valid_planned_and_runs_on_previews(place, cli, kind, tasks) -> None:
    assert cli("init", "harbour", "--start", kind).code == 0

    file = f"harbour/{kind}.yaml"
    assert cli("validate", file, "--strict").err == f"ok {file}: {tasks} tasks\n"
    assert json.loads(cli("plan", file, "--json").out)["counts"]["make"] == tasks
    assert cli("run", file).code == 0
    assert len(list((place / "harbour/out/preview/harbour").rglob("*.jpg"))) == tasks
    assert cli("run", file, "--frozen").code == 0


@pytest.mark.parametrize("kind", ["board", "book", "campaign"])
def test_new_projects_have_their_own_reference_pictures(place, cli, kind) -> None:
    cli("init", "--start", kind)

    pictures = sorted((place / "refs").iterdir())
    assert len(pictures) == 2
    assert all(path.stat().st_size < 64_000 for path in pictures)


def test_new_project_asks_nothing(place, cli, monkeypatch) -> None:
    monkeypatch.setattr("builtins.input", None)

    assert cli("init").code == 0
    assert (place / "board.yaml").exists()


def test_unknown_start_is_refused(place, cli) -> None:
    assert cli("init", "--start", "comic").code == 2
    assert list(place.iterdir()) == []


def test_editors_find_the_schema(place, cli) -> None:
    cli("init")

    first = (place / "board.yaml").read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=pipeline.schema.json"
    text = (place / "pipeline.schema.json").read_text("utf-8")
    assert json.loads(text)["title"] == "seedream-pipe pipeline"
    assert '$ref": "operation' not in text, "a schema of one file borrows from no other"


def test_git_is_told_what_is_made(place, cli) -> None:
    cli("init")

    assert {".seedream/", "out/"} <= set((place / ".gitignore").read_text("utf-8").splitlines())


def test_nothing_is_overwritten(place, cli) -> None:
    (place / "shots.csv").write_text("mine", "utf-8")

    said = cli("init")

    assert said.code == 2
    assert "shots.csv" in said.err
    assert [path.name for path in place.iterdir()] == ["shots.csv"]
    assert (place / "shots.csv").read_text("utf-8") == "mine"


def test_gitignore_that_is_there_gets_what_it_lacks(place, cli) -> None:
    (place / ".gitignore").write_text("mine\nout/", "utf-8")

    said = cli("init")

    assert said.code == 0
    assert "added  .seedream/ and out/ to .gitignore" in said.err
    assert (place / ".gitignore").read_text("utf-8") == "mine\nout/\n/.seedream/\n"


def test_gitignore_of_the_repository_around_is_told(place, cli) -> None:
    (place / ".git").mkdir()

    said = cli("init", "boards/harbour")
    again = cli("init", "boards/pier")

    assert "added  .seedream/ and out/ to .gitignore" in said.err
    assert (place / ".gitignore").read_text("utf-8") == "/.seedream/\n/out/\n"
    assert "added" not in again.err


@pytest.mark.parametrize(
    ("folder", "hint"), [(".", "init my-board"), ("harbour", "init harbour-3"), ("a b", "init 'a b-2'")]
)
def test_folder_that_is_taken_is_met_with_another(place, cli, folder, hint) -> None:
    (place / "harbour-2").mkdir()
    cli("init", folder)

    assert cli("init", folder).err.splitlines()[-1] == f"  hint: name another folder: seedream-pipe {hint}"


@pytest.mark.parametrize(
    ("folder", "options", "name"),
    [
        ("harbour", (), "harbour"),
        ("My Board!", (), "My-Board"),
        ("海港", (), "海港"),
        ("2026", (), '"2026"'),
        ("preview", (), "board"),
        ("x", ("--name", "y"), "y"),
        ("x", ("--name", "板"), "板"),
    ],
)
def test_pipeline_has_a_name_of_its_own(place, cli, folder, options, name) -> None:
    cli("init", folder, *options)

    assert f"\nname: {name}\n" in (place / folder / "board.yaml").read_text("utf-8")
    assert cli("validate", f"{folder}/board.yaml").code == 0


@pytest.mark.parametrize("name", ["a b", "../x", "", "preview", "a\u202eb"])
def test_name_that_is_none_is_refused(place, cli, name) -> None:
    assert cli("init", "x", "--name", name).code == 2
    assert not (place / "x").exists()
