import asyncio
import subprocess
import sys

import pytest

import seedream_pipe
from seedream_pipe import errors
from seedream_pipe.version import VERSION

YAML = """\
version: 1
name: tiny
defaults: {model: seedream-4.5, size: 2K, watermark: false}
steps:
  shot: {prompt: "a night market"}
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "tiny.yaml").write_text(YAML, "utf-8")
    return tmp_path / "tiny.yaml"


def test_every_public_name_is_there_and_is_documented():
    for name in seedream_pipe.__all__:
        value = getattr(seedream_pipe, name)
        assert name.startswith("__") or value.__doc__, name
    assert seedream_pipe.__version__ == VERSION
    assert set(dir(seedream_pipe)) == set(seedream_pipe.__all__)


def test_every_error_is_a_public_name():
    for name in errors.__all__:
        assert getattr(seedream_pipe, name) is getattr(errors, name)
        assert name in seedream_pipe.__all__


def test_a_name_that_is_not_public_is_none():
    with pytest.raises(AttributeError, match="has no attribute 'laod'"):
        _ = seedream_pipe.laod


def python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_importing_the_package_loads_nothing_of_it():
    found = python(
        "import sys; before = set(sys.modules); import seedream_pipe; print(set(sys.modules) - before)"
    )
    assert eval(found.stdout) == {"seedream_pipe", "seedream_pipe.version"}


def test_the_rooms_do_not_hide_the_functions_of_their_names():
    found = python(
        "import seedream_pipe.run.loop, seedream_pipe.plan.key\n"
        "from seedream_pipe.run import lock\n"
        "from seedream_pipe import plan, run\n"
        "print(callable(plan), callable(run), callable(seedream_pipe.run), lock.__name__)"
    )
    assert found.stdout.split() == ["True", "True", "True", "seedream_pipe.run.lock"], found.stderr


def test_a_path_is_enough(file):
    assert seedream_pipe.plan(file).counts() == {"make": 1}
    record = seedream_pipe.run(str(file))
    assert (record.exit_code, record.provider, record.counts()) == (0, "preview", {"made": 1})
    assert (file.parent / "out" / "preview" / "tiny" / "shot.jpg").exists() or record.placed


def test_a_project_is_read_once_and_used_often(file):
    project = seedream_pipe.load(file)
    seedream_pipe.run(project)
    assert seedream_pipe.run(project).counts() == {"reused": 1}


def test_one_target_may_be_a_text(file):
    assert list(seedream_pipe.plan(file, "shot").tasks) == ["shot"]
    with pytest.raises(errors.UsageError):
        seedream_pipe.plan(file, "shut")


def test_words_of_settings_and_of_the_run_go_side_by_side(file, tmp_path):
    told = []
    record = seedream_pipe.run(file, out=tmp_path / "here", jobs=2, fail_fast=True, listener=told.append)
    assert record.exit_code == 0
    assert told
    assert list((tmp_path / "here").rglob("shot.*"))


def test_words_go_before_records(file):
    settings = seedream_pipe.Settings(provider="302ai")
    options = seedream_pipe.RunOptions(frozen=True)
    with pytest.raises(errors.Frozen):
        seedream_pipe.run(file, settings=settings, options=options)
    assert (
        seedream_pipe.run(file, settings=settings, options=options, provider="preview", frozen=False).made
        == 1
    )


def test_a_word_that_means_nothing_is_a_type_error(file):
    with pytest.raises(TypeError, match="provdier"):
        seedream_pipe.run(file, provdier="302ai")


def test_a_key_in_the_environment_never_makes_the_library_spend(file):
    record = seedream_pipe.run(file, environment={"AI302_API_KEY": "sk-1", "SEEDREAM_PROVIDER": "302ai"})
    assert record.provider == "preview"


def test_inside_an_event_loop_run_says_what_to_write(file):
    async def program():
        with pytest.raises(errors.UsageError) as caught:
            seedream_pipe.run(file)
        assert "run_async" in caught.value.hint
        return await seedream_pipe.run_async(file)

    assert asyncio.run(program()).made == 1


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(errors.UsageError, match="there is no pipeline file"):
        seedream_pipe.load(tmp_path / "none.yaml")


def test_a_wrong_file_carries_all_its_problems(file):
    file.write_text(YAML.replace("prompt", "promt") + "stepz: {}\n", "utf-8")
    with pytest.raises(errors.InvalidPipeline) as caught:
        seedream_pipe.plan(file)
    assert len(caught.value.problems) >= 2
