"""Names that become files: which are safe on every disk, and which are one file in two spellings.

One rule for a name that stands in the file and for one that a template made of a row:
traversal, devices, hidden files and characters that a terminal would act on all come
from the same kind of mistake, or of malice.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from seedream_pipe.problems import escaped

__all__ = ["RESERVED", "fold", "folder_problem", "output_problem"]

RESERVED: Final = frozenset(
    {
        *("data", "index", "loop", "pipeline", "step", "take", "vars"),
        *("and", "else", "false", "if", "in", "is", "none", "not", "or", "self", "true"),
        *("False", "None", "True"),
    }
)
"""Names that mean something in every template, and the words of the template language itself."""

_LONGEST_PART: Final = 200
"""Bytes. File systems allow 255; the tool adds a take, a number, an extension, a temporary ending."""

_LONGEST_PATH: Final = 1000

_OWN_FOLDERS: Final = frozenset({"preview"})

_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
)
"""Names that Windows takes for devices, whatever their extension and case."""

_FOREIGN: Final = frozenset('<>:"|?*')
"""Characters that Windows does not allow in names."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def output_problem(path: str) -> str | None:
    """Why a path below the output folder cannot be used, as a whole sentence, or None.

    Args:
        path: with forward slashes, its templates rendered.

    """
    fault = _fault(path)
    return f'output "{escaped(path, limit=80)}" {fault}' if fault else None


def folder_problem(name: str) -> str | None:
    """Why a pipeline's name cannot be a folder's, as a whole sentence, or None."""
    fault = 'has a "/"; it is the name of one folder' if "/" in name else _fault(name)
    if fold(name) in _OWN_FOLDERS:
        fault = "is the folder that the tool keeps previews in"
    return f'the name "{escaped(name, limit=80)}" {fault}' if fault else None


def fold(path: str) -> str:
    """The same text for paths that are one file on some disk: case and Unicode form aside."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _fault(path: str) -> str | None:
    if not path.strip():
        return "is empty"
    if unseen := next((char for char in path if unicodedata.category(char) in _UNSEEN), None):
        return f"has a character that is not seen (U+{ord(unseen):04X})"
    if "\\" in path:
        return 'has a backslash; folders are separated by "/"'
    if path.startswith("/") or path[1:2] == ":":
        return "is absolute; it must stay below the output folder"
    if path.startswith("~"):
        return 'begins with "~"; it must stay below the output folder'
    if len(path.encode()) > _LONGEST_PATH:
        return f"is longer than {_LONGEST_PATH} bytes"
    if path.endswith("/"):
        return 'ends in "/"; the name of a file is expected'
    return next((found for part in path.split("/") if (found := _part_fault(part))), None)


def _part_fault(part: str) -> str | None:
    if not part:
        return 'has an empty part ("//")'
    if part == "..":
        return 'has ".."; it must stay below the output folder'
    if part.startswith("."):
        return 'has a part that begins with "." and would be hidden'
    if part[-1] in ". " or part[0] == " ":
        return "has a part that begins or ends with a space, or ends with a dot; not every disk keeps those"
    if foreign := _FOREIGN & set(part):
        return f'has "{min(foreign)}", which not every disk allows'
    if part.split(".", 1)[0].rstrip(" ").casefold() in _DEVICES:
        return f'has "{part}", which is a device on Windows'
    if len(part.encode()) > _LONGEST_PART:
        return f"has a part that is longer than {_LONGEST_PART} bytes"
    return None
