"""The user's settings as they stand: each value and where it comes from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedream_pipe import profiles
from seedream_pipe.settings import VARIABLES, config_file, secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedream_pipe.settings import Settings

__all__ = ["ApiKey", "Configuration", "Setting", "configuration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting: its value as text, empty where there is none, and its origin."""

    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """The variable that a provider's key is read from, and whether it has one. Never the key."""

    provider: str
    variable: str
    is_set: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All settings, the keys' variables, and the configuration file."""

    settings: tuple[Setting, ...]
    keys: tuple[ApiKey, ...]
    file: str
    file_exists: bool


def configuration(made: Settings, environment: Mapping[str, str]) -> Configuration:
    """What `settings.read` made of flags, variables and the configuration file, for showing."""
    path = config_file(environment)
    return Configuration(
        settings=tuple(
            Setting(name=name, value=_shown(getattr(made, name)), origin=made.origins.get(name, "default"))
            for name in VARIABLES
        ),
        keys=tuple(
            ApiKey(
                provider=profile.name,
                variable=profile.key_variable,
                is_set=secret(profile.key_variable, environment) is not None,
            )
            for profile in profiles.providers()
            if profile.key_variable
        ),
        file=os.fspath(path),
        file_exists=path.exists(),
    )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
