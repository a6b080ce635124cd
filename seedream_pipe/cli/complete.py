"""What the shell completes: pipeline files, steps and tasks of a pipeline, providers. Silent on any fault.

Nothing heavy is imported here but when something is completed: every command imports this.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

__all__ = ["addresses", "paths", "providers", "settable", "take_numbers", "targets_or_takes", "yaml_files"]

_PROVIDERS: Final = ("preview", "302ai", "ark", "byteplus")
_ENDINGS: Final = (".yaml", ".yml")
_MOST: Final = 2000


def yaml_files(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """YAML files that begin so, and the folders, which the shell knows best."""
    from click.shell_completion import CompletionItem

    folder, _, start = begun.rpartition("/")
    try:
        names = sorted(os.listdir(f"{folder}/" if folder or begun.startswith("/") else "."))
    except OSError:
        names = []
    lead = begun[: len(begun) - len(start)]
    found = [n for n in names if n.startswith(start) and n.endswith(_ENDINGS) and not n.startswith(".")]
    side_files = (".picks.yaml",)
    return [
        CompletionItem(begun, type="dir"),
        *(CompletionItem(lead + name) for name in found if not name.endswith(side_files)),
    ]


def addresses(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Steps of the pipeline that was named, after an `@` the tasks, after `tag:` the tags."""
    from click.shell_completion import CompletionItem

    from seedream_pipe.api.addresses import addresses_of, steps_of, tags_of

    file = ctx.params.get("file")
    if not isinstance(file, str):
        return []
    plus = "+" if begun.startswith("+") else ""
    start = begun.removeprefix("+")
    if start and ("tag:".startswith(start) or start.startswith("tag:")):
        tags = [f"tag:{tag}" for tag in tags_of(file)]
        steps_too = [] if start.startswith("tag:") else steps_of(file)
        return [CompletionItem(plus + name) for name in (*steps_too, *tags) if name.startswith(start)]
    tasks = addresses_of(file)
    steps = dict.fromkeys(address.partition("@")[0] for address in tasks)
    known = [*steps, *(address for address in tasks if "@" in address)]
    near = [name for name in known if name.startswith(start)]
    # Where a step's name is still to be typed, its hundred tasks are in the way.
    shown = near if "@" in start or len(near) <= 12 else [name for name in near if name in steps]
    return [CompletionItem(plus + name) for name in shown[:_MOST]]


def paths(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Vars, tables, sets and steps of the pipeline that was named, and files."""
    from click.shell_completion import CompletionItem

    from seedream_pipe.api.addresses import paths_of

    file = ctx.params.get("file")
    known = paths_of(file) if isinstance(file, str) else ()
    found = [CompletionItem(name) for name in known if name.startswith(begun)]
    return [CompletionItem(begun, type="file"), *found[:_MOST]]


def targets_or_takes(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Tasks, and where one was named already, the numbers of its takes before them."""
    from click.shell_completion import CompletionItem

    from seedream_pipe.api.addresses import take_numbers_of

    # The word that was typed last is the take as far as click knows.
    named, file = ctx.params.get("take"), ctx.params.get("file")
    numbers = take_numbers_of(file, named) if isinstance(file, str) and isinstance(named, str) else ()
    found = [CompletionItem(number) for number in numbers if number.startswith(begun)]
    return [*found, *(addresses(ctx, param, begun) if begun or not found else ())]


def settable(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """The vars of the pipeline that was named, each with the sign that a value follows."""
    from click.shell_completion import CompletionItem

    from seedream_pipe.api.addresses import paths_of

    # Of a line that ends in an option without its value click keeps the words, unread.
    file = ctx.params.get("file") or next(iter(ctx.args), None)
    known = paths_of(file) if isinstance(file, str) else ()
    names = (f"{name}=" for name in known if name.startswith("vars."))
    return [CompletionItem(name) for name in names if name.startswith(begun)]


def take_numbers(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """The numbers of a task's takes; behind a point those of a series' pictures."""
    from click.shell_completion import CompletionItem

    from seedream_pipe.api.addresses import take_numbers_of

    file, meant = ctx.params.get("file"), ctx.params.get("meant") or ()
    if not isinstance(file, str) or not meant:
        return []
    numbers = take_numbers_of(file, str(meant[-1]))
    return [CompletionItem(number) for number in numbers if number.startswith(begun)]


def providers(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """The providers' names."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in _PROVIDERS if name.startswith(begun)]
