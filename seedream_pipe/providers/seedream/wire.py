"""From the keyed values to the JSON that is sent. Pure.

Rule 1: the body is built from the `Generation` and the pictures alone, so nothing
unkeyed can reach the wire but what merely carries the answer (R142).
Rule 2: whatever has a default on the server is said (R31, R32, R55), unless the model
answers an error to the very name of the field (R36).
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from seedream_pipe import profiles
from seedream_pipe.digest import Json
from seedream_pipe.errors import ProviderError
from seedream_pipe.makers import Generation, Picture, Request
from seedream_pipe.profiles import ModelProfile, Patience, ProviderProfile

__all__ = ["BODY_LIMIT", "ResponseFormat", "Streaming", "build"]

ResponseFormat: TypeAlias = Literal["url", "b64_json"]
"""How pictures come: as links, or inside the answer. Carries, does not shape (R142)."""

Streaming: TypeAlias = Literal["groups", "always", "never"]
"""When an answer comes event by event, from models that can. Carries, does not shape (R142)."""

BODY_LIMIT: Final = 64 * 1024 * 1024
"""Most bytes of a request's body (R50)."""

_PICTURES_PER_CALL: Final = 15
_PATIENCE_WITH_UNKNOWN_MODEL: Final = Patience(single=420, per_picture_of_group=60, group_at_most=900)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def build(
    generation: Generation,
    references: Sequence[Picture],
    *,
    provider: ProviderProfile,
    response_format: ResponseFormat,
    streaming: Streaming = "groups",
) -> Request:
    """Build the call.

    Raises:
        ProviderError: the provider does not serve the model, the model does not take what
            is asked of it, or the body is too large (R50).

    """
    model = profiles.model(generation.model)
    _expect_servable(generation, references, model, provider)
    streamed = _streamed(generation, model, streaming)
    fields = _fields(generation, model, provider, response_format, streamed=streamed)
    shown = _with_image(fields, [f"sha256:{picture.digest}" for picture in references])
    patience = model.patience if model else _PATIENCE_WITH_UNKNOWN_MODEL
    return Request(
        body=_encoded(fields, references),
        shown=shown,
        ceiling=generation.ceiling,
        patience=patience.seconds(generation.ceiling if generation.is_series else None),
        streamed=streamed,
    )


def _streamed(generation: Generation, model: ModelProfile | None, streaming: Streaming) -> bool:
    """Whether the answer is to come event by event: what came of a group that breaks off is kept (R101)."""
    can = model is not None and model.stream
    return can and (streaming == "always" or (streaming == "groups" and generation.group is not None))


def _expect_servable(
    generation: Generation,
    references: Sequence[Picture],
    model: ModelProfile | None,
    provider: ProviderProfile,
) -> None:
    # Layers are no series: the bound is on what `max_images` asks for (R30, R39).
    together = len(references) + (generation.group or 1)
    most = model.pictures_per_call if model else _PICTURES_PER_CALL
    if together > most:
        message = f"{len(references)} references and {generation.group or 1} pictures are more than {most}"
        raise ProviderError(message, hint="fewer references, or a smaller group (R30)")
    if model is None:
        return
    if len(references) > model.references.count:
        raise ProviderError(f"{model.name} takes {model.references.count} references, not {len(references)}")
    if generation.group is not None and not model.group:
        hint = "make single pictures, or name another model"
        raise ProviderError(f"{model.name} makes no groups", hint=hint)
    for wanted, offered, what in (
        (generation.optimize_prompt, model.optimize_modes, "prompt optimisation"),
        (generation.output_format, model.output_formats, "output format"),
        (generation.background, model.backgrounds, "background"),
        ("layers" if generation.layer_decomposition else None, ("layers",) * model.layers, "option"),
        *((tool, model.tools.get(provider.name, ()), "tool") for tool in generation.tools),
    ):
        if wanted is not None and wanted not in offered:
            known = ", ".join(offered) or "none"
            message = f'{model.name} at {provider.name} has no {what} "{wanted}"'
            raise ProviderError(message, hint=f"known: {known}")


def _fields(
    generation: Generation,
    model: ModelProfile | None,
    provider: ProviderProfile,
    response_format: ResponseFormat,
    *,
    streamed: bool,
) -> dict[str, Json]:
    fields: dict[str, Json] = {
        "model": profiles.wire_id(provider.name, generation.model),
        "prompt": generation.prompt,
        "size": generation.size,
    }
    if generation.seed is not None:
        fields["seed"] = generation.seed
    if generation.optimize_prompt is not None:
        fields["optimize_prompt_options"] = {"mode": generation.optimize_prompt}
    if generation.tools:
        fields["tools"] = [{"type": tool} for tool in generation.tools]
    if generation.output_format is not None and (model is None or len(model.output_formats) > 1):
        fields["output_format"] = generation.output_format
    if generation.layer_decomposition:
        fields["layer_decomposition"] = True
    if generation.background is not None:
        fields["background"] = generation.background
    fields |= _series(generation, model)
    fields["response_format"] = response_format
    # An unknown model may be one that rejects the word (R36); what is absent means false.
    if model is not None and "stream" not in model.rejects:
        fields["stream"] = streamed
    fields["watermark"] = generation.watermark
    # What no profile knows goes last, and never in the place of what is said above.
    return fields | {name: value for name, value in generation.extra.items() if name not in fields}


def _series(generation: Generation, model: ModelProfile | None) -> dict[str, Json]:
    if generation.group is not None:
        # Nested: at the top level it has no effect (R29).
        return {
            "sequential_image_generation": "auto",
            "sequential_image_generation_options": {"max_images": generation.group},
        }
    if model is None or "sequential_image_generation" in model.rejects:
        return {}
    return {"sequential_image_generation": "disabled"}


def _with_image(fields: dict[str, Json], images: Sequence[str]) -> dict[str, Json]:
    """Return the fields with ``image`` in its place; left out when empty (R43)."""
    if not images:
        return fields
    model, prompt, *rest = fields.items()
    return dict((model, prompt, ("image", list(images)), *rest))


def _encoded(fields: dict[str, Json], references: Sequence[Picture]) -> bytes:
    members = [f'"{name}":{_ENCODER.encode(value)}' for name, value in fields.items()]
    try:
        texts = [member.encode() for member in members]
    except UnicodeEncodeError as error:
        message = f"the prompt holds a character that cannot be sent (U+{ord(error.object[error.start]):04X})"
        raise ProviderError(message) from None
    length = sum(map(len, texts)) + sum(len(picture.data) // 3 * 4 + 40 for picture in references)
    if length > BODY_LIMIT:
        message = f"the call would be {length / 1e6:.0f} MB, more than {BODY_LIMIT / 1e6:.0f} MB"
        raise ProviderError(message, hint="scale the references down")
    if references:
        texts.insert(2, b'"image":[' + b",".join(map(_data_uri, references)) + b"]")
    return b"{" + b",".join(texts) + b"}"


def _data_uri(picture: Picture) -> bytes:
    """Encode as R45 and R46 want it. Base64 needs no escapes, so no encoder has to look at it."""
    kind = picture.media_type.lower().replace("image/jpg", "image/jpeg")
    return b'"data:%b;base64,%b"' % (kind.encode(), binascii.b2a_base64(picture.data, newline=False))
