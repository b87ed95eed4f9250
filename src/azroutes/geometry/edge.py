"""Places along the edge of a rectangle: where a line leaves it, and how marks spread along it in their order.

A spot on the edge is one number: the way along it from the lower left corner, anticlockwise, in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from azroutes.geometry.shapes import Flags, Floats, Ints

REACH = 1 / 8
"""Share of the way around that a mark moves at the most to find room."""

INWARD = np.array([(0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)])
"""The ways from the sides into the rectangle: from below, the right, above and the left."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A rectangle whose edge is walked, px, y up."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def length(self) -> float:
        """The way around."""
        return 2 * (self.x1 - self.x0 + self.y1 - self.y0)

    @property
    def corners(self) -> Floats:
        """The corners and the first once more, shape (5, 2)."""
        return np.array(
            [(self.x0, self.y0), (self.x1, self.y0), (self.x1, self.y1), (self.x0, self.y1), (self.x0, self.y0)]
        )

    @property
    def starts(self) -> Floats:
        """The ways along the edge at which the sides begin: below, right, above and left."""
        return self._runs[:4]

    @property
    def _runs(self) -> Floats:
        wide, high = self.x1 - self.x0, self.y1 - self.y0
        return np.array([0.0, wide, wide + high, 2 * wide + high, 2 * (wide + high)])

    def holds(self, xy: Floats) -> Flags:
        """Tell which points, shape (n, 2), lie within."""
        low, high = np.array([self.x0, self.y0]), np.array([self.x1, self.y1])
        return np.asarray(np.isfinite(xy).all(axis=1) & (xy >= low).all(axis=1) & (xy <= high).all(axis=1))

    def spot(self, run: Floats) -> Floats:
        """Return the points, shape (n, 2), at these ways along the edge."""
        along = np.mod(run, self.length)
        corners = self.corners
        return np.column_stack([np.interp(along, self._runs, corners[:, axis]) for axis in (0, 1)])

    def run(self, xy: Floats) -> Floats:
        """Return the way along the edge to the spots on it that are nearest to points within, shape (n,)."""
        x, y = np.clip(xy[:, 0], self.x0, self.x1), np.clip(xy[:, 1], self.y0, self.y1)
        away = np.column_stack([y - self.y0, self.x1 - x, self.y1 - y, x - self.x0])
        side = away.argmin(axis=1)
        ahead = np.choose(side, [x - self.x0, y - self.y0, self.x1 - x, self.y1 - y])
        found: Floats = self._runs[side] + ahead
        return found

    def inward(self, run: Floats) -> Floats:
        """Return the directions, shape (n, 2), that lead from spots on the edge straight into the rectangle."""
        return INWARD[self.side(run)]

    def side(self, run: Floats) -> Ints:
        """Return at which side spots are: 0 below, 1 right, 2 above, 3 left."""
        found = np.searchsorted(self._runs, np.mod(run, self.length), side="right") - 1
        return np.asarray(np.clip(found, 0, 3), dtype=np.intp)

    def leaves(self, path: Floats) -> float:
        """Return where a path that begins within leaves, as the way along the edge.

        A path that breaks off, or jumps to the other side of a torn map, leaves where it was nearest before.
        """
        out = np.flatnonzero(~self.holds(path))
        first = int(out[0]) if len(out) else len(path)
        inner = path[max(first - 1, 0)]
        far = path[first] if first < len(path) else inner
        span = min(self.x1 - self.x0, self.y1 - self.y0)
        if np.isfinite(far).all() and np.hypot(*(far - inner)) < span:
            low, high = np.array([self.x0, self.y0]), np.array([self.x1, self.y1])
            step = far - inner
            room = np.where(step > 0, high - inner, low - inner)
            share = np.divide(room, step, out=np.ones(2), where=np.abs(step) > 1e-12)
            inner = inner + np.clip(share.min(), 0.0, 1.0) * step
        return float(self.run(inner[None])[0])


@dataclass(frozen=True, slots=True)
class Stretch:
    """A free part of one side of an edge: the side, and the ways along the edge where it begins and ends."""

    side: int
    begin: float
    end: float

    @property
    def length(self) -> float:
        """How long it is, px."""
        return self.end - self.begin


def settled(edge: Edge, wanted: Floats, sizes: Floats, corners: Floats, others: Floats) -> Floats:
    """Return where marks with names stand along an edge, in the order of where they would.

    A name takes its width of the sides below and above, and its height of those at the left and the right. Marks stand
    in the free stretches of the edge; where one is full, they go on to those beside it; where all are, they close up.

    Parameters
    ----------
    edge : Edge
    wanted : array of shape (n,)
        Where each mark would stand, as the way along the edge.
    sizes : array of shape (n, 2)
        Width and height of each name, with the space beside it, px.
    corners : array of shape (4, 2)
        What stays free of the edge before and beyond each corner, from the lower left anticlockwise, px.
    others : array of shape (m, 2)
        Where along the edge something else stands, and half of what it takes.

    Returns
    -------
    array of shape (n,)
    """
    stretches = _stretches(edge, corners, others)
    order = np.argsort(np.mod(wanted, edge.length), kind="stable")
    ring = np.mod(wanted, edge.length)[order]
    nearest, away = _nearest(ring, stretches, edge.length)
    needed = np.column_stack([sizes[order, stretch.side % 2] for stretch in stretches])
    # A mark that went too far would tell a wrong direction.
    needed[(away > REACH * edge.length) & (away > away.min(axis=1, keepdims=True))] = np.inf
    stage = _stages(nearest, needed, np.array([each.length for each in stretches]))
    placed = np.empty(len(wanted))
    for number, stretch in enumerate(stretches):
        here = _members(stage, number, len(stretches))
        turned = ring[here] - edge.length * (stage[here] // len(stretches))
        placed[order[here]] = spread(turned, needed[here, number] / 2, stretch.begin, stretch.end)
    return placed


def _stretches(edge: Edge, corners: Floats, others: Floats) -> list[Stretch]:
    """Return the free stretches of an edge in their order; where none is free, the sides."""
    ends = np.append(edge.starts[1:], edge.length)
    found = []
    for side in range(4):
        begin, end = float(edge.starts[side] + corners[side, 1]), float(ends[side] - corners[(side + 1) % 4, 0])
        for run, half in others[np.argsort(others[:, 0], kind="stable")]:
            if begin < run + half and run - half < end:
                found.append(Stretch(side, begin, float(run - half)))
                begin = float(run + half)
        found.append(Stretch(side, begin, end))
    free = [stretch for stretch in found if stretch.length > 0]
    sides = zip(range(4), edge.starts.tolist(), ends.tolist(), strict=True)
    return free or [Stretch(side, begin, end) for side, begin, end in sides]


def _nearest(ring: Floats, stretches: list[Stretch], length: float) -> tuple[Ints, Floats]:
    """Return the stretch nearest to each mark, and how far each mark is from each, shape (n, stretches).

    The stretch -1 is the last one before the way begins, and the one after the last is the first once around.
    """
    begins, ends = np.array([each.begin for each in stretches]), np.array([each.end for each in stretches])
    turns = np.array([-length, 0.0, length])[:, None, None]
    away = np.maximum(np.maximum(begins + turns - ring[:, None], ring[:, None] - ends - turns), 0.0)
    in_turn = np.column_stack([away[0, :, -1], away[1], away[2, :, 0]])
    return np.asarray(in_turn.argmin(axis=1) - 1, dtype=np.intp), away.min(axis=0)


def _members(stage: Ints, number: int, count: int) -> Ints:
    """Return the marks of a stretch in their order: those that came on from before it stand first."""
    here = np.flatnonzero(stage % count == number)
    return here[np.lexsort((here, -stage[here]))]


def _stages(stage: Ints, needed: Floats, room: Floats) -> Ints:
    """Return the stretch of each mark, after the ends of full ones went on towards the nearest with room.

    `needed` is what each mark takes of each stretch, shape (n, stretches), `room` what each stretch has.
    """
    stage, count = stage.copy(), len(room)
    for _ in range(len(stage) * count):
        taken = np.array([needed[stage % count == k, k].sum() for k in range(count)])
        ways = [way for full in np.flatnonzero(taken > room) for step in (1, -1)
                if (way := _way_on(stage, needed, (room, taken), int(full), step))]  # fmt: skip
        if not ways:
            break
        for mark, steps in min(ways, key=len):
            stage[mark] += steps
    return stage


def _way_on(stage: Ints, needed: Floats, space: tuple[Floats, Floats], full: int, step: int) -> list[tuple[int, int]]:
    """Return the marks that go on from a full stretch, each into the next, up to the first that has room for its own.

    A stretch that holds none and is too short for one is passed over. `space` is what each has, and what is taken.
    """
    (room, taken), count, moves = space, len(space[0]), list[tuple[int, int]]()
    number, mark, steps = full, int(_members(stage, full, count)[-1 if step > 0 else 0]), 0
    for _ in range(count - 1):
        number, steps = (number + step) % count, steps + step
        if not np.isfinite(needed[mark, number]) or abs(stage[mark] + steps) > 2 * count:
            break
        if needed[mark, number] <= room[number] - taken[number]:
            return [*moves, (mark, steps)]
        members = _members(stage, number, count)
        if len(members):
            moves.append((mark, steps))
            mark, steps = int(members[-1 if step > 0 else 0]), 0
    return []


def spread(wanted: Floats, half: Floats, low: float, high: float) -> Floats:
    """Move marks along a line by as little as keeps them off one another and between two ends, in their order.

    Parameters
    ----------
    wanted : array of shape (n,)
        Where each mark would stand, in the order of the marks.
    half : array of shape (n,)
        Half of what each mark takes of the line. Where all of them take more than there is, each takes less.
    low, high : float
        The ends.

    Returns
    -------
    array of shape (n,)
        The least sum of squares of all moves, by pooling adjacent violators (R. E. Barlow and others, Statistical
        inference under order restrictions, 1972).
    """
    if len(wanted) == 0:
        return wanted.copy()
    half = half * min(1.0, (high - low) / max(float(2 * half.sum()), 1e-9))
    offset = np.append(0.0, np.cumsum(half[:-1] + half[1:]))
    rising = np.clip(_rising(wanted - offset), low + half[0], max(high - half[-1] - offset[-1], low + half[0]))
    found: Floats = rising + offset
    return found


def _rising(values: Floats) -> Floats:
    """Return the rising numbers nearest to these, in least squares."""
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, count = (mean * count + before * many) / (count + many), count + many
        pools.append((mean, count))
    return np.repeat([mean for mean, _ in pools], [count for _, count in pools])
