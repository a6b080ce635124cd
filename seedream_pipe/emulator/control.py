"""The emulator's own doors under `/_emulator/`, for tests in other processes.

GET  /_emulator/ledger    everything received, billed and downloaded
POST /_emulator/script    a list of faults, added to those still to come
POST /_emulator/clock     {"advance": seconds}, so that links die
POST /_emulator/reset     back to the beginning
"""

from __future__ import annotations

import json
from typing import Any, Final

from seedream_pipe.emulator.behaviour import Behaviour, Received
from seedream_pipe.emulator.failures import as_json
from seedream_pipe.emulator.faults import Fault, WrongScript, fault_from_json
from seedream_pipe.emulator.framing import framed
from seedream_pipe.emulator.ledger import as_tree
from seedream_pipe.emulator.replies import Answer, Reply

__all__ = ["CONTROL", "controlled"]

CONTROL: Final = "/_emulator/"


def controlled(behaviour: Behaviour, received: Received, now: float) -> Reply:
    """Do what a request to a control door says."""
    try:
        status, tree = _done(behaviour, received)
    except WrongScript as error:
        status, tree = 400, {"error": str(error)}
    body = b"" if tree is None else as_json(tree)
    return framed(
        Answer(status=status, headers=(("content-type", "application/json"),), parts=(body,)),
        Fault(),
        method=received.method,
        accepts_gzip=False,
        keep_open=True,
        now=now,
        generation=False,
    )


def _done(behaviour: Behaviour, received: Received) -> tuple[int, Any]:
    match received.method, received.path.removeprefix(CONTROL):
        case "GET", "ledger":
            return 200, as_tree(behaviour.books.ledger())
        case "POST", "script":
            faults = _tree(received)
            made = [fault_from_json(each) for each in (faults if isinstance(faults, list) else [faults])]
            if any(fault.kill is not None for fault in made):
                # Any page in a browser can send to a port of this machine.
                raise WrongScript("kill is only for a test that runs the emulator in its own process")
            behaviour.script.add(made)
            return 200, {"added": len(made)}
        case "POST", "clock":
            tree = _tree(received)
            seconds = tree.get("advance") if isinstance(tree, dict) else None
            if isinstance(seconds, bool) or not isinstance(seconds, int | float):
                raise WrongScript('the clock takes {"advance": seconds}')
            behaviour.ahead += seconds
            return 200, {"ahead": behaviour.ahead}
        case "POST", "reset":
            behaviour.reset()
            return 200, {}
        case _:
            return 404, None


def _tree(received: Received) -> Any:
    try:
        return json.loads(received.body)
    except ValueError as error:
        raise WrongScript(f"not JSON: {error}") from None
