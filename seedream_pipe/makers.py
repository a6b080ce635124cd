"""What a maker is: the contract of providers and operations, and the values they exchange.

A provider is asked in three movements, because the ledger writes between them:

1. `request` builds the exact bytes to send; pure.
2. `send` is the one call that costs money. It writes what happens to a `Tape`
   as it happens, and never interprets the answer.
3. `read` says what the recorded answer means (pure but for reading the recorded
   body), and `fetch` brings one picture of it to disk; both free and repeatable,
   also by a later process.

Nobody but `run.pay` calls `send`.

An operation is asked in two: `decode` makes its parameters a record, and `apply` makes
pictures of pictures. Both are pure, local and free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias, TypeVar

from seedream_pipe.digest import BlobDigest, Json

__all__ = [
    "LAYERS_CEILING",
    "Answer",
    "Fetched",
    "Generation",
    "Hole",
    "Link",
    "LinkDead",
    "Lost",
    "MakerId",
    "NotFetched",
    "NotSent",
    "Operation",
    "Part",
    "Pending",
    "Permanent",
    "Picture",
    "Provider",
    "Realm",
    "Refused",
    "Rendered",
    "Reply",
    "Request",
    "Sent",
    "Span",
    "Tape",
    "Transient",
    "Unknown",
    "Verdict",
    "WrongParameter",
]

Params = TypeVar("Params")

Realm: TypeAlias = Literal["seedream", "preview", "local"]
"""Where pictures come from: paid for, drawn as a preview, or made by an operation. Part of the key."""

LAYERS_CEILING: Final = 17
"""Pictures that a decomposition into layers makes at most: the base and 16 layers (R39)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerId:
    """What of a maker is in the key. `version` rises in the commit that changes its pictures."""

    name: str
    version: int
    realm: Realm


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What shapes a generated picture, reference pictures aside (contract R141).

    Every value is as resolved: `model` neutral and versioned, `size` an upper-case
    tier or ``WxH``. `group` is the ceiling of a series, None for a single picture.
    `seed` is a label of a variant; it does not make a picture repeatable (R38).
    `extra` are fields that no profile knows, sent as they are.
    """

    model: str
    prompt: str
    size: str
    watermark: bool = False
    group: int | None = None
    seed: int | None = None
    optimize_prompt: str | None = None
    output_format: str | None = None
    tools: tuple[str, ...] = ()
    layer_decomposition: bool = False
    background: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict)

    @property
    def ceiling(self) -> int:
        """How many pictures one call makes at most."""
        if self.layer_decomposition:
            return LAYERS_CEILING
        return self.group or 1

    @property
    def is_series(self) -> bool:
        """Whether its pictures are told apart by an index, also when only one comes."""
        return self.group is not None or self.layer_decomposition


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A reference with its bytes, read once: what was hashed is what is sent.

    `media_type` is lower case, for example ``image/jpeg`` (R45, R46). `label` is for
    people: the reference's name or file name.
    """

    digest: BlobDigest
    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call, ready to send.

    `body` is exactly what goes over the wire. `shown` is the same for people and
    for the ledger: reference bytes replaced by ``sha256:…`` digests, no secrets.
    `ceiling` is how many pictures it can cost; `patience` how many seconds the
    answer may take (R132). `client_id` names the call towards the service (R10);
    whoever records it sets it before `send`, which else makes one up. `streamed` says
    that the body asks for an answer event by event.
    """

    body: bytes = field(repr=False)
    shown: Json
    ceiling: int
    patience: float
    client_id: str = ""
    streamed: bool = False


class Tape(Protocol):
    """Where `send` writes what happens, durably, while it happens. The ledger gives it."""

    async def sending(self) -> None:
        """Call when the connection stands, just before the first byte of the body."""

    async def ticket(self, ticket: str) -> None:
        """Call when the service has taken the call and will give its answer to this ticket (R126)."""

    async def head(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Call when the answer's head is there; `headers` without secrets."""

    async def write(self, chunk: bytes) -> None:
        """Append raw bytes of the answer's body; bounded memory."""

    async def event(self) -> None:
        """Call when what was written since the last one is one event of a stream, whole.

        It is durable under a name of its own when this returns, so a process that dies
        before the answer is whole loses only what came after it.
        """

    async def reply(self) -> Reply:
        """Close the body, make it durable, and give the whole answer back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A recorded answer, unread, in files. May come from an earlier process.

    `events` are those of a stream, in order, each in a file of its own; `body` is what came
    after them, or everything.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: Path
    events: tuple[Path, ...] = ()

    @property
    def pieces(self) -> tuple[Path, ...]:
        """The files whose content, one after the other, is the answer."""
        return (*self.events, self.body)

    def header(self, name: str) -> str:
        """The first value of a header, by lower-case name, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """Nothing of the body left the machine: certainly free, may be tried again."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Sent, and no whole answer came: perhaps billed, never resent by itself."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Taken by the service and not made yet: its ticket may be asked again, for nothing (R126)."""

    cause: str


Sent: TypeAlias = Reply | NotSent | Lost | Pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A picture behind a presigned URL, to be used byte for byte (R73), without the key (R74)."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A picture inside the recorded answer: `length` bytes from `offset`, as they stand there.

    Counted over the answer's pieces, one after the other.
    """

    offset: int
    length: int
    encoding: Literal["raw", "base64"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One picture of an answer, not fetched yet. `size` is what the service claims, ``WxH`` (R59)."""

    index: int
    source: Link | Span
    size: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A picture that did not come (R82): `refused` by the content filter, or failed."""

    index: int
    code: str
    message: str
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A usable answer. `billed` is the service's own count (R128), None when it gave none.

    `complete` is False when the answer ended before the service said that it had.
    """

    model: str
    request_id: str
    parts: tuple[Part, ...]
    holes: tuple[Hole, ...]
    billed: int | None
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The content filter said no to the prompt, a reference or the picture. Not billed.

    `complete` is False when the answer ended before the service said that it had: of a series
    more may have been made then.
    """

    code: str
    message: str
    request_id: str
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Transient:
    """Nothing was made; wait and try again. `retry_after` in seconds when the service said it.

    `tries` is how often in all, where that is fewer than for a plain limit. `limit` is what of
    the account's is used up: its ``rate``, or the number of calls at once (``crowd``; R113).
    """

    code: str
    message: str
    request_id: str
    retry_after: float | None = None
    tries: int | None = None
    limit: Literal["", "rate", "crowd"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permanent:
    """Certainly not billed, and the same request will fail again.

    `account` is True when no other call with this key can succeed either (bad key,
    no balance, quota gone): the run stops sending. `model` is True when none for this model can.
    `remedy` says what a person does.
    """

    code: str
    message: str
    request_id: str
    account: bool = False
    model: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An answer that does not say whether it was billed: treated as a hold."""

    code: str
    message: str
    request_id: str


Verdict: TypeAlias = Answer | Refused | Transient | Permanent | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The picture's bytes are whole in the file that was named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFetched:
    """It did not come this time; costs nothing to try again while the link lives."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDead:
    """The link has expired or was refused: what it showed is lost (R71)."""

    cause: str


class Provider(Protocol):
    """A maker across a network, or one that stands in for it. One instance serves a run.

    `paid` says whether `send` can cost money: then every call goes through the ledger.
    """

    @property
    def name(self) -> str:
        """The provider's name in settings and reports, for example ``302ai``."""

    @property
    def id(self) -> MakerId:
        """What of it is in the key: the same for all providers that run the same models."""

    @property
    def paid(self) -> bool:
        """Whether `send` can cost money."""

    def request(self, generation: Generation, references: Sequence[Picture], *, take: int = 1) -> Request:
        """Build the call from the keyed values alone. Pure.

        A network's provider sends the same body for every take (R12, R38); one that draws
        makes another picture of each.

        Raises:
            ProviderError: this provider does not serve the model, or the body is too large (R50).

        """

    async def send(self, request: Request, tape: Tape) -> Sent:
        """Make the call, once. Never retries, never raises for what the network does."""

    async def poll(self, ticket: str, patience: float, tape: Tape) -> Reply | Lost | Pending:
        """Ask for the answer of a call that was taken, for so many seconds. Free and repeatable.

        `Lost` when the service no longer knows the ticket.
        """

    def read(self, reply: Reply) -> Verdict:
        """Say what a recorded answer means. Blocking; call it in a thread."""

    async def fetch(self, part: Part, reply: Reply, target: Path) -> Fetched | NotFetched | LinkDead:
        """Write one picture's bytes, untouched, to a new file. Tries a few times by itself."""

    async def close(self) -> None:
        """Let go of connections. May be called twice."""


class WrongParameter(ValueError):
    """A parameter under `with:` cannot be used.

    `path` are the names and positions from `with:` to the value, so that a reader of the
    file can point at it; `message` is one sentence that names it, `hint` what to write instead.
    """

    def __init__(self, path: Sequence[str | int], message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.path = tuple(path)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A picture that an operation made: whole bytes, and what they are."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int


class Operation(Protocol[Params]):
    """A maker that is a function: parameters and pictures in, pictures out.

    Deterministic: the same parameters and pictures give the same bytes, in any process, for
    one version of Pillow. Keeps no state; may be asked from several threads.
    """

    @property
    def name(self) -> str:
        """The operation's name in a pipeline's `use:`, and in the key."""

    @property
    def version(self) -> int:
        """Part of the key. Rises in the commit that changes the operation's pictures."""

    def decode(self, with_: Mapping[str, Json]) -> Params:
        """The parameters as a frozen record of plain values, defaults filled in.

        Equal meanings give equal records. A record whose `labels` is True wants the labels of
        the pictures, which are then in the key. Loads no picture library.

        Raises:
            WrongParameter: one is unknown, missing, of the wrong kind or out of bounds.

        """

    def ceiling(self, params: Params, inputs: int, /) -> int:
        """How many pictures it makes of `inputs` pictures (at least one): exact, not only at most."""

    def apply(self, params: Params, pictures: Sequence[Picture]) -> tuple[Rendered, ...]:
        """Make the pictures, in the order of the inputs. Blocking; call it in a thread.

        Raises:
            OperationError: a picture cannot be read, or the parameters do not suit it.

        """
