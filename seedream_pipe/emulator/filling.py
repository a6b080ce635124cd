"""A scripted body with marks in it, where the parts of the answer that it replaces are put.

    <<answer>>      the whole body that would have been sent
    <<event 0>>     a piece of a stream as it would have been sent; -1 is the last
    <<url 0>>       the link of a picture, <<b64 0>> its base64, <<size 0>> its size
    <<id>>          the request id

So a test can say anything at all of pictures that exist. A mark without a meaning stays.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, Final

from seedream_pipe.emulator.failures import JSON_TYPE
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.emulator.replies import Answer

__all__ = ["filled"]

_MARK: Final = re.compile(rb"<<(answer|id|event|url|b64|size)(?: (-?[0-9]{1,3}))?>>")
_MEMBERS: Final = {"url": "url", "b64": "b64_json", "size": "size"}


def filled(answer: Answer, fault: Fault, request_id: str) -> Answer:
    """The answer with the fault's body in the place of its own, sent at once."""
    pieces = [part for part in answer.parts if isinstance(part, bytes)]
    pictures = _pictures(pieces)

    def meaning(mark: re.Match[bytes]) -> bytes:
        name, number = mark[1].decode(), int(mark[2] or 0)
        match name:
            case "answer":
                return answer.body
            case "id":
                return request_id.encode()
            case "event":
                return pieces[number] if -len(pieces) <= number < len(pieces) else mark[0]
            case _:
                told = pictures[number] if 0 <= number < len(pictures) else {}
                return str(told.get(_MEMBERS[name], mark[0].decode())).encode()

    body = _MARK.sub(meaning, fault.body or b"<<answer>>")
    kind = fault.content_type or next((value for name, value in answer.headers if name == "content-type"), "")
    headers = tuple(pair for pair in answer.headers if pair[0] != "content-type")
    return replace(
        answer,
        status=fault.status or answer.status,
        headers=(("content-type", kind or JSON_TYPE), *headers),
        parts=(*(part for part in answer.parts if not isinstance(part, bytes)), body),
        events=False,
    )


def _pictures(pieces: list[bytes]) -> list[dict[str, Any]]:
    """What a whole answer or the events of a stream say of their pictures, in order."""
    found: list[dict[str, Any]] = []
    for piece in pieces:
        tree = _tree(piece)
        found += [each for each in tree.get("data", [tree]) if _MEMBERS.values() & each.keys()]
    return found


def _tree(piece: bytes) -> dict[str, Any]:
    """The JSON of a body, or of one event."""
    try:
        tree = json.loads(piece[max(piece.find(b"{"), 0) :])
    except ValueError:
        return {}
    return tree if isinstance(tree, dict) else {}
