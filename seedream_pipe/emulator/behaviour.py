"""What the emulator answers to a request, and what it remembers of it.

No socket and no clock in here: a request comes with the time of its arrival,
randomness is handed in, and what comes out is a `Reply` that says what to do.
The state is the ledger, the links, the script of faults and the tasks of
302.AI's asynchronous form. One caller at a time.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qs

from seedream_pipe.emulator.asked import Asked, asked, without_nulls
from seedream_pipe.emulator.failures import (
    EXAMPLE_MODEL,
    EXAMPLES,
    FAILURES,
    JSON_TYPE,
    ArkFailure,
    Declined,
    Failure,
    ark,
    as_json,
)
from seedream_pipe.emulator.faults import Fault, Script
from seedream_pipe.emulator.filling import filled
from seedream_pipe.emulator.framing import framed
from seedream_pipe.emulator.generation import Call, answered, outcomes
from seedream_pipe.emulator.images import Drawing
from seedream_pipe.emulator.ledger import Billed, Books, Download, Poll, Request, shortened
from seedream_pipe.emulator.limits import Limits
from seedream_pipe.emulator.links import BUCKETS, Links, damaged
from seedream_pipe.emulator.models import MODELS, Flavour, Model, family, serving, spoken_by
from seedream_pipe.emulator.options import Options
from seedream_pipe.emulator.replies import Answer, Bill, Headers, Reply, Wait
from seedream_pipe.emulator.tasks import Tasks

__all__ = ["ARK_PATH", "RESELLER_PATH", "Behaviour", "Received"]

ARK_PATH: Final = "/api/v3/images/generations"
RESELLER_PATH: Final = "/doubao/images/generations"
_MODELS_PATH: Final = "/api/v3/models"
_RESULT_PATHS: Final = ("/async_result", "/v1/async_result")
_NOWHERE: Final = Answer(status=404)


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came. Header names are lower case; `origin` is where the client found us."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    origin: str

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """The headers; of several with one name the first."""
        return dict(reversed(self.headers))

    @property
    def path(self) -> str:
        """The target up to the query."""
        return self.target.partition("?")[0]

    @property
    def key(self) -> str:
        """The API key that came as bearer, or nothing."""
        scheme, _, key = self.by_name.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""


class Behaviour:
    """One emulated service with everything it remembers."""

    def __init__(self, options: Options, *, chance: random.Random) -> None:
        self.options = options
        self.books = Books()
        self.script = Script()
        self.ahead = 0.0
        self._chance = chance
        self._links = Links()
        self._tasks = Tasks()
        self._limits = Limits(options)

    def reply(self, received: Received, now: float) -> Reply:
        """What to do about this request, which arrived at `now` (seconds since the epoch)."""
        now += self.ahead
        path = received.path
        if path in (ARK_PATH, RESELLER_PATH) and received.method == "POST":
            return self._generation(received, now)
        if received.method in ("GET", "HEAD"):
            if _is_picture(path):
                return self._download(received, now)
            if path in _RESULT_PATHS:
                return self._poll(received, now)
            if path == _MODELS_PATH:
                return self._models(received, now)
        return self._framed(_NOWHERE, Fault(), received, now)

    def bill(self, picture: Billed) -> None:
        """A picture has been made."""
        self.books.billed.append(picture)

    def ready(self, task_id: str) -> None:
        """An asynchronous result can be fetched from now on."""
        self._tasks.ready(task_id)

    def reset(self) -> None:
        """Forget everything but the options. Calls under way still end."""
        in_flight = self.books.in_flight
        self.books = Books()
        self.books.in_flight = in_flight
        self.script.clear()
        self.ahead = 0.0
        self._links = Links()
        self._tasks = Tasks()
        self._limits = Limits(self.options)

    def _framed(
        self, answer: Answer, fault: Fault, received: Received, now: float, *, generation: bool = False
    ) -> Reply:
        compresses = self.options.gzip and not _is_picture(received.path)
        return framed(
            answer,
            fault,
            method=received.method,
            accepts_gzip=compresses and "gzip" in received.by_name.get("accept-encoding", ""),
            keep_open=received.by_name.get("connection", "").lower() != "close",
            now=now,
            generation=generation,
        )

    def _generation(self, received: Received, now: float) -> Reply:
        number = len(self.books.requests) + 1
        request_id = self._request_id(now)
        flavour: Flavour = "302" if received.path == RESELLER_PATH else "cn"
        fault, ask, failure, tree = None, None, None, None
        try:
            tree = self._admitted(received, flavour)
            fault = self.script.take("generation", number, str(tree.get("prompt", "")))
            flavour = self._flavour(tree.get("model"), flavour)
            ask = self._asked(tree, flavour, received, now)
        except Declined as declined:
            failure = declined.failure
        fault = fault or self.script.take("generation", number, "")
        self.books.enter()
        call = self._call(received, number, request_id, now, flavour=flavour, fault=fault)
        answer = _answer(ask, failure, fault, call)
        if self.options.retry_after and answer.status == 429:
            answer = replace(answer, headers=(*answer.headers, ("retry-after", self.options.retry_after)))
        if ask is not None and not self.options.ignore_async and _wants_async(received, flavour):
            named = self._task_id() if fault.task_id is None else fault.task_id
            answer = self._tasks.submit(named, answer)
        self.books.requests.append(
            Request(
                number=number,
                at=now,
                provider=flavour,
                target=received.target,
                key=received.key,
                headers=received.headers,
                body=tree if self.options.keep_bodies else shortened(tree),
                size=len(received.body),
                request_id=request_id,
                client_request_id=received.by_name.get("x-client-request-id", ""),
                status=answer.status,
                ignored=ask.ignored if ask else (),
            )
        )
        return self._framed(answer, fault, received, now, generation=True)

    def _admitted(self, received: Received, flavour: Flavour) -> dict[str, Any]:
        """The body of a request with a good key (R115: key, then JSON). Raises `Declined`."""
        if not self._key_is_good(received.key):
            raise Declined(_bad_key(flavour))
        try:
            tree = json.loads(received.body)
        except (ValueError, RecursionError):
            tree = None
        if not isinstance(tree, dict):
            raise Declined(ark("400-image-invalid-url").only("Error when parsing request."))
        return tree

    def _key_is_good(self, key: str) -> bool:
        if self.options.keys:
            return key in self.options.keys
        return bool(key) and not key.startswith("invalid")

    def _flavour(self, model_id: object, flavour: Flavour) -> Flavour:
        """Who answers under Ark's path: the one whose name the model has, or the one that is set."""
        if flavour == "302":
            return "302"
        return spoken_by(str(model_id)) if self.options.flavour == "auto" else self.options.flavour

    def _asked(self, tree: Mapping[str, Any], flavour: Flavour, received: Received, now: float) -> Asked:
        """R115 from the model on. Raises `Declined`."""
        fields = without_nulls(tree)
        model_id = fields.get("model", "")
        if not isinstance(model_id, str) or not model_id:
            raise Declined(ark("400-missing-prompt", field="model"))
        if model_id.startswith("ep-") and flavour != "302":
            model_id = self.options.endpoint_model
        in_flight = self.books.in_flight
        return asked(
            fields,
            model=self._model(model_id, flavour),
            model_id=model_id,
            flavour=flavour,
            options=self.options,
            admit=lambda pictures: self._limits.admit(
                received.key, model_id, pictures, in_flight=in_flight, now=now
            ),
            own=lambda url: self._links.measure(url, received.origin, now),
        )

    def _model(self, model_id: str, flavour: Flavour) -> Model:
        model = serving(model_id, flavour)
        if model is None and flavour == "302":
            raise Declined(FAILURES["302/error-503-no-model"])
        if model is None and model_id.removeprefix("doubao-").startswith("seed-"):
            raise Declined(ark("400-model-wrong-api", model=model_id))
        if model is None:
            raise Declined(ark("404-model-not-found", model=model_id))
        if model_id in self.options.closed_models:
            raise Declined(ark("404-model-not-open", model=family(model_id)))
        return model

    def _call(
        self,
        received: Received,
        number: int,
        request_id: str,
        now: float,
        *,
        flavour: Flavour,
        fault: Fault,
    ) -> Call:
        delay = self.options.latency if fault.delay is None else fault.delay
        event_delay = self.options.event_latency if fault.event_delay is None else fault.event_delay
        seed = (
            hashlib.sha256(received.body).digest() if self.options.repeatable else self._chance.randbytes(32)
        )
        shown = seed[:3].hex() if self.options.repeatable else str(number)

        def link(ask: Asked, drawing: Drawing, index: int, made: float) -> str:
            return received.origin + self._links.issue(
                drawing,
                flavour=ask.flavour,
                family=family(ask.model_id),
                request_id=request_id,
                request=number,
                index=index,
                made=made,
                life=self.options.link_life,
                mark=ask.flavour == "bp" and ask.model.name == "4.0" and ask.watermark,
            )

        return Call(
            number=number,
            request_id=request_id,
            key=received.key,
            now=now,
            delay=delay,
            event_delay=event_delay,
            headers=_tracing(received, flavour, request_id, delay, now),
            drawing=lambda ask, index: _drawing(
                ask, index, seed, f"#{shown}.{index}", self.options.picture_bytes
            ),
            link=link,
        )

    def _poll(self, received: Received, now: float) -> Reply:
        task_id = parse_qs(received.target.partition("?")[2]).get("task_id", [""])[0]
        number = len(self.books.polls) + 1
        fault = self.script.take("poll", number, task_id)
        if not self._key_is_good(received.key):
            answer, status = _failed(_bad_key("302"), ""), 401
        else:
            tree = self._tasks.result(task_id, fault)
            answer, status = _json(tree), tree["status_code"]
        self.books.polls.append(
            Poll(number=number, at=now, task_id=task_id, headers=received.headers, status_code=status)
        )
        return self._framed(_replaced(answer, fault), fault, received, now)

    def _models(self, received: Received, now: float) -> Reply:
        fault = self.script.take("models", 1, "")
        request_id = self._request_id(now)
        answer = _failed(_bad_key("cn"), request_id)
        if self._key_is_good(received.key):
            answer = _json({"object": "list", "data": [_listed(each) for each in self._served()]})
        return self._framed(_replaced(answer, fault), fault, received, now)

    def _served(self) -> list[str]:
        flavours: tuple[Flavour, ...] = (
            ("cn", "bp") if self.options.flavour == "auto" else (self.options.flavour,)
        )
        return [each for flavour in flavours for model in MODELS for each in model.ids[flavour]]

    def _download(self, received: Received, now: float) -> Reply:
        number = len(self.books.downloads) + 1
        fault = self.script.take("download", number, received.path)
        stored = self._links.find(received.target)
        answer = self._links.answer(received.target, received.by_name, now)
        if answer.status == 200 and stored and fault.damage:
            answer = damaged(stored.drawing, fault.damage)
        answer = _replaced(answer, fault)
        delay = self.options.download_latency if fault.delay is None else fault.delay
        if delay:
            answer = replace(answer, parts=(Wait(delay), *answer.parts))
        self.books.downloads.append(
            Download(
                number=number,
                at=now,
                target=received.target,
                headers=received.headers,
                status=answer.status,
                request=stored.request if stored else 0,
                index=stored.index if stored else 0,
            )
        )
        return self._framed(answer, fault, received, now)

    def _task_id(self) -> str:
        return str(uuid.UUID(bytes=self._chance.randbytes(16), version=4))

    def _request_id(self, now: float) -> str:
        """The digits 02, milliseconds of arrival, 38 hex digits (R9)."""
        return f"02{int(now * 1000):013d}{self._chance.randbytes(19).hex()}"


def _is_picture(path: str) -> bool:
    return any(path.startswith(f"/{bucket}/") for bucket in BUCKETS.values())


def _bad_key(flavour: Flavour) -> Failure:
    return FAILURES["302/error-401-invalid-key"] if flavour == "302" else ark("401-authentication")


def _wants_async(received: Received, flavour: Flavour) -> bool:
    query = parse_qs(received.target.partition("?")[2])
    return flavour == "302" and query.get("async") == ["true"]


def _tracing(received: Received, flavour: Flavour, request_id: str, delay: float, now: float) -> Headers:
    """Ark's own headers (R9 to R11); 302.AI was not seen to pass them on."""
    if flavour == "302":
        return ()
    stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(now))
    client = received.by_name.get("x-client-request-id") or f"unknown-{stamp}-{request_id[-8:]}"
    return (
        ("x-request-id", request_id),
        ("x-client-request-id", client),
        ("server", "istio-envoy"),
        ("vary", "Accept-Encoding"),
        ("x-envoy-upstream-service-time", str(int(delay * 1000))),
    )


def _drawing(ask: Asked, index: int, seed: bytes, label: str, weight: int) -> Drawing:
    layer = ask.layers and index > 0
    return Drawing(
        width=ask.size[0],
        height=ask.size[1],
        format="png" if layer else ask.format,
        token=hashlib.sha256(seed + bytes([index])).digest()[:16],
        label=label,
        watermark=ask.watermark,
        alpha=layer or ask.transparent,
        weight=weight,
    )


def _answer(ask: Asked | None, failure: Failure | None, fault: Fault, call: Call) -> Answer:
    """What the script says instead, else the failure, else the pictures."""
    scripted = fault.status is not None or fault.body is not None or fault.answer in FAILURES
    if scripted and not ((fault.bill or fault.fill) and ask and failure is None):
        return _replaced(_failed(failure, call.request_id, call.headers), fault, call, ask)
    if failure is not None or ask is None:
        return _failed(failure, call.request_id, call.headers)
    answer = answered(ask, outcomes(ask, fault, call), fault, call)
    if fault.fill:
        answer = filled(answer, fault, call.request_id)
    elif scripted:
        made = tuple(part for part in answer.parts if not isinstance(part, bytes))
        instead = _replaced(answer, fault, call, ask)
        answer = replace(instead, parts=(*made, instead.body))
    if fault.bill is False:
        return replace(answer, parts=tuple(part for part in answer.parts if not isinstance(part, Bill)))
    return answer


def _replaced(answer: Answer, fault: Fault, call: Call | None = None, ask: Asked | None = None) -> Answer:
    """The literal or named answer of a fault in place of this one."""
    wait = (Wait(fault.delay),) if call and fault.delay else ()
    if fault.fill and call is None:
        return filled(answer, fault, "")
    if fault.status is not None or fault.body is not None:
        kind = (("content-type", fault.content_type or JSON_TYPE),)
        return Answer(status=fault.status or 200, headers=kind, parts=(*wait, fault.body or b""))
    failure = FAILURES.get(fault.answer or "")
    if failure is None:
        return answer
    if isinstance(failure, ArkFailure):
        failure = failure.saying(**EXAMPLES, model=family(ask.model_id) if ask else EXAMPLE_MODEL)
    named = _failed(failure, call.request_id if call else "", call.headers if call else ())
    return replace(named, parts=(*wait, *named.parts))


def _failed(failure: Failure | None, request_id: str, headers: Headers = ()) -> Answer:
    failure = failure or ark("500-internal")
    return Answer(
        status=failure.status,
        headers=(("content-type", failure.content_type), *headers),
        parts=(failure.body(request_id),),
    )


def _json(tree: object) -> Answer:
    return Answer(status=200, headers=(("content-type", "application/json"),), parts=(as_json(tree),))


def _listed(model_id: str) -> dict[str, str]:
    return {"id": model_id, "object": "model", "domain": "ImageGeneration", "status": "Active"}
