"""The list of commands; each is imported when it is called."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe import confidential
from seedream_pipe.cli.again import FOLDER
from seedream_pipe.cli.boundary import DEBUG, DEBUG_VARIABLE, READER_GONE, guarded
from seedream_pipe.version import VERSION

if TYPE_CHECKING:
    from seedream_pipe.run.pace import Pace

__all__ = ["COMMANDS", "cli", "run"]

COMMANDS: Final = {
    "init": "Start a small project that works.",
    "validate": "Show every problem of pipeline files.",
    "plan": "Show what would be made, why, and for how much. Sends nothing.",
    "run": "Make what is missing or stale.",
    "status": "Show the state of every step.",
    "why": "Show why a task would be made, field by field.",
    "impact": "Show which tasks an edit would touch, and the price.",
    "what-if": "Show what an edit would change that is not made yet.",
    "refactor-check": "Prove that a reorganisation changes no picture.",
    "takes": "List the takes of tasks, and draw a contact sheet of each.",
    "pick": "Let a take stand for a task.",
    "reroll": "Buy one more take of a task.",
    "approve": "Hold tasks at the pictures that they have.",
    "adopt": "Let pictures stand for a recipe that was mended, for nothing.",
    "held": "Show the calls that may have been charged; say what became of them.",
    "cost": "Show what was spent on what, from the account of calls.",
    "runs": "List the runs of a pipeline, or show one.",
    "log": "Show every picture that a task ever had.",
    "trace": "Show where a picture file came from.",
    "materialize": "Put every picture of the lock under its name, without paying.",
    "graph": "Draw what needs what.",
    "schema": "Print the JSON Schemas.",
    "config": "Show the settings and where each comes from.",
    "emulator": "Run a local server that speaks the API, for trying and testing.",
    "completion": "Print the shell's completion script.",
}
"""Name and one line of help. The module of a command is `cli.NAME` with _ for -, its function too."""


class _Lazy(click.Group):
    """Knows the commands' names and help without importing them."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"seedream_pipe.cli.{module}"), module)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Told before click sees it, which would leave with the code of a failure.
            raise click.exceptions.Exit(READER_GONE) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from seedream_pipe.problems import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"there is no command {args[0]!r}. {hint}".rstrip())
        return super().resolve_command(ctx, args)


def _change_folder(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        ctx.meta[FOLDER] = value
        try:
            os.chdir(value)
        except OSError as error:
            raise click.BadParameter(f"{value}: {error.strerror}") from None


def _keep_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's form
    ctx.meta[DEBUG] = value


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed or refused, 2 usage, 3 invalid pipeline, 4 waits for a person, "
    "5 budget, 6 work found (--frozen), 7 store, 130 interrupted.",
)
@click.version_option(VERSION, "-V", "--version", message="seedream-pipe %(version)s")
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    expose_value=False,
    is_eager=True,
    callback=_change_folder,
    help="Go to this folder first.",
)
@click.option(
    DEBUG,
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_keep_debug,
    help="Show where in the code an error arose.",
)
def cli() -> None:
    """Make for pictures that cost money.

    A YAML file says what pictures a project needs; run makes those that are missing
    or stale, and keeps every one that was ever paid for.
    """


def run(arguments: list[str], *, pace: Pace | None = None) -> int:
    """Run the command line; gives the exit code. `pace` is how a run waits, where it is not as usual."""
    confidential.learn(os.environ)
    words = _before_dashes(arguments)
    debug = DEBUG in words or bool(os.environ.get(DEBUG_VARIABLE))
    plain = [*(word for word in words if word != DEBUG), *arguments[len(words) :]]

    def call() -> Any:
        # It may stand anywhere, and is known to the group.
        given = [DEBUG, *plain] if debug else plain
        return cli.main(given, prog_name="seedream-pipe", standalone_mode=False, obj=pace)

    return guarded(call, plain, as_json="--json" in words, debug=debug)


def _before_dashes(arguments: list[str]) -> list[str]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments
