"""The key: digest of a recipe, its input digests and the take. Nobody else knows its format.

In it (design section 4, contract R141, R143), and why:

- maker's name, version and realm: another maker, another picture
- model, neutral and versioned: all providers run the same models, switching costs nothing
- the final prompt text, exact
- digest of each reference's bytes, in order: content and order are meaning (R44)
- size as resolved, group ceiling, watermark, prompt optimisation, output format, tools,
  layers, background, extra fields
- seed, salt, and the take when it is not 1: labels of a variant

Of an operation: its name, version and parameters, the digests of its pictures in order, and
their labels when it letters them.

Not in it (R142): provider, host, API key, timeouts, retries, streaming, url or base64,
names of steps and outputs, layout of the YAML, the tool's version.

The format is never changed in place: a released tool that makes a bought board
stale has failed. A new field is left out of the canonical form when it is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from seedream_pipe.digest import BlobDigest, Key, is_digest, tagged
from seedream_pipe.makers import Generation, MakerId
from seedream_pipe.plan.model import Recipe, TransformRecipe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seedream_pipe.digest import Json

__all__ = ["FORMAT", "key", "keyed", "unkeyed"]

FORMAT: Final = "task/1"


def key(
    recipe: Recipe | TransformRecipe, inputs: Sequence[BlobDigest], take: int, *, labels: Sequence[str] = ()
) -> Key:
    """The key of one take of a recipe whose input digests are known, with their labels."""
    return Key(tagged(FORMAT, keyed(recipe, inputs, take, labels=labels)))


def keyed(
    recipe: Recipe | TransformRecipe, inputs: Sequence[BlobDigest], take: int, *, labels: Sequence[str] = ()
) -> dict[str, Json]:
    """What the key is taken of; a result keeps it, so that `why` can compare."""
    maker: dict[str, Json] = {
        "maker": recipe.maker.name,
        "version": recipe.maker.version,
        "realm": recipe.maker.realm,
    }
    if isinstance(recipe, TransformRecipe):
        return {
            **maker,
            "options": recipe.options,
            "images": list(inputs),
            **({"labels": list(labels)} if recipe.labelled else {}),
        }
    return {**maker, **_generated(recipe, inputs, take)}


def _generated(recipe: Recipe, inputs: Sequence[BlobDigest], take: int) -> dict[str, Json]:
    made = recipe.generation
    value: dict[str, Json] = {
        "model": made.model,
        "prompt": made.prompt,
        "references": list(inputs),
        "size": made.size,
        "watermark": made.watermark,
    }
    optional: dict[str, Json] = {
        "group": made.group,
        "optimize_prompt": made.optimize_prompt,
        "output_format": made.output_format,
        "tools": list(made.tools) or None,
        "layer_decomposition": made.layer_decomposition or None,
        "background": made.background,
        "extra": dict(made.extra) or None,
        "seed": made.seed,
        "salt": recipe.salt,
        "take": take if take != 1 else None,
    }
    value.update((name, item) for name, item in optional.items() if item is not None)
    return value


def unkeyed(value: Json) -> tuple[Recipe, tuple[BlobDigest, ...], int]:
    """The generating recipe, its inputs and the take that `keyed` made a value of.

    Raises:
        ValueError: it is not such a value.

    """
    if not isinstance(value, dict):
        raise ValueError("not what a key is taken of")  # noqa: TRY004 - from a file
    try:
        recipe, inputs, take = _recipe(value)
        same = tagged(FORMAT, keyed(recipe, inputs, take)) == tagged(FORMAT, value)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not what a key is taken of: {error}") from None
    if not same or not all(map(is_digest, inputs)):
        raise ValueError("not what a key is taken of")
    return recipe, inputs, take


def _recipe(value: Mapping[str, Any]) -> tuple[Recipe, tuple[BlobDigest, ...], int]:
    generation = Generation(
        model=value["model"],
        prompt=value["prompt"],
        size=value["size"],
        watermark=value["watermark"],
        group=value.get("group"),
        seed=value.get("seed"),
        optimize_prompt=value.get("optimize_prompt"),
        output_format=value.get("output_format"),
        tools=tuple(value.get("tools", ())),
        layer_decomposition=value.get("layer_decomposition", False),
        background=value.get("background"),
        extra=value.get("extra", {}),
    )
    maker = MakerId(name=value["maker"], version=value["version"], realm=value["realm"])
    recipe = Recipe(maker=maker, generation=generation, salt=value.get("salt"))
    return recipe, tuple(value["references"]), value.get("take", 1)
