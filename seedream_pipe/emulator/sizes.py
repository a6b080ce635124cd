"""The `size` field: which are legal (R53 to R60), and which shape a tier gets (R153)."""

from __future__ import annotations

import math
import re
from typing import Final

from seedream_pipe.emulator.failures import Declined, ark
from seedream_pipe.emulator.models import Model, Profile, family, recommended

__all__ = ["chosen", "shape", "tiers_of"]

_TIER: Final = re.compile(r"\d+(\.\d+)?k", re.IGNORECASE)
_EXACT: Final = re.compile(r"(\d{1,6})x(\d{1,6})")
_RATIO: Final = re.compile(r"(?<![\d.:])(\d{1,2}(?:\.\d+)?)\s*[:：]\s*(\d{1,2}(?:\.\d+)?)(?![\d:])")
_ASPECT: Final = (1 / 16, 16.0)


def tiers_of(model: Model, profile: Profile) -> str:
    """The tiers as the server's own error text lists them."""
    quoted = [f"'{tier.lower()}'" for tier in model.tiers[profile]]
    return ", ".join(quoted[:-1]) + f", or {quoted[-1]}"


def chosen(size: str, model: Model, model_id: str, profile: Profile) -> tuple[int, int] | str:
    """The exact size or the tier that `size` asks for. Raises `Declined`."""
    exact = _EXACT.fullmatch(size)
    if exact:
        return _checked(int(exact[1]), int(exact[2]), model, profile)
    if size.upper() in model.tiers[profile]:
        return size.upper()
    if _TIER.fullmatch(size) or size == "adaptive":
        raise Declined(ark("400-size-unsupported-tier", model=family(model_id)))
    raise Declined(ark("400-size-malformed", tiers=tiers_of(model, profile)))


def _checked(width: int, height: int, model: Model, profile: Profile) -> tuple[int, int]:
    if width * height < model.least_pixels:
        raise Declined(ark("400-size-too-small", pixels=model.least_pixels))
    if width * height > model.most_pixels[profile]:
        too_large = ark("400-size-too-small", pixels=model.most_pixels[profile])
        raise Declined(too_large.reworded("at least", "at most"))
    if not _ASPECT[0] <= width / height <= _ASPECT[1]:
        odd = ark("400-image-aspect-ratio", aspect=f"{width / height:.2f}")
        raise Declined(odd.reworded("`image`", "`size`"))
    return width, height


def shape(
    tier: str, *, model: Model, profile: Profile, reference: tuple[int, int] | None, prompt: str
) -> tuple[int, int]:
    """The size a tier gets: by the first reference's ratio, else by one in the prompt, else square."""
    named = _RATIO.search(prompt)
    ratio = 1.0
    if reference:
        ratio = reference[0] / reference[1]
    elif named and float(named[2]) > 0 and float(named[1]) > 0:
        ratio = float(named[1]) / float(named[2])
    sizes = recommended(model, tier, profile)
    return min(sizes, key=lambda size: abs(math.log(size[0] / size[1] / ratio)))
