"""What to type next repeats what was typed."""

import click
import pytest
from click.testing import CliRunner

from seedream_pipe.cli import again


@click.command("run")
@click.argument("file")
@click.option("--async-calls/--no-async-calls", default=None)
@click.option("--stream")
def told(**_: object) -> None:
    click.echo(again.command("run"))


@pytest.mark.parametrize(
    "flags", ["", " --async-calls", " --no-async-calls", " --stream never", " --async-calls --stream always"]
)
def test_how_answers_come_is_said_again_as_it_was(flags):
    said = CliRunner().invoke(told, ["board.yaml", *flags.split()]).output
    assert said == f"seedream-pipe run board.yaml{flags}\n"


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("镜头.yaml", "镜头.yaml"),
        ("größe/a.yaml", "größe/a.yaml"),
        ("a b", "'a b'"),
        ("", "''"),
        ("全角；", "'全角；'"),
    ],
)
def test_letters_of_any_script_need_no_quotes(word, quoted):
    assert again.quoted("run", word) == f"run {quoted}"
