"""The judge: what the service billed, against what the tool delivered or told of.

The witness is the service's own ledger, never the tool. A billed picture is delivered when its very bytes
are in the store under their digest and in the output folder, there but for a note of how it was made; told
of when the tool names its call as held, or its task as not fetched. There is no fourth state (reliability,
P1), and for one request no second bill while nobody released a hold of it (P2).
"""

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from seedream_pipe.emulator import Billed, Ledger
from seedream_pipe.emulator.images import Drawing, draw
from tests.placed import bare
from tests.torture.scene import KEY, Ended, Scene

RECOVERIES: Final = 4
"""Normal runs after a fault, at most: each goes on where it can. One is enough as a rule."""

_CODES: Final = frozenset({0, 1, 3, 4, 5, 7, 120, 129, 130, 141, 143})
_BUG: Final = re.compile(
    r"Traceback \(most recent call last\)|E-BUG|Exception ignored|never retrieved|never awaited"
    r"|ResourceWarning|Fatal Python error"
)
_NOT_IN_THE_KEY: Final = frozenset({"stream", "response_format"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How many of each at one point; all but `uncertain` have to be none."""

    uncertain: int = 0
    extra: int = 0
    lost: int = 0
    leaked: int = 0
    traceback: int = 0
    hang: int = 0
    other: int = 0
    why: tuple[str, ...] = ()
    """A line for each thing that is not as it has to be."""

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        return not any((self.extra, self.lost, self.leaked, self.traceback, self.hang, self.other))

    def plus(self, other: "Verdict") -> "Verdict":
        """Both together."""
        return Verdict(
            **{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the tool says, after the last run: holds by client id and by call, tasks that are not fetched."""

    holds: tuple[Mapping[str, Any], ...] = ()
    unfetched: frozenset[str] = frozenset()
    code: int = 0

    def names(self, client_id: str, request_id: str) -> bool:
        """Whether a call of the service is one that is told of."""
        ids = {client_id, request_id} - {""}
        return any(not ids.isdisjoint((hold["client_id"], hold["request_id"])) for hold in self.holds)

    @property
    def nameless(self) -> int:
        """Holds of calls whose own record is damaged: each speaks for one call that nothing else names."""
        return sum(not hold["client_id"] and not hold["request_id"] for hold in self.holds)


def recovered(scene: Scene) -> Told:
    """Run the tool again, normally, until it is done; note what it owes the person who runs it.

    No repair command, no flag: what a person types. At the end one run more, which must send nothing.
    """
    told, ended = Told(), None
    for _ in range(RECOVERIES):
        before = scene.requests
        ended = scene.run(*scene.run_flags("--json"))
        told = _told(scene, ended)
        if ended.code in {0, 4} or (ended.code == 1 and scene.requests == before):
            break
    if ended is None or ended.code not in {0, 4}:
        scene.broken.append(f"no run ends well again: {_last(ended)}")
    if told.code == 4:
        scene.demand(bool(told.holds or told.unfetched), "exit 4, and nothing is held or to be fetched")
    if told.code == 0:
        scene.demand(not told.holds, "exit 0, and something is held")
    before = scene.requests
    again = scene.run()
    scene.demand(
        scene.requests == before, f"a run that had nothing to do sent {scene.requests - before} calls"
    )
    scene.demand(
        again.code == told.code, f"the same again gives {again.code} after {told.code}: {_last(again)}"
    )
    return told


def judge(scene: Scene, told: Told) -> Verdict:
    """Hold the ledger against the project."""
    ended = [running.end() for running in scene.runs]
    ledger = scene.ledger
    lost = list(_lost(ledger, scene, told))
    extra = list(_extra(ledger, scene.released))
    leaked = list(_leaked(ledger, scene.folder))
    traceback = [f"{_BUG.search(run.out + run.err)[0]}: {_last(run)}" for run in ended if _is_bug(run)]
    hang = [f"{' '.join(run.argv)} hung: {_last(run)}" for run in ended if run.hung]
    codes = [
        f"exit {run.code}: {_last(run)}"
        for run in ended
        if run.code not in _CODES and not run.hung and not (run.code < 0 and run.hurt)
    ]
    left = [f"a process was left over by {' '.join(run.argv)}" for run in ended if run.left]
    other = [*codes, *left, *scene.broken]
    return Verdict(
        uncertain=len(told.holds),
        extra=len(extra),
        lost=len(lost),
        leaked=len(leaked),
        traceback=len(traceback),
        hang=len(hang),
        other=len(other),
        why=(*extra, *lost, *leaked, *traceback, *hang, *other),
    )


def picture(billed: Billed, weight: int = 0) -> bytes:
    """The bytes of a picture that the service made, padded to `weight`."""
    width, height = billed.size.split("x")
    label = f"#{billed.request}.{billed.index}"
    return _picture(int(width), int(height), billed.token, label, weight)


@lru_cache(maxsize=16)
def _picture(width: int, height: int, token: str, label: str, weight: int) -> bytes:
    token_bytes = bytes.fromhex(token)
    return draw(
        Drawing(width=width, height=height, format="jpeg", token=token_bytes, label=label, weight=weight)
    )


def _lost(ledger: Ledger, scene: Scene, told: Told) -> Iterator[str]:
    files = [path for path in (scene.project / "out").rglob("*") if path.is_file()]
    placed = {_sha256(bare(path.read_bytes())) for path in files}
    clients = {request.number: request.client_request_id for request in ledger.requests}
    tasks = _tasks(scene)
    missing: dict[int, list[str]] = {}
    for each in ledger.billed:
        digest = _sha256(picture(each, scene.weight))
        blob = scene.store / "blobs" / digest[:2] / digest
        is_stored = blob.is_file() and _sha256(blob.read_bytes()) == digest
        is_told = (
            told.names(clients[each.request], each.request_id) or tasks.get(each.prompt) in told.unfetched
        )
        if not is_told and not ((is_stored or scene.spoiled) and digest in placed):
            where = "in the store, but nowhere in out/" if is_stored else "not in the store"
            line = f"picture {each.request}.{each.index} ({each.prompt[:30]}…) was billed and is {where}"
            missing.setdefault(each.request, []).append(line)
    for lines in list(missing.values())[told.nameless :]:
        yield from lines


def _extra(ledger: Ledger, released: int) -> Iterator[str]:
    billed = {each.request for each in ledger.billed}
    calls = Counter(_identity(request.body) for request in ledger.requests if request.number in billed)
    surplus = [(identity, count - 1) for identity, count in calls.items() if count > 1]
    for identity, count in surplus:
        for _ in range(count):
            if released:
                released -= 1
            else:
                yield f"bought again: {identity[:90]}"


def _identity(body: Any) -> str:
    kept = {name: value for name, value in body.items() if name not in _NOT_IN_THE_KEY}
    images = json.dumps(kept.pop("image", None)).encode()
    return json.dumps({"prompt": kept.pop("prompt", ""), **kept, "images": _sha256(images)}, sort_keys=True)


def _leaked(ledger: Ledger, folder: Path) -> Iterator[str]:
    for download in ledger.downloads:
        if download.header("authorization") is not None:
            yield f"a key went to {download.target[:40]}"
    forms = _forms(KEY)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if any(form in data for form in forms):
                yield f"the key stands in {path.relative_to(folder)}"


def _forms(key: str) -> list[bytes]:
    """The key, the end of it, and what base64 makes of it wherever it begins."""
    raw = key.encode()
    coded = [base64.b64encode(b"x" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)]
    return [raw, raw[-8:], *coded]


def _told(scene: Scene, ended: Ended) -> Told:
    said = scene.run("held", "board.yaml", "--json")
    try:
        holds = tuple(json.loads(said.out)["held"]) if said.code == 0 else ()
        record = json.loads(ended.out) if ended.out else {}
    except ValueError:
        scene.broken.append(f"not JSON: {_last(ended)} / {_last(said)}")
        return Told(code=ended.code)
    tasks = record.get("tasks", {})
    later = frozenset(name for name, each in tasks.items() if each.get("why") == "fetch")
    return Told(holds=holds, unfetched=later, code=ended.code)


def _tasks(scene: Scene) -> dict[str, str]:
    """Which task sent a prompt, by the intents in the store."""
    found = {}
    for path in scene.store.glob("calls/*/intent.json"):
        try:
            tree = json.loads(path.read_bytes())
            found[tree["request"]["prompt"]] = tree["task"]
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _is_bug(run: Ended) -> bool:
    return _BUG.search(run.out + run.err) is not None


def _last(run: Ended | None) -> str:
    """What a run said last, in a line."""
    if run is None:
        return "nothing was run"
    said = " | ".join((run.err or run.out).strip().splitlines()[-6:])
    return f"{' '.join(run.argv[:2])} -> {run.code}: {said[-600:]}"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """All of a sweep."""
    total = Verdict()
    for verdict in verdicts:
        total = total.plus(verdict)
    return total
