"""Records of the profile files, and what is asked of them: names, sizes, prices.

Rule 1: the files are read when first asked for and kept; their shape is held by
`schemas/profile-*.schema.json` and a test, so the reader doubts nothing.
Rule 2: estimating and billing are one function, `price`.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Final, Literal

from seedream_pipe.errors import ProviderError, SeedreamError, UsageError

__all__ = [
    "ModelProfile",
    "Patience",
    "Price",
    "Prices",
    "ProviderProfile",
    "ReferenceLimits",
    "SizeError",
    "Tier",
    "is_raw_id",
    "model",
    "models",
    "neutral",
    "pixels",
    "price",
    "provider",
    "providers",
    "resolve_size",
    "shape",
    "wire_id",
]

_FOLDER: Final = os.path.dirname(__file__)
_TIER: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*[kK]\s*")
_EXPLICIT: Final = re.compile(r"\s*([0-9]{1,6})\s*[xX×]\s*([0-9]{1,6})\s*")
_ASPECT: Final = re.compile(r"\s*([0-9]{1,4}(?:\.[0-9]{1,4})?)\s*[:/]\s*([0-9]{1,4}(?:\.[0-9]{1,4})?)\s*")
_VERSION_PART: Final = re.compile(r"-[0-9]{6,8}$")


class SizeError(SeedreamError):
    """A size that the model does not make. The message has the numbers, the hint a legal size."""

    code = "E-SIZE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A resolution class and its recommended sizes, ``WxH`` by aspect ``W:H`` (contract 5.1)."""

    name: str
    sizes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLimits:
    """What a reference picture may be (contract 4). Ratios are width over height, inclusive.

    `formats` are media types. Sides must be longer than `side_above` pixels. Beyond a
    ``…_to_warn`` value some providers have refused.
    """

    count: int
    bytes: int
    bytes_to_warn: int
    formats: tuple[str, ...]
    side_above: int
    pixels: int
    aspect: tuple[float, float]
    aspect_to_warn: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """A provider's prices of one model, in the provider's currency (contract 12).

    Pictures of more than `large_above` pixels cost `large_picture` each, when given.
    `further_reference` is the price of each reference after the first.
    """

    picture: Decimal
    large_above: int | None
    large_picture: Decimal | None
    further_reference: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds that an answer may take (R132)."""

    single: float
    per_picture_of_group: float
    group_at_most: float

    def seconds(self, group: int | None) -> float:
        """For a single picture, or a series with that ceiling; never less than for one."""
        if group is None:
            return self.single
        return max(self.single, min(self.per_picture_of_group * group, self.group_at_most))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """A model's limits, sizes and prices (contract 2 to 5, 12).

    `ids` are its names on the wire by provider, the one to send first. `pixels` is the
    inclusive range of width times height, `aspect` of width over height. `rejects` are
    fields it answers 400 to, whatever their value (R36). `pictures_per_call` bounds
    references and pictures together (R30). A model with one output format takes no
    ``output_format`` (R33). `layers` says that it takes ``layer_decomposition`` (R39),
    `backgrounds` are the kinds of ``background`` that it takes (R40).
    """

    name: str
    title: str
    also: tuple[str, ...]
    ids: Mapping[str, tuple[str, ...]]
    default_size: str
    tiers: tuple[Tier, ...]
    older_sizes: tuple[str, ...]
    pixels: tuple[int, int]
    aspect: tuple[float, float]
    references: ReferenceLimits
    group: bool
    stream: bool
    pictures_per_call: int
    rejects: frozenset[str]
    output_formats: tuple[str, ...]
    optimize_modes: tuple[str, ...]
    tools: Mapping[str, tuple[str, ...]]
    prices: Mapping[str, Prices]
    pictures_per_minute: int
    patience: Patience
    layers: bool = False
    backgrounds: tuple[str, ...] = ()

    def tier(self, name: str) -> Tier | None:
        """The tier of that name, in any case (R54)."""
        return next((tier for tier in self.tiers if tier.name == name.upper()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderProfile:
    """Where a provider is, what key it wants, in what it charges.

    `maker` says which implementation speaks to it. `base_url` and what belongs to it are
    None for a provider that needs no network. From more than `references_to_warn`
    references on, the provider may refuse what the model takes. `gateway_seconds` is when
    the provider's own edge gives up on a call (R125, R133). With `async_query` in its URL a
    call is answered by a ticket, and `async_result` and the ticket, on the host of the base
    URL, is where the answer comes to be (R126); None where there is no such form.
    """

    name: str
    title: str
    maker: Literal["seedream", "preview"]
    paid: bool
    base_url: str | None
    path: str | None
    key_variable: str | None
    key_page: str | None
    currency: str
    references_to_warn: int | None
    gateway_seconds: float | None
    async_query: str | None
    async_result: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Money: a decimal amount and a currency code, for example USD."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


def models() -> tuple[ModelProfile, ...]:
    """Return all models with a profile, by name."""
    return tuple(_models().values())


def providers() -> tuple[ProviderProfile, ...]:
    """Return all providers, by name."""
    return tuple(_providers().values())


def model(name: str) -> ModelProfile | None:
    """Find the profile behind a neutral name, an alias, or any provider's id.

    None when there is none: then the name is a mistake, or `is_raw_id` and the model
    works with an explicit size and a price from the user's settings only.
    """
    return _by_any_name().get(name.strip().lower())


def is_raw_id(name: str) -> bool:
    """Whether it looks like an endpoint ``ep-…`` or a full id with its version part (R15)."""
    return (
        bool(name.startswith("ep-") or _VERSION_PART.search(name)) and name.isascii() and name.isprintable()
    )


def neutral(name: str) -> str:
    """Return the model's provider-neutral name (R17); of a model without profile the name itself."""
    profile = model(name)
    return profile.name if profile else name.strip()


def provider(name: str) -> ProviderProfile:
    """Find a provider.

    Raises:
        UsageError: there is none of that name.

    """
    found = _providers().get(name)
    if found is None:
        raise UsageError(f'there is no provider "{name}"', hint="known: " + ", ".join(_providers()))
    return found


def wire_id(provider: str, model: str) -> str:
    """Return the model's id at a provider (R16, R17). Raw ids without a profile pass as they are.

    An id that is one of the provider's own is kept; another provider's id becomes this one's.

    Raises:
        ProviderError: the provider does not serve the model, or nobody knows the name.

    """
    profile = _by_any_name().get(model.strip().lower())
    if profile is None:
        if is_raw_id(model):
            return model
        known = ", ".join(_models())
        raise ProviderError(f'there is no model "{model}"', hint=f"known: {known}; or a full id, or ep-…")
    if _providers()[provider].base_url is None:
        return profile.name
    ids = profile.ids.get(provider, ())
    if not ids:
        raise ProviderError(f"{provider} does not serve {profile.name}")
    return model if model in ids else ids[0]


def pixels(size: str) -> tuple[int, int]:
    """Split ``WxH`` into width and height.

    Raises:
        SizeError: it is not of that form.

    """
    match = _EXPLICIT.fullmatch(size)
    if match is None:
        raise SizeError(f'"{size}" is not a size', hint="write a width and a height: 2048x2048")
    return int(match[1]), int(match[2])


def resolve_size(model: str | ModelProfile, value: str | Mapping[str, str]) -> str:
    """Turn a size as people write it into what is keyed and sent: a tier, or ``WxH`` (R53–R57).

    A text is a tier in any case, which leaves the shape to the model (R56), or an explicit
    size. A map ``{tier, aspect}`` becomes the model's recommended size.

    Raises:
        SizeError: the model does not make it; the hint has the nearest size that it makes.

    """
    profile = _by_any_name().get(model.strip().lower()) if isinstance(model, str) else model
    if profile is None:
        return _size_of_unknown_model(str(model), value)
    if isinstance(value, Mapping):
        return _size_of_aspect(profile, str(value.get("tier", "")), str(value.get("aspect", "")))
    if _TIER.fullmatch(value):
        return _tier(profile, value).name
    if _EXPLICIT.fullmatch(value):
        return _checked(profile, *pixels(value))
    if _ASPECT.fullmatch(value):
        first = profile.tiers[-1].name
        raise SizeError(
            f'"{value}" is an aspect, not a size', hint=f"write {{tier: {first}, aspect: {value.strip()}}}"
        )
    raise SizeError(f'"{value}" is not a size', hint=_forms(profile))


def shape(model: str | ModelProfile, tier: str, ratio: float) -> str:
    """Return the recommended size of a tier whose width over height is nearest to `ratio`.

    Raises:
        SizeError: no such model, or it has no such tier.

    """
    profile = _by_any_name().get(model.strip().lower()) if isinstance(model, str) else model
    if profile is None:
        raise SizeError(f'the sizes of "{model}" are not known')
    return _nearest(_tier(profile, tier), ratio)


def price(
    provider: str, model: str | ModelProfile, *, size: str, pictures: int, references: int
) -> Price | None:
    """Return what that many pictures cost; None when nobody has said (a person gives a number then).

    Of a tier the shape is the model's choice (R56), so its largest shape counts.
    """
    at = _providers()[provider]
    if not at.paid:
        return Price(amount=Decimal(0), currency=at.currency)
    profile = _by_any_name().get(model.strip().lower()) if isinstance(model, str) else model
    prices = profile.prices.get(provider) if profile else None
    if profile is None or prices is None:
        return None
    each = prices.picture
    if prices.large_above is not None and prices.large_picture is not None:
        each = prices.large_picture if _most_pixels(profile, size) > prices.large_above else each
    further = prices.further_reference * max(0, references - 1) if pictures else Decimal(0)
    return Price(amount=each * pictures + further, currency=at.currency)


def _most_pixels(profile: ModelProfile, size: str) -> int:
    tier = profile.tier(size)
    shapes = [*tier.sizes.values()] if tier else [size]
    if size == "auto":
        shapes = [each for every in profile.tiers for each in every.sizes.values()]
    return max(width * height for width, height in map(pixels, shapes))


def _size_of_unknown_model(name: str, value: str | Mapping[str, str]) -> str:
    if isinstance(value, str) and _EXPLICIT.fullmatch(value):
        width, height = pixels(value)
        return f"{width}x{height}"
    raise SizeError(
        f'the sizes of "{name}" are not known', hint="write a width and a height, for example 2048x2048"
    )


def _size_of_aspect(profile: ModelProfile, tier_name: str, aspect: str) -> str:
    tier = _tier(profile, tier_name)
    found = tier.sizes.get(aspect.replace(" ", "").replace("/", ":"))
    if found is not None:
        return found
    match = _ASPECT.fullmatch(aspect)
    if match is None or not float(match[1]) or not float(match[2]):
        raise SizeError(f'"{aspect}" is not an aspect', hint="known: " + ", ".join(tier.sizes))
    ratio = float(match[1]) / float(match[2])
    message = f"{profile.name} has no {tier.name} size of aspect {aspect.strip()}: " + ", ".join(tier.sizes)
    raise SizeError(message, hint=f"write the size itself, for example {_of_ratio(profile, tier, ratio)}")


def _tier(profile: ModelProfile, name: str) -> Tier:
    match = _TIER.fullmatch(name)
    if match is None:
        raise SizeError(f'"{name}" is not a tier', hint=_forms(profile))
    tier = profile.tier(f"{match[1]}K")
    if tier is not None:
        return tier
    wanted = float(match[1])
    near = min(profile.tiers, key=lambda tier: abs(float(tier.name[:-1]) - wanted))
    tiers = ", ".join(tier.name for tier in profile.tiers)
    raise SizeError(f"{profile.name} has no tier {match[1]}K, only {tiers}", hint=f"nearest: {near.name}")


def _checked(profile: ModelProfile, width: int, height: int) -> str:
    least, most = profile.pixels
    name = f"{width}x{height}"
    if not width or not height:
        raise SizeError(f"{name} has no pixels", hint=_forms(profile))
    ratio = width / height
    if not profile.aspect[0] <= ratio <= profile.aspect[1]:
        message = f"{name} is {_ratio(ratio)}; {profile.name} makes 1:16 to 16:1"
        raise SizeError(message, hint=f"nearest: {_nearest_of_all(profile, width, height)}")
    if least <= width * height <= most:
        return name
    side = "fewer" if width * height < least else "more"
    bound = least if side == "fewer" else most
    message = f"{name} has {width * height:,} pixels, {side} than the {bound:,} of {profile.name}"
    raise SizeError(message, hint=f"nearest: {_nearest_of_all(profile, width, height)}")


def _ratio(ratio: float) -> str:
    return f"{ratio:.4g}:1" if ratio >= 1 else f"1:{1 / ratio:.4g}"


def _nearest_of_all(profile: ModelProfile, width: int, height: int) -> str:
    """Find the legal size of the same shape, and among those of the nearest number of pixels."""
    if not profile.aspect[0] <= width / height <= profile.aspect[1]:
        tier = min(profile.tiers, key=lambda tier: abs(_most_pixels(profile, tier.name) - width * height))
        return _nearest(tier, width / height)
    known = [size for tier in profile.tiers for size in tier.sizes.values()]
    scaled = _scaled(profile, width, height)

    def distance(size: str) -> tuple[float, float]:
        across, down = pixels(size)
        area = across * down / (width * height)
        # A difference of shape below one in a hundred is none: 2848x1600 is 16:9 too.
        return round(_distance(size, width / height), 2), max(area, 1 / area)

    return min([*known, *profile.older_sizes, *scaled], key=distance)


def _scaled(profile: ModelProfile, width: int, height: int) -> list[str]:
    """The same shape with about as few or as many pixels as the model makes, sides in steps of 16."""
    least, most = profile.pixels
    common = math.gcd(width, height)
    unit = 16 * width // common, 16 * height // common
    if width * height < least:
        times = math.isqrt((least - 1) // (unit[0] * unit[1])) + 1
    else:
        times = math.isqrt(most // (unit[0] * unit[1]))
    area = times * times * unit[0] * unit[1]
    return [f"{times * unit[0]}x{times * unit[1]}"] if least <= area <= most else []


def _nearest(tier: Tier, ratio: float) -> str:
    return min(tier.sizes.values(), key=lambda size: _distance(size, ratio))


def _distance(size: str, ratio: float) -> float:
    width, height = pixels(size)
    # Of w/h and h/w alike, so that tall shapes are judged as wide ones are.
    return max(width / height / ratio, ratio * height / width)


def _of_ratio(profile: ModelProfile, tier: Tier, ratio: float) -> str:
    """Find an explicit size with the tier's area and a ratio of the user's, sides in steps of 16."""
    ratio = min(max(ratio, profile.aspect[0]), profile.aspect[1])
    square = pixels(tier.sizes["1:1"])[0]
    width = max(16, int(square * ratio**0.5) // 16 * 16)
    height = max(16, int(square / ratio**0.5) // 16 * 16)
    try:
        return _checked(profile, width, height)
    except SizeError:
        return _nearest(tier, ratio)


def _forms(profile: ModelProfile) -> str:
    tiers = ", ".join(tier.name for tier in profile.tiers)
    return f"write {tiers}, WIDTHxHEIGHT, or {{tier, aspect}}"


@cache
def _models() -> Mapping[str, ModelProfile]:
    found = [_model(tree) for tree in _trees(".model.json")]
    return {profile.name: profile for profile in sorted(found, key=lambda profile: profile.name)}


@cache
def _providers() -> Mapping[str, ProviderProfile]:
    found = [_provider(tree) for tree in _trees(".provider.json")]
    return {profile.name: profile for profile in sorted(found, key=lambda profile: profile.name)}


@cache
def _by_any_name() -> Mapping[str, ModelProfile]:
    names: dict[str, ModelProfile] = {}
    for profile in _models().values():
        ids = (name for group in profile.ids.values() for name in group)
        names.update(dict.fromkeys((profile.name, *profile.also, *ids), profile))
    return names


def _trees(suffix: str) -> list[dict[str, Any]]:
    trees: list[dict[str, Any]] = []
    for name in os.listdir(_FOLDER):
        if name.endswith(suffix):
            with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
                trees.append(json.load(file))
    return trees


def _model(tree: dict[str, Any]) -> ModelProfile:
    return ModelProfile(
        name=tree["name"],
        title=tree["title"],
        also=tuple(tree["also"]),
        ids={name: tuple(ids) for name, ids in tree["ids"].items()},
        default_size=tree["default_size"],
        tiers=tuple(Tier(name=name, sizes=sizes) for name, sizes in tree["tiers"].items()),
        older_sizes=tuple(tree["older_sizes"]),
        pixels=_pair(tree["pixels"]),
        aspect=_pair(tree["aspect"]),
        references=_references(tree["references"]),
        group=tree["group"],
        stream=tree["stream"],
        pictures_per_call=tree["pictures_per_call"],
        rejects=frozenset(tree["rejects"]),
        output_formats=tuple(tree["output_formats"]),
        optimize_modes=tuple(tree["optimize_modes"]),
        tools={name: tuple(tools) for name, tools in tree["tools"].items()},
        layers=tree.get("layers", False),
        backgrounds=tuple(tree.get("backgrounds", ())),
        prices={name: _prices(prices) for name, prices in tree["prices"].items()},
        pictures_per_minute=tree["pictures_per_minute"],
        patience=Patience(**tree["patience"]),
    )


def _references(tree: dict[str, Any]) -> ReferenceLimits:
    return ReferenceLimits(
        **{
            **tree,
            "formats": tuple(tree["formats"]),
            "aspect": _pair(tree["aspect"]),
            "aspect_to_warn": _pair(tree["aspect_to_warn"]),
        }
    )


def _prices(tree: dict[str, Any]) -> Prices:
    large = tree.get("large")
    return Prices(
        picture=Decimal(tree["picture"]),
        large_above=large["above_pixels"] if large else None,
        large_picture=Decimal(large["picture"]) if large else None,
        further_reference=Decimal(tree.get("further_reference", "0")),
    )


def _provider(tree: dict[str, Any]) -> ProviderProfile:
    return ProviderProfile(**{name: value for name, value in tree.items() if name != "$schema"})


def _pair(values: list[Any]) -> tuple[Any, Any]:
    least, most = values
    return least, most
