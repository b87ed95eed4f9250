"""Lanes beside a spine, one for each arrow of a bundle, and circles that bundles fit on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from azroutes.geometry.curve import head_size
from azroutes.geometry.shapes import points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from azroutes.geometry.shapes import Floats

LANE_GAP = 1.2
"""Free space between two lanes, px."""

HEAD_ROOM = 1.6
"""How much of the room beside its shaft a head takes from its neighbours, in halves of its breadth: some of it may lie
over theirs."""

MOST_GROWTH = 1.8
"""How many times its least radius a circle may grow to make room for lanes; what is wider draws together there."""

HUB_FILL, HUB_GROWTH = 0.5, 3.0
"""Share of the circumference of all arrows that meet at a place which its circle has, and how many times its least
radius it may grow for that."""

NODE_GAP = 2.0
"""Free space between two circles, px, where they are large enough to give any."""

CIRCLE_FILL = 0.85
"""Share of a circle's diameter that lanes may take where they meet it."""


def room_across(width: Floats) -> Floats:
    """Return how much room across an arrow takes, px."""
    room: Floats = np.maximum(width, HEAD_ROOM * head_size(width)[1])
    return room


def lanes_of(starts: list[str], ends: list[str], width: Floats, *, both_ways: bool) -> tuple[Floats, Floats]:
    """Return each arrow's lane in its own direction, and half the width of the bundle that it is part of.

    A bundle is all arrows between two places, or only those of one direction.
    """
    room = room_across(width) + LANE_GAP
    bundles: dict[tuple[str, str], list[int]] = {}
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        bundles.setdefault((min(start, end), max(start, end)) if both_ways else (start, end), []).append(k)
    lanes, half = np.zeros(len(starts)), np.zeros(len(starts))
    for (first, _), members in bundles.items():
        # Looking from the first place to the second: those that come back keep left, those that go keep right.
        across = [k for k in members if starts[k] != first][::-1] + [k for k in members if starts[k] == first]
        total = float(room[across].sum())
        middle = np.cumsum(room[across]) - room[across] / 2 - total / 2
        for k, offset in zip(across, middle, strict=True):
            lanes[k] = offset if starts[k] == first else -offset
            half[k] = (total - LANE_GAP) / 2
    return lanes, half


def radii_of(
    starts: list[str], ends: list[str], at: Mapping[str, tuple[float, float]], width: Floats, half_bundle: Floats,
    least: float,
) -> dict[str, float]:  # fmt: skip
    """Return a radius for each place: room for its widest bundle and for all that meets there, off the next circles.

    Where many arrows meet they would lie on one another on a small circle, whatever way they come.
    """
    used = sorted({*starts, *ends})
    if not used:
        return {}
    rank = {code: k for k, code in enumerate(used)}
    ends_at = np.array([[rank[start], rank[end]] for start, end in zip(starts, ends, strict=True)]).reshape(-1, 2)
    moving = ends_at[:, 0] != ends_at[:, 1]
    both = ends_at[moving].ravel()
    widest = np.zeros(len(used))
    np.maximum.at(widest, both, np.repeat(np.minimum(half_bundle[moving] / CIRCLE_FILL, MOST_GROWTH * least), 2))
    around = np.bincount(both, np.repeat(room_across(width[moving]) + LANE_GAP, 2), len(used)) / (2 * np.pi)
    wanted = np.maximum(np.maximum(widest, least), np.minimum(HUB_FILL * around, HUB_GROWTH * least))
    xy = np.array([at[code] for code in used]).reshape(-1, 2)
    spots = points(xy)
    one, other = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=2 * float(wanted.max()) + NODE_GAP)
    away = np.hypot(*(xy[one] - xy[other]).T)
    matter = away > 0
    one, other, away = one[matter], other[matter], away[matter]
    room = np.full(len(used), np.inf)
    np.minimum.at(room, one, (away - NODE_GAP) * wanted[one] / (wanted[one] + wanted[other]))
    radius = np.maximum(np.minimum(wanted, room), least)
    return {code: float(r) for code, r in zip(used, radius, strict=True)}
