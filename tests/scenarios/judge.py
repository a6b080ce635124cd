"""What holds of every scenario, and what its file expects. The service's ledger is the witness."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.scenarios.scenario import Expected
from tests.scenarios.stage import KEY, Seen, Stage

MOST_MEMORY = 400 * 1024 * 1024
_PIECE = 1 << 20


def faults_of(stage: Stage, seen: Seen, expected: Expected) -> list[str]:
    """Everything that is wrong after a run, in words."""
    return [*_always(stage, seen), *_as_expected(stage, seen, expected)]


def _always(stage: Stage, seen: Seen) -> Iterator[str]:
    if "E-BUG" in seen.text or "Traceback" in seen.text:
        yield "a bug of ours was told"
    if seen.seconds > stage.scenario.seconds:
        yield f"it took {seen.seconds:.1f} s"
    if seen.peak > MOST_MEMORY:
        yield f"it took {seen.peak / 2**20:.0f} MB of memory"
    if not stage.scenario.word and "retry_uncertain" not in stage.scenario.settings:
        yield from _paid_twice(seen)
    yield from _lost(stage, seen)
    yield from _leaks(stage, seen)
    for request in seen.ledger.requests:
        if request.header("accept-encoding") != "identity":
            yield "a paid call asked for packed bytes"
    stored = sum(path.stat().st_size for path in stage.answers())
    if stored > 300 * 1024 * 1024:
        yield f"{stored} bytes of answers were kept"


def _paid_twice(seen: Seen) -> Iterator[str]:
    calls: dict[str, set[int]] = {}
    for picture in seen.ledger.billed:
        calls.setdefault(picture.prompt, set()).add(picture.request)
    for prompt, numbers in calls.items():
        if len(numbers) > 1:
            yield f"paid for {len(numbers)} times: {prompt!r}"


def _lost(stage: Stage, seen: Seen) -> Iterator[str]:
    """P1: what was billed is delivered, or it is told that it was not."""
    tasks: dict[str, Any] = seen.record.get("tasks", {})
    held = {hold["task"] for hold in seen.holds}
    for task, count in stage.missing(seen.ledger).items():
        outcome = tasks.get(task, {})
        told = outcome.get("outcome") == "waiting" and outcome.get("why") == "fetch"
        notes = " ".join(outcome.get("notes", ()))
        if task not in held and not told and not notes and not stage.scenario.lost:
            yield f"{count} billed of {task} neither delivered nor told: {outcome}"


def _leaks(stage: Stage, seen: Seen) -> Iterator[str]:
    for word in _forms():
        if word in seen.text.encode():
            yield f"the key was said as {word!r}"
    for path in _files(stage.folder):
        found = _found_in(path)
        if found:
            yield f"the key stands in {path.relative_to(stage.folder)} as {found!r}"
    for download in seen.ledger.downloads:
        if download.header("authorization") is not None or KEY in download.target:
            yield "the key was sent to the picture store"
    if any(word in request for request in seen.touched for word in _forms()):
        yield "the key was sent to a stranger"


def _forms() -> tuple[bytes, ...]:
    """The key as it might be written: as it is, its end, in a URL, and in base64 at any offset."""
    packed = [base64.b64encode(b"x" * shift + KEY.encode())[4:-4] for shift in range(3)]
    return (KEY.encode(), KEY[-8:].encode(), quote(KEY, safe="").encode(), *packed)


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _found_in(path: Path) -> bytes:
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            text = rest + piece
            found = next((word for word in _forms() if word in text), b"")
            if found:
                return found
            rest = text[-128:]
    return b""


def _as_expected(stage: Stage, seen: Seen, expected: Expected) -> Iterator[str]:
    delivered = stage.delivered(seen.ledger)
    outputs = stage.outputs()
    numbers = {
        "exit": seen.exit,
        "requests": seen.requests,
        "polls": seen.polls,
        "billed": len(seen.ledger.billed),
        "delivered": len(delivered),
        "held": len(seen.holds),
        "out": len(outputs),
        "answers": len(stage.answers()),
        "touched": len(seen.touched),
    }
    for name, found in numbers.items():
        wanted = getattr(expected, name)
        if wanted is not None and found not in (wanted if isinstance(wanted, list) else [wanted]):
            yield f"{name} is {found}, not {wanted}"
    strange = stage.strange(seen.ledger)
    if len(strange) > expected.foreign and seen.ledger.billed:
        yield f"outputs that nobody was billed for: {strange}"
    counts = {word: count for word, count in seen.record.get("counts", {}).items() if count}
    if expected.outcomes is not None and counts != expected.outcomes:
        yield f"outcomes are {counts}, not {expected.outcomes}"
    low = seen.text.lower()
    yield from (f"nowhere is said {word!r}" for word in expected.says if word.lower() not in low)
    yield from (f"it is said {word!r}" for word in expected.silent if word.lower() in low)
    if expected.waited and not expected.waited[0] <= seen.waited <= expected.waited[1]:
        yield f"it waited {seen.waited:.1f} s, not {expected.waited}"
