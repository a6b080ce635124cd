"""What docs/money.md shows can be typed: its settings are read, its commands and flags exist."""

import re
import shlex
from decimal import Decimal
from pathlib import Path

import click
import pytest

from seedream_pipe.cli.group import cli
from seedream_pipe.settings import read

TEXT = (Path(__file__).parents[2] / "docs" / "money.md").read_text("utf-8")


def commands():
    return [line.partition("#")[0].strip() for line in re.findall(r"^seedream-pipe .*$", TEXT, re.MULTILINE)]


def flags(command):
    context = click.Context(command)
    own = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            own |= flags(command.get_command(context, name))
    return own


def test_the_configuration_is_read(tmp_path):
    [block] = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text(block, "utf-8")
    settings = read({}, {"SEEDREAM_CONFIG": str(path)})
    assert settings.max_cost is not None
    assert settings.max_cost.of("USD", own="USD") == Decimal("5.00")
    assert [each.provider for each in settings.fallback] == ["byteplus"]


@pytest.mark.parametrize("line", commands())
def test_a_command_that_is_shown_exists(line):
    words = shlex.split(line)[1:]
    context = click.Context(cli)
    command = cli.get_command(context, words[0])
    assert command is not None
    if isinstance(command, click.Group) and not words[1].endswith(".yaml"):
        assert command.get_command(context, words[1]) is not None


@pytest.mark.parametrize("flag", sorted(set(re.findall(r"`(--[a-z-]+)", TEXT))))
def test_a_flag_that_is_named_exists(flag):
    assert flag in flags(cli)


@pytest.mark.parametrize("target", re.findall(r"^\t?.*`make ([a-z]+)`", TEXT, re.MULTILINE))
def test_a_target_that_is_named_exists(target):
    assert f"\n{target}:" in (Path(__file__).parents[2] / "Makefile").read_text("utf-8")
