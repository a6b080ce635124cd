"""Runs, the history of a task, and where a picture came from: in lines of pieces, and as JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.money import written
from seedream_pipe.problems import escaped
from seedream_pipe.reports.pieces import Line, Piece
from seedream_pipe.reports.why import sides
from seedream_pipe.run.reason_text import causes_in, change_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seedream_pipe.run.history import Attempt, Log, Logged, Origin, RunLine, Trace
    from seedream_pipe.run.reasons import Change
    from seedream_pipe.store.results import Result

__all__ = [
    "log_lines",
    "log_tree",
    "run_lines",
    "runs_lines",
    "runs_tree",
    "trace_lines",
    "trace_tree",
]

_LABEL: Final = 9
_ID: Final = 25
_TEXT: Final = 300
_WHOLE: Final = 20_000
_SIZE: Final = 12
_ENDED: Final = {"": "open: it may have been charged", "done": "its result is gone from the store"}


def runs_lines(runs: Sequence[RunLine]) -> Iterator[Line]:
    """A line a run, newest first: id, when, how long, what came of it."""
    for run in runs:
        state = ("ok", "good") if run.exit_code == 0 else (f"exit {run.exit_code}", "bad")
        parts = [_clock(run.began_at), f"{run.seconds:,.1f} s", escaped(run.provider)]
        tasks = run.counts.get("made", 0)
        made = [f"{_count(tasks, 'task')} made"] if tasks else []
        made += [_count(run.pictures, "picture")] if run.pictures else []
        parts.append(", ".join(made) or "nothing made")
        if run.price.amount:
            parts.append(str(run.price))
        yield (
            Piece(f"{run.id:<{_ID}}  ", "dim"),
            Piece("  ".join(parts) + "  "),
            Piece(state[0], "good" if state[1] == "good" else "bad"),
            Piece(f"  {escaped(run.stopped, limit=_TEXT)}" if run.stopped else "", "dim"),
        )


def runs_tree(runs: Sequence[RunLine]) -> dict[str, Any]:
    """The runs as JSON values."""
    listed = [
        {
            "id": run.id,
            "began_at": run.began_at,
            "seconds": run.seconds,
            "provider": run.provider,
            "pictures": run.pictures,
            "price": str(run.price.amount),
            "currency": run.price.currency,
            "exit_code": run.exit_code,
            "stopped": run.stopped,
            "counts": dict(run.counts),
        }
        for run in runs
    ]
    return {"schema": "runs/1", "runs": listed}


def run_lines(record: Mapping[str, Any]) -> Iterator[Line]:
    """One run, whole, from its record: what became of each task that was not merely up to date."""
    yield Piece(str(record.get("id", "")), "strong"), Piece(f"  {escaped(str(record.get('file', '')))}")
    yield _fact("began", f"{_clock(str(record.get('began_at', '')))}, {record.get('seconds', 0):,} s")
    yield _fact("provider", escaped(str(record.get("provider", ""))))
    counts = record.get("counts") or {}
    yield _fact("tasks", ", ".join(f"{count:,} {escaped(str(name))}" for name, count in counts.items()))
    if record.get("pictures"):
        yield _fact("pictures", f"{record['pictures']:,} made")
    if record.get("currency"):
        yield _fact("cost", written(str(record.get("price", "0")), str(record["currency"])))
    if record.get("stopped"):
        yield _fact("stopped", escaped(str(record["stopped"]), limit=_TEXT))
    yield _fact("exit", str(record.get("exit_code", "")))
    for address, task in (record.get("tasks") or {}).items():
        if task.get("outcome") not in {"reused", "needless"}:
            yield from _task_lines(str(address), task)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _task_lines(address: str, task: Mapping[str, Any]) -> Iterator[Line]:
    word = str(task.get("outcome", ""))
    tone = "good" if word == "made" else "bad"
    money = written(str(task.get("price", "0")), str(task["currency"])) if task.get("currency") else ""
    reason = task.get("reason")
    reason = reason if isinstance(reason, Mapping) else {}
    said = escaped(str(task.get("message") or reason.get("message") or ""), limit=_TEXT)
    yield (
        Piece(f"  {escaped(word):<{_LABEL}} ", "good" if tone == "good" else "bad"),
        Piece(escaped(address), "strong"),
        Piece("".join(f"  {text}" for text in (money, said) if text)),
    )
    for text in _causes(reason):
        yield Piece(f"  {'':<{_LABEL}}   because ", "dim"), Piece(text)


def log_lines(log: Log) -> Iterator[Line]:
    """The history of a task for people, oldest first."""
    name, *former = log.names
    was = f"  (was {', '.join(map(escaped, former))})" if former else ""
    gone = "  (the pipeline has no such task any more)" if log.gone else ""
    yield Piece(escaped(name), "strong"), Piece(f"{was}{gone}", "dim")
    if not log.made and not log.without:
        yield (Piece("  it never had a picture"),)
    told = [*((_since(each.result), _logged(each)) for each in log.made)]
    told += [(each.at, _attempt(each)) for each in log.without]
    for _, lines in sorted(told, key=lambda pair: pair[0][:19]):
        yield from lines


def _since(result: Result) -> str:
    """Since when a task has it: when it was made, or adopted."""
    return result.created_at if result.adopted is None else result.adopted.at


def _logged(each: Logged) -> list[Line]:
    result = each.result
    state = "  * stands for it now" if each.stands else ""
    state += "" if each.is_here else "  gone from the store"
    head = f"  {_clock(_since(result))}  take {result.take}  {_paid(result)}"
    lines: list[Line] = [(Piece(head), Piece(state, "good" if each.stands and each.is_here else "bad"))]
    for picture in result.stored:
        size = f"{picture.width}x{picture.height}"
        lines.append((Piece(f"      {picture.digest[:_SIZE]}…  {size}", "dim"),))
    lines += [
        (
            Piece(
                f"      picture {gap.index}: {escaped(gap.code)}: {escaped(gap.message, limit=_TEXT)}", "bad"
            ),
        )
        for gap in result.gaps
    ]
    if result.adopted is not None:
        told = f"adopted by {escaped(result.adopted.by)}: {escaped(result.adopted.reason, limit=_TEXT)}"
        lines.append((Piece(f"      {told}"),))
    if each.reason:
        lines.append((Piece("      why  ", "dim"), Piece(_said(each.reason))))
        because = _causes(each.reason)
        lines += [(Piece("      because ", "dim"), Piece(text)) for text in because]
    lines += [line for change in each.changes for line in _change(change)]
    return lines


def _said(tree: Mapping[str, Any]) -> str:
    return escaped(str(tree.get("message", "")), limit=_TEXT)


def _causes(reason: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(escaped(text, limit=_TEXT) for text in causes_in(reason) if text))


def _change(change: Change) -> list[Line]:
    label = f" {escaped(change.label)}" if change.label else ""
    old, new = sides(change.field, change.old, change.new)
    return [
        (Piece(f"      {change.field}{label} ", "strong"), Piece("changed:")),
        (Piece("        - ", "old"), *old, Piece(f"  {escaped(change.old_from)}".rstrip(), "dim")),
        (Piece("        + ", "new"), *new, Piece(f"  {escaped(change.new_from)}".rstrip(), "dim")),
    ]


def _attempt(each: Attempt) -> list[Line]:
    said = _ENDED.get(each.verdict, each.verdict)
    money = f", {each.price}" if each.price.amount else ""
    text = f"  {_clock(each.at)}  no picture by {escaped(each.provider)}: {said}{money}  (call {each.call})"
    return [(Piece(text, "bad"),)]


def log_tree(log: Log) -> dict[str, Any]:
    """The history of a task as JSON values."""
    return {
        "schema": "log/1",
        "task": log.names[0],
        "was": list(log.names[1:]),
        "gone": log.gone,
        "made": [
            {
                **_result_tree(each.result),
                "here": each.is_here,
                "stands": each.stands,
                "reason": dict(each.reason) or None,
                "changes": [change_tree(change) for change in each.changes],
            }
            for each in log.made
        ],
        "without": [
            {
                "call": each.call,
                "at": each.at,
                "provider": each.provider,
                "verdict": each.verdict,
                "price": str(each.price.amount),
                "currency": each.price.currency,
            }
            for each in log.without
        ],
    }


def trace_lines(trace: Trace) -> Iterator[Line]:
    """Where a picture came from, for people."""
    yield (Piece(escaped(trace.path), "strong"),)
    yield _fact("file" if trace.no_picture else "picture", f"sha256 {trace.digest}")
    if trace.note is not None and not trace.as_it_came:
        yield (Piece("  edited since it was placed: its note says of what it was made", "work"),)
    for origin in trace.origins:
        yield from _origin_lines(origin)
    if not trace.origins and trace.note is not None:
        yield from _note_lines(trace)


def _origin_lines(origin: Origin) -> Iterator[Line]:
    result = origin.result
    tasks = ", ".join(map(escaped, origin.tasks)) or "(no task that is known here)"
    yield _fact("task", tasks)
    yield _fact("take", f"{result.take}, picture {origin.image}" if _is_series(result) else str(result.take))
    recipe = result.recipe if isinstance(result.recipe, dict) else {}
    if recipe.get("prompt"):
        yield _fact("prompt", escaped(str(recipe["prompt"]), limit=_WHOLE))
    for number, digest in enumerate(result.inputs, 1):
        yield _fact("reference" if number == 1 else "", f"{number}: sha256 {digest[:_SIZE]}…")
    yield _fact(
        "made", f"{_clock(result.created_at)} by {escaped(result.provider)} ({escaped(result.model)})"
    )
    yield _fact("price", _paid(result))
    if result.call:
        request = f", request {escaped(result.request_id)}" if result.request_id else ""
        yield _fact("call", f"{result.call}{request}")
    yield _fact("key", result.key)
    if result.adopted is not None:
        yield _fact("adopted", f"by {escaped(result.adopted.by)}: {escaped(result.adopted.reason)}")


def _note_lines(trace: Trace) -> Iterator[Line]:
    note = trace.note
    if note is None:
        return
    yield (Piece("  this store does not know it; the file itself says:", "dim"),)
    yield _fact("pipeline", escaped(note.pipeline))
    yield _fact("task", escaped(note.task))
    yield _fact("take", f"{note.take}, picture {note.image}")
    if note.prompt:
        yield _fact("prompt", escaped(note.prompt, limit=_WHOLE))
    when = f"{_clock(note.made_at)} " if note.made_at else ""
    yield _fact("made", f"{when}by {escaped(note.provider)} ({escaped(note.model)})")
    if note.currency:
        server = f", from the test server {note.test_server}" if note.test_server else ""
        yield _fact("price", escaped(f"{note.price} {note.currency} for the call{server}"))
    if note.call:
        yield _fact("call", escaped(f"{note.call}, request {note.request_id or 'unknown'}"))
    yield _fact("key", escaped(note.key))


def trace_tree(trace: Trace) -> dict[str, Any]:
    """Where a picture came from, as JSON values."""
    return {
        "schema": "trace/1",
        "file": trace.path,
        "digest": trace.digest,
        "as_it_came": trace.as_it_came,
        "origins": [
            {**_result_tree(origin.result), "image": origin.image, "tasks": list(origin.tasks)}
            for origin in trace.origins
        ],
        "note": asdict(trace.note) if trace.note is not None else None,
    }


def _result_tree(result: Result) -> dict[str, Any]:
    recipe = result.recipe if isinstance(result.recipe, dict) else {}
    return {
        "key": result.key,
        "take": result.take,
        "made_at": result.created_at,
        "provider": result.provider,
        "model": result.model,
        "prompt": recipe.get("prompt", ""),
        "inputs": list(result.inputs),
        "pictures": [picture.digest for picture in result.stored],
        "call": result.call,
        "request_id": result.request_id,
        "price": result.price,
        "currency": result.currency,
        "test_server": result.origin,
        "adopted": asdict(result.adopted) if result.adopted is not None else None,
    }


def _is_series(result: Result) -> bool:
    return len(result.pictures) > 1


def _paid(result: Result) -> str:
    paid = written(result.price, result.currency) if result.currency else ""
    if result.origin:
        server = f"from the test server {escaped(result.origin)}"
        return f"{paid}, {server}" if paid else server
    if paid:
        return paid
    return "drawn for nothing" if result.provider == "preview" else "free"


def _clock(at: str) -> str:
    return f"{escaped(at[:19].replace('T', ' '))} UTC"


def _fact(label: str, text: str) -> Line:
    return Piece(f"  {label:<{_LABEL}} ", "dim"), Piece(text)
