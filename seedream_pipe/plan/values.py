"""A step's rendered fields as values: numbers from texts, sizes resolved, limits of the model."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedream_pipe import profiles
from seedream_pipe.makers import Generation
from seedream_pipe.problems import did_you_mean
from seedream_pipe.spec.model import DEFAULT_MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAX_TAKES", "Complaint", "Options", "options"]

MAX_TAKES: Final = 99
_MAX_GROUP: Final = 15
_MAX_SEED: Final = 2_147_483_647

Complaint = tuple[str, str, str, str]
"""Field, code, message, hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a step's fields say for one task, resolved. `profile` is the model's."""

    model: str
    profile: profiles.ModelProfile
    size: str
    watermark: bool = False
    group: int | None = None
    seed: int | None = None
    salt: str | None = None
    takes: int = 1
    pick: int = 1
    optimize_prompt: str | None = None
    output_format: str | None = None

    def generation(self, prompt: str) -> Generation:
        """The keyed values, with the prompt."""
        return Generation(
            model=self.model,
            prompt=prompt,
            size=self.size,
            watermark=self.watermark,
            group=self.group,
            seed=self.seed,
            optimize_prompt=self.optimize_prompt,
            output_format=self.output_format,
        )


def options(given: Mapping[str, Any]) -> tuple[Options, list[Complaint]]:
    """The rendered fields of a step as options, and what is wrong with them.

    A field that is wrong is told and left at its default, so that all are looked at.
    """
    reader = _Reader(given)
    model, profile = reader.model()
    takes = reader.integer("takes", 1, MAX_TAKES) or 1
    result = Options(
        model=model,
        profile=profile,
        size=reader.size(profile, model),
        watermark=reader.boolean("watermark"),
        group=reader.integer("group", 1, _MAX_GROUP),
        seed=reader.integer("seed", -1, _MAX_SEED),
        salt=reader.text("salt"),
        takes=takes,
        pick=reader.pick(takes),
        optimize_prompt=reader.text("optimize_prompt"),
        output_format=reader.text("output_format"),
    )
    reader.expect_supported(result)
    return result, reader.complaints


def _default_profile() -> profiles.ModelProfile:
    return next(model for model in profiles.models() if model.name == DEFAULT_MODEL)


class _Reader:
    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.complaints: list[Complaint] = []

    def _value(self, name: str) -> Any:
        value = self._given.get(name)
        # A cell of a table is text, and an empty one means "not given".
        return None if isinstance(value, str) and not value.strip() else value

    def _complain(self, name: str, message: str, hint: str = "", *, code: str = "E-VALUE") -> None:
        self.complaints.append((name, code, message, hint))

    def model(self) -> tuple[str, profiles.ModelProfile]:
        name = str(self._value("model") or DEFAULT_MODEL).strip()
        profile = profiles.model(name)
        if profile is not None:
            return profile.name, profile
        if not profiles.is_raw_id(name):
            known = [model.name for model in profiles.models()]
            self._complain("model", f'unknown model "{name}"', did_you_mean(name, known), code="E-MODEL")
        # A full id or an endpoint (R15) that no profile names: its limits are the service's to judge.
        return name, dataclasses.replace(_default_profile(), name=name, ids={}, prices={})

    def size(self, profile: profiles.ModelProfile, model: str) -> str:
        value = self._value("size")
        if value is None:
            return profile.default_size
        try:
            return profiles.resolve_size(model if profiles.model(model) is None else profile, value)
        except profiles.SizeError as error:
            self._complain("size", error.message, error.hint, code="E-SIZE")
            return profile.default_size

    def integer(self, name: str, low: int, high: int) -> int | None:
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, str) and value.strip().lstrip("+-").isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self._complain(name, f"{name} is {value!r}; a whole number from {low} to {high} is expected")
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
            self._complain(name, f"{name} is {value!r}; true or false is expected")
            return False
        return bool(value)

    def text(self, name: str) -> str | None:
        value = self._value(name)
        return None if value is None else str(value).strip()

    def pick(self, takes: int) -> int:
        if self._value("pick") in {None, "first"}:
            return 1
        pick = self.integer("pick", 1, MAX_TAKES) or 1
        if pick > takes:
            self._complain(
                "pick", f"pick is {pick}, but there {'is one take' if takes == 1 else f'are {takes} takes'}"
            )
            return 1
        return pick

    def expect_supported(self, made: Options) -> None:
        """Say what the model would ignore or refuse, because the service bills it in silence (R22)."""
        profile = made.profile
        if made.group is not None and not profile.group:
            self._complain(
                "group",
                f"{profile.name} makes no groups",
                "use takes, or another model",
                code="E-MODEL-OPTION",
            )
        if made.optimize_prompt is not None and made.optimize_prompt not in profile.optimize_modes:
            self._complain(
                "optimize_prompt",
                f'{profile.name} does not take optimize_prompt "{made.optimize_prompt}"',
                f"it takes: {', '.join(profile.optimize_modes)}",
                code="E-MODEL-OPTION",
            )
        if made.output_format is not None and made.output_format not in profile.output_formats:
            self._complain(
                "output_format",
                f'{profile.name} does not make "{made.output_format}" files',
                f"it makes: {', '.join(profile.output_formats)}",
                code="E-MODEL-OPTION",
            )
