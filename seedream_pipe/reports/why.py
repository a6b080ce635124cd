"""Why a task would be made: field by field, old and new, with the place; or what it holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.money import written
from seedream_pipe.problems import escaped
from seedream_pipe.reports.forecast import (
    approved_text,
    blocked_word,
    is_pick,
    price_text,
    reason_text,
    task_tree,
)
from seedream_pipe.reports.messages import message
from seedream_pipe.reports.pieces import Line, Piece
from seedream_pipe.reports.progress import detail
from seedream_pipe.reports.words import compared, told
from seedream_pipe.run.decisions import Blocked, Make, Needless, Reuse
from seedream_pipe.run.reason_text import cause_text
from seedream_pipe.run.reasons import InputChanged, PickChanged, Remade, changes_of
from seedream_pipe.run.record import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from seedream_pipe.plan.model import Address, Task
    from seedream_pipe.problems import Place
    from seedream_pipe.run.decisions import Forecast
    from seedream_pipe.run.outcomes import Outcome
    from seedream_pipe.run.reasons import Change, Reason, Source
    from seedream_pipe.store.results import Adoption, Result, Stored

__all__ = ["SCHEMA", "as_tree", "differences", "lines", "sides"]

SCHEMA: Final = "why/1"
_LABEL: Final = 8
_DIGEST: Final = 12
_MOST_UPSTREAM: Final = 12
_VALUE: Final = 300
_SHA256: Final = re.compile(r"(?:sha256 )?([0-9a-f]{64})\b")


def lines(task: Task, forecast: Forecast, results: Sequence[Result]) -> Iterator[Line]:
    """The answer for people, in lines of pieces."""
    decision = forecast.tasks[task.address].decision
    name = Piece(task.address, "strong")
    match decision:
        case Reuse(approved=True, stale=stale):
            yield name, Piece(": "), Piece("stale but approved", "work"), Piece(f": {approved_text(stale)}")
            yield from _origin(task)
            yield from differences(changes_of(stale)) if stale is not None else ()
            yield from _upstream(forecast, stale) if stale is not None else ()
            yield from _held(task, results)
        case Reuse():
            yield name, Piece(": "), Piece("up to date", "good")
            yield from _origin(task)
            yield from _held(task, results)
        case Make():
            price = (
                "free, made on this machine" if decision.local else price_text(decision.least, decision.worst)
            )
            text = (
                f"the same request as {decision.shared}" if decision.shared else reason_text(decision.reason)
            )
            yield name, Piece(": "), Piece("to make", "work"), Piece(f": {text}  ({price})")
            yield from _origin(task)
            yield from differences(changes_of(decision.reason))
            yield from _upstream(forecast, decision.reason)
        case Blocked():
            state = blocked_word(decision)
            needs = f"needs {decision.because}: {word(decision.outcome)}"
            if is_pick(decision.outcome):
                needs = f"needs a pick of {decision.because}"
            told = f"waiting: {needs}" if decision.because else {"pick": "to pick"}.get(state, state)
            yield name, Piece(": "), Piece(told, "bad")
            yield from _origin(task)
            for text in () if decision.because else _said(task.address, decision.outcome):
                yield (Piece(f"  {text}"),)
            if decision.worst.currency:
                yield _fact("then", price_text(decision.least, decision.worst))
            yield from _held(task, results)
        case Needless(outcome=outcome):
            yield name, Piece(": "), Piece("not needed", "dim"), Piece(f": {outcome.message}")
            yield from _origin(task)


def _said(address: Address, outcome: Outcome) -> tuple[str, ...]:
    said = message(address, outcome)
    return (said.what, *said.lines) if said is not None else tuple(detail(outcome, 0, []))


def _origin(task: Task) -> Iterator[Line]:
    if task.was:
        yield _fact("renamed", f"from {', '.join(task.was)}")
    if task.row is not None:
        yield _fact("row", str(task.row))
    yield _fact("step", str(task.at))


def _fact(label: str, text: str) -> Line:
    return Piece(f"  {label:<{_LABEL}} ", "dim"), Piece(text)


def differences(changes: Iterable[Change], *, indent: str = "  ") -> Iterator[Line]:
    """Fields that differ, old and new, with the cause and the place of each."""
    for change in changes:
        place = str(change.at) if change.at else ""
        label = f"{escaped(change.label)}  " if change.label else ""
        yield Piece(f"{indent}{change.field:<{_LABEL}} ", "strong"), Piece(label), Piece(place, "dim")
        old, new = _both(change)
        yield Piece(f"{indent}  - ", "old"), *old, *_whence(change.old_from)
        yield Piece(f"{indent}  + ", "new"), *new, *_whence(change.new_from)
        if change.field == "prompt" and isinstance(change.old, str) and isinstance(change.new, str):
            words = told(change.old, change.new)
            yield from [(Piece(f"{indent}  words ", "uncoloured"), Piece(words))] if words else []
        if change.cause is not None:
            yield Piece(f"{indent}  because ", "dim"), Piece(escaped(cause_text(change.cause), limit=_VALUE))
            if isinstance(change.cause, Remade):
                for text in change.cause.began:
                    yield Piece(f"{indent}    because ", "dim"), Piece(escaped(text, limit=_VALUE))
                yield from differences(change.cause.changes, indent=f"{indent}    ")
        for source in change.sources:
            yield from _source(source, change.at, indent)


def _whence(place: str) -> Line:
    return (Piece(f"  {escaped(place)}", "dim"),) if place else ()


def _source(source: Source, at: Place | None, indent: str) -> Iterator[Line]:
    """Where it is written, where that is another line than the field's, and who changed it last."""
    elsewhere = at is None or (source.at.file, source.at.line) != (at.file, at.line)
    if not elsewhere and source.commit is None and not source.path:
        return
    place = f"{source.path}  " if source.path else ""
    yield Piece(f"{indent}  in ", "dim"), Piece(f"{escaped(place)}{source.at}"), Piece(_commit(source), "dim")


def _commit(source: Source) -> str:
    commit = source.commit
    if commit is None:
        return ""
    if commit.pending:
        return "  (not committed yet)"
    told = f"{commit.id} {commit.at[:10]} {commit.by}: {commit.subject}"
    before = "; or before, where this checkout has no history" if commit.or_before else ""
    return escaped(f"  ({told}{before})", limit=_VALUE)


def _both(change: Change) -> tuple[Line, Line]:
    return sides(change.field, change.old, change.new)


def sides(field: str, old: object, new: object) -> tuple[Line, Line]:
    """A field's old and new value side by side; prompts with their changed words in tones."""
    if field == "prompt" and isinstance(old, str) and isinstance(new, str):
        return compared(old, new)
    left, right = _shown(field, old), _shown(field, new)
    if left == right and old != new:
        # Cut where they are still equal.
        return compared(_whole(old), _whole(new))
    return (Piece(left),), (Piece(right),)


def _whole(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(field: str, value: object) -> str:
    if value is None:
        return "(none)"
    if field in {"references", "images"} and isinstance(value, list | tuple):
        return "sha256 " + " ".join(f"{str(each)[:_DIGEST]}…" for each in value)
    digest = _SHA256.match(value) if field in {"references", "images"} and isinstance(value, str) else None
    if digest is not None and isinstance(value, str):
        return escaped(f"sha256 {digest[1][:_DIGEST]}…{value[digest.end() :]}", limit=_VALUE)
    return escaped(_whole(value), limit=_VALUE)


def _upstream(forecast: Forecast, reason: Reason) -> Iterator[Line]:
    """What is to be made first, and why that is, back to where it began."""
    for cause in reason.causes if isinstance(reason, InputChanged) else ():
        if isinstance(cause, PickChanged):
            yield (Piece(f"  because {escaped(cause_text(cause))}"),)
    queue = [(address, 1) for address in _needed(reason)]
    seen: set[str] = set()
    while queue:
        address, depth = queue.pop(0)
        if address in seen:
            continue
        if len(seen) == _MOST_UPSTREAM:
            yield (Piece("  …", "dim"),)
            return
        seen.add(address)
        decision = forecast.tasks[address].decision
        if isinstance(decision, Make):
            lead = "  " * depth
            yield Piece(f"{lead}because {address} is to make: "), Piece(reason_text(decision.reason), "work")
            yield from differences(changes_of(decision.reason), indent=f"{lead}  ")
            queue = [(need, depth + 1) for need in _needed(decision.reason)] + queue


def _needed(reason: Reason) -> tuple[str, ...]:
    return reason.tasks if isinstance(reason, InputChanged) else ()


def _held(task: Task, results: Sequence[Result]) -> Iterator[Line]:
    for result in results:
        if task.takes > 1:
            picked = ", the picked one" if result.take == task.pick else ""
            yield _fact("take", f"{result.take} of {task.takes}{picked}")
        for picture in result.stored:
            yield _fact("picture", _picture(picture))
        for gap in result.gaps:
            yield _fact("missing", f"picture {gap.index}: {gap.code}: {escaped(gap.message)}")
        yield _fact("key", result.key)
        yield _fact("made", _made(result))
        if result.adopted is not None:
            yield from _adopted(result.adopted)


def _adopted(told: Adoption) -> Iterator[Line]:
    """That the pictures were made of another recipe, and what a person said of it."""
    yield _fact("adopted", f"{told.at[:19].replace('T', ' ')} UTC by {escaped(told.by)}, for nothing")
    yield _fact("because", escaped(told.reason, limit=_VALUE))
    for change in told.changes if isinstance(told.changes, list | tuple) else ():
        if isinstance(change, Mapping):
            name = escaped(str(change.get("field", "")))
            yield Piece(f"  {name:<{_LABEL}} ", "strong"), Piece(escaped(str(change.get("label") or "")))
            old, new = sides(name, change.get("old"), change.get("new"))
            yield Piece("    - ", "old"), *old
            yield Piece("    + ", "new"), *new
    yield _fact("key then", told.of)


def _picture(picture: Stored) -> str:
    size = f"{picture.width}x{picture.height} {picture.media_type}, {picture.bytes / 1000:,.0f} kB"
    return f"sha256 {picture.digest}  ({size})"


def _made(result: Result) -> str:
    price = written(result.price, result.currency)
    request = f", request {result.request_id}" if result.request_id else ""
    made_at = result.created_at[:19].replace("T", " ")
    by = f"{result.provider} ({result.model})"
    return f"{made_at} UTC by {by}, {price}, {result.seconds:.1f} s{request}"


def as_tree(task: Task, forecast: Forecast, results: Sequence[Result]) -> dict[str, Any]:
    """The answer as JSON values: the task as in `plan`, all that it needs first, and what it holds."""
    decision = forecast.tasks[task.address].decision
    upstream = _needed(decision.reason) if isinstance(decision, Make) else ()
    return {
        "schema": SCHEMA,
        "task": task.address,
        "row": _place(task.row),
        "step": _place(task.at),
        **({"was": list(task.was)} if task.was else {}),
        **task_tree(forecast.tasks[task.address]),
        "upstream": {
            address: task_tree(forecast.tasks[address]) for address in _all_needed(forecast, upstream)
        },
        "holds": [
            {
                "take": result.take,
                "key": result.key,
                "pictures": [picture.digest for picture in result.stored],
                "made_at": result.created_at,
                "provider": result.provider,
                "model": result.model,
                "price": result.price,
                "currency": result.currency,
                "request_id": result.request_id,
            }
            | ({"adopted": asdict(result.adopted)} if result.adopted is not None else {})
            for result in results
        ],
    }


def _all_needed(forecast: Forecast, first: tuple[str, ...]) -> list[str]:
    found: dict[str, None] = {}
    queue = list(first)
    while queue:
        address = queue.pop(0)
        if address not in found:
            found[address] = None
            decision = forecast.tasks[address].decision
            queue += _needed(decision.reason) if isinstance(decision, Make) else ()
    return list(found)


def _place(place: Place | None) -> str:
    return str(place) if place is not None else ""
