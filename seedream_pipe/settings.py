"""What belongs to the user and not to the pipeline: flag first, then variable, then configuration file.

Settings and pipelines are different types and are never merged: a pipeline can come from
a stranger, so it cannot choose the provider, the host, the key, the store or a higher budget.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from seedream_pipe.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["VARIABLES", "Secret", "Settings", "config_file", "read", "safe_url", "secret"]

DEFAULT_PROVIDER: Final = "preview"
DEFAULT_JOBS: Final = 8
MAX_JOBS: Final = 512
_MOST_MONEY: Final = 10**9

VARIABLES: Final[Mapping[str, str]] = {
    "provider": "SEEDREAM_PROVIDER",
    "base_url": "SEEDREAM_BASE_URL",
    "store": "SEEDREAM_STORE",
    "out": "SEEDREAM_OUT",
    "jobs": "SEEDREAM_JOBS",
    "max_cost": "SEEDREAM_MAX_COST",
    "price": "SEEDREAM_PRICE",
    "response_format": "SEEDREAM_RESPONSE_FORMAT",
}


class Secret:
    """An API key: shown nowhere, read in one place."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the one header that it goes into."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The user's settings for a run.

    `max_cost` is the most a run may cost, in the provider's currency; None asks first.
    `price` is the price of a picture of a model that no profile knows. `origins` says
    where each value comes from.
    """

    provider: str = DEFAULT_PROVIDER
    base_url: str | None = None
    store: Path | None = None
    out: Path | None = None
    jobs: int = DEFAULT_JOBS
    max_cost: Decimal | None = None
    price: Decimal | None = None
    response_format: Literal["url", "b64_json"] = "url"
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
    try:
        parts = urlsplit(text)
        port_is_possible = parts.port != 0
    except ValueError:
        raise UsageError(f"{origin}: {text!r} cannot be read as a URL", hint=hint) from None
    plain = text.isascii() and text.isprintable() and " " not in text and "\\" not in text
    host = parts.hostname or ""
    if not host or not plain or "@" in parts.netloc or parts.query or parts.fragment or not port_is_possible:
        raise UsageError(f"{origin}: {text!r} is not a plain URL", hint=hint)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)):
        return text.rstrip("/")
    raise UsageError(f"{origin}: {text} is not safe for the key", hint=hint)


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


def _jobs(value: object, origin: str) -> int:
    try:
        jobs = int(str(value))
    except ValueError:
        jobs = 0
    if not 1 <= jobs <= MAX_JOBS:
        raise UsageError(f"{origin}: jobs is {value!r}; a whole number from 1 to {MAX_JOBS} is expected")
    return jobs


def _money(value: object, origin: str) -> Decimal:
    try:
        amount = Decimal(str(value).strip().lstrip("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= _MOST_MONEY:
        raise UsageError(f"{origin}: {value!r} is not an amount of money", hint="write it like 2.50")
    return amount


def _response_format(value: object, origin: str) -> str:
    if value not in {"url", "b64_json"}:
        raise UsageError(f"{origin}: {value!r} is not a response format", hint="known: url, b64_json")
    return str(value)


_PARSERS: Final[Mapping[str, Callable[[object, str], object]]] = {
    "provider": _text,
    "base_url": _url,
    "store": _path,
    "out": _path,
    "jobs": _jobs,
    "max_cost": _money,
    "price": _money,
    "response_format": _response_format,
}
