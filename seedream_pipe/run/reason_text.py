"""Reasons in a few words, and as JSON values: the same in a plan, an answer to why, and a record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from seedream_pipe.run.reasons import (
    ORDER,
    Adopted,
    BackFromOut,
    BlobLost,
    ByTestServer,
    FileChanged,
    HeldApproved,
    InputChanged,
    MoreTakes,
    NeverMade,
    NotHere,
    PaidFor,
    PickChanged,
    RecipeChanged,
    Remade,
    Replaced,
    ToMake,
    changes_of,
)
from seedream_pipe.run.wording import word_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from seedream_pipe.run.reasons import Cause, Change, Reason, Source

__all__ = ["cause_text", "causes_in", "change_tree", "few", "reason_text", "reason_tree"]

_KINDS: Final[Mapping[type, str]] = {
    NeverMade: "never-made",
    NotHere: "not-here",
    RecipeChanged: "recipe-changed",
    InputChanged: "input-changed",
    BlobLost: "blob-lost",
    PaidFor: "paid-for",
    BackFromOut: "back-from-out",
    MoreTakes: "more-takes",
    ByTestServer: "test-server",
}
_CAUSES: Final[Mapping[type, str]] = {
    FileChanged: "file-changed",
    PickChanged: "pick-changed",
    HeldApproved: "approved",
    Adopted: "adopted",
    Replaced: "replaced",
    Remade: "remade",
    ToMake: "to-make",
}
_NAMED: Final = 3
_DEEPEST: Final = 8


def reason_text(reason: Reason) -> str:
    """A reason in a few words."""
    match reason:
        case NeverMade():
            return "never made"
        case NotHere():
            return "bought elsewhere; not in this store"
        case RecipeChanged():
            return _fields(reason.changes) + " changed"
        case InputChanged(tasks=()):
            return _references(reason.changes)
        case InputChanged():
            text = "needs " + few(reason.tasks)
            return f"{text}; {_fields(reason.changes)} changed" if reason.changes else text
        case BlobLost():
            return reason.message
        case PaidFor():
            return "sent before, not here yet; costs nothing more"
        case BackFromOut():
            return "back from out/; costs nothing"
        case MoreTakes():
            return f"{reason.count:,} more take{'' if reason.count == 1 else 's'}"
        case ByTestServer():
            return f"made by a test server ({reason.origin})"
        case _:
            assert_never(reason)


def cause_text(cause: Cause) -> str:
    """What caused a difference, as it stands behind "because"."""
    match cause:
        case FileChanged(file=file, is_new=True):
            return f"{file} was put in"
        case FileChanged(file=file, old=old) if old:
            return f"it was {old}, and is {file} now"
        case FileChanged(file=file):
            return f"{file} is another picture now"
        case PickChanged(task=task, old=old, new=new):
            return f"{task}'s pick changed from {old} to {new}"
        case HeldApproved(task=task):
            return f"{task} is approved as it is"
        case Adopted(task=task, by=by, words=words):
            return f"{by} adopted the pictures of {task}: {words}"
        case Replaced(old=old, new=new):
            return f"it was {old}, and is {new} now"
        case Remade(task=task, changes=changes):
            told = f": {_fields(changes)} changed" if changes else ""
            return f"{task} was made anew{told}"
        case ToMake(task=task, reason=reason):
            return f"{task} is to make: {reason_text(reason)}"
        case _:
            assert_never(cause)


def _references(changes: tuple[Change, ...]) -> str:
    """What became of the references, kind by kind."""
    kinds: dict[str, list[str]] = {}
    for change in changes:
        if change.label == ORDER and isinstance(change.old, list):
            return "the order of the references changed"
        kind = "reference changed"
        if change.old is None:
            kind = "a reference was put in"
        elif change.new is None:
            kind = "reference removed"
        kinds.setdefault(kind, []).append(_labelled(change))
    return "; ".join(f"{kind}: {few(labels)}" for kind, labels in kinds.items())


def _labelled(change: Change) -> str:
    if isinstance(change.cause, PickChanged):
        return f"{change.label} (pick {change.cause.old} → {change.cause.new})"
    return change.label


def _fields(changes: Sequence[Change]) -> str:
    return few(list(dict.fromkeys(change.field for change in changes)))


def few(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def reason_tree(reason: Reason) -> dict[str, Any]:
    """A reason as JSON values: its kind, its words, the fields that differ, and where it began."""
    tree: dict[str, Any] = {
        "reason": _KINDS[type(reason)],
        "message": reason_text(reason),
        "changes": [change_tree(change) for change in changes_of(reason)],
    }
    if isinstance(reason, InputChanged) and reason.tasks:
        tree["needs"] = list(reason.tasks)
        tree["because"] = [_cause_tree(cause) for cause in reason.causes]
    return tree


def change_tree(change: Change) -> dict[str, Any]:
    """A field that differs as JSON values."""
    tree: dict[str, Any] = {
        "field": change.field,
        "label": change.label,
        "old": change.old,
        "new": change.new,
        "at": str(change.at) if change.at else "",
    }
    if change.field == "prompt" and isinstance(change.old, str) and isinstance(change.new, str):
        tree["words"] = [{"old": old, "new": new} for old, new in word_changes(change.old, change.new)]
    tree |= {"old_from": change.old_from} if change.old_from else {}
    tree |= {"new_from": change.new_from} if change.new_from else {}
    if change.cause is not None:
        tree["because"] = _cause_tree(change.cause)
    if change.sources:
        tree["sources"] = [_source_tree(source) for source in change.sources]
    return tree


def _cause_tree(cause: Cause) -> dict[str, Any]:
    tree: dict[str, Any] = {"cause": _CAUSES[type(cause)], "message": cause_text(cause)}
    match cause:
        case FileChanged(file=file, old=old):
            tree |= {"file": file, "old": old} if old else {"file": file}
        case PickChanged(task=task, old=old, new=new):
            tree |= {"task": task, "old": old, "new": new}
        case Replaced(old=old, new=new):
            tree |= {"task": new, "old": old, "new": new}
        case Adopted(task=task, by=by, at=at):
            tree |= {"task": task, "by": by, "at": at}
        case Remade(task=task, at=at, changes=changes):
            tree |= {"task": task, "at": at, "changes": [change_tree(change) for change in changes]}
            tree |= {"began": list(cause.began)} if cause.began else {}
        case ToMake(task=task, reason=reason):
            tree |= {"task": task, **reason_tree(reason), "message": cause_text(cause)}
        case HeldApproved(task=task):
            tree["task"] = task
        case _:
            assert_never(cause)
    return tree


def causes_in(reason: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Where it began that a picture was made, back to the first cause, of a reason as JSON values."""
    changes = reason.get("changes") or ()
    for cause in (*(reason.get("because") or ()), *(change.get("because") for change in changes)):
        if isinstance(cause, dict) and depth < _DEEPEST:
            yield str(cause.get("message", ""))
            yield from map(str, cause.get("began") or ())
            yield from causes_in(cause, depth + 1)


def _source_tree(source: Source) -> dict[str, Any]:
    tree: dict[str, Any] = {"at": str(source.at), "path": source.path}
    commit = source.commit
    if commit is not None:
        told: dict[str, Any] = {
            "id": commit.id,
            "by": commit.by,
            "at": commit.at,
            "subject": commit.subject,
        }
        told |= {"or_before": True} if commit.or_before else {}
        tree["commit"] = None if commit.pending else told
    return tree
