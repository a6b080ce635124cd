"""`plan FILE [TARGET…]`: what would be made, why, and for how much."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from seedream_pipe.api.agreed import recipes
from seedream_pipe.api.difference import since
from seedream_pipe.api.explain import explained
from seedream_pipe.api.frozen import unsaid_adoptions
from seedream_pipe.api.planning import planned
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command, quoted
from seedream_pipe.cli.forecast import print_forecast
from seedream_pipe.cli.pieces import print_lines
from seedream_pipe.cli.problems import show
from seedream_pipe.cli.terminal import out, plural, say, style, width, wrapped
from seedream_pipe.cli.told import gates_of, say_unseen, say_ways_out
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import escaped
from seedream_pipe.reports.difference import as_tree as difference_tree
from seedream_pipe.reports.difference import reason_lines, since_lines, sum_text
from seedream_pipe.reports.edits import small_edits, targets_of
from seedream_pipe.reports.explain import lines as explain_lines
from seedream_pipe.reports.forecast import as_tree
from seedream_pipe.reports.messages import NOBODY_KNOWS
from seedream_pipe.run.decisions import Blocked

if TYPE_CHECKING:
    from seedream_pipe.api.project import Project
    from seedream_pipe.api.variant import Variant
    from seedream_pipe.reports.edits import SmallEdit
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.settings import Settings

_MOST_EDITS: Final = 3


@click.command()
@options.file
@options.targets
@options.variant
@options.user
@options.spending
@click.option("--all", "everything", is_flag=True, help="Show what is up to date too.")
@click.option("--explain", is_flag=True, help="Say why, field by field, and who changed it.")
@click.option("--base", metavar="REV", help="Only what differs from a git revision, and its price.")
@click.option("-o", "--output", metavar="FILE", help="Write the plan as JSON to a file.")
@options.as_json
def plan(
    file: str,
    targets: tuple[str, ...],
    *,
    variant: Variant,
    everything: bool,
    explain: bool,
    base: str | None,
    output: str | None,
    as_json: bool,
    **flags: Any,
) -> int:
    """Show what would be made, why, and for how much.

    Sends nothing, writes nothing and needs no API key. A TARGET is a step, step@key,
    a pattern like step@sc02_* or tag:night, with + before for what it needs and
    after for what needs it.

    If a connection breaks while the provider is working, seedream-pipe cannot know whether
    you were charged. It tells you, and sends nothing again until you say so.
    """
    made = options.settings(**flags)
    project = opened(file, variant)
    if base is not None:
        return _since(project, base, targets, made, explain=explain, as_json=as_json)
    found = planned(project, targets, settings=made)
    if explain or output or as_json:
        found = explained(found, made)
    warnings = (*project.warnings, *found.plan.warnings)
    if warnings:
        show(warnings)
    if not as_json:
        options.warn_default(made)
    if output or as_json:
        text = json.dumps(as_tree(found.forecast, recipes=recipes(found)), ensure_ascii=False, indent=1)
        if output:
            _write(Path(output), text + "\n")
        if as_json:
            out(text)
            return 0
    print_forecast(found.forecast, everything=everything)
    if explain:
        out("")
        print_lines(explain_lines(found.forecast))
    for edit in small_edits(found.forecast)[:_MOST_EDITS]:
        _say_adopt(edit, targets_of(edit, found.forecast, found.plan.tasks))
    _say_unsaid(unsaid_adoptions(found, made))
    _say_next(found.forecast, output)
    return 0


def _say_next(forecast: Forecast, output: str | None) -> None:
    blocked = (task.decision for task in forecast.tasks.values() if isinstance(task.decision, Blocked))
    outcomes = (*(each.outcome for each in blocked if not each.because), *forecast.holds)
    say_ways_out(outcomes, gates_of(forecast))
    say_unseen(forecast)
    if output and forecast.counts()["make"]:
        say(f"next: {command('run')} --plan {quoted(output)}   (makes exactly this, or nothing)")
    if forecast.worst.amount:
        for line in wrapped(NOBODY_KNOWS, width(err=True)):
            say(style(line, dim=True))


def _since(
    project: Project, base: str, targets: tuple[str, ...], made: Settings, *, explain: bool, as_json: bool
) -> int:
    """What the files as they are buy that those of a revision would not."""
    found = since(project, base, targets, settings=made)
    if as_json:
        out(json.dumps(difference_tree(found, base=base), ensure_ascii=False, indent=1))
        return 0
    options.warn_default(made)
    if told := list(since_lines(found)):
        print_lines([*told, ()])
    if explain and (reasons := list(reason_lines(found))):
        print_lines([*reasons, ()])
    out("\n".join(sum_text(found, f"since {escaped(base)}, this branch")))
    return 0


def _say_adopt(edit: SmallEdit, targets: tuple[str, ...]) -> None:
    """That pictures may be as good as they are, where a few characters of a prompt changed."""
    changed = ", ".join(f'"{escaped(old)}" → "{escaped(new)}"' for old, new in edit.fragments)
    tasks = plural(len(edit.tasks), "task")
    say(f"{tasks} would be bought anew for a few characters of the prompt: {changed}  ({edit.worst})")
    words = command("adopt", *targets, "--reason", "…")
    say(f"  if the pictures are as good as they are: {words}   (costs nothing)")


def _say_unsaid(tasks: tuple[str, ...]) -> None:
    """That the lock does not name what somebody adopted: a run writes it there, unless it is let go."""
    if tasks:
        first = escaped(tasks[0])
        count = plural(len(tasks), "adopted task")
        say(f"the lock does not name the pictures of {count}, {first} first: --frozen fails")
        words = command("adopt", *tasks, "--release")
        say(f"  run writes them into it, for nothing; if they are not wanted any more: {words}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
