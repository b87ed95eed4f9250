"""Loops for arrows that stay at a place: in the widest free angle around it, each around those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from azroutes.geometry.curve import loops
from azroutes.geometry.lanes import room_across

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Flags, Floats

LOOP_PX, LOOP_GAP_PX = 20.0, 3.0
"""How far the innermost loop at a place reaches beyond its circle, and free space between two loops, px."""

LOOP_OPENS, LOOP_OPENS_MORE, LOOP_WIDEST = 0.6, 0.15, 1.2
"""Half the angle that the innermost loop takes at its place, by how much that of the next is more, and the most of any,
radians."""


def loops_at(
    starts: list[str], ends: list[str], at: dict[str, tuple[float, float]], still: Flags, sizes: tuple[Floats, Floats],
    radius: dict[str, float],
) -> Floats:  # fmt: skip
    """Return loops for arrows that stay at a place, in the widest free angle around it, each around those before it.

    `sizes` are the lane and the width of each arrow.
    """
    lanes, width = sizes
    room = room_across(width)
    chosen = np.flatnonzero(still)
    bearing, reach, spread = np.zeros((3, len(chosen)))
    centre = np.array([at[starts[k]] for k in chosen]).reshape(-1, 2)
    # Of several places at one spot the loops lie around one another too.
    spot = {code: (round(at[code][0], 2), round(at[code][1], 2)) for code in {*starts, *ends}}
    rays = _rays([spot[code] for code in starts], [spot[code] for code in ends])
    outer: dict[tuple[float, float], tuple[float, float]] = {}
    for n in sorted(range(len(chosen)), key=lambda n: (lanes[chosen[n]], chosen[n])):
        code, half = starts[chosen[n]], float(room[chosen[n]]) / 2
        bearing[n] = _widest_gap(rays.get(spot[code], []))
        away, opens = outer.get(spot[code], (radius[code] + LOOP_PX, LOOP_OPENS - LOOP_OPENS_MORE))
        reach[n], spread[n] = away + half, min(opens + LOOP_OPENS_MORE, LOOP_WIDEST)
        outer[spot[code]] = float(reach[n]) + half + LOOP_GAP_PX, float(spread[n])
    return loops(centre, bearing, reach, spread)


def _rays(starts: list[tuple[float, float]], ends: list[tuple[float, float]]) -> dict[tuple[float, float], list[float]]:
    """Return for each spot the bearings of those that it is joined to."""
    joined = {pair for pair in zip(starts, ends, strict=True) if pair[0] != pair[1]}
    rays: dict[tuple[float, float], list[float]] = {}
    for here, there in sorted(joined | {(b, a) for a, b in joined}):
        rays.setdefault(here, []).append(float(np.arctan2(there[1] - here[1], there[0] - here[0])))
    return rays


def _widest_gap(rays: list[float]) -> float:
    if not rays:
        return -np.pi / 2
    ring = np.sort(np.array(rays))
    gaps = np.diff(np.append(ring, ring[0] + 2 * np.pi))
    k = int(np.argmax(gaps))
    return float(ring[k] + gaps[k] / 2)
