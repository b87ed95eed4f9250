"""The land of the world as a page carries it: where a map with its middle shows it, in whole numbers."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.affinity import translate

from azroutes.basemap import boundaries
from azroutes.packing import deltas
from azroutes.places import gazetteer

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Shapes

RING_UNIT = 400
"""Parts of a degree in which the page holds land."""


@lru_cache(maxsize=4)
def page_land(middle: float = 0.0) -> list[dict[str, object]]:
    """Return the land of the world as it comes, to a part of a degree that is finer than its survey.

    Where the map has another middle than the meridian of Greenwich, land goes on past 180 degrees as places do; what
    lies across both ends of the map is there twice.
    """
    world = boundaries("world_50m")
    found: list[dict[str, object]] = []
    for code, name, shape in zip(world["code"], world["name"], world.geometry, strict=True):
        parts = shapely.get_parts(shape) if middle == 0 else _seen_around(middle, shapely.get_parts(shape))
        rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
        known = gazetteer().get(code)
        spot = None if known is None else [known.label_lat, _near(known.label_lon, middle)]
        drawn = [deltas(shapely.get_coordinates(ring)[:-1], RING_UNIT) for ring in rings]
        found.append({"code": code, "name": name, "label": spot, "rings": [ring for ring in drawn if len(ring) >= 6]})
    return found


def _near(lon: float, middle: float) -> float:
    """Return a longitude where a map with this middle has it: less than 180 degrees off."""
    return lon - 360.0 * math.floor((lon - middle + 180.0) / 360.0) if middle else lon


def _seen_around(middle: float, parts: Shapes) -> Shapes:
    """Return the parts of a country wherever a map with this middle shows them, those that 180 degrees cut closed."""
    copies = []
    for part in parts:
        west, _, east, _ = part.bounds
        turns = [turn for turn in (-360.0, 0.0, 360.0) if abs(west + east + 2 * (turn - middle)) < 360.0 + east - west]
        copies += [translate(part, turn) for turn in turns]
    cut = any(abs(side) == 180.0 for part in parts for side in part.bounds[::2])
    return shapely.get_parts(shapely.union_all(copies, grid_size=1e-6)) if cut else np.array(copies, dtype=object)
