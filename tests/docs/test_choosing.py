"""What docs/choosing.md shows exists: its commands, their flags, and its pipeline."""

import re
import shlex
from pathlib import Path

import click
import pytest

from seedream_pipe.cli.group import cli

TEXT = (Path(__file__).parents[2] / "docs" / "choosing.md").read_text("utf-8")


def lines():
    return [line.partition(" #")[0].strip() for line in re.findall(r"^seedream-pipe .*$", TEXT, re.MULTILINE)]


@pytest.mark.parametrize("line", lines())
def test_a_command_that_is_shown_exists_with_its_flags(line):
    name, *words = shlex.split(line)[1:]
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    known = {flag for param in command.params for flag in (*param.opts, *param.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known
