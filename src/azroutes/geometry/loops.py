"""Loops for arrows that stay at a place: to where there is most room, each around those before it."""

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

WIDE_PX, WIDE_REACHES, WIDE_OPENS = 2.0, 1.4, 0.045
"""How much farther the innermost loop reaches for each pixel that it is wider than this, px, and how much more any
opens, radians: a wide one would fill itself."""

USUAL_SIDE_PX = 400.0
"""Shorter side of a map on which loops are of that size; on a smaller one they shrink with its root."""

DIRECTIONS, FREE = 24, 1.2
"""How many directions a loop may take, and how much free space is as good as more, in shares of its reach."""


def loops_at(
    starts: list[str], ends: list[str], at: dict[str, tuple[float, float]], still: Flags, sizes: tuple[Floats, Floats],
    radius: dict[str, float], frame: tuple[float, float, float, float] | None = None,
) -> Floats:  # fmt: skip
    """Return loops for arrows that stay at a place: to where there is most room, each around those before it.

    `sizes` are the lane and the width of each arrow; `frame` is what they keep within if they can.
    """
    lanes, width = sizes
    room = room_across(width)
    chosen = np.flatnonzero(still)
    bearing, reach, spread = np.zeros((3, len(chosen)))
    centre = np.array([at[starts[k]] for k in chosen]).reshape(-1, 2)
    # Of several places at one spot the loops lie around one another too.
    spot = {code: (round(at[code][0], 2), round(at[code][1], 2)) for code in {*starts, *ends}}
    least = LOOP_PX * _size(frame)
    outer: dict[tuple[float, float], tuple[float, float]] = {}
    for n in sorted(range(len(chosen)), key=lambda n: (lanes[chosen[n]], chosen[n])):
        code, half, wide = starts[chosen[n]], float(room[chosen[n]]) / 2, float(width[chosen[n]])
        first = (radius[code] + least + WIDE_REACHES * max(wide - WIDE_PX, 0.0), LOOP_OPENS - LOOP_OPENS_MORE)
        away, opens = outer.get(spot[code], first)
        opens = max(opens + LOOP_OPENS_MORE, LOOP_OPENS + WIDE_OPENS * max(wide - WIDE_PX, 0.0))
        reach[n], spread[n] = away + half, min(opens, LOOP_WIDEST)
        outer[spot[code]] = float(reach[n]) + half + LOOP_GAP_PX, float(spread[n])
    rays = _rays([spot[code] for code in starts], [spot[code] for code in ends])
    towards = _towards({here: far for here, (far, _) in outer.items()}, rays, sorted(set(spot.values())), frame)
    bearing[:] = [towards[spot[starts[k]]] for k in chosen]
    return loops(centre, bearing, reach, spread)


def _size(frame: tuple[float, float, float, float] | None) -> float:
    """Return by how much loops are smaller than usual on a map of this size."""
    if frame is None:
        return 1.0
    return float(min(1.0, min(frame[2] - frame[0], frame[3] - frame[1]) / USUAL_SIDE_PX) ** 0.5)


def _towards(
    reach: dict[tuple[float, float], float], rays: dict[tuple[float, float], list[float]],
    spots: list[tuple[float, float]], frame: tuple[float, float, float, float] | None,
) -> dict[tuple[float, float], float]:  # fmt: skip
    """Return where the loops of each spot point to: off its arrows, other spots, their loops and the edge of the map.

    The largest choose first.
    """
    others = np.array(spots).reshape(-1, 2)
    own = np.zeros(len(others))
    number = {here: k for k, here in enumerate(spots)}
    around = np.linspace(-np.pi, np.pi, DIRECTIONS, endpoint=False)
    found = {}
    for here, far in sorted(reach.items(), key=lambda item: (-item[1], item[0])):
        ways = np.array([_widest_gap(rays.get(here, [])), *around])
        ahead = np.column_stack([np.cos(ways), np.sin(ways)])
        middle, tip = np.array(here) + 0.6 * far * ahead, np.array(here) + far * ahead
        free = np.full(len(ways), FREE * far)
        if here in rays:
            turn = np.abs((ways[:, None] - np.array(rays[here]) + np.pi) % (2 * np.pi) - np.pi)
            free = np.minimum(free, far * (turn.min(axis=1) - LOOP_OPENS))
        close: Flags = np.asarray((np.abs(others - here) < 3 * far + own[:, None]).all(axis=1))
        close[number[here]] = False
        if close.any():
            gaps = np.hypot(*np.moveaxis(middle[:, None] - others[close], -1, 0)) - 0.4 * far - own[close]
            free = np.minimum(free, gaps.min(axis=1))
        if frame is not None:
            # Half as wide as it is long, a loop may pass an edge beside its tip, too.
            low, high = np.minimum(tip, middle - 0.4 * far), np.maximum(tip, middle + 0.4 * far)
            free = np.minimum(free, np.minimum(low - frame[:2], frame[2:] - high).min(axis=1))
        best = int(np.argmax(np.round(free, 6)))
        found[here] = float(ways[best])
        others, own = np.vstack([others, middle[best]]), np.append(own, 0.4 * far)
    return found


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
