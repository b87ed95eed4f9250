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
    from azroutes.geometry.shapes import Floats, Ints, Singles

ACROSS = np.linspace(-0.9, 0.9, 73)
"""Offsets of the control point across the chord, in shares of its length."""

ALONG = np.array([0.0, 0.17, 0.33, 0.5, 0.67, 0.83, 1.0])
"""Positions of the control point along the chord."""

PENCILS, CURVES = len(ALONG), len(ACROSS)
BIN = float(ACROSS[1] - ACROSS[0])

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


@lru_cache(maxsize=1)
def by_angle() -> tuple[Ints, Floats]:
    """Return where each curve stands in the order of directions, for leaving a start and an end, and these."""
    angles = LEAVING[0].ravel()
    order = np.argsort(angles, kind="stable")
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    mirrored = rank.reshape(PENCILS, CURVES)[::-1].ravel()
    return np.stack([rank, mirrored]), angles[order]


def number_of(along: int, across: int) -> int:
    """Return the number of a curve among all."""
    return along * CURVES + across


class Sums:
    """Costs of all curves of some spines, gathered as intervals of offsets."""

    def __init__(self, spines: int) -> None:
        self.spines = spines
        self.at: list[Ints] = []
        self.cost: list[Floats] = []
        self.size = 0

    def charge(self, row: Ints, low: Floats, high: Floats, cost: Floats) -> None:
        """Add a cost to all offsets between two; a row is a pencil of a spine."""
        base = row * (CURVES + 1)
        for bound, weight in ((low, cost), (np.maximum(low, high), -cost)):
            bins = np.ceil(np.clip((bound - ACROSS[0]) * (1 / BIN), 0, CURVES))
            self.at.append(base + bins.astype(np.intp))
            self.cost.append(weight)
            self.size += len(bins)

    def of(self, spine: int) -> Floats:
        """Return the costs of one spine, shape (pencils, curves)."""
        if not self.at:
            return np.zeros((PENCILS, CURVES))
        size = PENCILS * (CURVES + 1)
        at, cost = np.concatenate(self.at) - spine * size, np.concatenate(self.cost)
        own = (at >= 0) & (at < size)
        found: Floats = np.bincount(at[own], cost[own], size).cumsum().reshape(PENCILS, CURVES + 1)[:, :-1]
        return found

    def summed(self) -> Floats:
        """Return the costs, shape (spines, pencils, curves)."""
        shape = (self.spines, PENCILS, CURVES + 1)
        if not self.at:
            return np.zeros((self.spines, PENCILS, CURVES))
        steps = np.bincount(np.concatenate(self.at), np.concatenate(self.cost), int(np.prod(shape)))
        # What is added in a row is taken away in it, so that one running sum serves all rows.
        total: Floats = steps.cumsum().reshape(shape)[:, :, :-1]
        return total
