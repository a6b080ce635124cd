"""The one list of makers. Only `api` imports it; each provider is imported when it is chosen.

Operations are imported at once: their parameters are read by every plan, and none loads Pillow.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Final

from seedream_pipe import profiles
from seedream_pipe.makers import MakerId
from seedream_pipe.operations.caption import Caption
from seedream_pipe.operations.concat import Concat
from seedream_pipe.operations.convert import Convert
from seedream_pipe.operations.crop import Crop
from seedream_pipe.operations.grid import Grid
from seedream_pipe.operations.pad import Pad
from seedream_pipe.operations.resize import Resize
from seedream_pipe.version import MAKER_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path
    from typing import Any

    from seedream_pipe.makers import Fetched, LinkDead, NotFetched, Operation, Provider
    from seedream_pipe.profiles import ProviderProfile
    from seedream_pipe.settings import Secret, Settings

__all__ = ["MAKERS", "OPERATIONS", "fetch_reference", "maker", "provider"]

MAKERS: Final[Mapping[str, MakerId]] = {
    "seedream": MakerId(name="seedream", version=MAKER_VERSIONS["seedream"], realm="seedream"),
    "preview": MakerId(name="preview", version=MAKER_VERSIONS["preview"], realm="preview"),
}
"""What is in the key, by the `maker` of a provider's profile. Raise `version` in the commit
that changes a maker's pictures."""

OPERATIONS: Final[Mapping[str, Operation[Any]]] = {
    each.name: each for each in (Caption(), Concat(), Convert(), Crop(), Grid(), Pad(), Resize())
}
"""What a pipeline's `use:` can name."""


def maker(profile: ProviderProfile) -> MakerId:
    """The maker behind a provider."""
    return MAKERS[profile.maker]


def provider(
    name: str,
    settings: Settings,
    key: Secret | None,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    patience: float | None = None,
) -> Provider:
    """The provider of a name, ready to be asked. `sleep` and `patience` are those of `run.pace`.

    Raises:
        UsageError: there is no such provider, or its host may not be used.

    """
    profile = profiles.provider(name)
    made: Provider
    if profile.maker == "preview":
        made = importlib.import_module("seedream_pipe.providers.preview.provider").Preview()
    else:
        client = importlib.import_module("seedream_pipe.providers.seedream.client")
        made = client.Seedream(
            profile,
            key=key,
            base_url=settings.base_url,
            response_format=settings.response_format,
            streaming=settings.stream,
            async_calls=settings.async_calls,
            sleep=sleep,
            patience=patience,
        )
    return made


async def fetch_reference(url: str, target: Path, settings: Settings) -> Fetched | NotFetched | LinkDead:
    """Bring a URL that a pipeline names to disk, without the key and from public hosts only.

    A host of this machine is allowed only where the API itself is one.
    """
    download = importlib.import_module("seedream_pipe.providers.seedream.download")
    found: Fetched | NotFetched | LinkDead = await download.fetch_reference(
        url, target, api=settings.base_url or ""
    )
    return found
