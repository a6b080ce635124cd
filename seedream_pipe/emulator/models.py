"""The models that the emulator plays (contract section 2, `samples/model-limits.json`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypeVar

__all__ = ["MODELS", "Flavour", "Model", "Profile", "family", "recommended", "serving", "spoken_by"]

Flavour: TypeAlias = Literal["cn", "bp", "302"]
"""Whose answers are imitated: Volcengine Ark, BytePlus ModelArk, 302.AI."""

Profile: TypeAlias = Literal["today", "early"]
"""Which state of the limits: today's pages, or those until early 2026 (contract section 0)."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What one model takes. Pixels are width times height, both bounds inclusive (section 5)."""

    name: str
    ids: Mapping[Flavour, tuple[str, ...]]
    tiers: Mapping[Profile, tuple[str, ...]]
    least_pixels: int
    most_pixels: Mapping[Profile, int]
    references: Mapping[Profile, int]
    groups: bool = True
    streams: bool = True
    knows_output_format: bool = False
    searches_web: bool = False
    layers: bool = False


def _ids(cn: str, bp: str, *, more_cn: str = "", more_bp: str = "") -> Mapping[Flavour, tuple[str, ...]]:
    plus_cn = (more_cn,) if more_cn else ()
    plus_bp = (more_bp,) if more_bp else ()
    return MappingProxyType({"cn": (cn, *plus_cn), "bp": (bp, *plus_bp), "302": (cn,)})


def _by_profile(today: _T, early: _T) -> Mapping[Profile, _T]:
    return MappingProxyType({"today": today, "early": early})


MODELS: Final[tuple[Model, ...]] = (
    Model(
        name="4.0",
        ids=_ids("doubao-seedream-4-0-250828", "seedream-4-0-250828"),
        tiers=_by_profile(("1K", "2K", "4K"), ("1K", "2K", "4K")),
        least_pixels=921_600,
        most_pixels=_by_profile(16_777_216, 16_777_216),
        references=_by_profile(14, 10),
    ),
    Model(
        name="4.5",
        ids=_ids("doubao-seedream-4-5-251128", "seedream-4-5-251128"),
        tiers=_by_profile(("2K", "4K"), ("2K", "4K")),
        least_pixels=3_686_400,
        most_pixels=_by_profile(16_777_216, 16_777_216),
        references=_by_profile(14, 10),
    ),
    Model(
        name="lite",
        ids=_ids(
            "doubao-seedream-5-0-260128",
            "seedream-5-0-260128",
            more_cn="doubao-seedream-5-0-lite-260128",
            more_bp="seedream-5-0-lite-260128",
        ),
        tiers=_by_profile(("2K", "3K", "4K"), ("2K", "3K")),
        least_pixels=3_686_400,
        most_pixels=_by_profile(16_777_216, 10_404_496),
        references=_by_profile(14, 10),
        knows_output_format=True,
        searches_web=True,
    ),
    Model(
        name="pro",
        ids=_ids("doubao-seedream-5-0-pro-260628", "dola-seedream-5-0-pro-260628"),
        tiers=_by_profile(("1K", "1.5K", "2K"), ("1K", "2K")),
        least_pixels=921_600,
        most_pixels=_by_profile(4_624_220, 4_194_304),
        references=_by_profile(10, 10),
        groups=False,
        streams=False,
        knows_output_format=True,
        layers=True,
    ),
)

_TABLES: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("1K", "4.0"): "1024x1024 1152x864 864x1152 1248x832 832x1248 1280x720 720x1280 1512x648",
        ("1K", "pro"): "1024x1024 1152x864 864x1152 1248x832 832x1248 1424x800 800x1424 1568x672",
        ("1.5K", "pro"): "1536x1536 1792x1344 1344x1792 1872x1248 1248x1872 2048x1152 1152x2048 2352x1008",
        ("2K", ""): "2048x2048 2304x1728 1728x2304 2496x1664 1664x2496 2848x1600 1600x2848 3136x1344",
        ("2K", "pro"): "2048x2048 2368x1776 1776x2368 2496x1664 1664x2496 2816x1584 1584x2816 3136x1344",
        ("3K", ""): "3072x3072 3456x2592 2592x3456 3744x2496 2496x3744 4096x2304 2304x4096 4704x2016",
        ("4K", ""): "4096x4096 4704x3520 3520x4704 4992x3328 3328x4992 5504x3040 3040x5504 6240x2656",
    }
)
_EARLY_2K: Final = "2048x2048 2304x1728 1728x2304 2496x1664 1664x2496 2560x1440 1440x2560 3024x1296"
_VERSION: Final = re.compile(r"-\d{6}$")


def recommended(model: Model, tier: str, profile: Profile) -> tuple[tuple[int, int], ...]:
    """The sizes that the tables of section 5.1 name for a tier of a model."""
    row = _TABLES.get((tier, model.name)) or _TABLES[(tier, "")]
    if tier == "2K" and profile == "early" and model.name in ("4.0", "4.5"):
        row = _EARLY_2K
    sizes = [size.split("x") for size in row.split()]
    return tuple((int(width), int(height)) for width, height in sizes)


def serving(model_id: str, flavour: Flavour) -> Model | None:
    """The model that a provider serves under this very id (R15, R17)."""
    return next((model for model in MODELS if model_id in model.ids[flavour]), None)


def spoken_by(model_id: str) -> Flavour:
    """Which of the two Ark services names its models like this (R17)."""
    return "bp" if any(model_id in model.ids["bp"] for model in MODELS) else "cn"


def family(model_id: str) -> str:
    """The id without its version part, as links and error texts spell it (R72)."""
    return _VERSION.sub("", model_id)
