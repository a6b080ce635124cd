"""`takes FILE [TARGET…]`: the takes of tasks, and a contact sheet of each."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seedream_pipe.api.contact_sheet import contact_sheet, usual_path
from seedream_pipe.api.folders import shown_path
from seedream_pipe.api.project import opened
from seedream_pipe.api.takes import gap_of
from seedream_pipe.api.takes import takes as listed
from seedream_pipe.cli import options
from seedream_pipe.cli.again import command
from seedream_pipe.cli.terminal import columns, out, padded, paint, plural, say, width
from seedream_pipe.errors import UsageError
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedream_pipe.api.takes import OnePicture, TaskTakes
    from seedream_pipe.api.variant import Variant


@click.command()
@options.file
@options.targets
@options.variant
@options.user
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Where the contact sheet of one task goes: .png, .jpg or .webp. [out/NAME/takes/TASK.png]",
)
@click.option("--no-sheet", is_flag=True, help="Draw no contact sheet.")
@options.as_json
def takes(
    file: str,
    targets: tuple[str, ...],
    *,
    variant: Variant,
    output: str | None,
    no_sheet: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """List the takes of tasks: number, price, time, size, file; and draw a contact sheet.

    The take with the * stands for the task. Pictures of a series are numbered from 0
    behind the take: 2.1 is picture [1] of take 2. Without a TARGET all tasks that
    there is something to pick of are listed.
    """
    made = options.settings(**flags)
    project = opened(file, variant)
    found = listed(project, targets, settings=made)
    if output and len(found) != 1:
        raise UsageError(f"--output is for one task, and {len(found)} are meant", hint="leave it out")
    sheets: dict[str, tuple[Path, ...]] = {}
    for each in found if not no_sheet else ():
        path = Path(output) if output else usual_path(project, each, made)
        sheets[each.address] = contact_sheet(project, each, path, made)
    if as_json:
        tree = {each.address: _tree(each, sheets.get(each.address, ())) for each in found}
        out(json.dumps({"schema": "takes/1", "tasks": tree}, ensure_ascii=False, indent=1))
        return 0
    options.warn_default(made)
    out("\n\n".join("\n".join(_lines(each, sheets.get(each.address, ()))) for each in found))
    _say_next(found)
    return 0


def _say_next(found: tuple[TaskTakes, ...]) -> None:
    for each in found:
        numbers = [picture.label for picture in each.pictures if picture.digest is not None]
        if not each.pick and numbers:
            say(f"next: {command('pick', each.address, numbers[-1])}   (for take {numbers[-1]})")
            return


def _lines(found: TaskTakes, sheets: tuple[Path, ...]) -> Iterator[str]:
    room, name, head = width(), paint(found.address, bold=True), _head(found)
    if room is None or columns(found.address) + 2 + columns(head) <= room:
        yield f"{name}  {head}"
    else:
        yield from (name, f"  {head}")
    rows = [(each, _size(each), _made(each)) for each in found.pictures]
    labels = [*(each.label for each, _, _ in rows), *map(str, found.missing)]
    label = max(map(columns, labels), default=0)
    size = max((columns(text) for _, text, _ in rows), default=0)
    made = max((columns(text) for _, _, text in rows), default=0)
    for each, size_text, made_text in rows:
        mark = paint("*", fg="green", bold=True) if each.stands else " "
        head = f"  {mark} {padded(each.label, label)}  {padded(size_text, size)}  "
        path = escaped(each.path) if each.path or each.digest is None else "(not in this store)"
        whole = f"{padded(made_text, made)}  {path}".rstrip()
        if room is None or 8 + label + size + columns(whole) < room:
            yield head + whole
        else:
            yield head.rstrip()
            yield f"      {made_text}"
            yield f"      {path}"
    for number in found.missing:
        yield f"    {padded(str(number), label)}  not made{'' if not found.is_earlier else ' of this recipe'}"
    if found.missing and found.more.currency:
        yield f"    the missing ones cost up to {found.more}"
    for sheet in sheets:
        yield f"  look: {escaped(shown_path(sheet))}"


def _head(found: TaskTakes) -> str:
    if not found.pictures:
        return "not made yet"
    count = plural(len({each.take for each in found.pictures}), "take")
    if found.is_earlier:
        count += ", made of another recipe than the present one"
    if found.approved:
        return f"{count}; take {found.pick} is approved"
    if found.is_first:
        return f"{count}; take {found.pick} stands (the first)"
    return f"{count}; " + (f"take {found.pick} is picked" if found.pick else "nobody has picked one yet")


def _size(each: OnePicture) -> str:
    stored = {one.digest: one for one in each.result.stored} if each.result is not None else {}
    one = stored.get(each.digest) if each.digest is not None else None
    return "" if one is None else f"{one.width}x{one.height}  {one.bytes / 1000:,.0f} kB"


def _made(each: OnePicture) -> str:
    """How a picture was made, when and for how much; or why it did not come."""
    gap = gap_of(each)
    if each.digest is None:
        return "did not come" if gap is None else f"did not come: {escaped(gap.code)}"
    result = each.result
    if result is None:
        return ""
    when = f"{result.created_at[:16].replace('T', ' ')} UTC by {escaped(result.provider)}"
    if result.adopted is not None:
        when = f"{when}, adopted by {escaped(result.adopted.by)}"
    money = f"{each.price}, " if each.price.currency else ""
    return f"{money}{result.seconds:.1f} s, {when}"


def _tree(found: TaskTakes, sheets: tuple[Path, ...]) -> dict[str, Any]:
    return {
        "pick": found.pick,
        "approved": found.approved,
        "earlier": found.is_earlier,
        "missing": list(found.missing),
        "sheet": [shown_path(sheet) for sheet in sheets],
        "pictures": [_picture_tree(each) for each in found.pictures],
    }


def _picture_tree(each: OnePicture) -> dict[str, Any]:
    tree: dict[str, Any] = {
        "label": each.label,
        "take": each.take,
        "index": each.index,
        "stands": each.stands,
        "digest": each.digest,
        "path": each.path,
    }
    result = each.result
    if result is None:
        return tree
    stored = next((one for one in result.stored if one.digest == each.digest), None)
    tree |= {} if stored is None else asdict(stored)
    tree |= {
        "key": result.key,
        "made_at": result.created_at,
        "provider": result.provider,
        "model": result.model,
        "price": result.price,
        "currency": result.currency,
        "seconds": result.seconds,
    }
    return tree | ({"adopted": asdict(result.adopted)} if result.adopted is not None else {})
