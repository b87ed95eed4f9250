"""Spots for boxes beside points, what each costs, and a choice in which no two are in each other's way.

Everything is arrays, px, y up: a box is xmin, ymin, xmax, ymax; a leader x0, y0, x1, y1 from a circle's rim to its box,
or four times nan where the box stands at its circle and needs none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from azroutes.geometry.shapes import Flags, Floats, Ints
from azroutes.geometry.shapes import boxes as rectangles

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = (0.25, 0.5, 0.8)
"""Free space between a circle and a box beside it, in heights of type: the nearest first."""

FAR = (1.4, 2.0, 2.7, 3.5, 4.5, 5.6)
"""The same where a line has to lead from the one to the other."""

LEADER_FROM = 1.1
"""A box farther than this from its circle has a leader, in heights of type."""

FAR_COST, FAR_SLOPE = 1.0, 0.5
"""What a leader costs, and each height of type of its length."""

NEAR_SLOPE = 0.8
"""What it costs to stand off a circle by a height of type."""

CROSSED_COST = 2.5
"""What it costs a leader to cross another."""

LEFT_OUT_COST = 12.0
"""What it costs to leave out the least important; the most important costs twice as much."""

APART = 0.5
"""Free space between two boxes, px."""

SWEEPS = 3
TRIES = 6
"""How many spots a box without a good one tries to get by moving others."""

MOST_TRIES = 1500
"""Tries in all."""

WORTH = 0.4
"""A move of others must save at least this."""


SLIDES_FAR = (0.0, 0.7, -0.7)
"""Where along its edge a box with a leader may stand."""


def _ring() -> Floats:
    """Return where a box may touch a circle around its point: direction x, y; lean x, y; what it costs; if also far.

    A box at the side of a circle slides along its edge; at the corner it touches the circle with its own. East is best
    read, then north-east, above before below, west last, as Imhof (1975) has it.
    """
    found = [(1.0, 0.0, 1.0, t, 0.06 * abs(t), t in SLIDES_FAR) for t in (0.0, 0.5, -0.5, 1.0, -1.0)]
    for up, cost in ((1.0, 0.16), (-1.0, 0.2)):
        slides = (0.0, 0.35, -0.35, 0.7, -0.7, 1.0, -1.0)
        found += [(0.0, up, t, up, cost + 0.05 * abs(t), t in SLIDES_FAR) for t in slides]
    found += [(-1.0, 0.0, -1.0, t, 0.25 + 0.06 * abs(t), t in SLIDES_FAR) for t in (0.0, 0.5, -0.5, 1.0, -1.0)]
    for east, north, cost in ((1.0, 1.0, 0.08), (1.0, -1.0, 0.12), (-1.0, 1.0, 0.3), (-1.0, -1.0, 0.33)):
        for angle in (45.0, 22.5, 67.5):
            x, y = float(np.cos(np.radians(angle))), float(np.sin(np.radians(angle)))
            found.append((east * x, north * y, east, north, cost, angle == 45.0))
    return np.array(found, dtype=float)


RING = _ring()


@dataclass(frozen=True)
class Spots:
    """Where boxes may stand; those of box k are the rows ``first[k]`` to ``first[k + 1]``.

    Attributes
    ----------
    boxes, leaders : array of shape (m, 4)
    costs : array of shape (m,)
    gaps : array of shape (m,)
        Free space between the box and the circle that it belongs to, px.
    owner : array of shape (m,)
        Rising.
    count : int
        Boxes, with and without spots.
    """

    boxes: Floats
    leaders: Floats
    costs: Floats
    gaps: Floats
    owner: Ints
    count: int

    @property
    def first(self) -> Ints:
        """Return the first row of each box, and at last the number of rows."""
        return np.searchsorted(self.owner, np.arange(self.count + 1))

    def kept(self, rows: Flags) -> Spots:
        """Return the rows that are True."""
        return Spots(
            self.boxes[rows], self.leaders[rows], self.costs[rows], self.gaps[rows], self.owner[rows], self.count
        )

    def dearer(self, by: Floats) -> Spots:
        """Return spots that cost more."""
        return replace(self, costs=self.costs + by)


def around(at: Floats, half: Floats, radius: Floats, em: Floats, longest: Floats) -> Spots:
    """Return spots for boxes around points.

    Parameters
    ----------
    at : array of shape (n, 2)
        The points.
    half : array of shape (n, 2)
        Half the width and height of each box.
    radius : array of shape (n,)
        Of the circle around each point.
    em : array of shape (n,)
        Height of type.
    longest : array of shape (n,)
        The longest leader of each box, px.
    """
    gaps = np.array([*NEAR, *(gap for gap in FAR if (gap * em <= longest).any())])
    led = gaps > LEADER_FROM
    cost = np.where(led, FAR_COST + FAR_SLOPE * (gaps - LEADER_FROM), NEAR_SLOPE * (gaps - NEAR[0]))
    gap, ring = (grid.ravel() for grid in np.meshgrid(np.arange(len(gaps)), np.arange(len(RING)), indexing="ij"))
    away = em[:, None] * gaps[gap]
    direction, lean = RING[ring, :2], RING[ring, 2:4]
    middle = at[:, None] + (radius[:, None] + away)[..., None] * direction + half[:, None] * lean
    boxes = np.concatenate([middle - half[:, None], middle + half[:, None]], axis=-1)
    near = np.clip(at[:, None], boxes[..., :2], boxes[..., 2:])
    off = near - at[:, None]
    far = np.maximum(np.hypot(off[..., 0], off[..., 1]), 1e-9)[..., None]
    rim = at[:, None] + off * (radius + 1.0)[:, None, None] / far
    leaders = np.where(led[gap][None, :, None], np.concatenate([rim, near], axis=-1), np.nan)
    found = Spots(boxes.reshape(-1, 4), leaders.reshape(-1, 4), np.tile(cost[gap] + RING[ring, 4], len(at)),
                  away.ravel(), np.repeat(np.arange(len(at)), len(gap)), len(at))  # fmt: skip
    return found.kept((~led[gap] | ((away <= longest[:, None]) & (RING[ring, 5] > 0))).ravel())


def choose(spots: Spots, *, sweeps: int = SWEEPS) -> Ints:
    """Return the row that each box takes, or -1: no two in each other's way, and all as cheap as is found.

    The first boxes are the most important and choose first; then all choose again, knowing the others; at last those
    that are badly off try whether others can make room at less than it saves.
    """
    board = _Board(spots)
    order = [k for k in range(spots.count) if board.first[k] < board.first[k + 1]]
    for _ in range(sweeps):
        for k in order:
            if board.stale[k]:
                board.choose(k)
    if sweeps > 1:
        left = MOST_TRIES
        for k in order:
            left -= board.improve(k) if left > 0 else 0
    return board.row


def unshared(boxes: Floats, costs: Floats, owner: Ints) -> Ints:
    """Return the row that each owner takes of its boxes, quickly: the cheapest that no one before it has.

    Parameters
    ----------
    boxes : array of shape (m, 4)
    costs : array of shape (m,)
        Infinite where a box will not do.
    owner : array of shape (m,)
        The most important have the lowest numbers.

    Returns
    -------
    array of rows, rising by owner
        Those who find no box are not among them.
    """
    left = np.flatnonzero(np.isfinite(costs))
    left = left[np.lexsort((left, costs[left], owner[left]))]
    taken: list[Ints] = []
    while len(left):
        picked = left[np.unique(owner[left], return_index=True)[1]]
        shapes = rectangles(boxes[picked])
        one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        won = np.setdiff1d(np.arange(len(picked)), one[other < one])
        taken.append(picked[won])
        left = left[~np.isin(owner[left], owner[picked[won]])]
        full = shapely.STRtree(shapes[won]).query(rectangles(boxes[left]), predicate="intersects")[0]
        left = np.delete(left, full)
    rows = np.concatenate([np.empty(0, dtype=np.intp), *taken])
    found: Ints = rows[np.argsort(owner[rows], kind="stable")]
    return found


class _Board:
    """Which box stands where at the moment."""

    def __init__(self, spots: Spots) -> None:
        self.spots, self.first = spots, spots.first
        self.row = np.full(spots.count, -1, dtype=np.intp)
        self.box = np.full((spots.count, 4), np.nan)
        self.leader = np.full((spots.count, 4), np.nan)
        self.near = _neighbours(spots)
        self.stale = np.ones(spots.count, dtype=bool)

    def take(self, k: int, row: int) -> None:
        """Let box k stand at a row, or nowhere; its neighbours may then find better."""
        self.row[k] = row
        self.stale[self.near[k]] = True
        self.box[k] = self.spots.boxes[row] if row >= 0 else np.nan
        self.leader[k] = self.spots.leaders[row] if row >= 0 else np.nan

    def cost(self, k: int) -> float:
        """Return what it costs box k to stand where it does, or to be left out."""
        if self.row[k] < 0:
            return LEFT_OUT_COST * (2.0 - k / self.spots.count)
        cost = float(self.spots.costs[self.row[k]])
        if np.isnan(self.leader[k, 0]):
            return cost
        return cost + CROSSED_COST * float(_lines_cross(self.leader[k][None], self.leader[self.near[k]]).sum())

    def options(self, k: int) -> tuple[Floats, Flags, Ints]:
        """Return what each spot of box k costs, which of its neighbours are in the way of it, and these."""
        rows = slice(self.first[k], self.first[k + 1])
        boxes, leaders = self.spots.boxes[rows], self.spots.leaders[rows]
        others = self.near[k][self.row[self.near[k]] >= 0]
        barred = overlap(boxes, self.box[others], APART)
        total = self.spots.costs[rows].copy()
        theirs, mine = self.leader[others], np.flatnonzero(~np.isnan(leaders[:, 0]))
        led = np.flatnonzero(~np.isnan(theirs[:, 0]))
        if len(led):
            barred[:, led] |= _lines_over(theirs[led], boxes).T
            total[mine] += CROSSED_COST * _lines_cross(leaders[mine], theirs[led]).sum(axis=1)
        if len(mine) and len(others):
            barred[mine] |= _lines_over(leaders[mine], self.box[others])
        return total, barred, others

    def choose(self, k: int) -> None:
        """Let box k take the cheapest spot that is free."""
        self.stale[k] = False
        total, barred, _ = self.options(k)
        total[barred.any(axis=1)] = np.inf
        best = int(np.argmin(total))
        row = int(self.first[k]) + best if np.isfinite(total[best]) else -1
        if row != self.row[k]:
            self.take(k, row)

    def improve(self, k: int) -> int:
        """Let up to two others give way to box k where that costs them less than it saves; return how often tried."""
        total, barred, others = self.options(k)
        now = self.cost(k)
        way = barred.sum(axis=1)
        hopeful = np.flatnonzero((way > 0) & (way <= 2) & (total < now - WORTH))
        tried = 0
        for spot in hopeful[np.argsort(total[hopeful], kind="stable")][:TRIES]:
            tried += 1
            if self._moved(k, int(self.first[k] + spot), [int(m) for m in others[barred[spot]]]):
                break
        return tried

    def _moved(self, k: int, row: int, others: list[int]) -> bool:
        changed = [k, *others]
        before, rows = sum(self.cost(m) for m in changed), [int(self.row[m]) for m in changed]
        for m in changed:
            self.take(m, -1)
        self.take(k, row)
        for m in others:
            self.choose(m)
        if sum(self.cost(m) for m in changed) < before - WORTH:
            return True
        for m, old in zip(changed, rows, strict=True):
            self.take(m, old)
        return False


def _neighbours(spots: Spots) -> list[Ints]:
    """Return for each box those others whose spots come near its own."""
    reach = np.full((spots.count, 4), np.nan)
    first = spots.first
    some = np.flatnonzero(first[1:] > first[:-1])
    if len(some) == 0:
        return [np.empty(0, dtype=np.intp)] * spots.count
    # A leader ends at its box and begins near another spot of the same: within a height of type or two of their hull.
    low = np.fmin(spots.boxes[:, :2], np.fmin(spots.leaders[:, :2], spots.leaders[:, 2:]))
    high = np.fmax(spots.boxes[:, 2:], np.fmax(spots.leaders[:, :2], spots.leaders[:, 2:]))
    reach[some, :2] = np.minimum.reduceat(low, first[some]) - APART
    reach[some, 2:] = np.maximum.reduceat(high, first[some]) + APART
    shapes = rectangles(reach[some])
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = some[one[one != other]], some[other[one != other]]
    order = np.lexsort((other, one))
    return list(_split(other[order], np.searchsorted(one[order], np.arange(spots.count + 1))))


def _split(values: Ints, at: Ints) -> Iterator[Ints]:
    for begin, end in pairwise(at):
        yield values[begin:end]


def overlap(boxes: Floats, others: Floats, apart: float = 0.0) -> Flags:
    """Return which boxes overlap which others, or come nearer than `apart`, shape (boxes, others)."""
    a, b = boxes[:, None, :], others[None, :, :]
    across = (a[..., 2] + apart > b[..., 0]) & (b[..., 2] + apart > a[..., 0])
    return np.asarray(across & (a[..., 3] + apart > b[..., 1]) & (b[..., 3] + apart > a[..., 1]), dtype=bool)


def _lines_over(lines: Floats, boxes: Floats) -> Flags:
    """Return which lines run through which boxes, shape (lines, boxes): no axis of either keeps them apart."""
    middle = (lines[:, None, :2] + lines[:, None, 2:]) / 2 - (boxes[None, :, :2] + boxes[None, :, 2:]) / 2
    half = (boxes[None, :, 2:] - boxes[None, :, :2]) / 2 + APART
    reach = np.abs(lines[:, None, 2:] - lines[:, None, :2]) / 2
    dx, dy = ((lines[:, None, 2 + k] - lines[:, None, k]) / 2 for k in (0, 1))
    side = np.abs(dx * middle[..., 1] - dy * middle[..., 0]) < half[..., 0] * np.abs(dy) + half[..., 1] * np.abs(dx)
    return np.asarray((np.abs(middle) < half + reach).all(axis=-1) & side, dtype=bool)


def _lines_cross(lines: Floats, others: Floats) -> Flags:
    """Return which lines cross which others, shape (lines, others)."""
    a, b = lines[:, None, :2], lines[:, None, 2:]
    c, d = others[None, :, :2], others[None, :, 2:]
    return np.asarray(
        (_turn(a, b, c) * _turn(a, b, d) < 0) & (_turn(c, d, a) * _turn(c, d, b) < 0), dtype=bool
    )  # fmt: skip


def _turn(a: Floats, b: Floats, c: Floats) -> Floats:
    turn: Floats = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    return turn
