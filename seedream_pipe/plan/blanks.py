"""What is wrong with a key or a name that a row gave: told once, with the empty cell that it is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from seedream_pipe.plan.outputs import split_extension
from seedream_pipe.problems import escaped

if TYPE_CHECKING:
    from seedream_pipe.plan.context import Context, Scope
    from seedream_pipe.problems import Place
    from seedream_pipe.spec.model import Field

__all__ = ["blank_column", "complain_of_key", "complain_of_output"]

_COLUMN: Final = re.compile(r"""\{\{[-+]?\s*(\w+)(?:\.(\w+)|\[\s*(?:'([^']+)'|"([^"]+)")\s*\])""")


def complain_of_key(context: Context, given: Field, complaint: str, *, key: str, scope: Scope) -> None:
    """A row's key is none: `complaint` says why."""
    column = "" if key else blank_column(given, scope)
    if column and scope.row:
        message = f'step "{scope.values["step"]}": the key is empty, because column "{column}" is empty'
        context.complain("E-KEY", scope.row, message, row=given.at, same=f"{given.at} {column}")
        return
    fault = complaint.partition('" ')[2]
    context.complain("E-KEY", given.at, complaint, row=scope.row, same=f"{given.at} {fault}")


def complain_of_output(
    context: Context, at: Place, given: Field | None, complaint: tuple[str, str], *, name: str, scope: Scope
) -> None:
    """A row's `output:` is no name for a picture: `complaint` says why, and how to mend it."""
    message, hint = complaint
    parts = name.split("/")
    has_gap = any(not part or part.startswith(".") for part in parts) and ".." not in parts
    column = blank_column(given, scope) if given and has_gap else ""
    if given and column and scope.row:
        told = f'output "{escaped(name, limit=80)}": column "{column}" is empty'
        context.complain("E-OUTPUT", scope.row, told, row=given.at, same=f"{at} {column}")
        return
    if split_extension(f"x{parts[-1]}") == ("x", parts[-1]):
        message = f'output "{escaped(name, limit=80)}" has nothing before "{escaped(parts[-1], limit=40)}"'
    fault = message.partition('" ')[2]
    context.complain("E-OUTPUT", at, message, hint=hint, row=scope.row, same=f"{at} {fault} {hint}")


def blank_column(given: Field, scope: Scope) -> str:
    """The first column that a field prints and that the row has no value in; empty when there is none."""
    if not isinstance(given.value, str):
        return ""
    for variable, *spellings in _COLUMN.findall(given.value):
        row, column = scope.values.get(variable), "".join(spellings)
        if not isinstance(row, Mapping) or column not in row:
            continue
        value = row[column]
        if value is None or (isinstance(value, str) and not value.strip()):
            return escaped(column, limit=60)
    return ""
