"""A step's rendered fields as values: numbers from texts, sizes resolved, limits of the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from seedream_pipe import profiles
from seedream_pipe.digest import Json, canonical
from seedream_pipe.makers import LAYERS_CEILING, Generation
from seedream_pipe.plan.context import as_text
from seedream_pipe.problems import did_you_mean, escaped
from seedream_pipe.spec.model import DEFAULT_MODEL

__all__ = ["MAX_TAKES", "Complaint", "Json", "Options", "extra_problem", "options"]

MAX_TAKES: Final = 99
_MAX_GROUP: Final = 15
_MAX_SEED: Final = 2_147_483_647
_SIZES: Final = "write 2K, 2560x1440 or {tier: 2K, aspect: 16:9}"
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")


class Complaint(NamedTuple):
    """What is wrong with a field."""

    field: str
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a step's fields say for one task, resolved.

    `profile` is the model's; None when the name is a full id or an endpoint (R15) that no
    profile has, whose limits are the service's to judge, or is wrong.
    """

    model: str
    profile: profiles.ModelProfile | None
    size: str
    watermark: bool = False
    group: int | None = None
    seed: int | None = None
    salt: str | None = None
    takes: int = 1
    pick: int | None = 1
    """Which take stands for the task; None when a person has to say."""
    manual: bool = False
    """Whether the author leaves it to a person."""
    image: int | None = None
    """Which picture of a series a person said stands for the task where one is needed."""
    optimize_prompt: str | None = None
    output_format: str | None = None
    tools: tuple[str, ...] = ()
    layer_decomposition: bool = False
    background: str | None = None
    unique_references: bool = False

    @property
    def series(self) -> int | None:
        """The most pictures of one call that makes a series; None for a single picture."""
        return LAYERS_CEILING if self.layer_decomposition else self.group

    def generation(self, prompt: str, extra: Mapping[str, Json]) -> Generation:
        """The keyed values, with the prompt and the fields that no profile knows."""
        return Generation(
            model=self.model,
            prompt=prompt,
            size=self.size,
            watermark=self.watermark,
            group=self.group,
            seed=self.seed,
            optimize_prompt=self.optimize_prompt,
            output_format=self.output_format,
            tools=self.tools,
            layer_decomposition=self.layer_decomposition,
            background=self.background,
            extra=extra,
        )


def options(
    given: Mapping[str, Any], *, provider: profiles.ProviderProfile | None = None
) -> tuple[Options, list[Complaint]]:
    """The rendered fields of a step as options, and what is wrong with them.

    A field that is wrong is told and left at its default, so that all are looked at. What
    only some providers take is judged by the one that was chosen, if any was.
    """
    reader = _Reader(given)
    model, profile = reader.model()
    takes = reader.integer("takes", 1, MAX_TAKES) or 1
    pick = reader.pick(takes)
    layers = reader.boolean("layer_decomposition")
    result = Options(
        model=model,
        profile=profile,
        size=reader.size(profile, model, layers=layers),
        watermark=reader.boolean("watermark"),
        group=reader.integer("group", 1, _MAX_GROUP),
        seed=reader.integer("seed", -1, _MAX_SEED),
        salt=reader.text("salt"),
        takes=takes,
        pick=pick,
        manual=pick is None,
        optimize_prompt=reader.text("optimize_prompt"),
        output_format=reader.text("output_format"),
        tools=reader.texts("tools"),
        layer_decomposition=layers,
        background=reader.text("background"),
        unique_references=reader.boolean("unique_references"),
    )
    reader.expect_supported(result, provider)
    if layers and profile is not None and not profile.layers:
        # It is told; that layers want this and that need not be told as well.
        result = replace(result, layer_decomposition=False)
    return result, reader.complaints


class _Reader:
    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.complaints: list[Complaint] = []

    def _value(self, name: str) -> Any:
        value = self._given.get(name)
        # A cell of a table is text, and an empty one means "not given".
        return None if isinstance(value, str) and not value.strip() else value

    def _complain(self, name: str, message: str, hint: str = "", *, code: str = "E-VALUE") -> None:
        self.complaints.append(Complaint(name, code, message, hint))

    def model(self) -> tuple[str, profiles.ModelProfile | None]:
        name = self.text("model") or DEFAULT_MODEL
        profile = profiles.model(name)
        if profile is not None:
            return profile.name, profile
        if not profiles.is_raw_id(name):
            known = [model.name for model in profiles.models()]
            message = f'unknown model "{escaped(name, limit=60)}"'
            self._complain("model", message, did_you_mean(name, known), code="E-MODEL")
        return name, None

    def size(self, profile: profiles.ModelProfile | None, model: str, *, layers: bool) -> str:
        value = self._value("size")
        if layers and isinstance(value, str) and value.strip() == "auto":
            return "auto"
        if value is None:
            return (profile or _default_profile()).default_size
        if profile is None and not profiles.is_raw_id(model):
            return ""  # of an unknown model no size is right or wrong
        given = _size(value)
        if given is None:
            self._complain("size", f"size is {_shown(value)}, which is no size", _SIZES, code="E-SIZE")
            return ""
        try:
            return profiles.resolve_size(profile or model, given)
        except profiles.SizeError as error:
            self._complain("size", error.message, error.hint, code="E-SIZE")
            return ""

    def integer(self, name: str, low: int, high: int) -> int | None:
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            message = f"{name} is {_shown(value)}; a whole number from {low} to {high} is expected"
            self._complain(name, message)
            return None
        if not low <= value <= high:
            self._complain(name, f"{name} is {value}; it must lie between {low} and {high}")
            return None
        return value

    def boolean(self, name: str) -> bool:
        value = self._value(name)
        if isinstance(value, str) and value.strip() in {"true", "false"}:
            value = value.strip() == "true"
        if value is not None and not isinstance(value, bool):
            self._complain(name, f"{name} is {_shown(value)}; true or false is expected")
            return False
        return bool(value)

    def text(self, name: str) -> str | None:
        value = self._value(name)
        text = as_text(value)
        if text is None:
            self._complain(name, f"{name} is {_shown(value)}; a text is expected")
        return text or None

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._value(name)
        found = [as_text(item) for item in (value if isinstance(value, list) else [value])]
        if None in found:
            self._complain(name, f"{name} is {_shown(value)}; a list of texts is expected")
        return tuple(dict.fromkeys(text for text in found if text))

    def pick(self, takes: int) -> int | None:
        value = self._value("pick")
        if isinstance(value, str) and value.strip() in {"first", "manual"}:
            return 1 if value.strip() == "first" else None
        pick = self.integer("pick", 1, MAX_TAKES) or 1
        if pick > takes:
            there = "is one take" if takes == 1 else f"are {takes} takes"
            self._complain("pick", f"pick is {pick}, but there {there}")
            return 1
        return pick

    def expect_supported(self, made: Options, provider: profiles.ProviderProfile | None) -> None:
        """Say what the model would ignore or refuse, because the service bills it in silence (R22, R23)."""
        profile = made.profile
        if profile is None:
            return
        if made.group is not None and not profile.group:
            self._unsupported("group", f"{profile.name} makes no groups", "use takes, or another model")
        if made.optimize_prompt is not None and made.optimize_prompt not in profile.optimize_modes:
            message = f'{profile.name} does not take optimize_prompt "{_short(made.optimize_prompt)}"'
            self._unsupported("optimize_prompt", message, f"it takes: {', '.join(profile.optimize_modes)}")
        if made.output_format is not None and made.output_format not in profile.output_formats:
            message = f'{profile.name} does not make "{_short(made.output_format)}" files'
            self._unsupported("output_format", message, f"it makes: {', '.join(profile.output_formats)}")
        self._expect_tools(made.tools, profile, provider)
        self._expect_layers(made, profile)
        self._expect_background(made, profile)

    def _unsupported(self, name: str, message: str, hint: str) -> None:
        self._complain(name, message, hint, code="E-MODEL-OPTION")

    def _expect_tools(
        self,
        tools: tuple[str, ...],
        profile: profiles.ModelProfile,
        provider: profiles.ProviderProfile | None,
    ) -> None:
        """R35: one model at one provider."""
        everywhere = dict.fromkeys(tool for offered in profile.tools.values() for tool in offered)
        for tool in tools:
            if tool not in everywhere:
                hint = f"it has: {', '.join(everywhere)}" if everywhere else "it has none"
                self._unsupported("tools", f'{profile.name} has no tool "{_short(tool)}"', hint)
            elif provider is not None and provider.paid and tool not in profile.tools.get(provider.name, ()):
                where = ", ".join(name for name, offered in profile.tools.items() if tool in offered)
                message = f'{profile.name} has no tool "{tool}" at {provider.title} (R35)'
                self._unsupported("tools", message, f"there is one at: {where}")

    def _expect_layers(self, made: Options, profile: profiles.ModelProfile) -> None:
        """R39: on one model, alone, with a tier as its size."""
        if not made.layer_decomposition:
            return
        if not profile.layers:
            takes = ", ".join(model.name for model in profiles.models() if model.layers)
            self._unsupported("layer_decomposition", f"{profile.name} makes no layers", f"it is for: {takes}")
        elif made.size and made.size != "auto" and profile.tier(made.size) is None:
            hint = ", ".join(["auto", *(tier.name for tier in profile.tiers)])
            message = f"with layer_decomposition the size is a tier or auto, not {made.size} (R39)"
            self._complain("size", message, hint, code="E-SIZE")

    def _expect_background(self, made: Options, profile: profiles.ModelProfile) -> None:
        """R40: a transparent background is PNG."""
        if made.background is None:
            return
        if not profile.backgrounds:
            takes = ", ".join(model.name for model in profiles.models() if model.backgrounds)
            self._unsupported("background", f"{profile.name} does not take background", f"it is for: {takes}")
        elif made.background not in profile.backgrounds:
            message = f'{profile.name} has no background "{_short(made.background)}"'
            self._unsupported("background", message, f"it takes: {', '.join(profile.backgrounds)}")
        elif made.background == "transparent" and made.output_format == "jpeg":
            self._unsupported(
                "output_format",
                "a transparent background is not JPEG (R40)",
                "leave it out, or write png",
            )


_OWN: Final = frozenset(
    """model prompt image size seed watermark stream response_format sequential_image_generation
    sequential_image_generation_options optimize_prompt_options output_format tools layer_decomposition
    background""".split()
)
"""Fields of a request that a step has words of its own for, or that carry the answer."""


def extra_problem(name: str, value: Any) -> str:
    """Why a field cannot be sent as it is, or nothing."""
    shown = escaped(name, limit=60)
    if name in _OWN:
        return f'"{shown}" is not for `extra`: the request has one already'
    if value is None:
        return f'"{shown}" is empty'
    try:
        canonical(value)
    except (TypeError, ValueError):
        return f'"{shown}" is nothing that can be sent'
    return ""


def _short(text: str) -> str:
    return escaped(text, limit=60)


def _default_profile() -> profiles.ModelProfile:
    return next(model for model in profiles.models() if model.name == DEFAULT_MODEL)


def _size(value: Any) -> str | dict[str, str] | None:
    """A size as `profiles` takes it, or nothing when it has another form."""
    if isinstance(value, Mapping):
        parts = {str(name): as_text(part) or "" for name, part in value.items()}
        return parts if set(parts) == {"tier", "aspect"} else None
    return as_text(value)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list):
        return "a list"
    return f'"{escaped(as_text(value) or "", limit=60)}"'
