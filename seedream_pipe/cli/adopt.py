"""`adopt FILE TARGET… --reason TEXT`: let pictures stand for a recipe that they were not made of."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.adoption import adoptions, release, who
from seedream_pipe.api.project import opened
from seedream_pipe.cli import options
from seedream_pipe.cli.deciding import look_only, meant
from seedream_pipe.cli.terminal import out, plural, say, style
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import escaped
from seedream_pipe.reports.edits import fragments
from seedream_pipe.reports.forecast import change_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedream_pipe.api.adoption import Adopted, Adoptions
    from seedream_pipe.api.variant import Variant

_VALUE = 60


@click.command()
@options.file
@meant
@click.option("--reason", default="", metavar="TEXT", help="Why, for those who ask later.")
@click.option("--release", "let_go", is_flag=True, help="Let go of what was adopted: it is stale again.")
@look_only
@options.variant
@options.user
@options.as_json
def adopt(
    file: str,
    meant: tuple[str, ...],
    *,
    reason: str,
    let_go: bool,
    look_only: bool,
    variant: Variant,
    as_json: bool,
    **flags: Any,
) -> int:
    """Let the pictures that tasks have stand for their changed recipes, at no cost.

    For an edit that no picture needs, such as a typo that was mended: nothing is bought, and
    `why` tells who said so, when, why and what differs. The lock says it to other clones.
    """
    if not reason.strip() and not let_go:
        raise UsageError("say why: --reason 'a typo in the style'")
    made = options.settings(**flags)
    project = opened(file, variant)
    if let_go:
        released = release(project, meant, settings=made, write=not look_only)
        return _say_released(released, written=not look_only, as_json=as_json)
    by = who(Path(os.path.abspath(file)).parent)
    found = adoptions(project, meant, reason.strip(), settings=made, by=by, write=not look_only)
    if as_json:
        out(json.dumps(_tree(found, by, reason, written=not look_only), ensure_ascii=False, indent=1))
        return 0
    for line in _lines(found, "adopt" if look_only else "adopted"):
        say(line)
    if not found.tasks:
        say("everything is up to date; there is nothing to adopt")
        return 0
    instead = f"; {found.saved} not spent" if found.saved.currency else ""
    done = "would be adopted" if look_only else f"adopted by {escaped(by)}"
    say(f"{plural(len(found.tasks), 'task')} {done}, for nothing{instead}")
    if look_only:
        say("nothing was written; without --plan it is")
    return 0


def _say_released(released: Mapping[str, str], *, written: bool, as_json: bool) -> int:
    if as_json:
        tree = {"schema": "released/1", "written": written, "tasks": dict(released)}
        out(json.dumps(tree, ensure_ascii=False, indent=1))
        return 0
    for address, by in released.items():
        say(f"{style('released', fg='green')}  {address}  adopted by {escaped(by)}")
    done = "let go" if written else "would be let go"
    say(f"{plural(len(released), 'adoption')} {done}; plan says what is stale now, and for how much")
    return 0


def _lines(found: Adoptions, word: str) -> Iterator[str]:
    for each in found.tasks:
        yield f"{style(f'{word:<7}', fg='green')}  {each.address}  {_difference(each)}".rstrip()
    for address, why in found.skipped.items():
        yield f"{style('left', fg='yellow')}     {address}  {escaped(why)}"


def _difference(each: Adopted) -> str:
    """What differs, in a few words."""
    parts = []
    for change in each.changes:
        old, new = change.old, change.new
        if change.field == "prompt" and isinstance(old, str) and isinstance(new, str):
            shown = [f"{_quoted(a)} → {_quoted(b)}" for a, b in fragments(old, new)[:3]]
            parts.append(f"prompt: {', '.join(shown)}" if shown else "prompt")
        elif change.field in {"references", "images"}:
            parts.append(f"{change.field}: {change.label}")
        else:
            parts.append(f"{change.field}: {_quoted(old)} → {_quoted(new)}")
    return escaped("; ".join(parts), limit=200)


def _quoted(value: object) -> str:
    return escaped(json.dumps(value, ensure_ascii=False), limit=_VALUE)


def _tree(found: Adoptions, by: str, reason: str, *, written: bool) -> dict[str, Any]:
    return {
        "schema": "adoption/1",
        "written": written,
        "by": by,
        "reason": reason.strip(),
        "saved": str(found.saved.amount),
        "currency": found.saved.currency,
        "tasks": {
            each.address: {
                "takes": [
                    {
                        "take": take.take,
                        "key": take.key,
                        "of": take.adopted.of if take.adopted is not None else "",
                        "pictures": list(take.pictures),
                    }
                    for take in each.takes
                ],
                "changes": [change_tree(change) for change in each.changes],
            }
            for each in found.tasks
        },
        "left": dict(found.skipped),
    }
