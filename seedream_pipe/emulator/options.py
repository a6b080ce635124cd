"""How one emulator is set: the switches that the contract's section 15 names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seedream_pipe.emulator.models import Profile

__all__ = ["Options"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings that hold for every call; single calls are changed by a `Fault`.

    keys: the API keys that are accepted; none given: every key that does not begin with "invalid".
    flavour: who answers under `/api/v3`; "auto" goes by the model id (R17).
    profile: limits of today or until early 2026 (section 4, section 5).
    latency, event_latency, download_latency: seconds before an answer, before each picture of a
        stream after the first, before a download.
    picture_bytes: size to which picture files are padded; 0 leaves them small (R151).
    repeatable: equal requests give equal bytes (R151).
    one_fewer: groups have one picture less than the prompt asks for (R154).
    cap_groups: too large a `max_images` is capped instead of refused (R30).
    strict: fields that are unknown or do nothing give 400 instead of being ignored (R24).
    gzip: answers are compressed for who accepts it (R11).
    closed_models: model ids that the account has not activated.
    endpoint_model: the model behind every `ep-` id (R15).
    pictures_per_minute: per key and model; beyond it 429 (R157), with `retry_after` as its header.
    max_in_flight: generations at once; beyond it 429.
    link_life: seconds until a link dies (R71).
    ignore_async: 302.AI's `?async=true` is answered at once (R126).
    keep_bodies: the ledger keeps request bodies whole; otherwise data URIs are shortened.
    """

    keys: tuple[str, ...] = ()
    flavour: Literal["auto", "cn", "bp"] = "auto"
    profile: Profile = "today"
    latency: float = 0.0
    event_latency: float = 0.0
    download_latency: float = 0.0
    picture_bytes: int = 0
    repeatable: bool = False
    one_fewer: bool = False
    cap_groups: bool = False
    strict: bool = False
    gzip: bool = True
    closed_models: tuple[str, ...] = ()
    endpoint_model: str = "doubao-seedream-4-5-251128"
    pictures_per_minute: int | None = None
    retry_after: str | None = None
    max_in_flight: int | None = None
    link_life: int = 86_400
    ignore_async: bool = False
    keep_bodies: bool = True
