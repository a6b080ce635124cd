"""The object store: links that look presigned, and what they lead to (R71 to R76, R150).

A link works as long as it lives and is used byte for byte. An `Authorization`
header is refused with 400, which is stricter than life: it would leak the key.
Pictures are drawn when they are fetched, so that thousands of them cost no memory.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never
from urllib.parse import urlsplit

from seedream_pipe.emulator.failures import ArkFailure, ark, as_json
from seedream_pipe.emulator.faults import Damage
from seedream_pipe.emulator.images import Drawing, draw
from seedream_pipe.emulator.models import Flavour
from seedream_pipe.emulator.references import Measure
from seedream_pipe.emulator.replies import Answer

__all__ = ["BUCKETS", "Links", "Stored", "damaged"]

_REGIONS: Final[dict[Flavour, str]] = {"cn": "cn-beijing", "302": "cn-beijing", "bp": "ap-southeast-1"}
BUCKETS: Final[dict[Flavour, str]] = {
    flavour: f"ark-content-generation-v2-{region}" for flavour, region in _REGIONS.items()
}
_BLOCK: Final = 16
_MARK: Final = (
    "&x-tos-process=image%2Fwatermark%2Cimage_"
    "YXNzZXRzL3dhdGVybWFyay5wbmc_eC10b3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsUF8xNg%3D%3D"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A picture in the store. `dies` is in seconds of the emulator's clock."""

    drawing: Drawing
    target: str
    dies: float
    request: int
    index: int


class Links:
    """The links handed out so far, by path."""

    def __init__(self) -> None:
        self._stored: dict[str, Stored] = {}

    def issue(
        self,
        drawing: Drawing,
        *,
        flavour: Flavour,
        family: str,
        request_id: str,
        request: int,
        index: int,
        made: float,
        life: int,
        mark: bool,
    ) -> str:
        """The path and query of a new picture's link. `mark`: the watermark is drawn at download (R75)."""
        path = f"/{BUCKETS[flavour]}/{family}/{request_id}_{index}.{drawing.format}"
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(made))
        secret = f"{path}|{stamp}|{drawing.token.hex()}".encode()
        query = (
            "X-Tos-Algorithm=TOS4-HMAC-SHA256"
            f"&X-Tos-Credential=AKLTEMULATEDEMULATEDEMULATEDEMULATEDEMULATED0%2F{stamp[:8]}"
            f"%2F{_REGIONS[flavour]}%2Ftos%2Frequest"
            f"&X-Tos-Date={stamp}&X-Tos-Expires={life}"
            f"&X-Tos-Signature={hashlib.sha256(secret).hexdigest()}&X-Tos-SignedHeaders=host"
        )
        target = f"{path}?{query}{_MARK if mark else ''}"
        self._stored[path] = Stored(
            drawing=drawing, target=target, dies=int(made) + life, request=request, index=index
        )
        return target

    def find(self, target: str) -> Stored | None:
        """The picture at a path, whatever the query."""
        return self._stored.get(target.partition("?")[0])

    def answer(self, target: str, headers: Mapping[str, str], now: float) -> Answer:
        """What a GET of this target gives."""
        stored = self.find(target)
        if "authorization" in headers:
            return _refused(400, "InvalidArgument", "Only one auth mechanism allowed")
        if stored is None:
            return _refused(404, "NoSuchKey", "The specified key does not exist.")
        if target != stored.target:
            return _refused(
                403, "SignatureDoesNotMatch", "The request signature we calculated does not match."
            )
        if now >= stored.dies:
            return _refused(403, "AccessDenied", "Request has expired")
        return Answer(
            status=200,
            headers=(("content-type", f"image/{stored.drawing.format}"), ("server", "TosServer")),
            parts=(draw(stored.drawing),),
        )

    def measure(self, url: str, origin: str, now: float) -> Measure | ArkFailure | None:
        """What a link used as a reference leads to; None when it is not one of ours."""
        if not url.startswith(origin + "/"):
            return None
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}"
        answer = self.answer(target, {}, now)
        stored = self.find(target)
        if answer.status != 200 or stored is None:
            timeout = ark("400-image-download-timeout", url=url)
            return timeout.reworded(
                "Timeout while downloading url=", f"Error while downloading: {answer.status} "
            )
        drawing = stored.drawing
        return Measure(width=drawing.width, height=drawing.height, format=drawing.format, alpha=drawing.alpha)


def damaged(drawing: Drawing, damage: Damage) -> Answer:
    """A download that looks whole and is not (R155)."""
    data = draw(drawing)
    kind = f"image/{drawing.format}"
    match damage:
        case "half":
            data = data[: len(data) // 2]
        case "flip":
            spot = len(data) // 2
            data = b"".join((data[:spot], bytes([data[spot] ^ 0x55]), data[spot + 1 :]))
        case "no_trailer":
            data = data[: -2 if drawing.format == "jpeg" else -12]
        case "other_size":
            data = draw(replace(drawing, width=drawing.width - _BLOCK, height=drawing.height - _BLOCK))
        case "other":
            data = draw(replace(drawing, token=hashlib.sha256(drawing.token).digest()[:16]))
        case "html":
            data, kind = b"<!DOCTYPE html><html><body>Sorry</body></html>", "text/html"
        case "empty":
            data = b""
        case _:
            assert_never(damage)
    return Answer(status=200, headers=(("content-type", kind), ("server", "TosServer")), parts=(data,))


def _refused(status: int, code: str, message: str) -> Answer:
    body = {"Code": code, "RequestId": "emulated", "HostId": "emulated", "Message": message}
    return Answer(
        status=status,
        headers=(("content-type", "application/json"), ("server", "TosServer")),
        parts=(as_json(body),),
    )
