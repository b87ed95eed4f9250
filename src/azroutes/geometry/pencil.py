"""The curves that a spine may take, as pencils, and sums of costs over intervals of them.

A spine is a quadratic Bezier curve; its control point lies at one of a few shares along the chord and one of many
offsets across. Seen in the frame of the chord (its start at 0,0 and its end at 1,0), all curves with the same share
form a pencil: through each point between the ends runs exactly one of them, at the offset u = y / (2 t (1 - t)). So a
stretch of another line between two points is crossed by just those curves whose offset lies between the offsets of
these points: what curves cost is a sum over intervals of offsets.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from azroutes.geometry.shapes import Floats, Ints, Singles

WIDEST, TO_A_SIDE = 0.9, 150
"""The widest offset of a control point across its chord, in shares of its length, and how many there are to a side."""

ACROSS = np.linspace(-WIDEST, WIDEST, 2 * TO_A_SIDE + 1)
"""Offsets of the control point across the chord, in shares of its length."""

ALONG = np.linspace(0.0, 1.0, 13)
"""Positions of the control point along the chord."""

PENCILS, CURVES = len(ALONG), len(ACROSS)

TURNS = (np.arctan2(np.abs(ACROSS), ALONG[:, None]) + np.arctan2(np.abs(ACROSS), 1 - ALONG[:, None])) / (np.pi / 2)
"""By how many right angles each curve turns from its start to its end: what a reader sees as a sharp bend."""

_T = np.linspace(0.0, 1.0, 33)
_X, _Y = _T**2 + 2 * _T * (1 - _T) * ALONG[:, None, None], 2 * _T * (1 - _T) * ACROSS[:, None]
DETOURS = np.hypot(np.diff(_X), np.diff(_Y)[None]).sum(axis=2) - 1
"""By how much each curve is longer than its chord, in shares of it."""


def _tightest() -> Floats:
    """Return the least radius of curvature of each curve, in shares of its chord; that of a straight one is large."""
    t = np.linspace(0.0, 1.0, 65)
    v, u = ALONG[:, None, None], ACROSS[:, None]
    ahead, aside = 2 * t * (1 - 2 * v) + 2 * v, 2 * u * (1 - 2 * t)
    turning = np.abs(ahead * (-4 * u) - aside * (2 - 4 * v))
    radius: Floats = (np.hypot(ahead, aside) ** 3 / np.maximum(turning, 1e-6)).min(axis=2)
    return radius


TIGHTEST = _tightest()
"""The least radius of curvature of each curve, in shares of its chord."""

LEAVING = np.stack([np.arctan2(ACROSS, np.maximum(ALONG[:, None], 1e-6)),
                    np.pi - np.arctan2(ACROSS, np.maximum(1 - ALONG[:, None], 1e-6))])  # fmt: skip
"""The direction in which each curve leaves its start, and its end, seen in the frame of its chord."""

STEEP = np.pi / 2 - 1e-4
"""The steepest angle to its chord at which a curve leaves it, radians."""

GRID = 4096
"""Steps of the chord at which what depends on the place along it is kept."""


class Pencils(NamedTuple):
    """At the shares of the chord 0, 1/4096, ..., 1, for each pencil: what its curves have there."""

    per_offset: Singles  # how many offsets one unit of height is
    ahead: Singles  # the tangent's part along the chord
    aside: Singles  # its part across, for the offset 1


@lru_cache(maxsize=1)
def pencils() -> Pencils:
    """Return what the curves of all pencils have along the chord."""
    x = np.clip(np.arange(GRID + 1) / GRID, 1e-5, 1 - 1e-5)
    v = ALONG[:, None]
    skew = 1 - 2 * v
    even = np.abs(skew) < 1e-9
    t = np.where(even, x, (np.sqrt(np.maximum(v * v + skew * x, 0)) - v) / np.where(even, 1, skew))
    t = np.clip(t, 1e-4, 1 - 1e-4)
    parts = (1 / (2 * t * (1 - t)), 2 * t * skew + 2 * v, 2 - 4 * t)
    return Pencils(*(part.astype(np.float32) for part in parts))


def number_of(along: int, across: Ints) -> Ints:
    """Return the numbers of curves among all."""
    return along * CURVES + across


class Charges(NamedTuple):
    """Costs of intervals of offsets; arrays of one length. A row is a pencil of a spine."""

    row: Ints
    low: Floats
    high: Floats
    cost: Floats


def summed(charges: Sequence[Charges], spines: int) -> Floats:
    """Return what each curve costs, shape (spines, pencils, curves), where intervals of offsets are charged for."""
    row, low, high, cost = (np.concatenate(parts) for parts in zip(*charges, strict=True))
    many = len(low)
    bounds = np.empty(2 * many, dtype=np.float32)
    bounds[:many], bounds[many:] = low, np.maximum(low, high)
    # The first curve beyond each bound.
    bounds *= TO_A_SIDE / WIDEST
    bounds += TO_A_SIDE + 1
    np.clip(bounds, 0, CURVES, out=bounds)
    first = bounds.astype(np.intp)
    base = row * (CURVES + 1)
    first[:many] += base
    first[many:] += base
    shape = (spines, PENCILS, CURVES + 1)
    steps = np.bincount(first[:many], cost, int(np.prod(shape))) - np.bincount(first[many:], cost, int(np.prod(shape)))
    # What is added in a pencil is taken away in it, so that one running sum serves all of them.
    found: Floats = steps.cumsum().reshape(shape)[:, :, :-1]
    return found


def leaving(spine: Ints, end: Ints, turn: Floats, reach: Floats, cost: Floats) -> Charges:
    """Return charges for curves that leave an end of their spine within some angle of a direction.

    `spine`, `end` (0 or 1) and `turn` have shape (n,), `reach` and `cost` are of shape (steps, n) or (steps, 1). `turn`
    is the direction as seen at a start; at an end it is that of the mirrored curve.
    """
    low, high = (np.tan(np.minimum(np.maximum(turn + way * reach, -STEEP), STEEP)) for way in (-1, 1))
    ahead = np.maximum(np.abs(end - ALONG[:, None]), 1e-3)[:, None]
    low, high = ahead * low, ahead * high
    row = np.broadcast_to((spine * PENCILS + np.arange(PENCILS)[:, None])[:, None], low.shape)
    return Charges(row.ravel(), low.ravel(), high.ravel(), np.broadcast_to(cost, low.shape).ravel())
