"""What must never be shown: API keys, in every form in which they may come back, and the signatures of links.

Rule 1: a `Secret` that exists is known here, to the whole process. Log records, warnings and
exceptions of libraries come from places to which nobody could hand a list of secrets.
Rule 2: whatever is printed, logged or written down passes `scrubbed`; the raw answer of a
service, whose length has to stay what it was, passes a `Mask`.
Rule 3: nothing is imported here but the small: an up-to-date run prints too.
"""

from __future__ import annotations

import binascii
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "SHORTEST",
    "Mask",
    "Secret",
    "forms",
    "keep_from_cores",
    "learn",
    "scrub_log",
    "scrubbed",
    "without_keys",
    "without_secrets",
]

SHORTEST: Final = 8
"""Characters: a shorter text is no key, and to blot it out everywhere would spoil what is said."""

_TAIL: Final = 8
"""How much of a key's end others like to show."""
_PR_SET_DUMPABLE: Final = 4
_VARIED: Final = 5
"""Different characters that the end of a key must have: a run of zeros stands in many a picture."""
_STARS: Final = "***"
_KEY_VARIABLE: Final = "_API_KEY"
_PROXY_VARIABLE: Final = "_PROXY"
_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SIGNED: Final = tuple(
    spelled
    for name in ("Signature", "Credential", "Security-Token")
    for store in ("X-Tos-", "X-Amz-")
    for spelled in (f"{store}{name}=", f"{store}{name}=".lower())
)
"""Members of a presigned link's query that make it a key to the picture (R69)."""
_URL_ENDS: Final = frozenset(" \t\r\n\"'<>&)]},;\\")

# Process-wide on purpose (rule 1): only ever grows, and only `Secret` and `learn` add to it.
_KNOWN: Final[dict[str, tuple[str, ...]]] = {}


class Secret:
    """An API key: shown nowhere, read in one place."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        _remember(value)

    def reveal(self) -> str:
        """The key itself, for the one header that it goes into."""
        return self._value

    def __repr__(self) -> str:
        return _STARS

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not to be copied out of the process")


def learn(environment: Mapping[str, str]) -> None:
    """Know every API key of the environment, also those that nobody asks for, and the proxies' passwords."""
    for name, value in environment.items():
        if name.endswith(_KEY_VARIABLE):
            _remember(value.strip())
        elif name.upper().endswith(_PROXY_VARIABLE) and "@" in value:
            _remember(value.rpartition("@")[0].rpartition("/")[2].partition(":")[2])


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for another program: all but the API keys, of whatever service."""
    return {name: value for name, value in environment.items() if not name.endswith(_KEY_VARIABLE)}


def _remember(value: str) -> None:
    if len(value) >= SHORTEST and value not in _KNOWN:
        _KNOWN[value] = tuple(forms(value))


def forms(key: str) -> Iterator[str]:
    """Every form of a key that gives it away wherever it stands: raw, in JSON, in URLs, in base64.

    Of base64 the part that does not depend on what stands around the key, in the three ways
    that it can be aligned, in both alphabets.
    """
    seen = {key}
    yield key
    percent = "".join(_percent(char) for char in key)
    made = [
        key.replace("\\", "\\\\").replace('"', '\\"'),
        percent,
        percent.replace("%2F", "/"),
        *_base64(key.encode("utf-8", "surrogatepass")),
    ]
    for form in [*made, *(_lower_escapes(form) for form in made[1:3])]:
        if form not in seen and len(form) >= SHORTEST:
            seen.add(form)
            yield form


def _percent(char: str) -> str:
    if char in _PLAIN:
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _lower_escapes(form: str) -> str:
    head, *rest = form.split("%")
    return head + "".join(f"%{part[:2].lower()}{part[2:]}" for part in rest)


def _base64(key: bytes) -> Iterator[str]:
    for before in range(3):
        whole = binascii.b2a_base64(b"\0" * before + key, newline=False).decode("ascii").rstrip("=")
        # The first and the last characters also hold bits of the neighbours.
        first = (before * 8 + 5) // 6
        last = (before + len(key)) * 8 // 6
        core = whole[first:last]
        yield core
        yield core.replace("+", "-").replace("/", "_")


def _tail(key: str) -> str:
    """The end of a key that services and logs show; empty when it says nothing."""
    tail = key[-_TAIL:]
    return tail if len(key) > _TAIL and len(set(tail)) >= _VARIED else ""


def scrubbed(text: str) -> str:
    """The text without any known secret, in any form, and without the signatures of presigned links."""
    for key, known in _KNOWN.items():
        text = _without(text, known, _tail(key))
    return _unsigned(text)


def _without(text: str, known: Iterable[str], tail: str) -> str:
    for form in known:
        if form in text:
            text = text.replace(form, _STARS)
    return _alone(text, tail) if tail and tail in text else text


def _alone(text: str, tail: str) -> str:
    """Stars for the end of a key where it stands by itself, and not inside a longer word or number."""
    parts: list[str] = []
    start = 0
    while (at := text.find(tail, start)) >= 0:
        end = at + len(tail)
        before, after = text[at - 1 : at], text[end : end + 1]
        hidden = not _is_word(before) and not _is_word(after)
        parts.append(text[start:at] + (_STARS if hidden else tail))
        start = end
    return "".join(parts) + text[start:]


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _unsigned(text: str) -> str:
    for name in _SIGNED:
        start = 0
        while (at := text.find(name, start)) >= 0:
            begin = at + len(name)
            end = next((index for index in range(begin, len(text)) if text[index] in _URL_ENDS), len(text))
            text = text[:begin] + _STARS + text[end:]
            start = begin
    return text


def without_secrets(url: str) -> str:
    """A URL that somebody typed, as it may be shown: without what stands before its host and in its query."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        scheme, rest = "", url
    head, slash, path = rest.partition("/")
    if "@" in head:
        head = f"{_STARS}@{head.rpartition('@')[2]}"
    shown = scheme + mark + head + slash + path
    for sign in "?#":
        before, found, _ = shown.partition(sign)
        shown = f"{before}{sign}{_STARS}" if found else before
    return shown


class Mask:
    """Stars over a key in bytes that come piece by piece. As long as it was, so that offsets hold."""

    def __init__(self, key: str) -> None:
        self._forms = tuple(form.encode("utf-8", "surrogatepass") for form in forms(key))
        self._tail = _tail(key).encode("utf-8", "surrogatepass")
        self._held = b""
        self._before = b""

    def over(self, piece: bytes) -> bytes:
        """Give what is certainly masked; what may be the start of a key is held back."""
        text = self._stars(self._held + piece)
        keep = self._doubtful(text)
        given, self._held = text[: len(text) - keep], text[len(text) - keep :]
        self._before = given[-1:] or self._before
        return given

    def rest(self) -> bytes:
        """Give what was held back when nothing followed."""
        given, self._held = self._ends(self._held), b""
        return given

    def _stars(self, text: bytes) -> bytes:
        for form in self._forms:
            if form in text:
                text = text.replace(form, b"*" * len(form))
        return self._alone(text) if self._tail and self._tail in text else text

    def _alone(self, text: bytes, *, ended: bool = False) -> bytes:
        start = 0
        while (at := text.find(self._tail, start)) >= 0:
            start = at + len(self._tail)
            before = text[at - 1 : at] or self._before
            after = text[start : start + 1]
            if (after or ended) and not before.isalnum() and not after.isalnum():
                text = text[:at] + b"*" * len(self._tail) + text[start:]
        return text

    def _ends(self, text: bytes) -> bytes:
        return self._alone(text, ended=True) if self._tail else text

    def _doubtful(self, text: bytes) -> int:
        """How many bytes at the end may be the beginning of a form."""
        most = 0
        for form in self._forms:
            start = max(0, len(text) - len(form) + 1)
            most = max(most, _overlap(text[start:], form))
        # Whether the whole end of a key stands alone is known when one more byte has come.
        start = max(0, len(text) - len(self._tail))
        return max(most, _overlap(text[start:], self._tail)) if self._tail else most


def _overlap(end: bytes, form: bytes) -> int:
    """The longest end of a text that a form begins with."""
    at = end.find(form[:1])
    while at >= 0:
        if form.startswith(end[at:]):
            return len(end) - at
        at = end.find(form[:1], at + 1)
    return 0


def scrub_log(record: logging.LogRecord) -> bool:
    """Take what is known out of a log record, its exception included. Works as a filter of `logging`."""
    import traceback

    record.msg, record.args = scrubbed(record.getMessage()), ()
    if record.exc_info:
        record.exc_text = scrubbed("".join(traceback.format_exception(*record.exc_info)).rstrip())
    if record.stack_info:
        record.stack_info = scrubbed(record.stack_info)
    return True


def keep_from_cores() -> None:
    """See to it that no core file and no other program of the same person gets at this process's memory.

    For a process that holds a key. On Linux it cannot be attached to from now on; elsewhere only
    core files are off. What the system does not allow is left as it is.
    """
    import ctypes
    import resource
    from contextlib import suppress

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
