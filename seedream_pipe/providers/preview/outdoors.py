"""Places under the sky by their names, each painted from the horizon to the camera."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from seedream_pipe.providers.preview.country import desert, field, forest, garden, mountain
from seedream_pipe.providers.preview.skies import above_clouds, moon, somewhere, space
from seedream_pipe.providers.preview.stage import Stage
from seedream_pipe.providers.preview.towns import (
    alley,
    bridge,
    city,
    market,
    rooftop,
    station,
    street,
    temple,
    village,
)
from seedream_pipe.providers.preview.waters import beach, river, sea

__all__ = ["OUTDOORS"]

OUTDOORS: Final[Mapping[str, Callable[[Stage], None]]] = MappingProxyType({
    "street": street, "alley": alley, "market": market, "city": city, "rooftop": rooftop,
    "forest": forest, "field": field, "garden": garden, "village": village, "mountain": mountain,
    "river": river, "sea": sea, "beach": beach, "desert": desert, "temple": temple, "bridge": bridge,
    "station": station, "sky": above_clouds, "space": space, "moon": moon, "": somewhere,
})  # fmt: skip
