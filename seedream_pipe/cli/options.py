"""Arguments and options that several commands share, and the settings that they make."""

from __future__ import annotations

import os
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe import settings as user_settings
from seedream_pipe.api.origin import local_server
from seedream_pipe.api.variant import Variant
from seedream_pipe.cli.boundary import DEBUG
from seedream_pipe.cli.complete import addresses, providers, settable, yaml_files
from seedream_pipe.cli.terminal import say, style
from seedream_pipe.problems import escaped
from seedream_pipe.settings import DEFAULT_PROVIDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedream_pipe.settings import Settings

__all__ = [
    "as_json",
    "debug",
    "file",
    "files",
    "provenance",
    "settings",
    "spending",
    "targets",
    "task",
    "user",
    "variant",
    "warn_default",
]

file = click.argument("file", type=click.Path(), shell_complete=yaml_files)
"""The pipeline file."""

files = click.argument("files", nargs=-1, required=True, type=click.Path(), shell_complete=yaml_files)
"""Pipeline files."""

targets = click.argument("targets", nargs=-1, metavar="[TARGET]...", shell_complete=addresses)
"""Tasks: `step`, `step@key`, `step@sc02_*`, `tag:night`, with `+` before or after."""

task = click.argument("task", shell_complete=addresses)
"""One task: `step@key`, or `step` when it is one."""

as_json = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


provenance = click.option(
    "--provenance/--no-provenance",
    default=None,
    help="Placed pictures carry how they were made, with the prompt. [SEEDREAM_PROVENANCE, else yes]",
)
"""Of the commands that place pictures."""


def user(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that belong to the user: flag, then variable, then configuration file."""
    for option in reversed(_USER):
        command = option(command)
    return command


_USER: Final = (
    click.option(
        "--provider",
        metavar="NAME",
        shell_complete=providers,
        help="preview (free, the default), 302ai, ark or byteplus. [SEEDREAM_PROVIDER]",
    ),
    click.option("--base-url", metavar="URL", help="Another address of the provider. [SEEDREAM_BASE_URL]"),
    click.option(
        "--store",
        metavar="DIR",
        type=click.Path(),
        help="Where bought pictures are kept. [SEEDREAM_STORE]",
    ),
    click.option("--out", metavar="DIR", type=click.Path(), help="Where outputs are placed. [SEEDREAM_OUT]"),
    click.option(
        "--price", metavar="AMOUNT", help="Price of a picture of an unknown model. [SEEDREAM_PRICE]"
    ),
)


def spending(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what may be spent, and where else: they belong to the user too."""
    for option in reversed(_SPENDING):
        command = option(command)
    return command


_SPENDING: Final = (
    click.option(
        "--max-cost",
        metavar="AMOUNT",
        help="The most a run may cost: 5, or 5USD,30CNY. [SEEDREAM_MAX_COST]",
    ),
    click.option(
        "--max-pictures", metavar="N", help="The most pictures a run may buy. [SEEDREAM_MAX_PICTURES]"
    ),
    click.option(
        "--max-total-cost",
        metavar="AMOUNT",
        help="The most the whole store may have cost. [SEEDREAM_MAX_TOTAL_COST]",
    ),
    click.option(
        "--max-total-pictures",
        metavar="N",
        help="The most pictures bought for the whole store. [SEEDREAM_MAX_TOTAL_PICTURES]",
    ),
    click.option(
        "--fallback",
        metavar="NAME",
        shell_complete=providers,
        help="Takes over when the provider is out: ark, or a list; none. [SEEDREAM_FALLBACK]",
    ),
    click.option(
        "--retry-uncertain",
        metavar="N",
        help="Send calls again that may have been charged, so often: may pay twice. "
        "[SEEDREAM_RETRY_UNCERTAIN, else 0]",
    ),
)


def variant(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose among what a pipeline offers; the command gets one `variant`."""

    @wraps(command)
    def chosen(
        *args: Any,
        profiles: tuple[str, ...],
        overrides: tuple[str, ...],
        vars_files: tuple[str, ...],
        **rest: Any,
    ) -> Any:
        made = Variant.of(profiles, overrides, vars_files)
        return command(*args, variant=made, **rest)

    for option in reversed(_VARIANT):
        chosen = option(chosen)
    return chosen


_VARIANT: Final = (
    click.option(
        "--profile",
        "profiles",
        multiple=True,
        metavar="NAME",
        help="An overlay of the pipeline; several are laid over each other in their order.",
    ),
    click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="PATH=VALUE",
        shell_complete=settable,
        help="One value, in YAML: vars.look=neon, defaults.size=4K, steps.poster.takes=4.",
    ),
    click.option(
        "--vars-file",
        "vars_files",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        shell_complete=yaml_files,
        help="A YAML file of vars that take the place of the pipeline's own.",
    ),
)


def debug() -> bool:
    """Whether it is to be told where in the code errors arise."""
    return bool(click.get_current_context().meta.get(DEBUG))


def settings(**flags: object) -> Settings:
    """The user's settings, from flags, variables and the configuration file."""
    made = user_settings.read(flags, os.environ)
    _warn_of_store(made)
    return made


def _warn_of_store(made: Settings) -> None:
    """Say that a store which the user named is not there, unless the command makes it or says so itself."""
    here = click.get_current_context()
    makes = here.info_name == "run" and not here.params.get("dry_run")
    if made.store is None or makes or here.info_name in {"cost", "config"} or os.path.lexists(made.store):
        return
    name = made.origins.get("store", "--store")
    say(style(f"{name}: no such folder: {escaped(str(made.store))}; it is an empty store", fg="yellow"))


def warn_default(made: Settings) -> None:
    """Say that the default provider stands in where nobody chose one, and that a test server is none."""
    if not made.chosen and made.provider == DEFAULT_PROVIDER:
        say(
            style("provider: preview (drawn locally, free); --provider 302ai, ark or byteplus buys", dim=True)
        )
    server = local_server(made)
    if server:
        say(style(f"test server at {server}: its pictures are never taken for bought ones", dim=True))
