"""The picks file read: its text as records, and everything that is wrong with it."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe import merge
from seedream_pipe.digest import BlobDigest, Key
from seedream_pipe.errors import InvalidPipeline
from seedream_pipe.picks.model import Approved, Decided, Picks
from seedream_pipe.problems import Place, Problem, escaped
from seedream_pipe.spec import document as documents
from seedream_pipe.spec import schema

if TYPE_CHECKING:
    from pathlib import Path

    from seedream_pipe.merge import Conflict
    from seedream_pipe.spec.document import Document

__all__ = ["ENDING", "load", "parse", "path_of", "text_of"]

ENDING: Final = ".picks.yaml"
_SHOWN: Final = 160
_HINT: Final = "keep the line that is right, and delete the other with the marks <<<<<<<, ======= and >>>>>>>"


def path_of(pipeline: Path) -> Path:
    """Where the picks of a pipeline file stand: beside it."""
    return pipeline.with_suffix(ENDING)


def text_of(path: Path) -> str:
    """The file's text, for who edits it; empty when there is none. Line ends stay as they are.

    Raises:
        OSError: it cannot be read.

    """
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""


def load(path: Path, *, shown: str) -> Picks:
    """The decisions of a file; none when there is no file.

    Args:
        path: the file.
        shown: its name as it is shown to the user.

    Raises:
        InvalidPipeline: with every problem of its text.

    """
    if not os.path.lexists(path):
        return Picks()
    try:
        text = text_of(path)
    except OSError:
        text = ""  # the loader says what is wrong with it
    _expect_merged(text, shown)
    try:
        document = documents.load(path, shown=shown, root="maybe")
    except InvalidPipeline as error:
        raise InvalidPipeline([_with_remedy(problem, path) for problem in error.problems]) from None
    return _picks(document)


def parse(text: str, *, file: str) -> Picks:
    """As `load`, for a text."""
    _expect_merged(text, file)
    return _picks(documents.parse(text, file=file, root="maybe"))


def _with_remedy(problem: Problem, path: Path) -> Problem:
    if problem.code != "E-ENCODING":
        return problem
    return replace(problem, hint=f"{problem.hint}, or take the one of git back: git checkout -- {path.name}")


def _expect_merged(text: str, file: str) -> None:
    problems = [_conflict(file, found) for found in merge.conflicts(text)]
    if problems:
        raise InvalidPipeline(problems)


def _conflict(file: str, found: Conflict) -> Problem:
    """Both sides of a conflict in one sentence."""
    ours, theirs = _side(found.ours, found.our_name), _side(found.theirs, found.their_name)
    message = f"two branches disagree here: {ours} and {theirs}" if found.ours or found.theirs else ""
    return Problem(
        code="E-MERGE",
        place=Place(file, found.line, 1),
        message=message or "a mark of a merge stands here",
        hint=_HINT,
    )


def _side(lines: tuple[str, ...], name: str) -> str:
    text = escaped(" … ".join(lines) if lines else "nothing", limit=_SHOWN)
    return f"{text} ({escaped(name, limit=60)})" if name else text


def _picks(document: Document) -> Picks:
    if document.root is None:
        return Picks()
    problems: list[Problem] = schema.shape_problems(document, "picks")
    if problems:
        raise InvalidPipeline(problems)
    return Picks(
        tasks={address: _decided(document, address, tree) for address, tree in document.root.items()}
    )


def _decided(document: Document, address: str, tree: Any) -> Decided:
    fields = tree if isinstance(tree, dict) else {"pick": tree}
    take, _, image = str(fields.get("pick", "")).partition(".")
    approved = fields.get("approved")
    return Decided(
        pick=int(take) if take else None,
        image=int(image) if image else None,
        takes=fields.get("takes"),
        approved=None if approved is None else _approved(approved),
        at=document.place((address,), key=True),
    )


def _approved(tree: Any) -> Approved:
    return Approved(
        key=Key(tree["key"]),
        pictures=tuple(None if digest is None else BlobDigest(digest) for digest in tree["pictures"]),
    )
