"""Whether the API is a test server: what comes from one never stands for a picture that was bought."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from seedream_pipe.settings import Settings

__all__ = ["local_server"]


def local_server(settings: Settings) -> str:
    """The host and port of the user's base URL when it is this machine, else an empty text."""
    if settings.base_url is None or settings.provider == "preview":
        return ""
    try:
        parts = urlsplit(settings.base_url)
        host = parts.hostname or ""
    except ValueError:
        return ""  # the provider says what is wrong with it
    return parts.netloc.rpartition("@")[2] if _is_here(host) else ""


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
