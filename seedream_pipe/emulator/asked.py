"""What a request's body asks for, after every check that precedes making anything.

Nulls are absences (R8). What the model does not know is noted and ignored (R22),
or refused in strict mode (R24). Raises `Declined` with the server's own answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from seedream_pipe.emulator.failures import ArkFailure, Declined, ark
from seedream_pipe.emulator.images import Format
from seedream_pipe.emulator.models import Flavour, Model
from seedream_pipe.emulator.options import Options
from seedream_pipe.emulator.references import Own, Reference, referenced
from seedream_pipe.emulator.sizes import chosen, shape

__all__ = ["Asked", "asked", "without_nulls"]

_MOST: Final = 15
_SET_ASIDE_FOR_LAYERS: Final = 17
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "response_format": frozenset({"url", "b64_json"}),
    "sequential_image_generation": frozenset({"auto", "disabled"}),
    "output_format": frozenset({"jpeg", "png"}),
    "background": frozenset({"opaque", "transparent"}),
}
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "size": (str,),
    "stream": (bool,),
    "watermark": (bool,),
    "layer_decomposition": (bool,),
    "optimize_prompt": (bool,),
    "seed": (int,),
    "guidance_scale": (int, float),
    "sequential_image_generation_options": (dict,),
    "optimize_prompt_options": (dict,),
    "tools": (list,),
}
_RANGES: Final[Mapping[str, tuple[int, int]]] = {"seed": (-1, 2_147_483_647), "guidance_scale": (1, 10)}
_OPTION_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "sequential_image_generation_options": frozenset({"max_images"}),
    "optimize_prompt_options": frozenset({"mode", "thinking"}),
}
_KNOWN: Final = frozenset({"model", "prompt", "image", *_WORDS, *_TYPES})
_NUMERALS: Final = {word: number for number, word in enumerate("一二三四五六七八九十", start=1)} | {
    word: number
    for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight"), start=2)
}
_COUNTS: Final = (
    re.compile(r"(\d+|[一二三四五六七八九十两])\s*[张幅]"),
    re.compile(
        r"\b(\d+|two|three|four|five|six|seven|eight)\s+(?:\w+[ -]){0,2}?"
        r"(?:images?|pictures?|photos?|frames?|panels?|illustrations?|shots?|views?|pages?)\b",
        re.IGNORECASE,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that may be made. `count` is how many pictures the prompt gets out of the model."""

    model: Model
    model_id: str
    flavour: Flavour
    prompt: str
    references: tuple[Reference, ...]
    size: tuple[int, int]
    count: int
    stream: bool
    base64: bool
    watermark: bool
    format: Format
    web_search: bool
    layers: bool
    transparent: bool
    ignored: tuple[str, ...]


def without_nulls(body: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are there: not null, and nor are theirs (R8)."""
    return {
        name: without_nulls(value) if isinstance(value, dict) else value
        for name, value in body.items()
        if value is not None
    }


def asked(
    fields: Mapping[str, Any],
    *,
    model: Model,
    model_id: str,
    flavour: Flavour,
    options: Options,
    admit: Callable[[int], None],
    own: Own,
) -> Asked:
    """The request that these fields make.

    Checks come in the order of R115: parameters, then `admit` with the number of pictures (the
    limits of the account), then the references, of which `own` knows those of our own store.
    """
    ignored = _ignored(fields, model, flavour)
    if ignored and options.strict:
        raise Declined(_bad(ignored[0]).coded("InvalidParameter.UnsupportedParameter"))
    if not model.groups:
        for field in ("sequential_image_generation", "stream"):
            if field in fields:
                raise Declined(_bad(field))
    _check_shapes({name: value for name, value in fields.items() if name not in ignored}, flavour)
    layers = model.layers and fields.get("layer_decomposition", False)
    prompt = _prompt(fields, required=not layers)
    images = _images(fields, model, options)
    size = _size(fields, model, model_id, options, layers=layers)
    most = _most(fields, len(images), options)
    count = _count(prompt, most, one_fewer=options.one_fewer) if most else 1
    admit(_SET_ASIDE_FOR_LAYERS if layers else count)
    references = tuple(referenced(image, profile=options.profile, own=own) for image in images)
    transparent = model.layers and fields.get("background") == "transparent"
    _check_special(fields, references, layers=layers, transparent=transparent)
    if isinstance(size, str):
        ratio = _first_size(references)
        size = shape(size, model=model, profile=options.profile, reference=ratio, prompt=prompt)
    return Asked(
        model=model,
        model_id=model_id,
        flavour=flavour,
        prompt=prompt,
        references=references,
        size=size,
        count=count,
        stream=fields.get("stream", False),
        base64=fields.get("response_format") == "b64_json",
        watermark=fields.get("watermark", True),
        format="png" if transparent or _png(fields, model) else "jpeg",
        web_search=model.searches_web and bool(fields.get("tools")),
        layers=layers,
        transparent=transparent,
        ignored=ignored,
    )


def _bad(field: str, why: str = "") -> ArkFailure:
    failure = ark("400-stream-unsupported-on-pro", field=field)
    return failure.reworded("is not valid.", f"is not valid: {why}.") if why else failure


def _ignored(fields: Mapping[str, Any], model: Model, flavour: Flavour) -> tuple[str, ...]:
    """Names that do nothing: unknown ones, and those that this model does not know (R22)."""
    idle = {"optimize_prompt"}
    if not model.knows_output_format:
        idle.add("output_format")
    if not model.layers:
        idle |= {"layer_decomposition", "background"}
    if not model.groups:
        idle.add("sequential_image_generation_options")
    top = [name for name in fields if name not in _KNOWN or name in idle]
    if not model.searches_web and flavour != "bp" and "tools" in fields:
        top.append("tools")
    inner = [
        f"{name}.{member}"
        for name, members in _OPTION_NAMES.items()
        if isinstance(fields.get(name), dict)
        for member in fields[name]
        if member not in members
    ]
    return tuple(top + inner)


def _check_shapes(fields: Mapping[str, Any], flavour: Flavour) -> None:
    """Types, words and ranges (R25, R33, R35)."""
    for name, types in _TYPES.items():
        if name in fields and not _is(fields[name], types):
            raise Declined(_bad(name))
    for name, words in _WORDS.items():
        if name in fields and (not isinstance(fields[name], str) or fields[name] not in words):
            raise Declined(_bad(name))
    for name, (least, most) in _RANGES.items():
        if name in fields and not least <= fields[name] <= most:
            raise Declined(_bad(name))
    mode = fields.get("optimize_prompt_options", {}).get("mode", "standard")
    if mode not in ("standard", "fast"):
        raise Declined(_bad("optimize_prompt_options.mode"))
    if "tools" in fields and (
        flavour == "bp" or any(tool != {"type": "web_search"} for tool in fields["tools"])
    ):
        raise Declined(_bad("tools"))


def _is(value: object, types: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in types
    return isinstance(value, types)


def _prompt(fields: Mapping[str, Any], *, required: bool) -> str:
    prompt = fields.get("prompt", "")
    if not isinstance(prompt, str):
        raise Declined(_bad("prompt"))
    if required and not prompt.strip():
        raise Declined(ark("400-missing-prompt", field="prompt"))
    return prompt


def _images(fields: Mapping[str, Any], model: Model, options: Options) -> tuple[str, ...]:
    given = fields.get("image", ())
    images = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list | tuple) else None
    if images is None or ("image" in fields and not images):
        raise Declined(_bad("image"))
    most = model.references[options.profile]
    if len(images) > most:
        raise Declined(_bad("image", f"at most {most} images are supported"))
    if any(not isinstance(image, str) for image in images):
        raise Declined(_bad("image"))
    if "" in images:
        raise Declined(_bad("image", "empty url").coded("InvalidImageURL.EmptyURL"))
    return images


def _size(
    fields: Mapping[str, Any], model: Model, model_id: str, options: Options, *, layers: bool
) -> tuple[int, int] | str:
    default = "2K" if model.name == "pro" else "2048x2048"
    size = fields.get("size", default)
    if layers and size == "auto":
        return "2K"
    return chosen(size, model, model_id, options.profile)


def _first_size(references: tuple[Reference, ...]) -> tuple[int, int] | None:
    """The size of the first reference, when it is known."""
    first = references[0].measure if references else None
    return (first.width, first.height) if first and first.width else None


def _most(fields: Mapping[str, Any], references: int, options: Options) -> int | None:
    """How many pictures a group may have; None when no group is asked for (R28 to R30)."""
    sequence = fields.get("sequential_image_generation_options", {})
    most: int = sequence.get("max_images", _MOST)
    if not _is(most, (int,)) or not 1 <= most <= _MOST:
        raise Declined(_bad("sequential_image_generation_options.max_images"))
    if fields.get("sequential_image_generation") != "auto":
        return None
    room = _MOST - references
    if "max_images" in sequence and most > room and not options.cap_groups:
        raise Declined(_bad("sequential_image_generation_options.max_images"))
    return min(most, room)


def _count(prompt: str, most: int, *, one_fewer: bool) -> int:
    """The count that the prompt names, within bounds; a vague prompt gives one (R80, R154)."""
    found = next((match[1].lower() for match in (rule.search(prompt) for rule in _COUNTS) if match), "1")
    number = 2 if found == "两" else _NUMERALS.get(found) or int(found)
    return max(1, min(number, most) - int(one_fewer))


def _png(fields: Mapping[str, Any], model: Model) -> bool:
    return model.knows_output_format and fields.get("output_format") == "png"


def _check_special(
    fields: Mapping[str, Any], references: tuple[Reference, ...], *, layers: bool, transparent: bool
) -> None:
    """What pro's layers and transparency need (R39, R40)."""
    if transparent:
        measure = references[0].measure if len(references) == 1 else None
        if fields.get("output_format") == "jpeg" or not (measure and measure.alpha):
            raise Declined(_bad("background"))
    if layers:
        if len(references) != 1:
            raise Declined(_bad("image", "layer_decomposition needs exactly one image"))
        measure = references[0].measure
        if measure and (measure.format not in ("jpeg", "png") or min(measure.width, measure.height) < 512):
            raise Declined(_bad("image"))
        if "x" in fields.get("size", ""):
            raise Declined(_bad("size"))
