"""Circles whose area shows how much comes into a place and goes out, by what the widths show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from azroutes.geometry.shapes import points
from azroutes.measure import numbers
from azroutes.scale import AreaScale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from azroutes.arrows import Arrows
    from azroutes.theme import Theme

MOST_RADIUS, LEAST_RADIUS = 3.5, 0.5
"""Largest and smallest circle that shows a total, in radii of a plain one."""

CIRCLE_GAP_PX = 1.0
"""Free space between two circles that show totals, px."""


def circle_scale(arrows: Arrows, theme: Theme, *, at: Mapping[str, tuple[float, float]] | None = None) -> AreaScale:
    """Return the scale of circles whose area shows how much comes in and goes out, by what the width shows.

    Parameters
    ----------
    arrows : Arrows
    theme : Theme
        A plain circle's radius: the largest total has 3.5 of it, and none has less than half.
    at : mapping of place to (x, y), optional
        Where the places are, px. All circles shrink alike until no two meet, though the largest never below a plain
        one: where that is not enough, plain ones would meet too.
    """
    totals = _totals(arrows)
    largest = max(totals.values(), default=0.0)
    plain = theme.node_radius_px
    whole = arrows.scale.whole or arrows.scale.integral
    scale = AreaScale(arrows.scale.title, largest, MOST_RADIUS * plain, LEAST_RADIUS * plain, whole=whole)
    if at is None or largest == 0:
        return scale
    most = max(plain, scale.max_px * _shrunk(scale, totals, at))
    return AreaScale(scale.title, largest, most, scale.least_px, whole=scale.whole)


def node_radii(arrows: Arrows, scale: AreaScale) -> dict[str, float]:
    """Return the radius of each place's circle, px, so that its area shows how much comes in and goes out.

    What stays at a place counts once; an arrow without a number adds nothing.
    """
    totals = _totals(arrows)
    radii = scale.radii(np.array(list(totals.values())))
    return {code: float(radius) for code, radius in zip(totals, radii, strict=True)}


def _totals(arrows: Arrows) -> dict[str, float]:
    """Return the sum of the arrows at each place, by what the width shows."""
    table = arrows.table
    values = np.nan_to_num(numbers(table, "lineages" if arrows.scale.whole else "quantity"))
    ends = pd.concat([
        pd.DataFrame({"code": table["start"].astype(str), "value": values}),
        pd.DataFrame({"code": table["end"].astype(str), "value": values})[(table["start"] != table["end"]).to_numpy()],
    ])  # fmt: skip
    return {str(code): math.fsum(found) for code, found in ends.groupby("code", sort=True)["value"]}


def _shrunk(scale: AreaScale, totals: dict[str, float], at: Mapping[str, tuple[float, float]]) -> float:
    """Return the largest factor, at most 1, by which circles shrink so that no two meet."""
    xy = np.array([at[code] for code in totals], dtype=float).reshape(-1, 2)
    radius = scale.radii(np.array(list(totals.values())))
    spots = points(xy)
    one, other = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=2 * scale.max_px + CIRCLE_GAP_PX)
    room = np.hypot(*(xy[one] - xy[other]).T) - CIRCLE_GAP_PX
    small, large = np.minimum(radius[one], radius[other]), np.maximum(radius[one], radius[other])
    # Two that are as small as circles get are no reason to shrink the others.
    matter = (one < other) & (large > scale.least_px)
    room, small, large = room[matter], small[matter], large[matter]
    both = room / (small + large)
    # Where the smaller of two is as small as circles get, the larger makes all the room.
    factor = np.where(both * small >= scale.least_px, both, (room - scale.least_px) / large)
    return float(np.clip(np.min(factor, initial=1.0), 0.0, 1.0))
