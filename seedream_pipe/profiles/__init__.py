"""Models and providers as data: ids, sizes, limits, prices, rates.

One JSON file each in this folder; a new model is a new file and nothing else. `reader`
builds the records and answers questions about them; nothing here knows a network, a
pipeline or a picture.
"""

from seedream_pipe.profiles.reader import (
    ModelProfile,
    Patience,
    Price,
    Prices,
    ProviderProfile,
    ReferenceLimits,
    SizeError,
    Tier,
    is_raw_id,
    model,
    models,
    neutral,
    pixels,
    price,
    provider,
    providers,
    resolve_size,
    shape,
    wire_id,
)

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
