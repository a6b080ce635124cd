from pathlib import Path

import pytest

from seedream_pipe.errors import UsageError
from seedream_pipe.settings import VARIABLES, Secret, Settings, chosen, read, secret


def config(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return {"SEEDREAM_CONFIG": str(path), "HOME": str(tmp_path)}


def test_a_user_who_says_nothing_draws_previews(tmp_path):
    settings = read({}, {"HOME": str(tmp_path)})
    assert settings == Settings()
    assert (settings.provider, settings.chosen) == ("preview", False)


def test_a_flag_goes_before_a_variable_and_that_before_the_file(tmp_path):
    environment = config(tmp_path, 'provider = "ark"\njobs = 3\nmax_cost = 1.5\n')
    environment |= {"SEEDREAM_PROVIDER": "byteplus", "SEEDREAM_JOBS": "5"}
    settings = read({"provider": "302ai", "jobs": None}, environment)
    assert (settings.provider, settings.jobs, str(settings.max_cost)) == ("302ai", 5, "1.5")
    assert settings.origins == {
        "provider": "--provider",
        "jobs": "SEEDREAM_JOBS",
        "max_cost": environment["SEEDREAM_CONFIG"],
    }
    assert settings.chosen


def test_the_file_is_found_where_the_system_keeps_such_files(tmp_path):
    folder = tmp_path / "conf" / "seedream-pipe"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("jobs = 2\n")
    assert read({}, {"XDG_CONFIG_HOME": str(tmp_path / "conf")}).jobs == 2


def test_an_empty_variable_is_none(tmp_path):
    assert read({}, {"HOME": str(tmp_path), "SEEDREAM_PROVIDER": ""}).provider == "preview"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("jobs", "0", "a whole number from 1 to 512"),
        ("jobs", "many", "'many' is not a whole number"),
        ("jobs", "1.5", "1.5"),
        ("max_cost", "-1", "not an amount of money"),
        ("max_cost", "nan", "not an amount of money"),
        ("max_cost", "1e999", "not an amount of money"),
        ("max_cost", "five", "not an amount of money"),
        ("price", "inf", "not an amount of money"),
        ("response_format", "png", "not a response format"),
        ("stream", "sometimes", "does not say when to stream"),
        ("async_calls", "perhaps", "neither true nor false"),
        ("max_total_cost", "5USD,6USD", "gives a currency twice"),
        ("max_pictures", "-1", "a whole number from 0"),
        ("images_per_minute", "0", "a whole number from 1"),
        ("fallback", "ark,ark", "a provider is given twice"),
        ("fallback", "ark=http://example.com", "is not safe for the key"),
        ("retry_uncertain", "6", "a whole number from 0 to 5"),
        ("held", "ask", "no policy for held calls"),
        ("provider", "  ", "a text is expected"),
    ],
)
def test_a_value_that_cannot_be_read_names_where_it_came_from(tmp_path, name, value, text):
    with pytest.raises(UsageError) as caught:
        read({}, {"HOME": str(tmp_path), VARIABLES[name]: value})
    assert str(caught.value).startswith(VARIABLES[name])
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("2.50", "2.50"),
        ("$2.5", "2.5USD"),
        (" 3 ", "3"),
        ("0", "0"),
        ("5usd, 30 CNY", "5USD,30CNY"),
        ("¥30", "30CNY"),
    ],
)
def test_money_is_read_as_people_write_it(tmp_path, text, amounts):
    assert str(read({"max_cost": text}, {"HOME": str(tmp_path)}).max_cost) == amounts


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("ark", ["ark"]),
        ("ark, byteplus", ["ark", "byteplus"]),
        (["ark", "byteplus"], ["ark", "byteplus"]),
        ("none", []),
        ("ark=http://127.0.0.1:9/api/v3", ["ark=http://127.0.0.1:9/api/v3"]),
    ],
)
def test_providers_that_take_over_are_a_list_with_addresses(tmp_path, value, names):
    settings = read({"fallback": value}, {"HOME": str(tmp_path)})
    assert [str(each) for each in settings.fallback] == names


def test_a_path_may_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read({}, {"HOME": str(tmp_path), "SEEDREAM_STORE": "~/store"}).store == tmp_path / "store"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("provdier = 'ark'", "unknown setting 'provdier'"),
        ("jobs = [", "cannot be read"),
        ("api_key = 'x'", "unknown setting 'api_key'"),
        ("provider = 3", "a text is expected"),
    ],
)
def test_a_file_that_is_wrong_is_said(tmp_path, text, said):
    with pytest.raises(UsageError, match=said):
        read({}, config(tmp_path, text))


def test_a_file_that_is_named_and_missing_is_said(tmp_path):
    with pytest.raises(UsageError, match="which is not there"):
        read({}, {"SEEDREAM_CONFIG": str(tmp_path / "none.toml")})


def test_a_file_that_is_no_text_is_said(tmp_path):
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="cannot be read"):
        read({}, {"SEEDREAM_CONFIG": str(tmp_path / "config.toml")})


def test_a_key_is_shown_nowhere():
    key = secret("ARK_API_KEY", {"ARK_API_KEY": " sk-1 "})
    assert key is not None
    assert key.reveal() == "sk-1"
    assert f"{key} {key!r} {key!s} {[key]}" == "*** *** *** [***]"
    assert secret("ARK_API_KEY", {"ARK_API_KEY": "  "}) is None
    assert secret("ARK_API_KEY", {}) is None


def test_a_key_is_not_told_by_its_members():
    assert not hasattr(Secret("sk-1"), "__dict__")


def test_a_program_chooses_single_settings_over_others(tmp_path):
    base = read({"jobs": "3"}, {"HOME": str(tmp_path)})
    settings = chosen(base, {"provider": "ark", "max_cost": 2.5, "out": tmp_path})
    assert (settings.provider, settings.jobs, str(settings.max_cost), settings.out) == (
        "ark",
        3,
        "2.5",
        Path(tmp_path),
    )
    assert settings.origins == {
        "jobs": "--jobs",
        **dict.fromkeys(["provider", "max_cost", "out"], "the program"),
    }
    assert settings.chosen


def test_a_setting_that_does_not_exist_is_a_mistake_of_the_program():
    with pytest.raises(TypeError, match="there is no setting 'provdier'; known: provider"):
        chosen(Settings(), {"provdier": "ark"})


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("true", True), ("1", True), ("On", True), ("no", False), ("0", False), ("off", False)],
)
def test_a_switch_is_read_as_people_write_it(tmp_path, value, wanted):
    assert read({}, {"HOME": str(tmp_path), "SEEDREAM_ASYNC": value}).async_calls is wanted


def test_how_an_answer_comes_may_stand_in_the_file(tmp_path):
    settings = read({}, config(tmp_path, 'stream = "always"\nasync_calls = true\n'))
    assert (settings.stream, settings.async_calls) == ("always", True)
