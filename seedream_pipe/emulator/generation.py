"""From a request that may be made to the answer that carries its pictures (sections 6, 8, 9).

Which pictures come out is decided first, as a list of outcomes in the order of
generation; the answer is that list told as one JSON object or as events.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from seedream_pipe.emulator.asked import Asked
from seedream_pipe.emulator.failures import JSON_TYPE, ArkFailure, ark, as_json
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.emulator.images import Drawing, draw
from seedream_pipe.emulator.ledger import Billed
from seedream_pipe.emulator.replies import Answer, Bill, Headers, Part, Wait

__all__ = ["Call", "answered", "outcomes"]

_LAYERS: Final = 2
_STREAM_TYPE: Final = "text/event-stream; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an answer needs to know beside the request itself. Times are seconds of the emulator's clock.

    `drawing` gives the picture of an index, `link` puts one into the store and gives its URL.
    """

    number: int
    request_id: str
    key: str
    now: float
    delay: float
    event_delay: float
    headers: Headers
    drawing: Callable[[Asked, int], Drawing]
    link: Callable[[Asked, Drawing, int, float], str]


Outcome: TypeAlias = Drawing | ArkFailure


def outcomes(asked: Asked, fault: Fault, call: Call) -> tuple[Outcome, ...]:
    """Picture by picture what is made; an internal fault is the last of them (R82 to R84)."""
    count = fault.count if fault.count is not None else asked.count
    made: list[Outcome] = []
    for index in range(1 + _LAYERS if asked.layers else count):
        if index == fault.break_at:
            made.append(ark("500-internal"))
            break
        refused = index in fault.refuse
        made.append(ark("400-output-image-sensitive") if refused else call.drawing(asked, index))
    if asked.layers and any(isinstance(outcome, ArkFailure) for outcome in made):
        return tuple(outcome for outcome in made if isinstance(outcome, ArkFailure))
    return tuple(made)


def answered(asked: Asked, made: tuple[Outcome, ...], fault: Fault, call: Call) -> Answer:
    """The answer with these outcomes in it."""
    stream = fault.as_stream if fault.as_stream is not None else asked.stream
    base64ed = fault.as_base64 if fault.as_base64 is not None else asked.base64
    if stream:
        return _events(asked, made, fault, call, base64ed=base64ed)
    if fault.answer == "response/whole-failure-in-200":
        return _whole_failure(asked, made, call)
    pictures = [outcome for outcome in made if isinstance(outcome, Drawing)]
    if not pictures:
        return _nothing(made, call)
    done = call.now + call.delay
    tree: dict[str, Any] = {
        "model": asked.model_id,
        "created": int(done),
        "data": [
            _element(asked, each, index, done, call, base64ed=base64ed) for index, each in enumerate(made)
        ],
    }
    if asked.web_search:
        tree["tools"] = [{"type": "web_search"}]
    tree["usage"] = _usage(asked, pictures)
    bills = (_bill(asked, each, index, call) for index, each in enumerate(made) if isinstance(each, Drawing))
    return Answer(
        status=200,
        headers=(("content-type", JSON_TYPE), *call.headers),
        parts=(Wait(call.delay), *bills, as_json(tree)),
    )


def _nothing(made: tuple[Outcome, ...], call: Call) -> Answer:
    """Nothing came out: the last failure is the answer (R86)."""
    last = next((each for each in reversed(made) if isinstance(each, ArkFailure)), ark("500-internal"))
    return Answer(
        status=last.status,
        headers=(("content-type", JSON_TYPE), *call.headers),
        parts=(Wait(call.delay), last.body(call.request_id)),
    )


def _whole_failure(asked: Asked, made: tuple[Outcome, ...], call: Call) -> Answer:
    error = next(each.element(call.request_id) for each in made if isinstance(each, ArkFailure))
    tree = {"model": asked.model_id, "created": int(call.now + call.delay), "error": error}
    return Answer(
        status=200,
        headers=(("content-type", JSON_TYPE), *call.headers),
        parts=(Wait(call.delay), as_json(tree)),
    )


def _bill(asked: Asked, drawing: Drawing, index: int, call: Call) -> Bill:
    return Bill(
        Billed(
            request=call.number,
            index=index,
            at=call.now,
            key=call.key,
            provider=asked.flavour,
            model=asked.model_id,
            size=_size(drawing),
            request_id=call.request_id,
            prompt=asked.prompt,
            token=drawing.token.hex(),
        )
    )


def _size(drawing: Drawing) -> str:
    return f"{drawing.width}x{drawing.height}"


def _carried(
    asked: Asked, drawing: Drawing, index: int, done: float, call: Call, *, base64ed: bool
) -> dict[str, Any]:
    """`url` or `b64_json`, never both (R66), and the size delivered."""
    if base64ed:
        return {"b64_json": base64.b64encode(draw(drawing)).decode(), "size": _size(drawing)}
    return {"url": call.link(asked, drawing, index, done), "size": _size(drawing)}


def _element(
    asked: Asked, outcome: Outcome, index: int, done: float, call: Call, *, base64ed: bool
) -> dict[str, Any]:
    if isinstance(outcome, ArkFailure):
        return {"error": outcome.element(call.request_id)}
    element = _carried(asked, outcome, index, done, call, base64ed=base64ed)
    if asked.model.layers:
        element["output_format"] = outcome.format
    if asked.layers:
        element |= _layer(outcome, index)
    return element


def _layer(drawing: Drawing, index: int) -> dict[str, Any]:
    """Where a layer lies, in pixels and in thousandths (R39)."""
    inset = 100 * index
    left, top = drawing.width * inset // 1000, drawing.height * inset // 1000
    return {
        "z_index": index,
        "name": f"layer {index}" if index else "base",
        "description": "an emulated layer",
        "bounding_box": {
            "absolute": [left, top, drawing.width - left, drawing.height - top],
            "normalized": [inset, inset, 1000 - inset, 1000 - inset],
        },
    }


def _usage(asked: Asked, pictures: list[Drawing]) -> dict[str, Any]:
    """The billing count and the tokens (R67, R85)."""
    tokens = int(sum(each.width * each.height for each in pictures) / 256 + 0.5)
    usage: dict[str, Any] = {"input_images": len(asked.references)} if asked.model.layers else {}
    usage |= {"generated_images": len(pictures), "output_tokens": tokens, "total_tokens": tokens}
    if asked.web_search:
        usage["tool_usage"] = {"web_search": 1}
    return usage


def _events(asked: Asked, made: tuple[Outcome, ...], fault: Fault, call: Call, *, base64ed: bool) -> Answer:
    return Answer(
        status=200,
        headers=(("content-type", _STREAM_TYPE), *call.headers),
        parts=tuple(_inserted(_told(asked, made, fault, call, base64ed=base64ed), fault)),
        events=True,
    )


def _told(
    asked: Asked, made: tuple[Outcome, ...], fault: Fault, call: Call, *, base64ed: bool
) -> Iterator[Part]:
    """The events of R91 with the waits and bills before each."""
    if fault.answer == "stream/error-event":
        error = {"code": "BadRequest", "message": f"The request failed. Request ID: {call.request_id}"}
        yield _event("error", {"error": error}, fault)
        return
    done = call.now
    for index, outcome in enumerate(made):
        wait = call.event_delay if index else call.delay
        done += wait
        yield Wait(wait)
        head = {"model": asked.model_id, "created": int(done), "image_index": index}
        if isinstance(outcome, ArkFailure):
            yield _typed("partial_failed", {**head, "error": outcome.element(call.request_id)}, fault)
            continue
        yield _bill(asked, outcome, index, call)
        carried = _carried(asked, outcome, index, done, call, base64ed=base64ed)
        yield _typed("partial_succeeded", {**head, **carried}, fault)
    if fault.completed:
        yield _typed("completed", _completed(asked, made, done), fault)
    if fault.done:
        yield f"data: [DONE]{fault.line_end * 2}".encode()


def _completed(asked: Asked, made: tuple[Outcome, ...], done: float) -> dict[str, Any]:
    tools = {"tools": [{"type": "web_search"}]} if asked.web_search else {}
    pictures = [outcome for outcome in made if isinstance(outcome, Drawing)]
    return {"model": asked.model_id, "created": int(done), **tools, "usage": _usage(asked, pictures)}


def _typed(kind: str, members: dict[str, Any], fault: Fault) -> bytes:
    name = f"image_generation.{kind}"
    return _event(name, {"type": name, **members}, fault)


def _event(name: str, tree: dict[str, Any], fault: Fault) -> bytes:
    line_end = fault.line_end.encode()
    line = b"event: " + name.encode() + line_end if fault.event_lines else b""
    return b"".join((line, b"data: ", as_json(tree), line_end, line_end))


def _inserted(parts: Iterator[Part], fault: Fault) -> Iterator[Part]:
    """Raw text of the script between the events."""
    text = (fault.insert or "").encode()
    if text and fault.insert_after < 0:
        yield text
    sent = -1
    for part in parts:
        yield part
        if isinstance(part, bytes):
            sent += 1
            if text and sent == fault.insert_after:
                yield text
