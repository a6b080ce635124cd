"""The preview artist as a provider: the same three movements, no network, no price.

The request holds everything that is drawn from: a JSON line, then the references' bytes.
The answer is laid out alike: a JSON line, then the pictures, and its parts point into it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, assert_never

from seedream_pipe import profiles
from seedream_pipe.digest import Json
from seedream_pipe.errors import ProviderError
from seedream_pipe.makers import (
    Answer,
    Fetched,
    Generation,
    Link,
    LinkDead,
    Lost,
    MakerId,
    NotFetched,
    Part,
    Picture,
    Reply,
    Request,
    Sent,
    Span,
    Tape,
    Unknown,
    Verdict,
)
from seedream_pipe.providers.preview.drawing import Reference, draw, encode
from seedream_pipe.version import MAKER_VERSIONS

__all__ = ["Preview"]

_PATIENCE: Final = 600.0
_CHUNK: Final = 256 * 1024
_MEDIA_TYPES: Final = {"jpeg": "image/jpeg", "png": "image/png"}
_RATIO: Final = re.compile(r"(?<![0-9:])([0-9]{1,2})\s*[:：]\s*([0-9]{1,2})(?![0-9:])")
_COUNTS: Final = (
    re.compile(r"共\s*([0-9]{1,2})\s*[张幅个]"),
    re.compile(r"([0-9]{1,2})\s*(?:张|幅)"),
    re.compile(
        r"\b([0-9]{1,2})\s+(?:\w+\s+){0,2}(?:images|pictures|frames|shots|panels|views|illustrations)\b"
    ),
)


class Preview:
    """Draws storyboard frames in this process: free, deterministic, marked PREVIEW."""

    @property
    def name(self) -> str:
        """The name in settings and reports."""
        return "preview"

    @property
    def id(self) -> MakerId:
        """Its pictures never meet those that were paid for."""
        return MakerId(name="preview", version=MAKER_VERSIONS["preview"], realm="preview")

    @property
    def paid(self) -> bool:
        """It never costs anything."""
        return False

    def request(self, generation: Generation, references: Sequence[Picture], *, take: int = 1) -> Request:
        """Build what is drawn from. A tier becomes the shape that the service might choose (R153).

        Raises:
            ProviderError: a size without numbers of a model that nobody knows.

        """
        count = _count(generation)
        asked: dict[str, Json] = {
            "model": generation.model,
            "prompt": generation.prompt,
            "size": _size(generation, references),
            "count": count,
            "take": take,
            "seed": generation.seed,
            "media_type": _MEDIA_TYPES[generation.output_format or "jpeg"],
        }
        pictures: list[Json] = [
            {"length": len(picture.data), "label": picture.label} for picture in references
        ]
        line = json.dumps({**asked, "references": pictures}).encode() + b"\n"
        return Request(
            body=line + b"".join(picture.data for picture in references),
            shown={**asked, "references": [f"sha256:{picture.digest}" for picture in references]},
            ceiling=count,
            patience=_PATIENCE,
        )

    async def send(self, request: Request, tape: Tape) -> Sent:
        """Draw, in a thread, and write the pictures down."""
        await tape.sending()
        pictures = await asyncio.to_thread(lambda: list(_drawn(request.body)))
        asked, _ = _opened(request.body)
        lengths: list[Json] = [len(picture) for picture in pictures]
        line: Json = {"model": asked["model"], "size": asked["size"], "lengths": lengths}
        await tape.head(200, (("content-type", "application/octet-stream"),))
        await tape.write(json.dumps(line).encode() + b"\n")
        for picture in pictures:
            for start in range(0, len(picture), _CHUNK):
                await tape.write(picture[start : start + _CHUNK])
        return await tape.reply()

    async def poll(self, ticket: str, patience: float, tape: Tape) -> Lost:  # noqa: ARG002 - as above
        """It draws at once and gives no tickets."""
        return Lost(cause="the preview artist gives no tickets")

    def read(self, reply: Reply) -> Verdict:
        """Say where in the answer each picture stands."""
        try:
            with reply.body.open("rb") as file:
                line = file.readline(_CHUNK)
            told = json.loads(line)
            spans = tuple(_spans(len(line), told["lengths"]))
            size, model = str(told["size"]), str(told["model"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Unknown(code="NotDrawn", message=f"the drawing cannot be read ({error})", request_id="")
        parts = tuple(Part(index=index, source=span, size=size) for index, span in enumerate(spans))
        return Answer(model=model, request_id="", parts=parts, holes=(), billed=0)

    async def fetch(self, part: Part, reply: Reply, target: Path) -> Fetched | NotFetched | LinkDead:
        """Copy one picture out of the answer into a new file."""
        match part.source:
            case Span() as span:
                return await asyncio.to_thread(_copy, span, reply.body, target)
            case Link():
                return NotFetched(cause="the preview artist has no links")
            case _:
                assert_never(part.source)

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    width: int
    height: int

    @property
    def ratio(self) -> float:
        return self.width / self.height


def _size(generation: Generation, references: Sequence[Picture]) -> str:
    if "x" in generation.size:
        return generation.size
    shape = next((_Shape(width=one.width, height=one.height) for one in references), None)
    shape = shape or _named_shape(generation.prompt) or _Shape(width=1, height=1)
    try:
        return profiles.shape(generation.model, generation.size, shape.ratio)
    except profiles.SizeError as error:
        raise ProviderError(error.message, hint=error.hint) from None


def _named_shape(prompt: str) -> _Shape | None:
    match = _RATIO.search(prompt)
    if match is None or not int(match[1]) or not int(match[2]):
        return None
    return _Shape(width=int(match[1]), height=int(match[2]))


def _count(generation: Generation) -> int:
    """Say how many pictures a series has: what the prompt says (R154), else its ceiling."""
    if generation.group is None:
        return 1
    found = (pattern.search(generation.prompt) for pattern in _COUNTS)
    named = next((int(match[1]) for match in found if match), generation.group)
    return max(1, min(named, generation.group))


def _opened(body: bytes) -> tuple[dict[str, Any], list[Reference]]:
    line, _, data = body.partition(b"\n")
    asked: dict[str, Any] = json.loads(line)
    references = []
    start = 0
    for one in asked["references"]:
        references.append(Reference(data=data[start : start + one["length"]], label=one["label"]))
        start += one["length"]
    return asked, references


def _drawn(body: bytes) -> Iterator[bytes]:
    asked, references = _opened(body)
    width, height = profiles.pixels(asked["size"])
    for index in range(asked["count"]):
        picture = draw(
            prompt=asked["prompt"],
            width=width,
            height=height,
            references=references,
            index=index,
            count=asked["count"],
            take_label=f"take {asked['take']}" if asked["take"] > 1 else "",
            seed=(asked["seed"] or 0) + asked["take"] - 1,
        )
        yield encode(picture, asked["media_type"])


def _spans(start: int, lengths: Sequence[int]) -> Iterator[Span]:
    for length in lengths:
        yield Span(offset=start, length=int(length), encoding="raw")
        start += int(length)


def _copy(span: Span, body: Path, target: Path) -> Fetched | NotFetched:
    try:
        with body.open("rb") as source, target.open("xb") as file:
            source.seek(span.offset)
            left = span.length
            while left:
                piece = source.read(min(left, _CHUNK))
                if not piece:
                    return NotFetched(cause="the drawing is cut")
                file.write(piece)
                left -= len(piece)
    except OSError as error:
        return NotFetched(cause=f"the drawing cannot be copied ({error.strerror})")
    return Fetched()
