"""What belongs to the user and not to the pipeline: flag first, then variable, then configuration file.

Settings and pipelines are different types and are never merged: a pipeline can come from
a stranger, so it cannot choose the provider, the host, the key, the store or a higher budget.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from seedream_pipe.confidential import Secret, without_secrets
from seedream_pipe.errors import UsageError
from seedream_pipe.money import Amounts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["VARIABLES", "Fallback", "Secret", "Settings", "config_file", "read", "safe_url", "secret"]

DEFAULT_PROVIDER: Final = "preview"
DEFAULT_JOBS: Final = 8
MAX_JOBS: Final = 512
_MOST_COUNT: Final = 10**9
_MOST_RESENDS: Final = 5

VARIABLES: Final[Mapping[str, str]] = {
    "provider": "SEEDREAM_PROVIDER",
    "base_url": "SEEDREAM_BASE_URL",
    "store": "SEEDREAM_STORE",
    "out": "SEEDREAM_OUT",
    "jobs": "SEEDREAM_JOBS",
    "max_cost": "SEEDREAM_MAX_COST",
    "price": "SEEDREAM_PRICE",
    "response_format": "SEEDREAM_RESPONSE_FORMAT",
    "stream": "SEEDREAM_STREAM",
    "async_calls": "SEEDREAM_ASYNC",
    "provenance": "SEEDREAM_PROVENANCE",
    "max_pictures": "SEEDREAM_MAX_PICTURES",
    "max_total_cost": "SEEDREAM_MAX_TOTAL_COST",
    "max_total_pictures": "SEEDREAM_MAX_TOTAL_PICTURES",
    "images_per_minute": "SEEDREAM_IMAGES_PER_MINUTE",
    "fallback": "SEEDREAM_FALLBACK",
    "retry_uncertain": "SEEDREAM_RETRY_UNCERTAIN",
    "held": "SEEDREAM_HELD",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """A provider that takes over when the one before it is out, at another address when one is given."""

    provider: str
    base_url: str | None = None

    def __str__(self) -> str:
        return self.provider if self.base_url is None else f"{self.provider}={self.base_url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The user's settings for a run.

    `max_cost` and `max_pictures` are the most that a run may cost and make, `max_total_cost`
    and `max_total_pictures` the most that everything in the store may; None asks first.
    Amounts without a currency are in the provider's. `price` is the price of a picture of a
    model that no profile knows. `images_per_minute` is what the account may make, None what the
    model's profile says. `fallback` names the providers that take over, in their order.
    `retry_uncertain` is how often a call that may have been charged is sent again by itself;
    `held` says what a run does when it finds such calls: their tasks ``wait``, or all ``stop``.
    `stream` says when answers come event by event, from models that can; `async_calls` asks
    providers that can to answer later, to a ticket. `provenance` says whether pictures in the
    output folder carry how they were made. `origins` says where each value comes from.
    """

    provider: str = DEFAULT_PROVIDER
    base_url: str | None = None
    store: Path | None = None
    out: Path | None = None
    jobs: int = DEFAULT_JOBS
    max_cost: Amounts | None = None
    price: Amounts | None = None
    response_format: Literal["url", "b64_json"] = "url"
    stream: Literal["groups", "always", "never"] = "groups"
    async_calls: bool = False
    provenance: bool = True
    max_pictures: int | None = None
    max_total_cost: Amounts | None = None
    max_total_pictures: int | None = None
    images_per_minute: int | None = None
    fallback: tuple[Fallback, ...] = ()
    retry_uncertain: int = 0
    held: Literal["wait", "stop"] = "wait"
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> bool:
        """Whether the user chose a provider, or the default stands in."""
        return "provider" in self.origins


def read(flags: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """The settings from flags (None for those not given), variables and the configuration file.

    Raises:
        UsageError: a value cannot be read; names where it came from.

    """
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    config, config_path = _configuration(environment)
    for name, variable in VARIABLES.items():
        sources = (
            (flags.get(name), f"--{name.replace('_', '-')}"),
            (environment.get(variable) or None, variable),
            (config.get(name), str(config_path)),
        )
        for value, origin in sources:
            if value is not None:
                values[name] = _PARSERS[name](value, origin)
                origins[name] = origin
                break
    return Settings(**values, origins=origins)  # type: ignore[arg-type]  # each parser gives its field's type


def chosen(settings: Settings, choices: Mapping[str, object]) -> Settings:
    """Settings with single ones chosen anew by a program.

    Raises:
        UsageError: a value cannot be read.
        TypeError: there is no setting of a name.

    """
    unknown = next((name for name in choices if name not in _PARSERS), None)
    if unknown is not None:
        raise TypeError(f"there is no setting {unknown!r}; known: {', '.join(_PARSERS)}")
    values: dict[str, Any] = {name: _PARSERS[name](value, name) for name, value in choices.items()}
    origins = {**settings.origins, **dict.fromkeys(choices, "the program")}
    return replace(settings, **values, origins=origins)


def secret(variable: str, environment: Mapping[str, str]) -> Secret | None:
    """The API key in a variable of the environment; None when it is not set."""
    value = environment.get(variable, "").strip()
    return Secret(value) if value else None


def config_file(environment: Mapping[str, str]) -> Path:
    """Where the user's configuration file is looked for."""
    named = environment.get("SEEDREAM_CONFIG")
    return Path(named).expanduser() if named else _default_path(environment)


def safe_url(text: str, origin: str) -> str:
    """Take a provider's base URL: https, or http to this machine, and nothing that hides its host.

    Raises:
        UsageError: it is something else; names `origin`.

    """
    hint = "give https://…, or http://127.0.0.1:… for a server on this machine"
    shown = without_secrets(text)
    try:
        parts = urlsplit(text)
        port_is_possible = parts.port != 0
    except ValueError:
        raise UsageError(f"{origin}: {shown!r} cannot be read as a URL", hint=hint) from None
    plain = text.isascii() and text.isprintable() and " " not in text and "\\" not in text
    host = parts.hostname or ""
    if not host or not plain or "@" in parts.netloc or parts.query or parts.fragment or not port_is_possible:
        raise UsageError(f"{origin}: {shown!r} is not a plain URL", hint=hint)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)):
        return text.rstrip("/")
    raise UsageError(f"{origin}: {shown} is not safe for the key", hint=hint)


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _url(value: object, origin: str) -> str:
    return safe_url(_text(value, origin), origin)


def _configuration(environment: Mapping[str, str]) -> tuple[dict[str, Any], Path | None]:
    named = environment.get("SEEDREAM_CONFIG")
    path = config_file(environment)
    try:
        with path.open("rb") as file:
            tree = tomllib.load(file)
    except FileNotFoundError:
        if named:
            raise UsageError(f"SEEDREAM_CONFIG names {path}, which is not there") from None
        return {}, None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the configuration {path} cannot be read: {error}") from None
    unknown = sorted(set(tree) - set(VARIABLES))
    if unknown:
        raise UsageError(f"{path}: unknown setting {unknown[0]!r}", hint="known: " + ", ".join(VARIABLES))
    return tree, path


def _default_path(environment: Mapping[str, str]) -> Path:
    # The rule of the XDG base directories, on every system that we run on.
    base = environment.get("XDG_CONFIG_HOME") or os.path.join(environment.get("HOME", "~"), ".config")
    return Path(base).expanduser() / "seedream-pipe" / "config.toml"


def _text(value: object, origin: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{origin}: a text is expected, not {value!r}")
    return value.strip()


def _path(value: object, origin: str) -> Path:
    return Path(_text(os.fspath(value) if isinstance(value, os.PathLike) else value, origin)).expanduser()


def _whole(least: int, most: int) -> Callable[[object, str], int]:
    """What reads a whole number within bounds."""

    def number(value: object, origin: str) -> int:
        try:
            found = int(str(value))
        except ValueError:
            found = least - 1
        if not least <= found <= most:
            raise UsageError(f"{origin}: {value!r} is not a whole number from {least} to {most}")
        return found

    return number


def _money(value: object, origin: str) -> Amounts:
    if isinstance(value, Amounts):
        return value
    try:
        return Amounts.read(str(value))
    except ValueError as error:
        hint = "write it like 2.50, or with currencies: 2.50USD,18CNY"
        raise UsageError(f"{origin}: {error}", hint=hint) from None


def _fallback(value: object, origin: str) -> tuple[Fallback, ...]:
    """``ark``, ``ark,byteplus``, ``ark=https://…``, or a list of such; ``none`` is none."""
    parts = value if isinstance(value, (list, tuple)) else str(value).split(",")
    texts = [str(part).strip() for part in parts]
    if texts in ([], ["none"]):
        return ()
    found = [_one_fallback(_text(text, origin), origin) for text in texts]
    names = [each.provider for each in found]
    if len(set(names)) < len(names):
        raise UsageError(f"{origin}: a provider is given twice")
    return tuple(found)


def _one_fallback(text: str, origin: str) -> Fallback:
    name, equals, url = text.partition("=")
    return Fallback(provider=name.strip(), base_url=safe_url(url.strip(), origin) if equals else None)


def _held(value: object, origin: str) -> str:
    if value not in {"wait", "stop"}:
        raise UsageError(f"{origin}: {value!r} is no policy for held calls", hint="known: wait, stop")
    return str(value)


def _stream(value: object, origin: str) -> str:
    if value not in {"groups", "always", "never"}:
        raise UsageError(
            f"{origin}: {value!r} does not say when to stream", hint="known: groups, always, never"
        )
    return str(value)


def _switch(value: object, origin: str) -> bool:
    words = {"true": True, "on": True, "yes": True, "1": True}
    words |= {"false": False, "off": False, "no": False, "0": False}
    found = words.get(str(value).strip().lower())
    if found is None:
        raise UsageError(f"{origin}: {value!r} is neither true nor false")
    return found


def _response_format(value: object, origin: str) -> str:
    if value not in {"url", "b64_json"}:
        raise UsageError(f"{origin}: {value!r} is not a response format", hint="known: url, b64_json")
    return str(value)


_PARSERS: Final[Mapping[str, Callable[[object, str], object]]] = {
    "provider": _text,
    "base_url": _url,
    "store": _path,
    "out": _path,
    "jobs": _whole(1, MAX_JOBS),
    "max_cost": _money,
    "price": _money,
    "response_format": _response_format,
    "stream": _stream,
    "async_calls": _switch,
    "provenance": _switch,
    "max_pictures": _whole(0, _MOST_COUNT),
    "max_total_cost": _money,
    "max_total_pictures": _whole(0, _MOST_COUNT),
    "images_per_minute": _whole(1, _MOST_COUNT),
    "fallback": _fallback,
    "retry_uncertain": _whole(0, _MOST_RESENDS),
    "held": _held,
}
