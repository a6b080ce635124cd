"""`schema`, `config`, `emulator`, `completion`, and the list of commands."""

import importlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import click
import pytest

from seedream_pipe.cli.group import COMMANDS
from tests.cli.conftest import ROOT

SECRET = "sk-not-to-be-seen"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_list_is_there_and_explained(name, cli) -> None:
    module = name.replace("-", "_")
    command = getattr(importlib.import_module(f"seedream_pipe.cli.{module}"), module)

    assert isinstance(command, click.Command)
    assert command.help
    assert cli(name, "--help").code == 0


@pytest.mark.parametrize("columns", ["60", "100"])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_keeps_to_the_width_of_the_terminal(name, columns, cli, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    said = cli(*([name] if name else []), "--help")

    assert [
        line for line in said.out.splitlines() if len(line) > int(columns) and "completion" not in line
    ] == []


def test_unknown_command_is_met_with_a_guess(cli) -> None:
    said = cli("plam")

    assert said.code == 2
    assert 'did you mean "plan"?' in said.err


def test_without_a_command_the_help_is_shown(cli) -> None:
    said = cli()

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: seedream-pipe [OPTIONS] COMMAND")
    assert re.search(r"\n  run +Make what is missing or stale\.\n", said.err)


def test_schemas_are_listed(cli) -> None:
    assert {line.split()[0] for line in cli("schema").out.splitlines()} >= {
        "pipeline",
        "plan",
        "record",
        "lock",
    }


def test_schema_is_printed(cli) -> None:
    assert json.loads(cli("schema", "pipeline").out)["title"] == "seedream-pipe pipeline"


def test_unknown_schema_is_met_with_a_guess(cli) -> None:
    said = cli("schema", "pipelin")

    assert (said.code, 'did you mean "pipeline"?' in said.err) == (2, True)


def test_schema_that_is_like_none_is_met_with_the_list(cli) -> None:
    assert "known: lock, " in cli("schema", "foo").err


def test_settings_say_where_they_come_from(board, cli, monkeypatch) -> None:
    (board / "config.toml").write_text('jobs = 3\nprovider = "ark"\n', "utf-8")
    monkeypatch.setenv("SEEDREAM_CONFIG", str(board / "config.toml"))
    monkeypatch.setenv("SEEDREAM_MAX_COST", "2.50")

    tree = json.loads(cli("config", "--provider", "302ai", "--json").out)

    found = {one["name"]: (one["value"], one["origin"]) for one in tree["settings"]}
    assert found["provider"] == ("302ai", "--provider")
    assert found["max_cost"] == ("2.50", "SEEDREAM_MAX_COST")
    assert found["jobs"] == ("3", str(board / "config.toml"))
    assert found["store"] == ("", "default")


def test_settings_of_money_are_shown_as_they_are_written(board, cli, monkeypatch) -> None:
    monkeypatch.setenv("SEEDREAM_MAX_TOTAL_COST", "5USD,30cny")
    monkeypatch.setenv("SEEDREAM_FALLBACK", "ark,byteplus=https://example.com/api/v3")

    shown = {one["name"]: one["value"] for one in json.loads(cli("config", "--json").out)["settings"]}

    assert shown["max_total_cost"] == "5USD,30CNY"
    assert shown["fallback"] == "ark, byteplus=https://example.com/api/v3"
    assert (shown["retry_uncertain"], shown["held"]) == ("0", "wait")
    assert shown["async_calls"] == "false"


def test_settings_never_show_a_key(board, cli, monkeypatch) -> None:
    monkeypatch.setenv("BYTEPLUS_API_KEY", SECRET)

    said = cli("config")

    assert SECRET not in said.out + said.err
    assert ["BYTEPLUS_API_KEY", "set"] in [line.split()[:2] for line in said.out.splitlines()]


def test_emulator_says_where_it_is_and_how_to_use_it(board, spawn, tmp_path) -> None:
    process = spawn("emulator", "--keys", "one,two", "--ledger", str(tmp_path / "ledger.jsonl"))
    url = process.stdout.readline().strip()
    with urllib.request.urlopen(f"{url}/_emulator/ledger", timeout=10) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)

    assert process.returncode == 0
    assert err.splitlines() == [
        "the base URL of each provider:",
        f"  302ai     {url}/doubao",
        f"  ark       {url}/api/v3",
        f"  byteplus  {url}/api/v3",
        "for example, in another terminal:",
        "  export SEEDREAM_PROVIDER=302ai",
        f"  export SEEDREAM_BASE_URL={url}/doubao",
        "  export AI302_API_KEY=one",
    ]


def test_emulator_on_a_taken_port_says_so(board, cli, emulator) -> None:
    said = cli("emulator", "--port", emulator.url.rpartition(":")[2])

    assert said.code == 1
    assert "cannot listen" in said.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_names_its_variable(shell, cli) -> None:
    assert "_SEEDREAM_PIPE_COMPLETE" in cli("completion", shell).out


def test_completion_says_where_each_script_goes(cli) -> None:
    lines = cli("completion", "--help").out.splitlines()

    assert "  seedream-pipe completion zsh \\" in lines
    assert "    > ~/.zfunc/_seedream-pipe" in lines


def _completed(spawn, words: str) -> list[str]:
    env = {
        "_SEEDREAM_PIPE_COMPLETE": "bash_complete",
        "COMP_WORDS": f"seedream-pipe {words}",
        "COMP_CWORD": str(len(words.split(" "))),
    }
    out, err = spawn(env=env).communicate(timeout=20)
    assert err == ""
    return [line.partition(",")[2] for line in out.splitlines() if line.startswith("plain")]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("pl", ["plan"]),
        ("plan bo", ["board.yaml"]),
        ("plan board.yaml sh", ["sheet", "shots", "shots@sc01_010", "shots@sc01_020", "shots@sc02_010"]),
        ("plan board.yaml shots@sc02", ["shots@sc02_010"]),
        ("plan board.yaml +she", ["+sheet"]),
        ("why board.yaml shots@sc02", ["shots@sc02_010"]),
        ("status board.yaml tag:", ["tag:sc01", "tag:sc02"]),
        ("run board.yaml +ta", ["+tag:sc01", "+tag:sc02"]),
        ("what-if board.yaml shots@sc02", ["shots@sc02_010"]),
        ("impact board.yaml data", ["data.shots"]),
        ("pick board.yaml sheet ", ["1"]),
        ("pick board.yaml sheet shots@sc02", ["shots@sc02_010"]),
        ("plan nothing.yaml sh", []),
        ("plan --provider 3", ["302ai"]),
    ],
)
def test_shell_completes(board, spawn, words, found) -> None:
    assert _completed(spawn, words) == found


def test_shell_completes_vars_to_be_set(board, spawn, edit) -> None:
    edit("board.yaml", "steps:", "vars: {look: neon}\nsteps:")

    assert _completed(spawn, "run board.yaml --set va") == ["vars.look="]


def test_what_if_with_nothing_set_says_what_can_be(board, cli) -> None:
    said = cli("what-if", "board.yaml")

    assert (said.code, "of a table in a file of its own edit a copy" in said.err) == (2, True)


def test_shell_completes_nothing_of_a_wrong_file(board, spawn, edit) -> None:
    edit("board.yaml", "steps:", "stops:")

    assert _completed(spawn, "plan board.yaml sh") == []


def test_folder_is_changed_first(board, cli, monkeypatch) -> None:
    monkeypatch.chdir(os.sep)

    assert cli("-C", str(board), "validate", "board.yaml").code == 0


def test_folder_that_is_not_there(cli) -> None:
    assert cli("-C", "/no/such/folder", "schema").code == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("begun", "whole"),
    [
        ("why board.yaml shots@sc02_0", "why board.yaml shots@sc02_010 "),
        ("plan board.yaml +she", "plan board.yaml +sheet "),
        ("plan board.yaml tag:sc02", "plan board.yaml tag:sc02 "),
        ("plan board.yaml tag:sc0", "plan board.yaml tag:sc0"),
        ("held drop board.yaml shots@sc02_", "held drop board.yaml shots@sc02_010 "),
    ],
)
def test_a_real_bash_completes_what_is_typed(board, tmp_path, begun, whole) -> None:
    """With a terminal, because bash itself takes the line apart."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "seedream-pipe"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m seedream_pipe "$@"\n', "utf-8")
    program.chmod(0o755)
    mine, theirs = pty.openpty()
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PS1": "$ ", "TERM": "dumb"}
    bash = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"],
        cwd=board,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        os.write(mine, b'eval "$(seedream-pipe completion bash)"; echo read""y\n')
        _heard(mine, "\nready\n$ ")
        os.write(mine, f"seedream-pipe {begun}\t".encode())
        os.write(mine, b"|\n")
        assert f"seedream-pipe {whole}|" in _heard(mine, "|")
    finally:
        bash.kill()
        bash.wait()
        os.close(mine)


def _heard(terminal: int, wanted: str) -> str:
    found = ""
    end = time.monotonic() + 20
    while wanted not in found.replace("\r", "").replace("\x07", "") and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            found += os.read(terminal, 65536).decode("utf-8", "replace")
    return found.replace("\r", "").replace("\x07", "")
